"""All that a model answered beside an image is shown wherever that is looked at, and nothing where it came alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from core.models.answer import Answer, Block, BlockKind, Grounding, Link
from core.models.asset import Asset, EngineName, Kind, Recipe, Result, Source
from core.models.story import CHARACTERS
from core.models.talk import Reply, Turn
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.characters import character_step
from core.studio.grids import cell_id
from core.studio.lab import LabOrder, advance
from core.ui import desk
from tests.app.walk import STORY, opened, save
from tests.samples import png

THOUGHT, WORDS, SUGGESTIONS = "First the composition.", "Here it is. <b>bold</b>", "<div>hares</div>"
Place = Callable[[Workspace], tuple[Asset, str, dict[str, str]]]


def drafted(workspace: Workspace, **values: object) -> None:
    for name, value in values.items():
        DraftsFile(workspace.folder).write(name.replace("__", "/"), value)


def lab_asset(workspace: Workspace) -> Asset:
    (recipe,) = advance(desk.desk(), workspace, LabOrder("A lamp")).recipes
    return workspace.save(recipe, Result(), png(1), "lamp")


def bench(workspace: Workspace) -> tuple[Asset, str, dict[str, str]]:
    return lab_asset(workspace), "prompt_lab", {}


def grid(workspace: Workspace) -> tuple[Asset, str, dict[str, str]]:
    asset = lab_asset(workspace)
    drafted(workspace, lab__mode="grid", grid__open=cell_id(asset.recipe))
    DraftsFile(workspace.folder).write("grid/prompt/1", "A lamp")
    return asset, "prompt_lab", {}


def earlier_turn(workspace: Workspace) -> tuple[Asset, str, dict[str, str]]:
    """Save a conversation of two turns and return the first one's image: it is shown small."""
    now, before, images = datetime.now(UTC), "", []
    talk = workspace.conversations.begin("A lamp")
    for number, prompt in enumerate(("A lamp", "Darker")):
        recipe = Recipe(kind=Kind.IMAGE, prompt=prompt, composed=prompt, engine=EngineName.DRAFT, model="draft")
        turn = workspace.conversations.add(talk.id, Turn(id="", parent=before, recipe=recipe, begun=now))
        workspace.conversations.answer(turn.recipe.turn or "", Reply(at=now), {})
        images.append(workspace.save(turn.recipe, Result(), png(number), f"turn-{number}"))
        before = turn.id
    drafted(workspace, lab__mode="chat", talk__current=talk.id)
    return images[0], "prompt_lab", {}


def scene(workspace: Workspace) -> tuple[Asset, str, dict[str, str]]:
    sheet = Recipe(kind=Kind.CHARACTER_SHEET, name="Hare", story=CHARACTERS, step="hare")
    workspace.save(sheet, Result(), png(9), "hare")
    save(workspace, STORY)
    asset_id = workspace.choices.read().asset_id("walk", "b") or ""
    return workspace.get(asset_id), "scene_sequencer", {"step": "b"}


def drawer(workspace: Workspace) -> tuple[Asset, str, dict[str, str]]:
    asset = lab_asset(workspace)
    return asset, "lineage", {"asset": asset.id}


def sheet(workspace: Workspace) -> tuple[Asset, str, dict[str, str]]:
    plate = workspace.save(Recipe(kind=Kind.ARCHIVE, name="plate"), Result(), png(8), "plate")
    recipe = Recipe(
        kind=Kind.CUTOUT,
        name="Hare",
        prompt="- a hare",
        engine=EngineName.DRAFT,
        sources=(Source(asset_id=plate.id, digest=plate.digest),),
        story=CHARACTERS,
        step=character_step("Hare"),
    )
    drafted(workspace, sheet__picture=plate.id, sheet__name="Hare")
    return workspace.save(recipe, Result(), png(7), "hare"), "character_sheet", {}


PLACES = [bench, grid, earlier_turn, scene, drawer, sheet]


def suggestions(app: AppTest) -> list[str]:
    parts = [json.loads(part.proto.json) for part in app.get("bidi_component") if "html" in part.proto.json]
    return [part[0]["html"] for part in parts if isinstance(part, list) and "html" in part[0]]


@pytest.mark.parametrize("place", PLACES)
def test_the_whole_answer_is_there(trials: Workspace, place: Place) -> None:
    """Thoughts and words stand as text in their order, sources as links, and the suggestions in their frame, once."""
    asset, name, query = place(trials)
    blocks = (
        Block(kind=BlockKind.THOUGHT, text=THOUGHT),
        Block(kind=BlockKind.TEXT, text=WORDS),
        Block(kind=BlockKind.IMAGE, file=""),
        Block(kind=BlockKind.TEXT, text="And the last words."),
    )
    links = (Link(uri="https://hares.example/one", title="The hare"),)
    grounding = Grounding(suggestions=SUGGESTIONS, queries=("hares at dawn",), links=links)
    trials.answers.keep(asset.id, Answer(blocks=blocks, grounding=grounding), [])
    app = opened(trials, name, **query)
    texts = [text.value for text in app.text]
    assert texts.count(THOUGHT) == 1
    assert texts.index(WORDS) < texts.index("And the last words.")
    (link,) = [found for found in app.get("link_button") if "hares.example" in found.proto.url]
    assert link.proto.url == "https://hares.example/one"
    assert any("Searched for: hares at dawn" in caption.value for caption in app.caption)
    assert suggestions(app) == [SUGGESTIONS]


@pytest.mark.parametrize("place", PLACES)
def test_an_image_that_came_alone_has_no_box(trials: Workspace, place: Place) -> None:
    """Where nothing came with an image there is nothing to open."""
    _, name, query = place(trials)
    app = opened(trials, name, **query)
    labels = {box.label for box in app.expander}
    assert not labels & {"The whole answer", "The model's words", "The model's thoughts", "Sources"}
    assert suggestions(app) == []


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "data:text/html,x", "//evil.test"])
def test_an_address_that_is_none_is_no_link(trials: Workspace, uri: str) -> None:
    """An answer's file that names what would run when clicked is not shown."""
    asset, name, query = bench(trials)
    answer = {"blocks": [], "grounding": {"links": [{"uri": uri, "title": "The hare"}]}}
    folder = trials.folder / "answers" / asset.id
    folder.mkdir(parents=True)
    (folder / "answer.json").write_text(json.dumps(answer))
    app = opened(trials, name, **query)
    assert not [found for found in app.get("link_button") if found.proto.url == uri]
