"""The real SDK against the stand-in: a server, an engine that points to it, and an observer that remembers."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from core.engines.base import AttemptReport, DetectionRequest, Findings, Generation, GenerationRequest, Reference
from core.engines.gemini import GeminiAccount, GeminiEngine
from core.models.asset import GenerationSettings, Kind, Role
from core.models.catalog import load_catalog
from core.models.region import DetectionSettings, Wish
from tests.standin import StandIn
from tests.standin.pictures import draw_picture

MODEL = "gemini-nano-banana-2.1"
FINDER = "gemini-3.8-flash"
TODAY = date(2026, 11, 21)


@dataclass
class Remembering:
    """An observer that keeps everything it is told."""

    estimates: list[float] = field(default_factory=list)
    reports: list[AttemptReport] = field(default_factory=list)
    waits: list[tuple[float, str]] = field(default_factory=list)
    open: set[str] = field(default_factory=set)

    def attempt_started(self, estimate_usd: float) -> str:
        self.estimates.append(estimate_usd)
        attempt_id = f"attempt-{len(self.estimates)}"
        self.open.add(attempt_id)
        return attempt_id

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        self.open.remove(attempt_id)
        self.reports.append(report)

    def waiting(self, seconds: float, reason: str) -> None:
        self.waits.append((seconds, reason))


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on a loop of its own."""
    return asyncio.run(work)


def picture(seed: str = "robot", size: tuple[int, int] = (96, 64), mime: str = "image/png") -> bytes:
    return draw_picture(seed, size, mime)


def reference(data: bytes, name: str = "robot") -> Reference:
    # the declared type is wrong on purpose: the bytes decide
    return Reference(name=name, role=Role.CHARACTER, kind=Kind.CHARACTER_SHEET, data=data, mime="image/x", digest="d")


def request(prompt: str = "A robot in a valley.", *references: bytes, model: str = MODEL, **settings: Any) -> Any:
    return GenerationRequest(
        kind=Kind.SCENE,
        name="valley",
        prompt=prompt,
        typed=prompt,
        references=tuple(reference(data) for data in references),
        model=model,
        settings=GenerationSettings(**settings),
        seed="00",
    )


def search(data: bytes | None = None, model: str = FINDER, wish: Wish | None = None, **settings: Any) -> Any:
    page = Reference("page", Role.PAGE, Kind.PAGE, data or picture(), "image/x", "d")
    return DetectionRequest(page, wish or Wish(), model, DetectionSettings(**settings))


async def no_sleep(seconds: float) -> None:
    """Wait no time at all."""
    await asyncio.sleep(0)


def engine_for(server: StandIn, **options: Any) -> GeminiEngine:
    account = options.pop("account", None) or GeminiAccount(api_key=server.key, base_url=server.url)
    catalog = options.pop("catalog", None) or load_catalog()
    values: dict[str, Any] = {"deadline_seconds": 60.0, "sleep": no_sleep, "today": lambda: TODAY, **options}
    return GeminiEngine(account, catalog, **values)


@pytest.fixture
def observer() -> Remembering:
    """An observer that remembers."""
    return Remembering()


@pytest.fixture
def make(server: StandIn, observer: Remembering) -> Callable[..., Generation]:
    """Make one image against the stand-in; keyword arguments go to the engine."""

    def make_one(wanted: GenerationRequest | None = None, **options: Any) -> Generation:
        async def work() -> Generation:
            engine = engine_for(server, **options)
            try:
                return await engine.generate(wanted or request(), observer)
            finally:
                await engine.aclose()

        return run(work())

    return make_one


@pytest.fixture
def find(server: StandIn, observer: Remembering) -> Callable[..., Findings]:
    """Search one page against the stand-in; keyword arguments go to the engine."""

    def find_on_page(wanted: DetectionRequest | None = None, **options: Any) -> Findings:
        async def work() -> Findings:
            engine = engine_for(server, **options)
            try:
                return await engine.detect(wanted or search(), observer)
            finally:
                await engine.aclose()

        return run(work())

    return find_on_page
