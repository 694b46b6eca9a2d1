"""What waits for a person's look: steps that would build on a picture which strays from what it was made from.

Nothing is built on such a picture by itself. A person looks, and accepts it, locks it, or has it made again.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import StraysError
from core.models.asset import Asset
from core.store.plates import PlatesFile
from core.store.workspace import Workspace
from core.studio.boards import Board, Card
from core.studio.context import Studio
from core.studio.plates.cutting import is_plates_slug
from core.studio.plates.fidelity import is_poor


def is_held(studio: Studio, workspace: Workspace, slug: str, sources: Sequence[Asset]) -> bool:
    """Tell whether a step waits for a look at what it is made from; those of a story that a person tells never do."""
    return is_plates_slug(slug) and is_straying(studio, workspace, slug, sources[0])


def is_straying(studio: Studio, workspace: Workspace, slug: str, picture: Asset) -> bool:
    """Tell whether a plate's picture is known to stray, and nobody said yet to build on it all the same."""
    source = workspace.find(picture.source_ids[0]) if picture.source_ids else None
    return (
        is_poor(studio, source, picture)
        and picture.id not in PlatesFile(workspace.folder).read().accepted
        and not workspace.choices.read().is_locked(slug, picture.recipe.step)
    )


def check_sources(studio: Studio, workspace: Workspace, slug: str, sources: Sequence[Asset]) -> None:
    """Refuse to build a plate's step on a picture that strays.

    Raises:
        StraysError: it is known to stray, and nobody said yet to build on it all the same.
    """
    if is_held(studio, workspace, slug, sources):
        picture = sources[0]
        raise StraysError(
            f"Not made yet: {picture.id!r}, which it is made from, strays from what that was made from. "
            "Look at it, then go on all the same, or make it again by another preset.",
            step_id=picture.recipe.step,
        )


def accept(workspace: Workspace, picture: Asset) -> None:
    """Build on a picture although it strays."""
    PlatesFile(workspace.folder).accept(picture.id)


def held_cells(studio: Studio, workspace: Workspace, board: Board) -> dict[str, Card]:
    """Return the cells that wait, each with the cell before it whose picture strays."""
    held: dict[str, Card] = {}
    for card in board.cards:
        before = board.card(card.step.sources[0].id) if card.is_to_make else None
        if before is None:
            continue
        if before.step.id in held:
            held[card.step.id] = held[before.step.id]
        elif before.planned is not None and is_straying(studio, workspace, board.slug, before.planned):
            held[card.step.id] = before
    return held
