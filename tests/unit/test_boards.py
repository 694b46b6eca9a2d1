"""A story's board: states, prices and versions from one reading of the project, and what is done to a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import BlockedError, StoryError
from core.models.asset import Asset, EngineName, Kind, Recipe, Result
from core.models.catalog import load_catalog
from core.models.story import Story, StorySource
from core.settings import EngineChoice, load_settings
from core.store.workspace import Workspace
from core.studio.background import RunView
from core.studio.boards import Board, CardState, composed_text, read_board
from core.studio.context import Studio
from core.studio.lanes import places
from core.studio.planning import Planner, RunOptions, StepStatus
from core.studio.project_stories import change_story, open_story, run_spec, story_options
from core.studio.specs import StepOutcome
from core.studio.step_versions import bring_back, replace_with_file
from core.studio.story_editing import edit
from core.studio.story_writing import write_story
from tests.samples import scene
from tests.standin.pictures import draw_picture

DRAFT = RunOptions(engine=EngineName.DRAFT)
GEMINI = RunOptions(engine=EngineName.GEMINI, default_model="gemini-nano-banana-2.1")
CATALOG = load_catalog()


STORY = Story(
    title="t",
    sources=(StorySource(id="archive", path="../assets/archive.png"),),
    steps=(scene("a", "archive"), scene("b", "a"), scene("c", "b"), scene("side", "a")),
)


@pytest.fixture
def studio() -> Studio:
    return Studio(load_settings())


@pytest.fixture
def workspace(studio: Studio, tmp_path: Path) -> Workspace:
    """A project that holds the story and its starting image, and no step yet."""
    project = studio.workspace(tmp_path / "p")
    project.save(Recipe(kind=Kind.ARCHIVE, name="archive"), Result(), draw_picture("0" * 64, (64, 48)), "archive")
    project.save_story("s", write_story(STORY))
    return project


def board_of(workspace: Workspace, options: RunOptions = DRAFT, run: RunView | None = None) -> Board:
    return read_board(workspace, open_story(workspace, "s").story, "s", options, CATALOG, run)


def states(board: Board) -> dict[str, CardState]:
    return {card.step.id: card.state for card in board.cards}


def make_all(workspace: Workspace, options: RunOptions = DRAFT) -> None:
    """Store a picture for every step, as a run would."""
    story = open_story(workspace, "s").story
    planner = Planner(workspace, story, "s", options, CATALOG)
    made = {"archive": workspace.get("archive")}
    for step in story.ordered():
        sources = [made[source.id] for source in step.sources]
        decision = planner.decide(step, sources)
        made[step.id] = decision.asset or make(workspace, decision.recipe)
        workspace.choices.choose("s", step.id, made[step.id].id)


def make(workspace: Workspace, recipe: Recipe) -> Asset:
    return workspace.save(recipe, Result(cost_usd=0.1), draw_picture(recipe.fingerprint, (64, 48)), recipe.step)


def change(workspace: Workspace, step: str, **fields: Any) -> None:
    change_story(workspace, "s", lambda story: edit(story, step, **fields))


def run_with(workspace: Workspace, **fields: Any) -> RunView:
    story = open_story(workspace, "s").story
    given = {"is_active": False, "is_cancelled": False, "started": {}, "outcomes": {}, "story": story, **fields}
    return RunView(id="r", title="t", project="", began=datetime.now(UTC), steps=("a", "b", "c", "side"), **given)


def test_a_new_story_is_all_to_be_made(workspace: Workspace) -> None:
    """Before the first run every card is missing and the board costs the sum of its cards; draft is free."""
    assert set(states(board_of(workspace)).values()) == {CardState.MISSING}
    assert board_of(workspace).cost_usd == 0
    priced = board_of(workspace, GEMINI)
    assert priced.cost_usd == pytest.approx(4 * priced.cards[0].price_usd)
    assert priced.cost_usd > 0


def test_a_changed_scene_is_stale_with_what_follows(workspace: Workspace) -> None:
    """A new prompt makes its scene and the ones made from it stale, and leaves the other branch alone."""
    make_all(workspace)
    assert set(states(board_of(workspace)).values()) == {CardState.CURRENT}
    change(workspace, "b", prompt="new")
    board = board_of(workspace)
    assert states(board) == {
        "a": CardState.CURRENT, "b": CardState.STALE, "c": CardState.STALE, "side": CardState.CURRENT,
    }  # fmt: skip
    assert [card.step.id for card in board.to_make] == ["b", "c"]


def test_what_was_made_before_comes_back_free(workspace: Workspace) -> None:
    """With the old prompt again the old picture is one to return, not one to make."""
    make_all(workspace)
    change(workspace, "c", prompt="new")
    make_all(workspace)
    change(workspace, "c", prompt="- c")
    board = board_of(workspace)
    assert ([card.step.id for card in board.to_return], board.to_make) == (["c"], ())
    assert board.cost_usd == 0


def test_a_rough_waits_for_gemini_without_being_called_stale(workspace: Workspace) -> None:
    """With gemini chosen, draft pictures are roughs to be rendered, at gemini's price."""
    make_all(workspace)
    board = board_of(workspace, GEMINI)
    assert set(states(board).values()) == {CardState.DRAFTED}
    assert len(board.to_make) == 4


