"""One record of a project: an image file read back as the asset it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.errors import CorruptAssetError, InvalidImageError
from core.images import verify
from core.models.asset import Asset, Kind, Recipe, Result
from core.store import embedded
from core.store.documents import from_json


def stamp_of(path: Path) -> str:
    """Return what changes when a file does; "" when it is gone."""
    try:
        facts = path.stat()
    except OSError:
        return ""
    return f"{path.suffix}:{facts.st_size}:{facts.st_mtime_ns}:{facts.st_ino}"


def read_record(path: Path) -> tuple[Asset, str] | None:
    """Read one record; a file that is no whole image of ours, or whose name is no text, is not an asset."""
    try:
        path.stem.encode()
        stamp = stamp_of(path)
        data = path.read_bytes()
        facts = verify(data)
        digest = hashlib.sha256(embedded.strip(data)).hexdigest()
        notes = embedded.read(data)
    except (OSError, UnicodeEncodeError, InvalidImageError, CorruptAssetError):
        return None
    recipe, result = _recorded(notes, path.stem)
    result = result.model_copy(update={"mime": facts.mime, "width": facts.width, "height": facts.height})
    asset = Asset(id=path.stem, digest=digest, recipe=recipe, result=result)
    return (asset, stamp) if asset.file_name == path.name else None


def _recorded(notes: embedded.Notes, name: str) -> tuple[Recipe, Result]:
    if notes.document is not None:
        try:
            return from_json(notes.document)
        except CorruptAssetError:
            return Recipe(kind=Kind.IMAGE, name=name), Result(warnings=("The recipe in this file is damaged.",))
    return Recipe(kind=Kind.ARCHIVE, name=name), Result()
