"""What a run will do: reuse, stale, again, locks, and which model counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import StoryError
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Result
from core.models.catalog import load_catalog
from core.models.story import Step, StepSource, Story
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.planning import Planner, RunOptions, StepStatus, check_settings, model_of
from tests.standin.pictures import draw_picture

GEMINI = RunOptions(engine=EngineName.GEMINI, default_model="gemini-nano-banana-2.1")
DRAFT = RunOptions(engine=EngineName.DRAFT)
STORY = Story(
    title="t",
    steps=(
        Step(id="a", kind=Kind.SCENE, prompt="a"),
        Step(id="b", kind=Kind.SCENE, prompt="b", sources=(StepSource(id="a"),)),
    ),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Studio(load_settings()).workspace(tmp_path / "p")


def planner(workspace: Workspace, story: Story = STORY, options: RunOptions = GEMINI) -> Planner:
    return Planner(workspace, story, "t", options, load_catalog())


def make(workspace: Workspace, recipe: Recipe, created: datetime | None = None) -> Asset:
    """Store a picture as if it had been made from the recipe."""
    asset = workspace.save(recipe, Result(created=created), draw_picture(recipe.fingerprint, (64, 64)), recipe.step)
    workspace.choices.choose(recipe.story, recipe.step, asset.id)
    return asset


def made_all(workspace: Workspace) -> dict[str, Asset]:
    """Make both steps of the story."""
    plan = planner(workspace)
    first = make(workspace, plan.recipe(STORY.step("a"), []))
    return {"a": first, "b": make(workspace, plan.recipe(STORY.step("b"), [first]))}


def statuses(workspace: Workspace, story: Story = STORY, options: RunOptions = GEMINI) -> list[StepStatus]:
    return [line.status for line in planner(workspace, story, options).plan({})]


def with_prompt(step_id: str, prompt: str) -> Story:
    steps = tuple(step.model_copy(update={"prompt": prompt}) if step.id == step_id else step for step in STORY.steps)
    return STORY.model_copy(update={"steps": steps})


def test_what_is_current_is_reused(workspace: Workspace) -> None:
    """Steps whose recipe is today's are reused."""
    made_all(workspace)
    assert statuses(workspace) == [StepStatus.REUSED, StepStatus.REUSED]


def test_a_stale_step_makes_its_descendants_stale(workspace: Workspace) -> None:
    """A changed first step is to be made with everything after it; a changed last step alone."""
    made_all(workspace)
    assert statuses(workspace, with_prompt("a", "new")) == [StepStatus.PLANNED, StepStatus.PLANNED]
    assert statuses(workspace, with_prompt("b", "new")) == [StepStatus.REUSED, StepStatus.PLANNED]


def test_a_picture_made_before_is_found_again(workspace: Workspace) -> None:
    """Going back to an old recipe finds its picture although another one is chosen now (A -> B -> A)."""
    before = made_all(workspace)["b"]
    changed = with_prompt("b", "new")
    plan = planner(workspace, changed)
    make(workspace, plan.recipe(changed.step("b"), [workspace.get("a")]))
    assert planner(workspace).plan({})[1].asset == before


def test_a_locked_step_stays_whatever_changes(workspace: Workspace) -> None:
    """A locked step is reused even when its own prompt or its source changed."""
    made_all(workspace)
    workspace.choices.lock("t", "b", True)
    assert statuses(workspace, with_prompt("b", "new")) == [StepStatus.REUSED, StepStatus.REUSED]


def test_again_makes_one_more_attempt_and_only_once(workspace: Workspace) -> None:
    """A step to be made again gets the next attempt; what this very run has made already is not made again."""
    made_all(workspace)
    started = datetime.now(UTC) + timedelta(seconds=1)
    options = GEMINI.model_copy(update={"again": ("b",), "started": started})
    plan = planner(workspace, options=options)
    decision = plan.decide(STORY.step("b"), [workspace.get("a")])
    assert (decision.asset, decision.recipe.attempt) == (None, 2)
    made = make(workspace, decision.recipe, created=started + timedelta(seconds=1))
    assert plan.decide(STORY.step("b"), [workspace.get("a")]).asset == made


