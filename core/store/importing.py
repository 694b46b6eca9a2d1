"""Bringing people's images into a project, with the recipes and the graph that travel inside them.

A folder saved by Google's public notebook (PNGs with `prompt` and `source_ids`, ids = file stems) comes in with its
graph; so does a folder of another project of ours. The same picture imported again is the same asset.

Pictures are stored after those they were made from, and one at a time is in memory: what a crash leaves is a smaller
import, which the same command completes.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import CorruptAssetError, InvalidImageError, StudioError
from core.images import Incoming, prepare, sniff
from core.models.asset import Asset, Kind, Recipe, Result, Role, Source
from core.store import embedded
from core.store.documents import from_json
from core.store.ids import clean_id
from core.store.workspace import Workspace

LARGEST_FILE = 512 * 1024 * 1024
MOST_SOURCES = 100  # no model takes nearly as many; a hostile file names them by the thousand
IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".gif", ".bmp"}
)
_SUFFIX_OF = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/tiff": ".tif",
    "image/heif": ".heic",
    "image/avif": ".avif",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
}


@dataclass(frozen=True)
class Imported:
    """One file of an import, or one page of it (from 1): the asset it became, or the error that kept it out."""

    path: Path
    asset: Asset | None = None
    is_new: bool = False
    error: StudioError | None = None
    page: int | None = None


def image_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files to import: the files named, and the images directly inside the folders named, by name."""
    found: list[Path] = []
    for path in paths:
        try:
            found.extend(_images_inside(path) if path.is_dir() else [path])
        except (OSError, ValueError):
            found.append(path)  # reading it says why it cannot be read
    return list(dict.fromkeys(found))


def import_files(workspace: Workspace, paths: Iterable[Path], kind: Kind = Kind.ARCHIVE) -> list[Imported]:
    """Import files, one result a file; a bad file is named and the rest goes on."""
    wanted = list(paths)
    named = _Named(wanted)
    sources = {path: named.sources(path, _source_ids(path)) for path in wanted}
    done: dict[Path, Imported] = {}
    for path in _sources_first(sources):
        done[path] = _import(workspace, path, kind, named, done)
    return [done[path] for path in wanted]


def import_file(workspace: Workspace, path: Path, kind: Kind = Kind.ARCHIVE) -> Asset:
    """Import one file and return its asset, new or already there.

    Raises:
        InvalidImageError: it is no image we can take.
        WorkspaceError: it cannot be stored.
    """
    imported = import_files(workspace, [path], kind)[0]
    if imported.error is not None:
        raise imported.error
    assert imported.asset is not None  # noqa: S101 - one of the two is always there
    return imported.asset


def check_image(path: Path) -> str:
    """Check that a file can be imported and return the digest it would have; nothing is stored.

    Raises:
        InvalidImageError: it is no image we can take; the message names the file.
    """
    return _digest(_incoming(path, read_file(path)))


def as_imported(workspace: Workspace, path: Path) -> Asset:
    """Return the asset that importing a file would give, new or already there; nothing is stored.

    Raises:
        InvalidImageError: it is no image we can take; the message names the file.
    """
    digest = check_image(path)
    known = next(iter(workspace.with_digest(digest)), None)
    recipe = Recipe(kind=Kind.ARCHIVE, name=path.stem)
    return known or Asset(id=clean_id(path.stem), digest=digest, recipe=recipe, result=Result())


def import_bytes(workspace: Workspace, untouched: bytes, stem: str, recipe: Recipe) -> tuple[Asset, bool]:
    """Import one picture held in memory; return its asset and whether it is new.

    `recipe` says what is not known otherwise: a recipe that travels inside the file is kept, with the origin of
    `recipe` where it has none. Sources are not looked for.

    Raises:
        InvalidImageError: it is no image we can take.
        WorkspaceError: it cannot be stored.
    """
    incoming = prepare(untouched)
    recorded, result = _recorded(_notes(untouched), recipe.name, recipe.kind)
    recorded = recorded.model_copy(update={"origin": recorded.origin or recipe.origin})
    asset, is_new = import_prepared(workspace, incoming, stem, recorded, result)
    if incoming.is_changed:
        workspace.keep_original(asset, untouched, _SUFFIX_OF[str(sniff(untouched))])
    return asset, is_new


def import_prepared(
    workspace: Workspace, incoming: Incoming, stem: str, recipe: Recipe, result: Result | None = None
) -> tuple[Asset, bool]:
    """Store a picture that is ready to be stored; return its asset and whether it is new.

    Raises:
        WorkspaceError: it cannot be stored.
    """
    existing = next(iter(workspace.with_digest(_digest(incoming))), None)
    if existing is None:
        return workspace.save(recipe, result or Result(), incoming.data, clean_id(stem), mark="-"), True
    if existing.recipe.origin is None and recipe.origin is not None:
        workspace.notes.fill_origin(existing.id, recipe.origin)  # the picture was here before it was known from where
    return existing, False


def read_image(path: Path) -> tuple[bytes, str]:
    """Return the bytes and mime type that a file would be sent to a service with; nothing is stored.

    Raises:
        InvalidImageError: it is no image we can take; the message names the file.
    """
    incoming = _incoming(path, read_file(path))
    return embedded.strip(incoming.data), incoming.facts.mime


