"""The lineage page as a script: what it shows, filters, selects, exports and puts away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.models.asset import Asset, EngineName, Kind, Recipe, Result, Source
from core.models.story import CHARACTERS
from core.settings import load_settings
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.project_stories import open_story
from core.ui import desk
from core.ui.lineage import exports
from tests.samples import png

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> ![](http://evil.test/x.png) \u202e \x1b[31m"
APP = Path(__file__).parents[2] / "core" / "ui" / "app.py"


@pytest.fixture(autouse=True)
def _own_desk() -> Iterator[None]:
    """Give each test a server's studio of its own."""
    desk.desk.cache_clear()
    desk.project.cache_clear()
    yield
    desk.desk.cache_clear()
    desk.project.cache_clear()


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """A project with a plate, a sheet made from it, and two versions of a valley made from the sheet."""
    workspace = Studio(load_settings()).workspace(tmp_path / "home" / "projects" / "lamp", "The lamplighter")
    plate = save(workspace, "plate", Kind.ARCHIVE, name="Tin robot", engine=None)
    sheet = save(workspace, "robot", Kind.CHARACTER_SHEET, plate, name="Robot sheet", engine=EngineName.GEMINI)
    for attempt in (1, 2):
        save(workspace, "valley", Kind.SCENE, sheet, name="Valley", prompt="A wide valley", attempt=attempt)
    return workspace


def save(
    workspace: Workspace,
    stem: str,
    kind: Kind,
    *sources: Asset,
    name: str = "",
    prompt: str = "",
    engine: EngineName | None = EngineName.DRAFT,
    attempt: int = 1,
) -> Asset:
    """Save a small picture made from sources; scenes belong to a step of a story."""
    recipe = Recipe(
        kind=kind,
        name=name,
        prompt=prompt,
        composed=prompt,
        sources=tuple(Source(asset_id=source.id, digest=source.digest) for source in sources),
        engine=engine,
        model="gemini-3-pro-image" if engine is EngineName.GEMINI else "",
        attempt=attempt,
        story="tale" if kind is Kind.SCENE else "",
        step=stem if kind is Kind.SCENE else "",
    )
    return workspace.save(recipe, Result(cost_usd=0.134, text="Said **so**"), png(len(workspace.assets())), stem)


def save_character(workspace: Workspace) -> Asset:
    """Save a try of a character, made from the plate."""
    recipe = Recipe(kind=Kind.CUTOUT, name="Hare", prompt="- a hare", story=CHARACTERS, step="Hare")
    recipe = recipe.model_copy(update={"sources": (Source(asset_id="plate"),), "engine": EngineName.DRAFT})
    return workspace.save(recipe, Result(), png(99), "hare")


def save_story(workspace: Workspace) -> None:
    """Write the story that the valley belongs to."""
    workspace.save_story("tale", "title: Tale\nsteps:\n  - {id: valley, kind: scene, prompt: A wide valley}\n")


def page(project: Workspace | None = None, **query: str) -> AppTest:
    """Return the page, run once, with these values in the address."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in (({"project": project.uuid} if project else {}) | query).items():
        app.query_params[name] = value
    app.run()
    app.switch_page("../../pages/lineage.py")
    return app.run()


def graphs(app: AppTest) -> list[dict[str, Any]]:
    """Return what the graphs' fronts were given."""
    return [json.loads(part.proto.json)[0] for part in app.get("bidi_component") if "curves" in part.proto.json]


def graph(app: AppTest) -> dict[str, Any]:
    """Return what the graph's front was given."""
    return graphs(app)[0]


def shown(app: AppTest) -> set[str]:
    """Return the ids of the images in the graph."""
    return {node["asset"] for node in graph(app)["nodes"]}


def button(app: AppTest, label: str) -> Any:
    """Return a button by its label."""
    return next(found for found in app.button if found.label == label)


def test_without_a_project_the_page_says_what_will_stand_here() -> None:
    """No project, no graph: one sentence that teaches, and one button that leads on."""
    app = page()
    assert not app.exception
    assert any("tied to what it was made from" in text.value for text in app.text)
    assert not graphs(app)
    button(app, "Make a character sheet").click().run()
    assert app.title[0].value == "Character sheet"


