"""The studio as a person meets it: a server process of its own, and pages in a real Chromium that are watched.

    def test_something(studio, open_page):
        page = open_page(studio, "/lineage", locale="zh-CN", color_scheme="dark", viewport=PHONE)

Waiting: wait for the expected result first, then `wait_idle(page)`. Nothing here sleeps for a fixed time.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import Studio
from tests.browser.forked import ForkedServer

COOKIE_SECRET = "a secret of the tests"
USER_COOKIE = "_streamlit_user"
AUTH = f"""
[auth]
redirect_uri = "http://127.0.0.1:8501/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "throughline"
client_secret = "of the tests"
server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"
"""
ROOT = Path(__file__).parents[2]
DESKTOP, PHONE = (1280, 800), (390, 844)
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
NAMED_CHROMIUM = os.environ.get("THROUGHLINE_CHROMIUM")  # read now: no test sees this machine's own settings
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APP = '[data-testid="stApp"]'
# Streamlit itself asks for these beside a deep link's path; it finds them at the root a moment later
_KNOWN_404 = re.compile(r"/[^/?]+/_stcore/(health|host-config)$")


def chromium_path() -> str:
    """Return where Chromium is; without one the test fails and says what to install."""
    found = NAMED_CHROMIUM or next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "No Chromium found: apt-get install chromium, or set THROUGHLINE_CHROMIUM to its path."
    return found


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


class StudioServer:
    """A studio's server process in `folder`, its home and nothing else beside it; it reaches nothing outside.

    `env` adds settings (`environment` is all of it); `secrets` is the text of its `secrets.toml`.
    `kill` and `start` again make a crash of it. With `is_forked` it starts from a process that has loaded all.
    """

    def __init__(
        self,
        folder: Path,
        env: dict[str, str] | None = None,
        secrets: str = "",
        script: Path = ROOT / "streamlit_app.py",
        flags: tuple[str, ...] = (),
        is_forked: bool = False,
    ) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = folder / "server.log"
        self.process: psutil.Popen | ForkedServer | None = None
        self._is_forked = is_forked
        self._script = script
        self._flags = flags
        self.environment = _clean_environment() | {
            "HOME": str(folder),
            "THROUGHLINE_HOME": str(self.home),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'guard'}",
            **(env or {}),
        }
        folder.mkdir(parents=True, exist_ok=True)
        if secrets:
            (folder / ".streamlit").mkdir()
            (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")

    def start(self) -> StudioServer:
        """Start the process and wait until it answers."""
        options = {"port": self.port, "address": "127.0.0.1", "headless": "true"}
        flags = [word for name, value in options.items() for word in (f"--server.{name}", str(value))]
        words = ["run", str(self._script), *flags, *self._flags]
        if self._is_forked:
            self.process = ForkedServer(words, self.folder, self.environment, self.log_path)
        else:
            command = [sys.executable, "-m", "streamlit", *words]
            with self.log_path.open("ab") as log:
                self.process = psutil.Popen(
                    command, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
                )
        self._wait_for_health()
        return self

    def stop(self) -> None:
        """Stop the process the friendly way."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop the process as a crash does."""
        self._end(signal.SIGKILL)

    @property
    def is_running(self) -> bool:
        """False before the start and after the end, whoever ended it."""
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def studio(self) -> Studio:
        """Return a studio on the server's home, to look at what it kept."""
        return Studio(load_settings(THROUGHLINE_HOME=str(self.home)))

    def projects(self) -> list[Workspace]:
        """Return the server's projects, last opened first."""
        studio = self.studio()
        return [studio.workspace(folder) for folder in studio.index.recent_projects()]

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Ask for a path without a browser; return status, headers (lower case) and body."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def sign_in(self, context: BrowserContext, name: str) -> None:
        """Make a visitor signed in as `name`, as if a sign-in service had sent them back; needs `AUTH` as secrets."""
        claims = {"origin": self.url, "is_logged_in": True, "iss": "https://id.test", "sub": name, "name": name}
        value = create_signed_value(COOKIE_SECRET, USER_COOKIE, json.dumps(claims)).decode()
        context.add_cookies([{"name": USER_COOKIE, "value": value, "url": self.url}])

    def __enter__(self) -> StudioServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _end(self, how: int) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(15)
        except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def _wait_for_health(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, f"the server ended:\n{self.log}"
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError(f"the server does not answer:\n{self.log}")


@dataclass
class Watch:
    """What the pages of one visitor asked for and complained about while their server ran."""

    server: StudioServer
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """The requests that went to another host."""
        local = ("data", "blob", "about", "chrome", "devtools")
        parts = [urlsplit(url) for url in self.requests]
        host = urlsplit(self.server.url).netloc
        return [part.geturl() for part in parts if part.scheme not in local and part.netloc != host]

    def follow(self, context: BrowserContext) -> None:
        """Watch all pages of a context."""
        context.on("request", self._note_request)
        context.on("page", lambda page: page.on("websocket", lambda socket: self.requests.append(socket.url)))
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))

    def check(self) -> None:
        """Fail when anything asked another host or an error was logged."""
        assert not self.foreign, f"asked other hosts: {self.foreign}"
        assert not self.complaints, f"the browser complained: {self.complaints}"

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        place = str(message.location.get("url", ""))
        if self.server.is_running and message.type == "error" and not _KNOWN_404.search(place):
            self.complaints.append(f"{message.text} ({place})")


