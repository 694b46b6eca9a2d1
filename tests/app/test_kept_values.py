"""What a visit keeps: drafts that others wrote or that the disk refuses, keys, and who is here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.intake import take_in
from core.ui import desk, frame
from tests.samples import jpeg

APP = Path(__file__).parents[2] / "core" / "ui" / "app.py"


@pytest.fixture(autouse=True)
def _own_desk() -> Iterator[None]:
    """Give each test a server's studio and opened projects of its own."""
    desk.desk.cache_clear()
    desk.project.cache_clear()
    yield
    desk.desk.cache_clear()
    desk.project.cache_clear()


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """A project with one archive picture, chosen for a character sheet."""
    workspace = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "lamp", "The lamplighter")
    take_in(workspace, jpeg(size=(64, 80)), "plate")
    return workspace


def page(project: Workspace, name: str) -> AppTest:
    """Return a page of a project, run once."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params["project"] = project.uuid
    app.run()
    app.switch_page(f"../../pages/{name}.py")
    return app.run()


def visitor(**user: object) -> AppTest:
    """Return the start page as somebody with these claims sees it."""
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.user = user
    return app.run()


def field(app: AppTest, label: str) -> Any:
    return next(found for found in [*app.text_input, *app.text_area, *app.number_input] if found.label == label)


def choice(app: AppTest, label: str) -> Any:
    return next(found for found in app.get("button_group") if found.label == label)


@pytest.mark.parametrize("wrong", [5, None, True, [1], {"a": 1}, ["nothing"], "nothing", 1e300])
def test_drafts_of_another_type_count_as_none(
    project: Workspace, monkeypatch: pytest.MonkeyPatch, wrong: object
) -> None:
    """Whatever stands in drafts.json the pages come up, with the default where a widget cannot show the value."""
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 20)
    names = ["name", "kind", "views", "variants", "prompt", "written", "model", "image_size", "aspect_ratio/3:2"]
    names += ["temperature", "way", "look", "price", "run", "shown"]
    drafts = {**{f"sheet/{name}": wrong for name in names}, "sheet/picture": "plate", "sequencer/undo": [wrong] * 4}
    drafts |= {f"lineage/{name}": wrong for name in ("words", "versions", "whole", "kind", "engine")}
    (project.folder / "drafts.json").write_text(json.dumps(drafts), encoding="utf-8")
    app = page(project, "character_sheet")
    assert not app.exception
    assert choice(app, "Views").value == ["front", "back"]
    assert choice(app, "Variants").value in (2, 1 if wrong is True else 2)
    assert field(app, "Name").value == (wrong if isinstance(wrong, str) else "")
    app = page(project, "lineage")
    assert not app.exception
    assert field(app, "Find").value == (wrong if isinstance(wrong, str) else "")


def test_drafts_that_cannot_be_saved_stay_in_the_tab(project: Workspace) -> None:
    """A disk that takes no drafts breaks no click: what was typed stays in the tab, and one warning says so."""
    (project.folder / "drafts.json").mkdir()
    app = page(project, "lineage")
    field(app, "Find").set_value("plate").run()
    assert not app.exception
    assert not app.error
    assert "kept only as long as this tab is open" in app.warning[0].value
    app.switch_page("../../pages/character_sheet.py").run()
    app.switch_page("../../pages/lineage.py").run()
    assert field(app, "Find").value == "plate"
    field(app, "Find").set_value("nothing like it").run()
    assert not app.warning
    next(button for button in app.button if button.label == "Show everything").click().run()
    assert not app.exception
    assert field(app, "Find").value == ""


@pytest.mark.parametrize(
    "claims",
    [{}, {"sub": ""}, {"sub": 17}, {"sub": None}, {"sub": ["a"]}],
    ids=["none", "empty", "number", "null", "list"],
)
def test_a_sign_in_that_names_nobody_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, claims: dict[str, object]
) -> None:
    """Without a `sub` that is a text nobody is let in, and the page says why instead of breaking."""
    monkeypatch.setattr(frame, "_has_sign_in", lambda: True)
    app = visitor(is_logged_in=True, iss="https://sign.example", **claims)
    assert not app.exception
    assert "does not say who you are" in app.error[0].value
    assert not app.title


@pytest.mark.parametrize("said", ["false", "true", 1, "", None])
def test_only_a_plain_yes_is_a_sign_in(monkeypatch: pytest.MonkeyPatch, said: object) -> None:
    """A sign-in service's claim of another type lets nobody in."""
    monkeypatch.setattr(frame, "_has_sign_in", lambda: True)
    app = visitor(is_logged_in=said, sub="ada")
    assert [button.label for button in app.button] == ["Sign in"]


@pytest.mark.parametrize(("key", "end"), [("WXYZ", ""), ("short-WXYZ", ""), ("AIza-0123456789-WXYZ", "WXYZ")])
def test_a_short_key_is_not_shown_at_all(monkeypatch: pytest.MonkeyPatch, key: str, end: str) -> None:
    """Only a long key shows its end, one from the server as well as one that was entered."""
    monkeypatch.setenv("GEMINI_API_KEY", key)
    app = visitor()
    assert "Gemini with the server's key" in account(app)
    assert ("WXYZ" in account(app)) is bool(end)
    app.sidebar.text_input[0].set_value(key)
    next(button for button in app.sidebar.button if button.label == "Use this key").click().run()
    assert ("WXYZ" in account(app)) is bool(end)
    assert "Gemini with " in account(app)


def account(app: AppTest) -> str:
    return next(caption.value for caption in app.sidebar.caption if "Gemini" in caption.value)
