"""Turntables: views of one figure, each made from its sheet and the views before it, as one run.

It is a run of a story that has no file: its steps are the views, and what it starts from are the references.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InvalidRequestError
from core.models.asset import Asset, Kind, Role, Source
from core.models.catalog import ModelFacts
from core.models.story import Step, StepSource, Story, StorySource
from core.models.template import filled, open_blanks
from core.store.ids import clean_id, numbered
from core.store.workspace import Workspace
from core.studio.background import begin_story
from core.studio.context import Studio
from core.studio.lab import LAB, Fit, LabOrder, fitted
from core.studio.planning import PlannedStep, Planner, RunOptions, StepStatus
from core.studio.prompts import compose
from core.studio.specs import RunSpec

FEWEST_VIEWS, MOST_VIEWS = 2, 8


@dataclass(frozen=True)
class Turntable:
    """What is to be made: the order's prompt with each of the views in its `blank`.

    The order's first reference is the sheet; the others, such as a pose, go along last.
    """

    order: LabOrder
    blank: str
    views: tuple[str, ...]


@dataclass(frozen=True)
class ViewState:
    """One view as it stands: its picture, and whether that is what would be made now."""

    view: str
    asset: Asset | None
    is_current: bool


def turntable_slug(sheet: str) -> str:
    """Return the name under which the views of a sheet are kept; no story with a file has such a name."""
    return f"{LAB}/{sheet}"


def read_views(studio: Studio, workspace: Workspace, turntable: Turntable) -> tuple[ViewState, ...]:
    """Return how the views stand; no account is needed, and nothing is asked.

    Raises:
        InvalidRequestError: there is no sheet or no prompt, the views are too few or too many, or the model takes less.
    """
    spec = _spec(workspace, turntable, fitted(studio, turntable.order, is_only_priced=True))
    planner, plan = _planned(studio, workspace, spec)
    return tuple(
        ViewState(view, line.asset or planner.chosen(line.step), line.status is StepStatus.REUSED)
        for view, line in zip(turntable.views, plan, strict=True)
    )


def last_words(studio: Studio, workspace: Workspace, turntable: Turntable) -> str:
    """Return what is sent for the last view, in words: the images it is made from by their names, then the prompt.

    Raises:
        InvalidRequestError: as `read_views`.
    """
    spec = _spec(workspace, turntable, fitted(studio, turntable.order, is_only_priced=True))
    kinds = {name: workspace.get(asset_id).recipe.kind for name, asset_id in spec.starting.items()}
    views = {step.id: step.name for step in spec.story.steps}
    *_others, last = spec.story.steps
    named = [
        Source(asset_id=source.id, role=source.role or Role.OTHER, name=source.name or views[source.id])
        for source in last.sources
    ]
    return compose(last.prompt, named, [kinds.get(source.id, Kind.IMAGE) for source in last.sources])


def begin_turntable(studio: Studio, workspace: Workspace, turntable: Turntable, user: str, key: str = "") -> str:
    """Start making the views that are missing, all of them once more when none is, and return the run's id at once.

    `key` names a key kept for a session.

    Raises:
        StudioError: as `read_views`, or the engine needs an account.
    """
    spec = _spec(workspace, turntable, fitted(studio.with_key(key), turntable.order))
    _planner, plan = _planned(studio, workspace, spec)
    is_whole = all(line.status is StepStatus.REUSED for line in plan)
    options = spec.options.model_copy(update={"again": spec.step_ids if is_whole else ()})
    changes = {"options": options, "concurrency": studio.settings.concurrency, "user": user, "key": key}
    return begin_story(studio, spec.model_copy(update=changes))


def _planned(studio: Studio, workspace: Workspace, spec: RunSpec) -> tuple[Planner, list[PlannedStep]]:
    planner = Planner(workspace, spec.story, spec.slug, spec.options, studio.catalog)
    return planner, planner.plan({name: workspace.get(asset_id) for name, asset_id in spec.starting.items()})


def _spec(workspace: Workspace, turntable: Turntable, fit: Fit) -> RunSpec:
    """Return the run of a turntable.

    Raises:
        InvalidRequestError: something is missing of what it needs.
    """
    _check(turntable)
    order = turntable.order
    sources = {f"from/{number}": source.asset_id for number, source in enumerate(order.references, 1)}
    story = Story(
        title=order.references[0].name,
        settings=fit.settings,
        sources=tuple(StorySource(id=name, path="") for name in sources),
        steps=tuple(_steps(turntable, fit.facts)),
    )
    return RunSpec(
        project=str(workspace.folder),
        slug=turntable_slug(order.references[0].asset_id),
        story=story,
        starting=sources,
        options=RunOptions(engine=order.engine, model=fit.facts.id),
        concurrency=1,
        user="",
    )


def _check(turntable: Turntable) -> None:
    if not turntable.order.prompt.strip():
        raise InvalidRequestError("The prompt is empty. Say what the picture shows.")
    if not turntable.order.references:
        raise InvalidRequestError("There is no sheet yet. Add the figure as a reference: its views are made from it.")
    if not FEWEST_VIEWS <= len(turntable.views) <= MOST_VIEWS:
        raise InvalidRequestError(
            f"A turntable has {FEWEST_VIEWS} to {MOST_VIEWS} views, and these are {len(turntable.views)}. "
            "Write each on a line of its own."
        )
    if turntable.blank not in open_blanks(turntable.order.prompt):
        raise InvalidRequestError(f"The prompt does not say where the view goes. Write {{{turntable.blank}}} there.")


def _steps(turntable: Turntable, facts: ModelFacts) -> list[Step]:
    sheet, *further = (
        StepSource(id=f"from/{number}", role=source.role, name=source.name)
        for number, source in enumerate(turntable.order.references, 1)
    )
    figure = turntable.order.references[0].name
    steps: list[Step] = []
    for view in turntable.views:
        earlier = _carried(turntable, facts, steps)
        steps.append(
            Step(
                id=_step_id(f"{figure} {view}", steps),
                kind=Kind.IMAGE,
                name=f"{figure} · {view}",
                prompt=filled(turntable.order.prompt, {turntable.blank: view}).strip(),
                sources=(sheet, *(StepSource(id=step.id, role=Role.CHARACTER) for step in earlier), *further),
            )
        )
    return steps


def _carried(turntable: Turntable, facts: ModelFacts, earlier: Sequence[Step]) -> Sequence[Step]:
    """Return the last of the earlier views, as many as the model takes beside the references."""
    roles = [source.role for source in turntable.order.references]
    count = next(n for n in range(len(earlier), -1, -1) if not n or facts.takes([*roles, *[Role.CHARACTER] * n]))
    return earlier[len(earlier) - count :]


def _step_id(words: str, known: Sequence[Step]) -> str:
    taken = {step.id for step in known}
    return next(name for name in numbered(clean_id("-".join(words.lower().split())), "-") if name not in taken)
