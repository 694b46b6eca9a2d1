"""What passes through a run: what is asked for, and what became of each step. JSON only."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

from core.models.asset import EngineName, Recipe
from core.models.plates import Chain
from core.models.region import DetectionSettings, Wish
from core.models.story import Story
from core.models.value import Value
from core.studio.detection import Search
from core.studio.planning import RunOptions, StepStatus
from core.studio.plates.cutting import Cut

RUN_WORKFLOW = "story_run"
STEP_WORKFLOW = "story_step"
RECIPES_WORKFLOW = "recipes_run"
RECIPE_WORKFLOW = "recipe_step"
DETECT_WORKFLOW = "detect_run"
PAGE_WORKFLOW = "detect_step"
PLATES_WORKFLOW = "plates_run"
PAGE_PLATES_WORKFLOW = "plates_step"


class RunSpec(Value):
    """Everything a run needs, as JSON: no picture, no secret. `starting` maps the story's sources to asset ids.

    With `only`, no other steps are made, and `starting` also holds the images of the steps they are made from. `key`
    names an API key that a person entered for their session; the key itself stays in the server's memory.
    """

    project: str
    slug: str
    story: Story
    starting: dict[str, str]
    options: RunOptions
    concurrency: int
    user: str
    key: str = ""
    only: tuple[str, ...] = ()

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The steps this run makes or reuses, in the order written."""
        return tuple(step.id for step in self.story.steps if not self.only or step.id in self.only)

    @property
    def title(self) -> str:
        """What the run is called."""
        return self.story.title


class RecipesSpec(Value):
    """A run of single images that do not depend on each other: name -> recipe."""

    project: str
    title: str
    recipes: dict[str, Recipe]
    concurrency: int
    user: str
    key: str = ""

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The names of the images, in the order given."""
        return tuple(self.recipes)


class DetectSpec(Value):
    """A run that searches pages, named by their asset ids, all in one way.

    With `again_since` what was found before that moment is not used again.
    """

    project: str
    title: str
    pages: tuple[str, ...]
    wish: Wish
    engine: EngineName
    model: str
    settings: DetectionSettings = DetectionSettings()
    concurrency: int
    user: str
    key: str = ""
    again_since: datetime | None = None

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The pages, each once, in the order given."""
        return tuple(dict.fromkeys(self.pages))

    @property
    def search(self) -> Search:
        """How the pages are searched."""
        return Search(wish=self.wish, engine=self.engine, model=self.model, settings=self.settings)


class PlatesSpec(Value):
    """A run that makes what is missing of the plates of pages, named by their asset ids; `concurrency` pages at a time.

    With `is_whole` each picture is a plate as it is, and nothing is cut out of it.
    """

    project: str
    title: str
    pages: tuple[str, ...]
    chain: Chain
    cut: Cut = Cut()
    options: RunOptions
    concurrency: int
    user: str
    key: str = ""
    is_whole: bool = False

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The pages, each once, in the order given."""
        return tuple(dict.fromkeys(self.pages))


Spec = RunSpec | RecipesSpec | DetectSpec | PlatesSpec
SPECS: dict[str, type[RunSpec] | type[RecipesSpec] | type[DetectSpec] | type[PlatesSpec]] = {
    RUN_WORKFLOW: RunSpec,
    RECIPES_WORKFLOW: RecipesSpec,
    DETECT_WORKFLOW: DetectSpec,
    PLATES_WORKFLOW: PlatesSpec,
}


class StepOutcome(Value):
    """What became of one step; `error` is a StudioError as plain JSON.

    `asset_id` is the image that was made, or the page that was searched; `count` is how many objects are on that.
    """

    id: str
    status: StepStatus
    asset_id: str | None = None
    count: int | None = None
    seconds: float = 0.0
    cost_usd: float = 0.0
    error: dict[str, Any] | None = None


class StepWait(Value):
    """A step that waits before its next attempt, for how many seconds; `reason` is an error code."""

    id: str
    seconds: float
    reason: str


def run_prefix(project: str, slug: str) -> str:
    """Return how the ids of all runs of one story in one project begin."""
    name = re.sub(r"[^\w-]+", "-", slug)[:24]
    place = hashlib.sha256(f"{project}\n{slug}".encode()).hexdigest()[:6]
    return f"{name}-{place}-"


def story_run_id(spec: RunSpec, run: str) -> str:
    """Return the id of a story's run that another run starts: the same one when that is resumed.

    It ends like the other one's: what both cost together is what a run may cost.
    """
    return run_prefix(spec.project, spec.slug) + run.rpartition("-")[2]


def child_id(run: str, step: str) -> str:
    """Return the workflow id of a step of a run."""
    return f"{run}:{step}"
