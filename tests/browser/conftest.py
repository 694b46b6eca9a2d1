"""One Chromium for all tests; a studio server a test or a module; visitors whose every request is watched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.harness import StudioServer, Visits, chromium
from tests.standin import StandIn

expect.set_options(timeout=120_000)  # a shared machine may be busy; what is expected is waited for, not slept for


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    with chromium() as running:
        yield running


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[StudioServer]:
    """A fresh studio without a key, for tests that need one of their own."""
    with StudioServer(tmp_path / "studio", is_forked=True) as running:
        yield running


@pytest.fixture(scope="module")
def shared_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioServer]:
    """A studio without a key, shared by a module's tests."""
    with StudioServer(tmp_path_factory.mktemp("shared"), is_forked=True) as running:
        yield running


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """A local Gemini that fails on request."""
    with StandIn() as running:
        yield running


@pytest.fixture
def gemini_studio(tmp_path: Path, standin: StandIn) -> Iterator[StudioServer]:
    """A fresh studio with a key for the stand-in."""
    env = {"GEMINI_API_KEY": standin.key, "GOOGLE_GEMINI_BASE_URL": standin.url}
    with StudioServer(tmp_path / "studio", env, is_forked=True) as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visits]:
    """Open pages as visitors; the test fails when one asked another host or logged an error."""
    failed_before = request.session.testsfailed
    visits = Visits(browser)
    yield visits
    visits.end(is_checked=request.session.testsfailed == failed_before)
