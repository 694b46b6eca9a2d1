"""Runs over pages killed again and again: they go on, end whole, and nothing that was found or made is paid twice."""

from __future__ import annotations

import hashlib
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from core.models.asset import EngineName, Kind, Recipe, Result
from core.models.plates import Chain, ChainStep
from core.models.region import Box, Detection, Region, Wish
from core.settings import load_settings
from core.store.ledger import Ledger
from core.store.workspace import Workspace
from core.studio.background import latest_pages_run
from core.studio.context import LOCAL_USER, Studio
from core.studio.planning import RunOptions, StepStatus
from core.studio.specs import DetectSpec, PlatesSpec
from tests.processes import killed_once
from tests.samples import open_project, png
from tests.standin import StandIn
from tests.standin.records import Recorded
from tests.workers import carry_pages_run

KILLS = 100 if os.environ.get("THROUGHLINE_SOAK") else 3
CALLS_A_LIFE = 3
MODEL = "gemini-3.1-flash-image"
# steps that are not measured: what the stand-in draws strays from everything
CHAIN = Chain(
    steps=(
        ChainStep(id="paint", kind=Kind.TRANSFORMATION, name="Paint", prompt="- Paint it."),
        ChainStep(id="film", kind=Kind.CINEMATIC, name="Film", prompt="- Film it."),
    )
)
Asked = tuple[str, str]  # what was sent: the picture's digest, and the last line of the prompt


def test_searches_killed_again_and_again_end_whole(tmp_path: Path) -> None:
    """However often a run of searches is killed, a later process goes on with it; each page is found once."""
    pages = _book(tmp_path, KILLS * CALLS_A_LIFE + 4)
    spec = DetectSpec(
        project=str(tmp_path / "p"),
        title="Pages",
        pages=tuple(pages.values()),
        wish=Wish(),
        engine=EngineName.GEMINI,
        model="gemini-3.8-flash",
        concurrency=2,
        user=LOCAL_USER,
    )

    def saved() -> set[Asked]:
        found = {path.parent.name for path in (tmp_path / "p" / "detections").glob("*/1.json")}
        return {(digest, "") for digest, page in pages.items() if page in found}

    with StandIn(delay=0.02) as server:
        asked = _lived(tmp_path, server, spec.model_dump_json(), lambda _prompt: "", saved)
    assert set(asked) == saved() == {(digest, "") for digest in pages}
    numbers = [path.name for path in (tmp_path / "p" / "detections").glob("*/*.json")]
    assert numbers == ["1.json"] * len(pages), "a page was found twice"
    _is_done(tmp_path, len(pages))


def test_plates_killed_again_and_again_end_whole(tmp_path: Path) -> None:
    """However often a run of plates is killed, a later process goes on with it; each image is made once."""
    pages = _book(tmp_path, KILLS * CALLS_A_LIFE // 2 + 3)
    _search(open_project(tmp_path / "p"))
    spec = PlatesSpec(
        project=str(tmp_path / "p"),
        title="Plates",
        pages=tuple(pages.values()),
        chain=CHAIN,
        options=RunOptions(engine=EngineName.GEMINI, default_model=MODEL),
        concurrency=2,
        user=LOCAL_USER,
    )

    def saved() -> set[Asked]:
        assets = open_project(tmp_path / "p", tmp_path / "looking").assets()
        made = [asset for asset in assets if asset.recipe.kind in (Kind.TRANSFORMATION, Kind.CINEMATIC)]
        return {(asset.recipe.sources[0].digest, asset.recipe.prompt) for asset in made}

    with StandIn(delay=0.02) as server:
        asked = _lived(tmp_path, server, spec.model_dump_json(), lambda prompt: prompt.splitlines()[-1], saved)
    assert set(asked) == saved()
    assets = open_project(tmp_path / "p").assets()
    kinds = Counter(asset.recipe.kind for asset in assets)
    assert kinds == dict.fromkeys((Kind.PAGE, Kind.CROP, Kind.TRANSFORMATION, Kind.CINEMATIC), len(pages))
    assert len({asset.recipe.fingerprint for asset in assets if asset.recipe.engine}) == 2 * len(pages)
    _is_done(tmp_path, len(pages))


def _book(folder: Path, count: int) -> dict[str, str]:
    """Make a project of so many pages and return their ids by their digests."""
    workspace = open_project(folder / "p", folder / "home")
    pages = [workspace.save(Recipe(kind=Kind.PAGE), Result(), png(at, (40, 30)), "page") for at in range(count)]
    return {page.digest: page.id for page in pages}


def _search(workspace: Workspace) -> None:
    """Note one object on every page."""
    region = Region(id="r1", box=Box(ymin=100, xmin=100, ymax=900, xmax=900))
    for page in workspace.assets():
        workspace.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=(region,)))


def _lived(
    folder: Path,
    server: StandIn,
    spec: str,
    words: Callable[[str], str],
    saved: Callable[[], set[Asked]],
) -> Counter[Asked]:
    """Carry a run in one process after another, each killed on its way, to its end; return what was asked how often.

    `words` tells the steps that are made from one picture apart by their prompts, `saved` what was stored so far.
    """
    chance = random.Random(17)
    home, service = folder / "home", (server.key, server.url)
    settled: dict[Asked, int] = {}
    for life in range(KILLS):
        is_time = _asked_more(server, chance.randint(1, CALLS_A_LIFE))
        killed_once(is_time, chance.uniform(0, 0.08), carry_pages_run, (home, service, spec, life == 0))
        asked = _asked(server, words)
        assert {key: asked[key] for key in settled} == settled, "what was stored was paid for again"
        settled = {key: asked[key] for key in saved() if key in asked}
    killed_once(lambda: False, 0, carry_pages_run, (home, service, spec, False))
    asked = _asked(server, words)
    assert {key: asked[key] for key in settled} == settled
    assert sum(asked.values()) <= len(Ledger(home).rows()), "a call was made without its row"
    return asked


def _asked_more(server: StandIn, by: int) -> Callable[[], bool]:
    before = len(server.requests)
    return lambda: len(server.requests) >= before + by


def _asked(server: StandIn, words: Callable[[str], str]) -> Counter[Asked]:
    def sent(request: Recorded) -> Asked:
        return hashlib.sha256(request.images[0][1]).hexdigest(), words(request.prompt)

    return Counter(sent(request) for request in server.requests)


def _is_done(folder: Path, pages: int) -> None:
    """Hold that the one run over pages has ended, with every page done."""
    studio = Studio(load_settings(THROUGHLINE_HOME=str(folder / "home")))
    run = latest_pages_run(studio, str(folder / "p"))
    assert run is not None
    assert not run.is_active
    done = {StepStatus.GENERATED, StepStatus.REUSED}
    assert [outcome.status in done for outcome in run.outcomes.values()] == [True] * pages
    assert {row["outcome"] for row in studio.ledger.rows()} <= {"succeeded", "unknown"}