def test_what_gemini_made_stays_when_only_draft_is_at_hand(workspace: Workspace) -> None:
    """Images by gemini are current for the draft engine, whatever model made them and whatever only it heeds."""
    warm = GenerationSettings(aspect_ratio="1:1", image_size="1K", thinking_level="high", temperature=0.4)
    story = STORY.model_copy(update={"settings": warm})
    for model in ("gemini-nano-banana-2.1", "gemini-2.5-flash-image"):
        plan = planner(workspace, story, GEMINI.model_copy(update={"model": model}))
        first = make(workspace, plan.recipe(story.step("a"), []))
        make(workspace, plan.recipe(story.step("b"), [first]))
        assert statuses(workspace, story, DRAFT) == [StepStatus.REUSED, StepStatus.REUSED]


def test_a_changed_prompt_is_drafted_and_a_draft_is_stale_for_gemini(workspace: Workspace) -> None:
    """With draft at hand a changed step and what follows are made; a draft is never current for gemini."""
    made_all(workspace)
    changed = with_prompt("a", "new")
    assert statuses(workspace, changed, DRAFT) == [StepStatus.PLANNED, StepStatus.PLANNED]
    make(workspace, planner(workspace, changed, DRAFT).recipe(changed.step("a"), []))
    assert statuses(workspace, changed)[0] is StepStatus.PLANNED


def test_gemini_images_come_back_before_a_draft_is_made(workspace: Workspace) -> None:
    """Going back to an old prompt with draft at hand finds what gemini made for it, not an older draft."""
    make(workspace, planner(workspace, options=DRAFT).recipe(STORY.step("a"), []))
    finished = made_all(workspace)["a"]
    changed = with_prompt("a", "new")
    make(workspace, planner(workspace, changed, DRAFT).recipe(changed.step("a"), []))
    assert planner(workspace, options=DRAFT).plan({})[0].asset == finished


def test_a_draft_can_be_forced_over_a_gemini_image(workspace: Workspace) -> None:
    """A step to be made again with the draft engine is drafted although gemini made it, and the draft then stays."""
    made_all(workspace)
    options = DRAFT.model_copy(update={"again": ("a",)})
    decision = planner(workspace, options=options).decide(STORY.step("a"), [])
    assert (decision.asset, decision.recipe.engine) == (None, EngineName.DRAFT)
    draft = make(workspace, decision.recipe)
    assert planner(workspace, options=DRAFT).plan({})[0].asset == draft


def test_a_damaged_choice_falls_back_to_the_newest_version(workspace: Workspace) -> None:
    """When the chosen version is gone, the newest one made for the step counts."""
    made_all(workspace)
    workspace.choices.choose("t", "a", "gone")
    chosen = planner(workspace).chosen(STORY.step("a"))
    assert chosen is not None
    assert chosen.id == "a"


def test_flag_beats_step_beats_story_beats_first_beats_default() -> None:
    """The model is the flag's, else the step's, the story's, the one first used, the default."""
    step = STORY.steps[0].model_copy(update={"model": "step"})
    story = STORY.model_copy(update={"model": "story"})
    flagged = GEMINI.model_copy(update={"model": "flag"})
    assert model_of(story, step, flagged, "first") == "flag"
    assert model_of(story, step, GEMINI, "first") == "step"
    assert model_of(story, STORY.steps[0], GEMINI, "first") == "story"
    assert model_of(STORY, STORY.steps[0], GEMINI, "first") == "first"
    assert model_of(STORY, STORY.steps[0], GEMINI, "") == "gemini-nano-banana-2.1"
    assert model_of(story, step, RunOptions(engine=EngineName.DRAFT), "first") == "draft"


def test_a_setting_the_model_does_not_honour_is_not_stored(workspace: Workspace) -> None:
    """Temperature for a model that takes none is left out of the recipe."""
    step = STORY.steps[0].model_copy(update={"settings": GenerationSettings(temperature=0.4, aspect_ratio="1:1")})
    recipe = planner(workspace).recipe(step, [])
    assert recipe.settings == GenerationSettings(aspect_ratio="1:1")


def test_what_a_model_cannot_do_is_refused_before_the_run() -> None:
    """A ratio that the step's model does not have is a StoryError with its line."""
    step = Step(
        id="a", kind=Kind.SCENE, prompt="x", model="gemini-3-pro-image", line=7,
        settings=GenerationSettings(aspect_ratio="8:1"),
    )  # fmt: skip
    with pytest.raises(StoryError) as caught:
        check_settings(Story(title="t", steps=(step,)), GEMINI, load_catalog(), "s.yaml")
    assert caught.value.line == 7