def test_the_chosen_versions_are_shown_and_all_of_them_on_demand(project: Workspace) -> None:
    """The graph holds the newest version of a step; the switch brings the older one in."""
    app = page(project)
    assert shown(app) == {"plate", "robot", "valley-v2"}
    next(toggle for toggle in app.toggle if toggle.label == "All versions").set_value(True).run()
    assert shown(app) == {"plate", "robot", "valley", "valley-v2"}


def test_pictures_come_by_url_and_never_as_pixels(project: Workspace) -> None:
    """Every node names signed URLs of its thumbnail and original; nothing is inlined."""
    for node in graph(page(project))["nodes"]:
        for url in (node["picture"], node["original"]["original"]):
            assert url.startswith(f"/app/static/picture/{project.uuid}/")
            assert "&s=" in url


def test_a_search_keeps_what_was_found_and_what_it_was_made_from(project: Workspace) -> None:
    """Words of a prompt find its image; the images before it stay, faintly."""
    app = page(project)
    app.text_input[0].input("wide VALLEY").run()
    faint = {node["asset"]: node["isAside"] for node in graph(app)["nodes"]}
    assert faint == {"plate": True, "robot": True, "valley-v2": False}


def test_a_search_that_finds_nothing_offers_the_way_back(project: Workspace) -> None:
    """An unknown word leaves a sentence and a button, and the button shows everything again."""
    app = page(project)
    app.text_input[0].input("submarine").run()
    assert not graphs(app)
    button(app, "Show everything").click().run()
    assert shown(app) == {"plate", "robot", "valley-v2"}


def test_a_filter_that_the_project_no_longer_has_is_forgotten(project: Workspace) -> None:
    """A kept choice of a kind that is gone hides nothing and breaks nothing."""
    DraftsFile(project.folder).write("lineage/kind", ["crop", "no kind"])
    app = page(project)
    assert not app.exception
    assert shown(app) == {"plate", "robot", "valley-v2"}


def test_a_locked_step_is_marked(project: Workspace) -> None:
    """A lock in the project's choices is the node's mark."""
    (project.folder / "stories" / "tale.yaml").write_text(
        "title: Tale\nsteps:\n  - id: valley\n    kind: scene\n    prompt: A wide valley\n"
    )
    project.choices.lock("tale", "valley", True)
    marks = {node["asset"]: node["state"] for node in graph(page(project))["nodes"]}
    assert marks == {"plate": "archive", "robot": "generated", "valley-v2": "locked"}


def test_the_address_selects_an_image(project: Workspace) -> None:
    """`?asset=` opens its details: prompt as code, recipe, what it was made from and became."""
    app = page(project, asset="valley-v2")
    assert graph(app)["selected"] == "valley-v2"
    assert app.subheader[0].value == "Valley"
    assert app.code[0].value == "A wide valley"
    assert "Made from 1 image" in [caption.value for caption in app.caption]
    assert "Said **so**" in [text.value for text in app.text]
    assert {"Engine": "draft", "Attempt": "2"}.items() <= dict(app.table[0].value.values.tolist()).items()


def test_an_image_that_is_gone_is_not_selected(project: Workspace) -> None:
    """An address of a deleted image shows the graph without details."""
    app = page(project, asset="nobody")
    assert not app.exception
    assert not app.subheader
    assert shown(app) == {"plate", "robot", "valley-v2"}


def test_trash_is_undone(project: Workspace) -> None:
    """An image put away is gone from the graph, and one click brings it back, selected."""
    app = page(project, asset="plate")
    button(app, "Trash").click().run()
    assert project.trashed() == ["plate"]
    assert next(node for node in graph(app)["nodes"] if node["asset"] == "plate")["state"] == "missing"
    assert any(text.value == "Tin robot is in the trash." for text in app.text)
    button(app, "Undo").click().run()
    assert project.trashed() == []
    assert graph(app)["selected"] == "plate"


def test_using_a_scene_leads_to_a_new_one_after_it(project: Workspace) -> None:
    """ "Use in a scene" goes to the scene page with this step selected and a new scene begun."""
    save_story(project)
    app = page(project, asset="valley-v2")
    button(app, "Use in a scene").click().run()
    assert app.query_params["step"] == "valley"
    assert app.query_params["add"] == "valley"
    assert app.title[0].value == "Scene sequencer"


