"""A story as files of its own: out as a ZIP with the pictures it starts from, in from a ZIP or from the files.

What comes in was made by somebody else: it is unpacked into a folder that is thrown away, by our own names and within
limits that are measured, not believed.
"""

from __future__ import annotations

import io
import lzma
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from core.errors import StoryError, StudioError, from_plain
from core.models.asset import Asset, Kind
from core.models.catalog import Catalog
from core.models.story import CHARACTERS, Step, StepSource, Story, StorySource
from core.store.ids import clean_id, first_free, folded
from core.store.workspace import Workspace
from core.studio.orders import take_in
from core.studio.project_stories import OpenStory, story_slugs
from core.studio.story_aliases import LARGEST_STORY
from core.studio.story_files import read_story
from core.studio.story_moving import with_source_paths
from core.studio.story_writing import write_story

MOST_FILES = 200
MOST_BYTES = 512 * 1024 * 1024
_STORY_SUFFIXES = (".yaml", ".yml")
_CHUNK = 1024 * 1024
# what unpacking raises: damaged data of each compression, encrypted, cut short, an unknown compression, names that lie,
# and a compression that asks for more memory than there is
_NOT_UNPACKED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, MemoryError),
    *(NotImplementedError, RuntimeError, ValueError, OSError),
)


def pack_story(workspace: Workspace, opened: OpenStory) -> bytes:
    """Return a ZIP of a story and the pictures it starts from; `throughline story run` takes it unpacked.

    Raises:
        StoryError: a picture it starts from is not in the project.
        CorruptAssetError: its file is damaged.
    """
    pictures = _starting_pictures(workspace, opened)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        paths = {name: asset.file_name for name, asset in pictures.items()}
        file.writestr("story.yaml", with_source_paths(opened.story, opened.text, str(opened.path), paths))
        for asset in {asset.id: asset for asset in pictures.values()}.values():
            workspace.read(asset)  # a damaged picture is told here, not by whoever opens the file
            file.write(workspace.path(asset), asset.file_name)
    return packed.getvalue()


def check_pack(workspace: Workspace, opened: OpenStory) -> None:
    """Check that a story can be packed, without reading its pictures.

    Raises:
        StoryError: a picture it starts from is not in the project, or its file is gone.
    """
    for name, asset in _starting_pictures(workspace, opened).items():
        if not workspace.path(asset).is_file():
            raise _not_there(name)


def open_files(workspace: Workspace, files: Iterable[tuple[str, bytes]], catalog: Catalog) -> str:
    """Take a story in from a ZIP, or from a story file and its pictures (name, bytes); return its name here.

    Raises:
        StoryError: there is no story among them, it is wrong, or the ZIP is not one we open.
        InvalidImageError: a picture cannot be taken.
    """
    given = list(files)
    with tempfile.TemporaryDirectory(prefix="throughline-story-") as name:
        folder = Path(name).resolve()
        try:
            return _take_from(workspace, given, folder, catalog)
        except StudioError as error:
            raise _by_own_names(error, folder) from None


def start_story(workspace: Workspace, title: str, character: Asset, prompt: str) -> str:
    """Begin a story with a character and its first scene; return the story's name in the project.

    Raises:
        WorkspaceError: it cannot be written.
    """
    slug = free_slug(workspace, title)
    source = StorySource(id=clean_id(character.recipe.name or character.id), path=f"../assets/{character.file_name}")
    step_id = first_free("scene-1", {folded(source.id)}, "-")
    first = Step(id=step_id, kind=Kind.SCENE, prompt=prompt.strip(), sources=(StepSource(id=source.id),))
    story = Story(title=title.strip() or character.recipe.name or character.id, sources=(source,), steps=(first,))
    workspace.choices.choose(slug, source.id, character.id)
    workspace.save_story(slug, write_story(story))
    return slug


