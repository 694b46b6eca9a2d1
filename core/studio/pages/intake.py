"""Pages coming into a project: one asset a page, in order, each with where it comes from.

One page at a time is in memory. A bad file or page is named and the rest goes on; what came in stays, and the same
picture again is the same asset, so an intake that was stopped is completed by starting it again.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from core.errors import InvalidImageError, StudioError
from core.images import Incoming, PagedImage
from core.models.asset import Asset, Kind, Origin, Recipe
from core.store.ids import clean_id, page_id
from core.store.importing import Imported, import_bytes, import_prepared, read_file
from core.store.workspace import Workspace
from core.studio.fetching import Wanted, WayOut, fetch
from core.studio.pages.archives import Archive
from core.studio.pages.documents import MOST_PAGES, Pdf
from core.studio.pages.kinds import PAGE_SUFFIXES, FileKind, files_of, kind_of, kind_of_file
from core.studio.pages.manifests import LARGEST_MANIFEST, ManifestPage, read_manifest
from core.studio.pages.web_pages import fetched_page

LARGEST_DOCUMENT = 2 * 1024 * 1024 * 1024
LARGEST_DOWNLOAD = 512 * 1024 * 1024
DOWNLOAD_SECONDS = 180.0
_ENDINGS = {FileKind.PDF: ".pdf", FileKind.ZIP: ".zip", FileKind.MANIFEST: ".json", FileKind.TIFF: ".tif"}


@dataclass(frozen=True)
class Progress:
    """How far an intake is: page `page` of `pages` of the file `name`, which is file `file` of `files`; all from 1."""

    name: str
    page: int
    pages: int
    file: int
    files: int
    result: Imported


Tell = Callable[[Progress], None]
_Arrivals = Iterator[tuple[int, Imported]]


_UNKNOWN = Origin()


@dataclass(frozen=True)
class _Given:
    """One file to take in: where it lies, how it is called, what is known of it, and its page where it is only one."""

    path: Path
    name: str
    origin: Origin = _UNKNOWN
    page_id: str = ""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem or "page"

    @property
    def place(self) -> str:
        """What its pages come with: its address or name, after the folder or ZIP it is one of. No path of a disk."""
        name = PurePosixPath(self.name).name
        return f"{self.origin.place} / {name}" if self.origin.page else self.origin.place or name


def bring_in_files(workspace: Workspace, paths: Iterable[Path], tell: Tell | None = None) -> list[Imported]:
    """Take in files and folders of pages; one result a page, or one with an error for what gave none.

    `tell` is called after each page. An error it raises ends the intake; what came in before stays.
    """
    return _take(workspace, [given for path in paths for given in _named(path)], tell, None)


def bring_in_uploads(
    workspace: Workspace,
    uploads: Sequence[tuple[str, IO[bytes] | bytes]],
    tell: Tell | None = None,
    way: WayOut | None = None,
) -> list[Imported]:
    """Take in files that were sent, as (name, content); see `bring_in_files`."""
    with tempfile.TemporaryDirectory(prefix="throughline-pages-") as folder:
        given = []
        for number, (name, content) in enumerate(uploads):
            path = Path(folder) / f"{number}{PurePosixPath(name).suffix.lower()[:8]}"
            _spool(content, path)
            given.append(_Given(path, clean_id(PurePosixPath(name.replace("\\", "/")).name)))
        return _take(workspace, given, tell, way)


def bring_in_url(workspace: Workspace, url: str, tell: Tell | None = None, way: WayOut | None = None) -> list[Imported]:
    """Take in what is at a web address: a picture, PDF, ZIP or IIIF manifest.

    Raises:
        InvalidImageError: the address is not one we go to, does not answer in time, or holds nothing we take.
    """
    wanted = Wanted(
        LARGEST_DOWNLOAD,
        lambda head: kind_of(head) is not None,
        "picture, PDF, ZIP or IIIF manifest",
        "image/*, application/pdf, application/zip, application/ld+json, application/json;q=0.9, */*;q=0.5",
    )
    with tempfile.TemporaryDirectory(prefix="throughline-web-") as folder:
        path = Path(folder) / "page"
        with path.open("xb") as file:
            stem = fetch(url, file, wanted, way, DOWNLOAD_SECONDS)
        kind = kind_of_file(path)
        path = path.rename(path.with_suffix(_ENDINGS.get(kind, ".image")))
        place = public_address(url)
        origin = Origin(title=stem, source=urlsplit(place).hostname or "", place=place)
        return _take(workspace, [_Given(path, f"{clean_id(stem)}{_ENDINGS.get(kind, '')}", origin)], tell, way)


def public_address(url: str) -> str:
    """Return a web address as it may be kept: without what looks like a key to it."""
    parts = urlsplit(url.strip())
    secret = re.compile(r"(^|[-_])(token|key|sig|signature|auth|password|credential|session|expires)", re.IGNORECASE)
    kept = [part for part in parts.query.split("&") if part and not secret.search(part.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept), fragment=""))


def _named(path: Path) -> Iterator[_Given]:
    files = list(files_of(path))
    if files == [path] or not files:  # reading an empty folder says that it holds nothing
        yield _Given(path, path.as_posix())
        return
    for number, file in enumerate(files, 1):
        yield _Given(file, file.as_posix(), Origin(place=path.resolve().name, page=number))


def _spool(content: IO[bytes] | bytes, path: Path) -> None:
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    with path.open("xb") as file:
        while piece := source.read(1024 * 1024):
            file.write(piece)


def _take(workspace: Workspace, files: Sequence[_Given], tell: Tell | None, way: WayOut | None) -> list[Imported]:
    results = []
    for number, given in enumerate(files, 1):
        for page, (pages, result) in enumerate(_arrivals(workspace, given, way), 1):
            results.append(result)
            if tell is not None:
                tell(Progress(given.name, page, max(page, pages), number, len(files), result))
    return results


def _arrivals(workspace: Workspace, given: _Given, way: WayOut | None) -> _Arrivals:
    """Yield (how many pages there are, what became of one) of a file; what is wrong with the whole is one result."""
    try:
        kind = kind_of_file(given.path)
        if given.path.stat().st_size > LARGEST_DOCUMENT:
            raise InvalidImageError("This file is over 2 GB. Split it, and bring its parts in.")
        if given.page_id and kind in (FileKind.ZIP, FileKind.MANIFEST):
            raise InvalidImageError("It is a ZIP inside a ZIP, or no page. Bring it in by itself.")
        yield from _BY_KIND[kind](workspace, given, way)
    except (StudioError, OSError) as error:
        known = error if isinstance(error, StudioError) else InvalidImageError("The file cannot be read.")
        yield 1, Imported(Path(given.name), error=_named_error(known, given.name, given.path))


def _image(workspace: Workspace, given: _Given, _: WayOut | None) -> _Arrivals:
    origin = given.origin.model_copy(update={"title": given.origin.title or given.stem})
    yield 1, _kept(given, None, lambda: _picture(workspace, given, given.page_id or given.stem, origin))


def _tiff(workspace: Workspace, given: _Given, way: WayOut | None) -> _Arrivals:
    image = PagedImage(given.path, MOST_PAGES)
    try:
        count = len(image)
        if count == 1:
            yield from _image(workspace, given, way)
            return
        workspace.keep_document(given.path, given.stem)
        for number in range(1, count + 1):
            yield count, _kept(given, number, partial(_page, workspace, given, image.page, number, count))
    finally:
        image.close()


def _pdf(workspace: Workspace, given: _Given, _: WayOut | None) -> _Arrivals:
    pdf = Pdf(given.path)
    try:
        title, author = pdf.says()
        known = given.origin.model_copy(
            update={"title": title or given.origin.title or given.stem, "credit": given.origin.credit or author}
        )
        named = _Given(given.path, given.name, known)
        workspace.keep_document(given.path, given.stem)
        count = len(pdf)
        for number in range(1, count + 1):
            yield count, _kept(named, number, partial(_page, workspace, named, pdf.page, number, count))
        if pdf.is_cut:
            raise InvalidImageError(f"Only the first {count} pages were taken. Split the PDF for the others.")
    finally:
        pdf.close()


def _zip(workspace: Workspace, given: _Given, way: WayOut | None) -> _Arrivals:
    archive = Archive(given.path, PAGE_SUFFIXES)
    try:
        if not archive.members:
            raise InvalidImageError("This ZIP holds no page: no picture and no PDF.")
        count = sum(not member.refusal for member in archive.members)
        number = 0
        for member in archive.members:
            number += not member.refusal
            name = f"{given.name}/{member.name}"
            try:
                with archive.unpacked(member) as path:
                    origin = given.origin.model_copy(update={"title": "", "place": given.place, "page": number})
                    inside = _Given(path, name, origin, page_id(given.stem, number, count))
                    for _, result in _arrivals(workspace, inside, way):
                        yield count, result
            except StudioError as error:
                yield count, Imported(Path(name), error=_named_error(error, name, given.path))
    finally:
        archive.close()


def _manifest(workspace: Workspace, given: _Given, way: WayOut | None) -> _Arrivals:
    if given.path.stat().st_size > LARGEST_MANIFEST:
        raise InvalidImageError("This JSON is over 30 MB, which no IIIF manifest is.")
    manifest = read_manifest(given.path.read_bytes(), given.place)
    known = {asset.recipe.origin: asset for asset in workspace.assets() if asset.recipe.origin is not None}
    stem = re.sub(r"[\W_]+", "-", manifest.title.casefold())[:40].strip("-") or "page"
    count = len(manifest.pages)
    for page in manifest.pages:
        named = page_id(stem, page.number, count)
        store = partial(_web_page, workspace, page, named, known.get(page.origin), way)
        yield count, _kept(_Given(given.path, manifest.title), page.number, store)


def _web_page(
    workspace: Workspace, page: ManifestPage, stem: str, known: Asset | None, way: WayOut | None
) -> tuple[Asset, bool]:
    if known is not None:  # an intake that goes on after a stop asks nobody for what is here
        return known, False
    return import_bytes(workspace, fetched_page(page.addresses, way), stem, _recipe(page.origin))


_BY_KIND: dict[FileKind, Callable[[Workspace, _Given, WayOut | None], _Arrivals]] = {
    FileKind.IMAGE: _image,
    FileKind.TIFF: _tiff,
    FileKind.PDF: _pdf,
    FileKind.ZIP: _zip,
    FileKind.MANIFEST: _manifest,
}


def _picture(workspace: Workspace, given: _Given, stem: str, origin: Origin) -> tuple[Asset, bool]:
    return import_bytes(workspace, read_file(given.path), stem, _recipe(origin))


def _page(
    workspace: Workspace, given: _Given, page: Callable[[int], Incoming], number: int, count: int
) -> tuple[Asset, bool]:
    title = f"{given.origin.title or given.stem}, p. {number}"
    origin = given.origin.model_copy(update={"title": title, "place": given.place, "page": number})
    return import_prepared(workspace, page(number), page_id(given.stem, number, count), _recipe(origin))


def _recipe(origin: Origin) -> Recipe:
    return Recipe(kind=Kind.PAGE, name=origin.title, origin=origin)


def _kept(given: _Given, number: int | None, store: Callable[[], tuple[Asset, bool]]) -> Imported:
    try:
        asset, is_new = store()
    except StudioError as error:
        name = f"{given.name}, page {number}" if number else given.name
        return Imported(Path(given.name), error=_named_error(error, name, given.path), page=number)
    return Imported(Path(given.name), asset, is_new, page=number)


def _named_error(error: StudioError, name: str, path: Path) -> StudioError:
    """Return the error with the file in front of its message, by its own name and not by where it lies just now."""
    message = error.message.removeprefix(f"{path}: ")
    return error if message.startswith(name) else type(error)(f"{name}: {message}")
