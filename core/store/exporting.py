"""Writing a project's pictures to a plain folder that Google's public notebook loads back.

One PNG a picture, named by its id, with `prompt` and `source_ids` as text. JPEGs are decoded to PNG; a PNG's pixels
are not touched. Ids, sources and prompts stay the same, and no source is named that is not in the folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import StudioError, WorkspaceError
from core.images.checks import decode, open_image
from core.images.incoming import to_png
from core.models.asset import Asset
from core.store import embedded
from core.store.documents import to_json
from core.store.files import publish, write_part
from core.store.projects import check_foreign
from core.store.workspace import Workspace

_NOTEBOOK_KEYS = frozenset({embedded.PROMPT_KEY, embedded.SOURCES_KEY})


def export_folder(workspace: Workspace, assets: Sequence[Asset], folder: Path) -> list[Path]:
    """Write assets to a new or empty folder and return the files' paths.

    `assets` should hold the sources of each of its members; a source that is not among them is left out.

    Raises:
        WorkspaceError: the folder holds files already, is a project's own, or cannot be written; then nothing of ours
            stays in it.
        CorruptAssetError: an asset's file is damaged.
    """
    _make_empty(folder)
    ids = {asset.id for asset in assets}
    try:
        return [_export(workspace, asset, ids, folder) for asset in assets]
    except StudioError:
        for asset_id in ids:  # the folder was empty: whatever bears these names is ours
            _target(folder, asset_id).unlink(missing_ok=True)
        raise


def _make_empty(folder: Path) -> None:
    check_foreign(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise WorkspaceError(f"{folder} cannot be written ({type(error).__name__}). Name another folder.") from None
    if not is_empty:
        raise WorkspaceError(f"{folder} holds files already; nothing was written. Name an empty folder or a new one.")


def _export(workspace: Workspace, asset: Asset, ids: set[str], folder: Path) -> Path:
    data = _as_png(workspace.read(asset))
    source_ids = tuple(source_id for source_id in asset.source_ids if source_id in ids)
    notes = embedded.read(data)
    if (notes.prompt, notes.source_ids) != (asset.recipe.composed, source_ids):
        data = embedded.without_texts(data, _NOTEBOOK_KEYS)
    pieces = embedded.embed(data, to_json(asset.recipe, asset.result), asset.recipe.composed, source_ids)
    part = write_part(folder, pieces)
    target = _target(folder, asset.id)
    try:
        publish(part, target)
    except FileExistsError:
        part.unlink()
        raise WorkspaceError(f"{target} is there already, or differs only in case. Rename the picture.") from None
    return target


def _target(folder: Path, asset_id: str) -> Path:
    return folder / f"{asset_id}.png"


def _as_png(data: bytes) -> bytes:
    if data.startswith(b"\x89PNG"):
        return data
    image = open_image(data)
    decode(image)
    return to_png(image)