def _starting_pictures(workspace: Workspace, opened: OpenStory) -> dict[str, Asset]:
    choices = workspace.choices.read()
    pictures: dict[str, Asset] = {}
    for source in opened.story.sources:
        asset_id = choices.asset_id(opened.slug, source.id) or PurePosixPath(source.path).stem
        asset = workspace.find(asset_id)
        if asset is None:
            raise _not_there(source.id)
        pictures[source.id] = asset
    return pictures


def _not_there(source_id: str) -> StoryError:
    return StoryError(
        f"The picture {source_id!r}, which this story starts from, is not in the project. "
        "Bring it back from the trash, or put its file back."
    )


def _take_from(workspace: Workspace, given: list[tuple[str, bytes]], folder: Path, catalog: Catalog) -> str:
    if len(given) == 1 and given[0][0].lower().endswith(".zip"):
        _unpack(given[0][1], folder)
    else:
        _lay_out(given, folder)
    path = _story_file(folder)
    story = read_story(path, catalog)
    return take_in(workspace, _named_free(workspace, path), story)[0]


def _by_own_names(error: StudioError, folder: Path) -> StudioError:
    """Return the error with files named as their owner named them: the folder they lie in is ours, and gone by then."""
    place = f"{folder}{os.sep}"
    plain = {
        key: value.replace(place, "") if isinstance(value, str) else value for key, value in error.to_plain().items()
    }
    return from_plain(plain)


def free_slug(workspace: Workspace, title: str) -> str:
    """Return a name for a new story, made from its title, that no story of the project has."""
    taken = {CHARACTERS, *(folded(slug) for slug in story_slugs(workspace))}
    return first_free(clean_id(title or "story"), taken, "-")


def _named_free(workspace: Workspace, path: Path) -> Path:
    """Give an opened story file a name that no story of the project has: what is there is never replaced."""
    return path.rename(path.with_name(f"{free_slug(workspace, path.stem)}.yaml"))


def _story_file(folder: Path) -> Path:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _STORY_SUFFIXES)
    if len(found) != 1:
        raise StoryError(
            f"There must be one story file (.yaml) among the files, and there are {len(found)}. "
            "Choose it with the pictures it starts from."
        )
    return found[0]


def _lay_out(files: list[tuple[str, bytes]], folder: Path) -> None:
    for name, data in files:
        limit = LARGEST_STORY if name.lower().endswith(_STORY_SUFFIXES) else MOST_BYTES
        if len(data) > limit:
            raise StoryError(f"{name} is too large. Choose a story file and its pictures.")
        (folder / _part(PurePosixPath(name).name)).write_bytes(data)


def _unpack(data: bytes, folder: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise StoryError(f"The ZIP holds {len(entries)} files; at most {MOST_FILES} are taken.")
            left = MOST_BYTES
            for entry in entries:
                left -= _extract(packed, entry, folder, left)
    except _NOT_UNPACKED:
        raise StoryError("This ZIP cannot be opened. Pack the story file and its pictures again.") from None


def _extract(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, most: int) -> int:
    """Write one entry below `folder` and return how many bytes it really has."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise StoryError("The ZIP holds a link, which is not opened. Pack the files themselves.")
    target = folder.joinpath(*_parts(entry.filename))
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with packed.open(entry) as source, target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > most:
                raise StoryError("The ZIP unpacks to more than 512 MB, which no story does. Nothing was taken in.")
            file.write(chunk)
    return written


def _parts(name: str) -> list[str]:
    """Return the folders and the file of an entry's name; one that leads out of its folder is refused."""
    if "\\" in name or ":" in name or name.startswith("/") or "\x00" in name:
        raise StoryError("The ZIP holds a file that would be written outside its folder. Nothing was taken in.")
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts:
        raise StoryError("The ZIP holds a file that would be written outside its folder. Nothing was taken in.")
    return [_part(part) for part in parts]


def _part(name: str) -> str:
    if clean_id(name) != name:
        raise StoryError(f"{name!r} cannot be a file's name here. Rename it, and its mention in the story.")
    return name