class _Named:
    """The files of one import by the names that recipes call them."""

    def __init__(self, paths: Sequence[Path]) -> None:
        # of two files of one name in one folder the PNG is meant: the public notebook writes nothing else
        ranked = sorted(paths, key=lambda path: path.suffix.lower() == ".png")
        self._anywhere = {path.stem: path for path in ranked}
        self._beside = {(path.parent, path.stem): path for path in ranked}

    def source(self, path: Path, source_id: str) -> Path | None:
        """Return the file that `path` means by a source's id: one beside it, else one from elsewhere."""
        return self._beside.get((path.parent, source_id)) or self._anywhere.get(source_id)

    def sources(self, path: Path, source_ids: Iterable[str]) -> list[Path]:
        """Return the files that `path` was made from, as far as they are in this import."""
        return [found for source_id in source_ids if (found := self.source(path, source_id)) is not None]


def _sources_first(sources: Mapping[Path, Sequence[Path]]) -> list[Path]:
    """Return the files in their order, but each after its sources; of a circle, whichever comes first."""
    ordered: dict[Path, None] = {}
    entered: set[Path] = set()
    stack = list(reversed(list(sources)))
    while stack:
        path = stack[-1]
        if path in entered:
            ordered.setdefault(stack.pop())
            continue
        entered.add(path)
        stack.extend(source for source in reversed(sources[path]) if source not in entered)
    return list(ordered)


def _images_inside(folder: Path) -> list[Path]:
    inside = (child for child in folder.iterdir() if child.suffix.lower() in IMAGE_SUFFIXES and child.is_file())
    return sorted(inside, key=lambda child: child.name)


def _source_ids(path: Path) -> tuple[str, ...]:
    try:
        recipe, _ = _recorded(_notes(read_file(path)), "", Kind.IMAGE)
    except StudioError:
        return ()  # storing it says what is wrong
    return tuple(source.asset_id for source in recipe.sources)


def _import(workspace: Workspace, path: Path, kind: Kind, named: _Named, done: Mapping[Path, Imported]) -> Imported:
    try:
        untouched = read_file(path)
        incoming = _incoming(path, untouched)
        existing = next(iter(workspace.with_digest(_digest(incoming))), None)
        asset = existing or _store(workspace, path, _recipe(workspace, path, untouched, kind, named, done), incoming)
        if incoming.is_changed:
            workspace.keep_original(asset, untouched, _SUFFIX_OF[str(sniff(untouched))])
    except StudioError as error:
        return Imported(path, error=error)
    return Imported(path, asset, is_new=existing is None)


def _recipe(
    workspace: Workspace, path: Path, untouched: bytes, kind: Kind, named: _Named, done: Mapping[Path, Imported]
) -> tuple[Recipe, Result]:
    recipe, result = _recorded(_notes(untouched), clean_id(path.stem), kind)
    sources = []
    for source in recipe.sources:
        file = named.source(path, source.asset_id)
        beside = done[file].asset if file is not None and file in done else None
        sources.append(_remapped(workspace, source, beside))
    return recipe.model_copy(update={"sources": tuple(sources)}), result


def _store(workspace: Workspace, path: Path, recorded: tuple[Recipe, Result], incoming: Incoming) -> Asset:
    return workspace.save(*recorded, incoming.data, clean_id(path.stem), mark="-")


def _remapped(workspace: Workspace, source: Source, beside: Asset | None) -> Source:
    """Point a source at the asset it became: the very picture, else that file of this import, else that id."""
    same = workspace.with_digest(source.digest) if source.digest else []
    found = same[0] if same else beside
    if found is None and not source.digest:
        found = workspace.find(source.asset_id)
    return source.model_copy(update={"asset_id": found.id, "digest": found.digest}) if found else source


def read_file(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InvalidImageError: it is no file, over 512 MB, or cannot be read; the message names it.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe or a device could be read for ever
            raise InvalidImageError(f"{path}: this is no file. Name an image file, or a folder of them.")
        if facts.st_size > LARGEST_FILE:
            raise InvalidImageError(f"{path}: this file is over 512 MB. Scale the picture down and try again.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "not a file name"
        raise InvalidImageError(
            f"{path}: the file cannot be read ({reason}). Check its name and permissions."
        ) from None


def _incoming(path: Path, untouched: bytes) -> Incoming:
    try:
        return prepare(untouched)
    except InvalidImageError as error:
        raise InvalidImageError(f"{path}: {error.message}") from None


def _digest(incoming: Incoming) -> str:
    return hashlib.sha256(embedded.strip(incoming.data)).hexdigest()


def _notes(untouched: bytes) -> embedded.Notes:
    if sniff(untouched) not in ("image/png", "image/jpeg"):
        return embedded.Notes(None, None, None)
    return embedded.read(untouched)


def _recorded(notes: embedded.Notes, name: str, kind: Kind) -> tuple[Recipe, Result]:
    recipe, result = _said(notes, name, kind)
    count = len(recipe.sources)
    if count <= MOST_SOURCES:
        return recipe, result
    warning = f"This file names {count} sources; only the first {MOST_SOURCES} of them were recorded."
    return (
        recipe.model_copy(update={"sources": recipe.sources[:MOST_SOURCES]}),
        result.model_copy(update={"warnings": (*result.warnings, warning)}),
    )


def _said(notes: embedded.Notes, name: str, kind: Kind) -> tuple[Recipe, Result]:
    if notes.document is not None:
        try:
            return from_json(notes.document)
        except CorruptAssetError as error:
            return Recipe(kind=Kind.IMAGE, name=name), Result(warnings=(error.message,))
    prompt, source_ids = notes.prompt or "", notes.source_ids or ()
    if not prompt and not source_ids:
        return Recipe(kind=kind, name=name), Result()
    sources = tuple(Source(asset_id=source_id, role=Role.OTHER, name=source_id) for source_id in source_ids)
    return Recipe(kind=Kind.IMAGE, name=name, prompt=prompt, composed=prompt, sources=sources), Result()
