"""Turntables: views made one after another, each from the sheet and those before it, and what goes over the wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidRequestError
from core.models.asset import EngineName, GenerationSettings, Role
from core.store.workspace import Workspace
from core.studio.background import RunView, retry_recipes, view_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.lab import LabOrder, history, reference_to
from core.studio.planning import StepStatus
from core.studio.runs import cancel_run
from core.studio.turntables import Turntable, begin_turntable, last_words, read_views
from tests.samples import keep
from tests.standin import StandIn
from tests.terminal.harness import wait_until

NANO, OLD, PRO = "gemini-nano-banana-2.1", "gemini-2.5-flash-image", "gemini-3-pro-image"
VIEWS = ("the front", "the right side", "the back")
PROMPT = "The character of Image 1, seen from {view}, on plain white."


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Workspace:
    return studio.workspace(tmp_path / "trials", "Trials")


def turntable(project: Workspace, *, views: tuple[str, ...] = VIEWS, is_posed: bool = True, **more: Any) -> Turntable:
    """Return a turntable of a sheet, with a picture of the pose."""
    sheet = reference_to(project.find("hare") or keep(project, "hare", 1), Role.CHARACTER, "Wick")
    pose = reference_to(project.find("pose") or keep(project, "pose", 2), Role.POSE)
    values: dict[str, Any] = {"engine": EngineName.GEMINI, "model": NANO, **more}
    order = LabOrder(values.pop("prompt", PROMPT), (sheet, pose) if is_posed else (sheet,), **values)
    return Turntable(order, "view", views)


def made(studio: Studio, project: Workspace, wanted: Turntable) -> RunView:
    return ended(studio, begin_turntable(studio, project, wanted, LOCAL_USER))


def ended(studio: Studio, run: str) -> RunView:
    wait_until(lambda: not view_run(studio, run).is_active, "the run's end", 60)
    return view_run(studio, run)


def test_the_third_view_sends_sheet_both_views_and_pose(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Each call carries the sheet, the views before it in their order, and the pose last; their words name them so."""
    wanted = turntable(project, settings=GenerationSettings(aspect_ratio="3:4"))
    words = last_words(studio, project, wanted)
    run = made(studio, project, wanted)
    assert [run.outcomes[step].status for step in run.steps] == [StepStatus.GENERATED] * 3
    first, second, third = (project.get(run.outcomes[step].asset_id or "") for step in run.steps)
    whole = [project.read(project.get("hare")), project.read(first), project.read(second)]
    pose = project.read(project.get("pose"))
    assert [[data for _mime, data in sent.images] for sent in server.requests] == [
        [whole[0], pose],
        [*whole[:2], pose],
        [*whole, pose],
    ]
    assert words == server.requests[2].prompt
    assert words == (
        "- Image 1: Wick, the character.\n"
        "- Image 2: Wick · the front, the character.\n"
        "- Image 3: Wick · the right side, the character.\n"
        "- Image 4: pose, for the pose only.\n"
        "The character of Image 1, seen from the back, on plain white."
    )
    assert {str(sent.image_config) for sent in server.requests} == {"{'aspectRatio': '3:4'}"}
    assert third.source_ids == ("hare", first.id, second.id, "pose")
    assert [source.role for source in third.recipe.sources][-1] is Role.POSE
    assert history(project) == [third, second, first]


@pytest.mark.parametrize(("model", "sent"), [(OLD, [2, 3, 3]), (PRO, [2, 3, 4])])
def test_no_more_views_go_along_than_the_model_takes(
    studio: Studio, project: Workspace, server: StandIn, model: str, sent: list[int]
) -> None:
    """Where the model takes three images, the last view before goes along, and the sheet and the pose always do."""
    run = made(studio, project, turntable(project, model=model))
    assert [len(request.images) for request in server.requests] == sent
    last = project.get(run.outcomes[run.steps[-1]].asset_id or "")
    before = [run.outcomes[step].asset_id for step in run.steps[:-1]]
    assert list(last.source_ids) == ["hare", *before[len(before) - sent[-1] + 2 :], "pose"]


def test_what_is_there_is_used_again(studio: Studio, project: Workspace, server: StandIn) -> None:
    """One view more is one call more; with nothing missing all are made once more, and the old ones stay."""
    wanted = turntable(project, is_posed=False)
    made(studio, project, wanted)
    assert all(state.is_current for state in read_views(studio, project, wanted))
    wider = turntable(project, is_posed=False, views=(*VIEWS, "above"))
    assert [state.is_current for state in read_views(studio, project, wider)] == [True, True, True, False]
    made(studio, project, wider)
    assert len(server.requests) == 4
    again = made(studio, project, wider)
    assert [again.outcomes[step].status for step in again.steps] == [StepStatus.GENERATED] * 4
    assert (len(server.requests), len(history(project))) == (8, 8)


def test_a_changed_prompt_makes_them_stale(studio: Studio, project: Workspace) -> None:
    """What was made by other words is shown, and is to be made anew."""
    wanted = turntable(project)
    made(studio, project, wanted)
    other = turntable(project, prompt="A figure like Image 1, {view}.")
    states = read_views(studio, project, other)
    assert [(state.view, state.is_current) for state in states] == [(view, False) for view in VIEWS]
    assert all(state.asset is not None for state in states)


def test_a_view_that_failed_is_tried_again_with_those_after_it(
    studio: Studio, project: Workspace, server: StandIn
) -> None:
    """A blocked view stops those made from it; trying again makes these alone."""
    made(studio, project, turntable(project, views=("the front", "above")))
    server.fail_next("blocked_image_safety")
    run = made(studio, project, turntable(project))
    ends = [run.outcomes[step].status for step in run.steps]
    assert ends == [StepStatus.REUSED, StepStatus.FAILED, StepStatus.SKIPPED]
    again = ended(studio, retry_recipes(studio, run.id))
    ends = [again.outcomes[step].status for step in again.steps]
    assert ends == [StepStatus.REUSED, StepStatus.GENERATED, StepStatus.GENERATED]
    assert len(server.requests) == 5


def test_it_is_cancelled_as_a_whole(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Cancelling drops the call under way, and no later view is begun."""
    server.fail_next("silent")
    run = begin_turntable(studio, project, turntable(project), LOCAL_USER)
    wait_until(lambda: server.requests, "the first call", 30)
    assert cancel_run(studio, run)
    assert ended(studio, run).is_cancelled
    assert server.requests[0].has_left.wait(10)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prompt": " "}, "prompt is empty"),
        ({"prompt": "A hare."}, r"Write \{view\} there"),
        ({"views": ("the front",)}, "2 to 8 views, and these are 1"),
        ({"views": tuple(f"view {number}" for number in range(9))}, "these are 9"),
    ],
)
def test_what_cannot_be_turned_is_told(studio: Studio, project: Workspace, change: dict[str, Any], words: str) -> None:
    """Without words, a place for the view, or a fitting number of views, nothing is begun and the way out is said."""
    with pytest.raises(InvalidRequestError, match=words):
        begin_turntable(studio, project, turntable(project, **change), LOCAL_USER)


def test_without_a_sheet_there_is_nothing_to_turn(studio: Studio, project: Workspace) -> None:
    """The views are made from a sheet: without one it is asked for."""
    order = LabOrder(PROMPT, (), EngineName.GEMINI, NANO)
    with pytest.raises(InvalidRequestError, match="no sheet yet"):
        begin_turntable(studio, project, Turntable(order, "view", VIEWS), LOCAL_USER)
