"""Where each scene of a story stands on its board: columns in the order of making, one lane a branch."""

from __future__ import annotations

from dataclasses import dataclass

from core.models.story import Step, Story


@dataclass(frozen=True)
class Place:
    """A place on the board, counted from 0. `follows` is the source that its thread comes from ("" for none)."""

    column: int
    lane: int
    follows: str


def places(story: Story) -> dict[str, Place]:
    """Return the place of every starting image and step; the first to follow a scene stays in its lane."""
    found: dict[str, Place] = {}
    lanes = _Lanes()
    for source in story.sources:
        found[source.id] = Place(0, lanes.take(0), "")
    continued: set[str] = set()
    for step in story.ordered():
        follows = _main_source(step, found)
        column = 1 + max((found[source.id].column for source in step.sources), default=-1)
        goes_on = bool(follows) and follows not in continued
        lane = lanes.stay(found[follows].lane, column) if goes_on else lanes.take(column)
        continued.add(follows)
        found[step.id] = Place(column, lane, follows)
    return found


def _main_source(step: Step, found: dict[str, Place]) -> str:
    """Return the source that stands farthest to the right, of several the last one named."""
    names = [source.id for source in step.sources]
    return max(reversed(names), key=lambda name: found[name].column, default="")


class _Lanes:
    """Which lane is free from which column on."""

    def __init__(self) -> None:
        self._ends: list[int] = []

    def stay(self, lane: int, column: int) -> int:
        """Go on in a lane when nothing else has come into it, else in a free one."""
        if self._ends[lane] > column:
            return self.take(column)
        self._ends[lane] = column + 1
        return lane

    def take(self, column: int) -> int:
        """Open a lane below all others."""
        self._ends.append(column + 1)
        return len(self._ends) - 1