def test_a_board_reads_like_a_planner_on_the_project(workspace: Workspace) -> None:
    """What one reading plans is what the planner plans that asks the project step by step."""
    make_all(workspace)
    workspace.choices.lock("s", "c", True)
    change(workspace, "a", prompt="new")
    story = open_story(workspace, "s").story
    slow = Planner(workspace, story, "s", DRAFT, CATALOG).plan({"archive": workspace.get("archive")})
    board = board_of(workspace)
    assert [(line.step.id, line.asset) for line in slow] == [(card.step.id, card.planned) for card in board.cards]
    assert board.card("c").state is CardState.LOCKED  # type: ignore[union-attr]


def test_the_project_is_read_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A board of many scenes asks for the assets and the choices once, not once a card."""
    make_all(workspace)
    calls: list[str] = []
    for name in ("assets", "find", "versions", "with_plan"):
        real = getattr(Workspace, name)
        monkeypatch.setattr(Workspace, name, lambda *args, _n=name, _r=real: (calls.append(_n), _r(*args))[1])
    story = open_story(workspace, "s").story
    read_board(workspace, story, "s", DRAFT, CATALOG)
    assert calls == ["assets"]


def test_a_run_marks_what_is_being_made_and_what_failed(workspace: Workspace) -> None:
    """A step under way is running; one that failed shows its error until its scene is changed."""
    error = BlockedError("blocked", reason="SAFETY", text="no")
    failed = StepOutcome(id="b", status=StepStatus.FAILED, error=error.to_plain())
    skipped = StepOutcome(id="c", status=StepStatus.SKIPPED, error=error.to_plain())
    run = run_with(workspace, is_active=True, started={"a": datetime.now(UTC)}, outcomes={"b": failed, "c": skipped})
    board = board_of(workspace, run=run)
    assert states(board) == {
        "a": CardState.RUNNING, "b": CardState.FAILED, "c": CardState.MISSING, "side": CardState.MISSING,
    }  # fmt: skip
    shown = board.card("b").error  # type: ignore[union-attr]
    assert isinstance(shown, BlockedError)
    assert (shown.reason, shown.text) == ("SAFETY", "no")
    change(workspace, "b", prompt="another way")
    assert board_of(workspace, run=run).card("b").error is None  # type: ignore[union-attr]


def test_an_image_that_could_not_be_made_again_says_so(workspace: Workspace) -> None:
    """A failed "make again" shows its error beside the old image; one made after that run has none."""
    make_all(workspace)
    error = BlockedError("blocked", reason="SAFETY", text="no")
    failed = StepOutcome(id="b", status=StepStatus.FAILED, error=error.to_plain())
    card = board_of(workspace, run=run_with(workspace, outcomes={"b": failed})).card("b")
    assert card is not None
    assert (card.state, card.is_to_make) == (CardState.FAILED, False)
    assert card.asset is not None
    assert isinstance(card.error, BlockedError)
    earlier = replace(run_with(workspace, outcomes={"b": failed}), began=datetime(2026, 1, 1, tzinfo=UTC))
    assert board_of(workspace, run=earlier).card("b").error is None  # type: ignore[union-attr]


def test_lanes_are_branches(workspace: Workspace) -> None:
    """The first to follow a scene stays in its lane, the second opens a lane; sources stand left of what they make."""
    where = {name: (place.column, place.lane, place.follows) for name, place in places(STORY).items()}
    assert where == {
        "archive": (0, 0, ""), "a": (1, 0, "archive"), "b": (2, 0, "a"), "c": (3, 0, "b"), "side": (2, 1, "a"),
    }  # fmt: skip


def test_no_two_cards_share_a_place() -> None:
    """Whatever the branches, every card has a place of its own, right of all its sources."""
    steps = [scene("s0")] + [scene(f"s{n}", f"s{(n - 1) // 2}", f"s{n // 3}") for n in range(1, 60)]
    steps = [step.model_copy(update={"sources": tuple({s.id: s for s in step.sources}.values())}) for step in steps]
    where = places(Story(title="t", steps=tuple(steps)))
    assert len({(place.column, place.lane) for place in where.values()}) == 60
    assert all(where[source.id].column < where[step.id].column for step in steps for source in step.sources)


def test_the_composed_text_is_what_is_sent(workspace: Workspace) -> None:
    """The text shown names the images as the sent one does; with an image missing there is none yet."""
    board = board_of(workspace)
    assert composed_text(board, board.cards[1]) is None
    make_all(workspace)
    board = board_of(workspace)
    shown = [composed_text(board, card) for card in board.cards]
    assert shown == [card.asset.recipe.composed for card in board.cards if card.asset]


def test_a_change_keeps_what_another_tab_wrote(workspace: Workspace) -> None:
    """Two changes to different scenes from pages that read the same story are both in the file."""
    seen = open_story(workspace, "s")
    change(workspace, "b", prompt="from tab one")
    done = change_story(workspace, "s", lambda story: edit(story, "c", prompt="from tab two"))
    assert done.before.digest != seen.digest
    story = open_story(workspace, "s").story
    assert (story.step("b").prompt, story.step("c").prompt) == ("from tab one", "from tab two")


def test_a_refused_change_leaves_the_file(workspace: Workspace) -> None:
    """A change that cannot be made writes nothing."""
    before = open_story(workspace, "s").text
    with pytest.raises(StoryError):
        change(workspace, "b", prompt="")
    assert open_story(workspace, "s").text == before


def test_one_step_runs_with_what_is_not_up_to_date_before_it(studio: Studio, workspace: Workspace) -> None:
    """Running one scene makes what is missing or stale before it, else it would be stale itself; the rest it takes."""
    spec = run_spec(studio, workspace, board_of(workspace), DRAFT, only=("c",))
    assert spec.step_ids == ("a", "b", "c")
    assert spec.starting == {"archive": "archive"}
    make_all(workspace)
    change(workspace, "a", prompt="new")
    spec = run_spec(studio, workspace, board_of(workspace), DRAFT, only=("c",), again=True)
    assert (spec.step_ids, spec.starting, spec.options.again) == (("a", "b", "c"), {"archive": "archive"}, ("c",))
    change(workspace, "a", prompt=STORY.step("a").prompt)
    change(workspace, "c", prompt="new")
    spec = run_spec(studio, workspace, board_of(workspace), DRAFT, only=("c",))
    assert (spec.step_ids, spec.starting) == (("c",), {"b": "b"})


def test_a_missing_starting_image_is_named(studio: Studio, workspace: Workspace) -> None:
    """A story whose first picture is in the trash is not begun; the message names it."""
    workspace.trash("archive")
    with pytest.raises(StoryError, match="'archive'"):
        run_spec(studio, workspace, board_of(workspace), DRAFT)


def test_prices_ask_nobody(studio: Studio) -> None:
    """The options a page prices with name a model without asking the service."""
    options = story_options(studio, EngineChoice.GEMINI)
    assert options.default_model == CATALOG.recommended(studio.today())[0].id
    assert story_options(studio, EngineChoice.DRAFT) == DRAFT


def test_an_edited_file_replaces_the_picture_and_stays(workspace: Workspace) -> None:
    """A person's file becomes a locked version with its sources; what is made from it is stale, it is not."""
    make_all(workspace)
    board = board_of(workspace)
    asset = replace_with_file(workspace, board, board.cards[1], draw_picture("f" * 64, (80, 60)))
    assert (asset.recipe.engine, asset.recipe.story, asset.recipe.step, asset.source_ids) == (None, "s", "b", ("a",))
    board = board_of(workspace)
    assert states(board)["b"] is CardState.LOCKED
    assert states(board)["c"] is CardState.STALE
    assert board.picture("b") == asset
    assert [version.id for version in board.cards[1].versions] == ["b", asset.id]


def test_a_version_comes_back_with_its_prompt(workspace: Workspace) -> None:
    """Bringing a version back brings its prompt back, too: it is current, and not locked."""
    make_all(workspace)
    first = workspace.get("b")
    change(workspace, "b", prompt="new")
    make_all(workspace)
    board = board_of(workspace)
    assert bring_back(workspace, board, board.cards[1], first, DRAFT, CATALOG) is False
    board = board_of(workspace)
    assert (board.cards[1].state, board.cards[1].asset) == (CardState.CURRENT, first)
    assert board.story.step("b").prompt == "- b"


def test_a_version_of_other_sources_comes_back_locked(workspace: Workspace) -> None:
    """A version made from pictures that are chosen no more is locked, so that the next run leaves it."""
    make_all(workspace)
    first = workspace.get("b")
    change(workspace, "a", prompt="new")
    make_all(workspace)
    board = board_of(workspace)
    assert bring_back(workspace, board, board.cards[1], first, DRAFT, CATALOG) is True
    board = board_of(workspace)
    assert (board.cards[1].state, board.cards[1].asset) == (CardState.LOCKED, first)
