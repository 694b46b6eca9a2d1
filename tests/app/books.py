"""A project with book pages, and its page."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.models.asset import Kind, Recipe, Result
from core.models.region import Box, Detection, Region
from core.settings import load_settings
from core.store import embedded
from core.store.workspace import Workspace
from core.studio.context import Studio
from tests.app import walk
from tests.samples import png

SHIP = Region(id="r1", box=Box(ymin=400, xmin=300, ymax=700, xmax=700))
BOAT = SHIP.model_copy(update={"id": "r2", "label": "boat", "box": SHIP.box.model_copy(update={"ymin": 10.0})})


def make_book(folder: Path, *regions: Region, masks: tuple[bytes, ...] = (), data: bytes | None = None) -> Workspace:
    """Make a project with a searched page, of 200 x 100 pixels unless `data` is given, that has these objects on it."""
    workspace = Studio(load_settings()).workspace(folder / "home" / "projects" / "book", "Old book")
    page = workspace.save(Recipe(kind=Kind.PAGE, name="Page 3"), Result(), data or png(1, (200, 100)), "page-3")
    workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=regions), masks)
    return workspace


def add_pages(book: Workspace, count: int) -> None:
    """Put so many small pages more into a project, as fast as files are written: `page-3-001` and so on."""
    document = embedded.read(book.path(book.get("page-3")).read_bytes()).document or ""
    for number in range(1, 1 + count):
        pieces = embedded.embed(png(number, (8, 6)), document, "", ())
        (book.folder / "assets" / f"page-3-{number:03}.png").write_bytes(b"".join(pieces))
    book.sync()


def opened(book: Workspace, **place: str) -> AppTest:
    """Return the page, run once."""
    return walk.opened(book, "book_pages", **place)
