"""A story: steps that name each other, and the images they start from."""

from __future__ import annotations

from graphlib import CycleError as GraphCycleError
from graphlib import TopologicalSorter

from core.errors import CycleError
from core.models.asset import GenerationSettings, Kind, Role
from core.models.value import Value

# the story whose steps are a project's characters; it has no file, and no story with one has its name
CHARACTERS = "characters"
_MOST_NAMED = 10


class StorySource(Value):
    """An image a story starts from: its id in the story, and its path inside the story's folder."""

    id: str
    path: str
    line: int = 0


class StepSource(Value):
    """One image a step is made from: a step or source of the story; `role` None means "by its kind".

    `name` is what the prompt calls it, "" for the image's own name; in a story's file it always has that.
    """

    id: str
    role: Role | None = None
    name: str = ""


class Step(Value):
    """One image of a story: what it is made from, the prompt as typed, and what it sets of its own."""

    id: str
    kind: Kind
    prompt: str
    sources: tuple[StepSource, ...] = ()
    name: str = ""
    model: str = ""
    settings: GenerationSettings = GenerationSettings()
    line: int = 0

    @property
    def label(self) -> str:
        """The name people see and prompts use; the id when no name is given."""
        return self.name or self.id


class Story(Value):
    """A title, defaults for every step, starting images, and steps in the order they are written."""

    title: str
    model: str = ""
    settings: GenerationSettings = GenerationSettings()
    sources: tuple[StorySource, ...] = ()
    steps: tuple[Step, ...]

    def step(self, step_id: str) -> Step:
        """Return a step by its id; KeyError when there is none."""
        return {step.id: step for step in self.steps}[step_id]

    def parents(self, step: Step) -> tuple[str, ...]:
        """Return the ids of the steps (not the starting images) that a step is made from, each once."""
        ids = {step.id for step in self.steps}
        return tuple(dict.fromkeys(source.id for source in step.sources if source.id in ids))

    def circle(self) -> list[str]:
        """Return the ids of steps made from each other in a circle, each from the next; [] when there is none."""
        try:
            self._sorter().prepare()
        except GraphCycleError as error:
            return list(reversed(error.args[1]))
        return []

    def ordered(self) -> tuple[Step, ...]:
        """Return the steps so that each comes after those it is made from; else in the order written.

        Raises:
            CycleError: steps name each other in a circle.
        """
        circle = self.circle()
        if circle:
            raise CycleError(
                f"These steps are made from each other in a circle: {_shortened(circle)}. "
                "Take one of them out of another's `from`.",
                line=self.step(circle[0]).line or None,
            )
        sorter = self._sorter()
        sorter.prepare()
        placed: list[Step] = []
        ready = dict.fromkeys(sorter.get_ready())
        while ready:
            following = next(step for step in self.steps if step.id in ready)
            placed.append(following)
            del ready[following.id]
            sorter.done(following.id)
            ready.update(dict.fromkeys(sorter.get_ready()))
        return tuple(placed)

    def _sorter(self) -> TopologicalSorter[str]:
        return TopologicalSorter({step.id: self.parents(step) for step in self.steps})


def _shortened(circle: list[str]) -> str:
    shown = circle if len(circle) <= _MOST_NAMED else [*circle[: _MOST_NAMED - 1], "...", circle[-1]]
    return " -> ".join(shown)
