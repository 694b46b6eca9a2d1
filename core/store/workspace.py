"""A project on disk: the only writer of its folder. Files first, index second.

project.json      uuid, title, format          originals/   untouched files of imports that were changed
assets/<id>.png   the records, with recipe     trash/       assets put away, whole
stories/*.yaml    stories                      choices.json chosen versions and locks
detections/<id>/  what was found on a page     notes.json   what people say of assets: where they come from
answers/<id>/     all parts of an answer that held more than one image and a few words
batches/<id>.json jobs that were sent to the service, and what came of each of their images
videos/           videos that a model looks at
conversations/<id>/  images refined turn by turn: what both sides said
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from core.errors import AssetNotFoundError, CorruptAssetError, InvalidImageError, WorkspaceError
from core.images import shrink, sniff, verify
from core.models.asset import Asset, Recipe, Result
from core.store import embedded
from core.store.answers import FOLDER as ANSWERS
from core.store.answers import AnswersFolder
from core.store.batches import FOLDER as BATCHES
from core.store.batches import BatchesFolder
from core.store.choices import ChoicesFile
from core.store.conversations import FOLDER as CONVERSATIONS
from core.store.conversations import ConversationsFolder
from core.store.detections import FOLDER as DETECTIONS
from core.store.detections import DetectionsFolder
from core.store.documents import to_json
from core.store.files import (
    PART_SUFFIX,
    is_same_file,
    locked,
    make_folder,
    move,
    pieces,
    publish,
    read_json,
    replace,
    replace_json,
    replace_text,
    write_part,
)
from core.store.ids import clean_id, first_free, folded, numbered
from core.store.index import AssetIndex
from core.store.notes import NotesFile
from core.store.projects import check_foreign, is_project
from core.store.records import read_record, stamp_of
from core.store.videos import FOLDER as VIDEOS
from core.store.videos import VideosFolder

FORMAT = 1
SUFFIXES = (".png", ".jpg")
THUMBNAIL_EDGE = 384
PREVIEW_EDGE = 1600
_FOLDERS = ("assets", "stories")
_STALE_PART_SECONDS = 3600.0


class Workspace:
    """One project. Made by `open`; holds no pixels, only paths and the index."""

    def __init__(self, folder: Path, index: AssetIndex, cache: Path) -> None:
        self.folder = folder
        self.choices = ChoicesFile(folder)
        self.notes = NotesFile(folder)
        self.detections = DetectionsFolder(folder)
        self.answers = AnswersFolder(folder)
        self.batches = BatchesFolder(folder)
        self.videos = VideosFolder(folder)
        self.conversations = ConversationsFolder(folder)
        self._index = index
        self._cache = cache
        project = read_json(folder / "project.json", {})
        self.uuid = str(project["uuid"])
        self.title = str(project["title"])

    @classmethod
    def open(cls, folder: Path, index: AssetIndex, cache: Path, title: str = "", is_listed: bool = False) -> Workspace:
        """Open a project folder, made when missing or empty, and bring the index up to its files.

        A new project is called `title`, else like its folder. One that is only listed does not become the last opened.

        Raises:
            WorkspaceError: the folder is something else, damaged, of a newer format, or cannot be written.
        """
        folder = _resolved(folder)
        _make_project(folder, title)
        workspace = cls(folder, index, cache)
        if not (is_listed and index.folder_of(workspace.uuid) == folder):
            index.opened(folder, workspace.uuid, workspace.title)
        workspace.sync()
        return workspace

    @property
    def assets_folder(self) -> Path:
        """Where the records are."""
        return self.folder / "assets"

    def assets(self) -> list[Asset]:
        """Return every asset, oldest first."""
        return self._index.assets(self.folder)

    def get(self, asset_id: str) -> Asset:
        """Return one asset.

        Raises:
            AssetNotFoundError: there is none with this id.
        """
        asset = self._index.get(self.folder, asset_id)
        if asset is None:
            raise AssetNotFoundError(f"No picture is called {asset_id!r} in {self.title}. Look for it in the trash.")
        return asset

    def find(self, asset_id: str) -> Asset | None:
        """Return one asset, or None."""
        return self._index.get(self.folder, asset_id)

    def with_digest(self, digest: str) -> list[Asset]:
        """Return the assets with this digest, oldest first."""
        return self._index.with_digest(self.folder, digest)

    def with_fingerprint(self, fingerprint: str) -> list[Asset]:
        """Return the assets made from this very recipe, oldest first."""
        return self._index.with_fingerprint(self.folder, fingerprint)

    def with_plan(self, plan: str) -> list[Asset]:
        """Return the assets made from this recipe in any attempt, oldest first."""
        return self._index.with_plan(self.folder, plan)

    def versions(self, story: str, step: str) -> list[Asset]:
        """Return every version made for a step, oldest first."""
        return self._index.of_step(self.folder, story, step)

    def path(self, asset: Asset) -> Path:
        """Return the asset's file."""
        return self.assets_folder / asset.file_name

    def read(self, asset: Asset) -> bytes:
        """Return the asset's file without our chunks: what is sent to a service, byte for byte.

        Raises:
            CorruptAssetError: the file is gone or was damaged since it was saved.
        """
        try:
            data = embedded.strip(self.path(asset).read_bytes())
        except (OSError, InvalidImageError):
            data = b""
        if hashlib.sha256(data).hexdigest() != asset.digest:
            raise CorruptAssetError(
                f"The file of {asset.id!r} is gone or was changed from outside. Run `throughline reindex` "
                "to take the change over, or put back a good copy."
            )
        return data

    def save(self, recipe: Recipe, result: Result, data: bytes, stem: str, mark: str = "-v") -> Asset:
        """Store a new image with its recipe; nothing that is there is touched.

        The id is `stem`, or the next free version of it (`stem-v2`).

        Raises:
            InvalidImageError: `data` is no whole PNG or JPEG.
            WorkspaceError: the disk is full or the folder cannot be written; nothing is left behind.
        """
        if sniff(data) not in ("image/png", "image/jpeg"):
            raise InvalidImageError("Only PNG and JPEG are stored. Import the picture to have it turned into PNG.")
        data = embedded.strip(data)
        facts = verify(data)
        result = result.model_copy(
            update={
                "mime": facts.mime,
                "width": facts.width,
                "height": facts.height,
                "created": result.created or datetime.now(UTC),
            }
        )
        digest = hashlib.sha256(data).hexdigest()
        source_ids = tuple(source.asset_id for source in recipe.sources)
        parts = embedded.embed(data, to_json(recipe, result), recipe.composed, source_ids)
        part = write_part(self.assets_folder, parts)
        try:
            return self._publish(part, Asset(id=clean_id(stem), digest=digest, recipe=recipe, result=result), mark)
        finally:
            part.unlink(missing_ok=True)

    def keep_original(self, asset: Asset, data: bytes, suffix: str) -> None:
        """Keep the untouched file of an import whose bytes had to change; what is kept already is not kept twice.

        Raises:
            WorkspaceError: the disk is full or the folder cannot be written.
        """
        folder = make_folder(self.folder / "originals")
        with locked(self.folder):
            for stem in numbered(asset.id, "-original"):
                path = folder / f"{stem}{suffix}"
                if not path.exists():
                    publish(write_part(folder, [data]), path)
                    return
                if path.read_bytes() == data:
                    return

    def keep_document(self, path: Path, stem: str) -> None:
        """Keep the untouched file of many pages, once, whatever became of them; it is copied piece by piece.

        Raises:
            WorkspaceError: the disk is full, or a folder cannot be read or written.
        """
        folder = make_folder(self.folder / "originals")
        with locked(self.folder):
            for name in numbered(clean_id(stem), "-original"):
                kept = folder / f"{name}{path.suffix.lower()}"
                if not kept.exists():
                    publish(write_part(folder, pieces(path)), kept)
                    return
                if is_same_file(kept, path):
                    return

    def trash(self, asset_id: str) -> None:
        """Put an asset away; `restore` brings it back. It keeps its id, unless the trash holds another of that id.

        Raises:
            AssetNotFoundError: there is none with this id.
            WorkspaceError: its file is gone, or cannot be moved.
        """
        path = self.path(self.get(asset_id))
        with locked(self.folder):
            trash = make_folder(self.folder / "trash")
            move(path, trash / f"{first_free(asset_id, _names(trash), '-')}{path.suffix}")
        self._index.remove(self.folder, [asset_id])

    def restore(self, asset_id: str) -> Asset:
        """Bring an asset back from the trash under its old id, or the next free one when another picture took it.

        Raises:
            AssetNotFoundError: the trash holds none with this id.
            WorkspaceError: it cannot be moved.
        """
        with locked(self.folder):
            path = next((path for path in _images(self.folder / "trash") if path.stem == asset_id), None)
            if path is None:
                raise AssetNotFoundError(f"The trash holds no picture called {asset_id!r}.")
            restored_id = first_free(asset_id, _names(self.assets_folder), "-")
            move(path, self.assets_folder / f"{restored_id}{path.suffix}")
        self.sync()
        return self.get(restored_id)

    def trashed(self) -> list[str]:
        """Return the ids in the trash, by name."""
        return sorted(path.stem for path in _images(self.folder / "trash"))

    def thumbnail(self, asset: Asset, edge: int = THUMBNAIL_EDGE) -> Path:
        """Return a WebP of the asset at most `edge` pixels wide and high; made once, kept by digest.

        Raises:
            CorruptAssetError: the asset's file is damaged.
        """
        path = self._cache / asset.digest[:2] / f"{asset.digest}-{edge}.webp"
        if not path.is_file():
            try:
                small = shrink(self.read(asset), edge)
            except InvalidImageError as error:
                raise CorruptAssetError(error.message) from None
            replace(write_part(make_folder(path.parent), [small]), path)
        return path

    def save_story(self, slug: str, text: str) -> Path:
        """Write a story file of the project and return its path."""
        path = self.folder / "stories" / f"{clean_id(slug)}.yaml"
        replace_text(path, text)
        return path

    def sync(self) -> None:
        """Bring the index up to the files: what was added, changed or removed outside, or by a crash."""
        known = self._index.stamps(self.folder)
        present = {path.stem: path for path in _images(self.assets_folder)}
        changed = [path for stem, path in present.items() if known.get(stem) != stamp_of(path)]
        entries = [entry for path in changed if (entry := read_record(path)) is not None]
        unreadable = {path.stem for path in changed} - {asset.id for asset, _ in entries}
        self._index.remove(self.folder, known.keys() & unreadable | known.keys() - present.keys())
        self._index.put(self.folder, entries)
        self._sweep()

    def reindex(self) -> int:
        """Build the index anew from the files alone; return how many assets there are."""
        self._index.clear(self.folder)
        self.sync()
        return len(self._index.stamps(self.folder))

    def unreadable(self) -> list[str]:
        """Return the names of files in `assets/` that are no whole image of ours."""
        known = self._index.stamps(self.folder)
        return [path.name for path in _images(self.assets_folder) if path.stem not in known]

    def missing_sources(self) -> dict[str, list[str]]:
        """Return asset id -> ids of sources that are not in the project."""
        assets = {asset.id: asset for asset in self.assets()}
        missing = {
            asset_id: [source for source in asset.source_ids if source not in assets]
            for asset_id, asset in assets.items()
        }
        return {asset_id: sources for asset_id, sources in missing.items() if sources}

    def _publish(self, part: Path, asset: Asset, mark: str) -> Asset:
        with locked(self.folder):
            taken = _names(self.assets_folder) | _names(self.folder / "trash")
            asset = asset.model_copy(update={"id": first_free(asset.id, taken, mark)})
            path = self.path(asset)
            publish(part, path)
        self._index.put(self.folder, [(asset, stamp_of(path))])
        return asset

    def _sweep(self) -> None:
        """Remove temporary files of crashed writers; those of a living one are younger."""
        for place in (
            ".",
            "assets",
            "originals",
            "stories",
            f"{DETECTIONS}/*",
            f"{DETECTIONS}/*/masks",
            f"{ANSWERS}/*",
            BATCHES,
            VIDEOS,
            f"{CONVERSATIONS}/*",
            f"{CONVERSATIONS}/*/images",
        ):
            for path in self.folder.glob(f"{place}/.*{PART_SUFFIX}"):
                with contextlib.suppress(OSError):
                    if time.time() - path.stat().st_mtime > _STALE_PART_SECONDS:
                        path.unlink()