def test_a_scene_of_a_story_that_is_not_here_leads_to_no_other_story(project: Workspace) -> None:
    """A picture that came without its story is used like any other picture, not in a story that happens to be here."""
    app = page(project, asset="valley-v2")
    assert button(app, "Use in a character sheet")
    assert "Make again" not in [found.label for found in app.button]


def test_a_character_begins_a_story(project: Workspace) -> None:
    """ "Use in a scene" of a character asks for a new story that begins with it, whatever stories there are."""
    save_story(project)
    hare = save_character(project)
    app = page(project, asset=hare.id)
    button(app, "Use in a scene").click().run()
    assert app.title[0].value == "Scene sequencer"
    assert app.query_params["begin"] == "1"
    app.switch_page("../../pages/scene_sequencer.py")  # a script's test does not follow by itself
    app.query_params.update({"project": project.uuid, "begin": "1"})
    app.run()
    assert next(found for found in app.main.selectbox if found.label == "Character").value == hare.id
    next(found for found in app.text_area if found.label == "The first scene").set_value("- A hill.").run()
    next(found for found in app.text_input if found.label == "Title of the story").set_value("Second").run()
    button(app, "Start the story").click().run()
    assert not app.exception
    assert open_story(project, "Second").story.steps[0].sources[0].id == "Hare"
    assert "begin" not in app.query_params
    assert next(found for found in app.main.selectbox if found.label == "Story").value == "Second"


def test_a_character_is_made_again_on_its_sheet(project: Workspace) -> None:
    """ "Make again" of a character goes to the sheet's form, filled in as it was for that picture."""
    hare = save_character(project)
    app = page(project, asset=hare.id)
    button(app, "Make again").click().run()
    assert not app.exception
    assert app.title[0].value == "Character sheet"
    drafts = DraftsFile(project.folder).read()
    assert (drafts["sheet/picture"], drafts["sheet/kind"]) == ("plate", "cutout")
    assert next(found for found in app.text_input if found.label == "Name").value == "Hare"
    assert next(found for found in app.text_area if found.label == "Prompt").value == "- a hare"


def test_an_archive_picture_leads_to_a_character_sheet(project: Workspace) -> None:
    """A picture that belongs to no story becomes the character sheet's picture."""
    app = page(project, asset="plate")
    button(app, "Use in a character sheet").click().run()
    assert app.title[0].value == "Character sheet"
    assert DraftsFile(project.folder).read()["sheet/picture"] == "plate"


def test_nothing_is_exported_before_the_click(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Showing the page writes no export; each export's button makes its own file."""
    written: list[str] = []
    monkeypatch.setattr(exports, "write_lineage", lambda _workspace, form, out: written.append(form) or out.touch())
    monkeypatch.setattr(exports, "write_sheet", lambda _workspace, out: written.append("sheet") or out.touch())
    page(project)
    assert written == []


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("html", b"<!doctype html>"), ("png", b"\x89PNG"), ("json", b"{"), ("sheet", b"\x89PNG")],
)
def test_each_export_is_a_whole_file(project: Workspace, name: str, beginning: bytes) -> None:
    """What a button's callable returns is the file that the terminal writes too."""
    data = exports.export(project, name)
    assert data.startswith(beginning)
    assert len(data) > 50


def test_a_large_project_shows_an_images_surroundings(project: Workspace) -> None:
    """Over forty images only the selected one's surroundings are drawn, until the whole is wanted."""
    sheet = project.get("robot")
    for number in range(60):
        save(project, f"scene-{number}", Kind.IMAGE, sheet)
    app = page(project, asset="robot")
    assert len(shown(app)) == 40
    assert {"plate", "robot", "scene-59"} <= shown(app)
    next(toggle for toggle in app.toggle if toggle.label == "Whole graph").set_value(True).run()
    assert len(shown(app)) == 63


def test_hostile_words_are_shown_as_they_are(project: Workspace) -> None:
    """Markup in a name, a prompt and a model's words reaches only places that show text."""
    save(project, "hostile", Kind.SCENE, name=HOSTILE, prompt=HOSTILE)
    app = page(project, asset="hostile")
    assert app.code[0].value == HOSTILE
    spoken = [element.value for element in [*app.markdown, *app.caption, *app.subheader, *app.title]]
    assert not [text for text in spoken if re.search(r"(?<!\\)(<|!\[)", text)]