class Visits:
    """Opens pages as different visitors and checks at the end what they asked for. Call it: `visits(server, "/")`."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._watches: list[Watch] = []

    def __call__(self, server: StudioServer, path: str = "/", *, is_idle: bool = True, **options: Any) -> Page:
        """Open a path as a new visitor and wait until it stands still.

        `options`: `locale`, `color_scheme`, `viewport` as (width, height), and all else a browser context takes.
        """
        page = self.visitor(server, **options).new_page()
        page.goto(server.url + path)
        if is_idle:
            wait_idle(page)
        return page

    def visitor(self, server: StudioServer, **options: Any) -> BrowserContext:
        """Return a new visitor's browser: cookies of its own, and as many tabs as `new_page` is called."""
        width, height = options.pop("viewport", DESKTOP)
        settings = {"locale": "en-US", "reduced_motion": "reduce", **options}
        context = self._browser.new_context(viewport={"width": width, "height": height}, **settings)
        context.set_default_timeout(90_000)
        watch = Watch(server)
        watch.follow(context)
        self._contexts.append(context)
        self._watches.append(watch)
        return context

    @property
    def requests(self) -> list[str]:
        """Every URL that any visitor asked for so far."""
        return [url for watch in self._watches for url in watch.requests]

    def end(self, is_checked: bool = True) -> None:
        """Close all pages and check what they did."""
        for context in self._contexts:
            context.close()
        for watch in self._watches if is_checked else []:
            watch.check()


def wait_idle(page: Page, timeout: float = 90_000) -> None:
    """Wait until the page is connected, no script runs, and nothing on it is stale or still a grey box."""
    page.wait_for_selector(f'{_APP}[data-test-connection-state="CONNECTED"]', timeout=timeout, state="attached")
    page.wait_for_selector(f'{_APP}[data-test-script-state="notRunning"]', timeout=timeout, state="attached")
    page.wait_for_function(
        """() => !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')""", timeout=timeout
    )


def wait_until(is_true: Any, what: str, page: Page | None = None, seconds: float = 60.0) -> Any:
    """Wait until a function returns something true and return it; the page's events go on meanwhile."""
    deadline = time.monotonic() + seconds
    while not (found := is_true()):
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        page.wait_for_timeout(50) if page is not None else time.sleep(0.05)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _clean_environment() -> dict[str, str]:
    own = ("GOOGLE_", "GEMINI_", "THROUGHLINE_", "STREAMLIT_", "CLOUDSDK_")
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {name: value for name, value in kept.items() if name.lower() not in proxies} | {"NO_PROXY": "*"}
