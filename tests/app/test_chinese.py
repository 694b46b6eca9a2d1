"""Every page as a script, in Chinese and with content: no English word of the interface is left on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Dataframe, Element, Table

from core.models.asset import EngineName, GenerationSettings, Kind, Recipe, Result
from core.models.batch import Batch, BatchEntry
from core.models.catalog import load_catalog
from core.models.region import Detection, Flag, Wish
from core.models.wishes import detection_prompt
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.context import LOCAL_USER
from core.studio.lab import LabOrder, advance
from core.studio.plates.matrix import cell_id
from core.ui import desk
from tests.app import walk
from tests.app.books import SHIP, make_book
from tests.samples import attempt, png
from tests.standin import StandIn
from tests.standin.pictures import draw_picture

# what a component is given that is no word: names of files and states, addresses, the ids of buttons
NO_WORDS = {
    *("id", "mark", "thumbnail", "preview", "original", "action", "chosen", "selected", "revision", "below", "heat"),
    *("arrival", "asset", "library", "picture", "state", "page", "key", "url", "src"),
}
NO_TEXTS = {"html", "imgs"}
NO_FIELDS = {
    *("id", "icon", "url", "key", "form_id", "type", "user_key", "language", "element_id", "color"),
    *("shortcut", "autocomplete"),
}
# names, units and forms of files, which are the same in every language
NAMES = {
    *("Throughline", "Gemini", "Google", "Cloud", "Nano", "Banana", "Interactions", "API", "Label", "Studio", "COCO"),
    *("Tesseract", "IIIF", "PDF", "PNG", "JPEG", "WebP", "TIFF", "HEIC", "ZIP", "CSV", "JSON", "YouTube", "SynthID"),
    *("px", "MB", "KB", "English", "https", "Ctrl", "Enter", "Escape", "Esc", "Delete", "Shift", "ID", "USD", "UTC"),
    *("Top", "top", "token", "Old", "book", "Page"),
}
# icons, badges, blanks to be filled in, and what names a thing by a number
MARKUP = re.compile(r":material/\w+:|:\w+-badge\[|\{\w+\}|\b[0-9a-f-]{16,}\b|/tmp/\S+")
LATIN = re.compile(r"[A-Za-z]{2,}")


def english(app: AppTest) -> dict[str, str]:
    """Return the Latin words on a page that are no names, each with the text it stands in."""
    found: dict[str, str] = {}
    for text in texts(app):
        if text == detection_prompt(Wish()):  # it is shown as it is sent, and models read English
            continue
        plain = MARKUP.sub("", text.replace("\\", ""))
        for name in _model_names():
            plain = plain.replace(name, "")
        found |= {word: text for word in LATIN.findall(plain) if word not in NAMES}
    return found


def texts(app: AppTest) -> Iterator[str]:
    """Yield every text that a page shows: of its elements, their hints, their choices, and its components."""
    for node in app._tree:
        if isinstance(node, Block):
            yield from _strings(getattr(node, "proto", None))
        elif isinstance(node, Element) and node.type == "bidi_component":
            yield from _words(json.loads(node.proto.json or node.proto.mixed.json or "[]"))
        elif isinstance(node, (Dataframe, Table)):
            yield from _words([[*node.value.columns], *node.value.values.tolist()])
        elif isinstance(node, Element) and node.type not in NO_TEXTS:
            yield from _strings(node.proto)


def _strings(proto: Any) -> Iterator[str]:
    """Yield the texts of a message that people read, down to its parts."""
    for field, value in proto.ListFields() if proto is not None else ():
        if field.name in NO_FIELDS:
            continue
        for item in value if field.is_repeated else [value]:
            if isinstance(item, str):
                yield item
            elif field.type == field.TYPE_MESSAGE and hasattr(item, "ListFields"):
                yield from _strings(item)


def _words(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from _words(item)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name not in NO_WORDS:
                yield from _words(value)


def _model_names() -> list[str]:
    catalog = load_catalog()
    return sorted({name for facts in catalog.models for name in (facts.title, facts.id)}, key=len, reverse=True)


def opened(page: str, book: Workspace, **place: str) -> AppTest:
    """Return a page of a project in Chinese, run once."""
    return walk.opened(book, page, "zh_CN", **place)


@pytest.fixture
def book(tmp_path: Path) -> Workspace:
    """A project with a searched page, on which something was odd, beside one that was not searched."""
    book = make_book(tmp_path, SHIP)
    page = book.get("page-3")
    flagged = SHIP.model_copy(update={"id": "r2", "flags": (Flag.WHOLE_PAGE,)})
    repairs = dict.fromkeys(Flag, 1)
    found = Detection(number=2, page=page.id, digest=page.digest, regions=(SHIP, flagged), repairs=repairs, basis=1)
    book.detections.save(found)
    book.save(Recipe(kind=Kind.PAGE, name="Page 4"), Result(), png(7, (60, 40)), "page-4")
    return book


@pytest.fixture(params=[EngineName.DRAFT, EngineName.GEMINI])
def engine(request: pytest.FixtureRequest, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> EngineName:
    """Without an account, and with one."""
    if request.param is EngineName.GEMINI:
        server.key = "k" * 36 + "2026"
        monkeypatch.setenv("GEMINI_API_KEY", server.key)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        desk.desk.cache_clear()
    return EngineName(request.param)


def test_book_pages_are_chinese(engine: EngineName, book: Workspace) -> None:
    """The page with objects, the forms behind its buttons, and an open cell speak Chinese."""
    cell = cell_id(book.get("page-3"), "r1", "restore-flat")
    assert not english(opened("book_pages", book, object="r1", cell=cell))


@pytest.mark.parametrize("mode", ["single", "grid", "chat", "batches"])
def test_the_lab_is_chinese(engine: EngineName, book: Workspace, mode: str) -> None:
    """Each way to work, with an image that was made or a batch that was sent, speaks Chinese."""
    order = LabOrder("一盏灯", (), EngineName.GEMINI, "gemini-3-pro-image", GenerationSettings(image_size="2K"))
    (recipe,) = advance(desk.desk(), book, order, is_only_priced=True).recipes
    book.save(recipe, Result(cost_usd=0.1), draw_picture("0" * 64, (64, 48)), "lamp")
    recipe = Recipe(kind=Kind.IMAGE, prompt="一盏灯", engine=EngineName.GEMINI, name="灯")
    batch = {"model": "gemini-3-pro-image", "entries": (BatchEntry(recipe=recipe, attempt="1"),), "job": "batches/1"}
    book.batches.put(
        Batch(id="batch-0123456789ab", created=datetime.now(UTC), user=LOCAL_USER, state="running", **batch)
    )
    for name, value in {"lab/mode": mode, "lab/prompt": "{东西} 一盏灯", "grid/prompt/1": "一盏灯"}.items():
        DraftsFile(book.folder).write(name, value)
    assert not english(opened("prompt_lab", book))


def test_models_and_ledger_are_chinese(engine: EngineName, book: Workspace) -> None:
    """What models can do, and every kind of attempt that was made, is said in Chinese."""
    ledger = desk.desk().ledger
    row = attempt(project=book.uuid, project_title="旧书", step="山谷", run="1", model="gemini-3-pro-image")
    for outcome in ("succeeded", "blocked", "cancelled", "failed", "unknown"):
        ledger.finish(ledger.start(row, 0.1, None), {"outcome": outcome, "may_be_billed": True})
    ledger.start(row, 0.1, None)
    assert not english(opened("models", book))
    assert not english(opened("ledger", book))
