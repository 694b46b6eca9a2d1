"""Which answers are kept whole: those with more to them than an image and the words its recipe shows anyway."""

from __future__ import annotations

from core.engines.base import Generation, Part
from core.models.answer import Answer, Block, BlockKind
from core.models.asset import Asset
from core.store.workspace import Workspace

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}


def keep_answer(workspace: Workspace, asset: Asset, generation: Generation) -> None:
    """Keep an asset's whole answer when there is more to it than the asset shows.

    Raises:
        WorkspaceError: the disk is full or the folder cannot be written.
    """
    if not _is_more(generation):
        return
    blocks, images = [], []
    for number, part in enumerate(generation.parts, 1):
        is_own = part.data == generation.data
        file = f"{number}.{_SUFFIXES[part.mime]}" if part.data and not is_own else ""
        if file:
            images.append((file, part.data))
        blocks.append(Block(kind=part.kind, text=part.text, file=file))
    workspace.answers.keep(asset.id, Answer(blocks=tuple(blocks), grounding=generation.grounding), images)


def _is_more(generation: Generation) -> bool:
    return generation.grounding is not None or _is_rich(generation.parts)


def _is_rich(parts: tuple[Part, ...]) -> bool:
    """Tell whether parts hold thoughts, more than one image, or words on both sides of it."""
    kinds = [part.kind for part in parts]
    is_plain = set(kinds) <= {BlockKind.TEXT, BlockKind.IMAGE} and kinds.count(BlockKind.IMAGE) == 1
    return not is_plain or (kinds[0] is BlockKind.TEXT and kinds[-1] is BlockKind.TEXT)