def _resolved(folder: Path) -> Path:
    try:
        folder = folder.expanduser().resolve()
        str(folder).encode()
    except (OSError, RuntimeError, ValueError):
        # an unknown user after ~, a circle of links, a null byte, or bytes that are no text
        raise WorkspaceError("The project folder's name cannot be used. Name another one.") from None
    return folder


def _make_project(folder: Path, title: str) -> None:
    marker = folder / "project.json"
    if not is_project(folder):
        check_foreign(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not marker.is_file():
            others = [path for path in folder.iterdir() if not path.name.startswith(".")]
            # looked at again: another command may have made the project meanwhile
            if others and not marker.is_file():
                raise WorkspaceError(
                    f"{folder} is not a Throughline project: it holds other files and no project.json. "
                    "Name an empty folder or a new one."
                )
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise WorkspaceError(f"{folder} cannot be used as a project folder ({reason}). Name another one.") from None
    if _is_whole(folder):
        # nothing is left to write: a project on a disk that takes no writing can be looked at
        _check_project(marker)
        return
    with locked(folder):
        if not marker.is_file():
            replace_json(marker, {"format": FORMAT, "title": title or folder.name, "uuid": str(uuid.uuid4())})
        _check_project(marker)
        for name in _FOLDERS:
            make_folder(folder / name)


def _is_whole(folder: Path) -> bool:
    return (folder / "project.json").is_file() and all((folder / name).is_dir() for name in _FOLDERS)


def _check_project(marker: Path) -> None:
    document = read_json(marker, {})
    number, identity, title = document.get("format"), document.get("uuid"), document.get("title")
    if not isinstance(number, int) or not isinstance(identity, str) or not isinstance(title, str):
        raise WorkspaceError(f"{marker} is damaged. Put back a good copy of it.")
    if number > FORMAT:
        raise WorkspaceError(f"{marker.parent} was made by a newer Throughline. Update Throughline to open it.")


def _images(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES and path.is_file())


def _names(folder: Path) -> set[str]:
    """Return the folded stems of whatever is in a folder: a picture, or what else would be in one's way."""
    return {folded(path.stem) for path in folder.iterdir()} if folder.is_dir() else set()
