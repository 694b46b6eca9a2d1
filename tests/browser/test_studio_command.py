"""`throughline studio`: from the command to the page, and out again."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ui.launch import APP, FIRST_PORT
from tests.browser.harness import ROOT, StudioServer, wait_idle


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[object]:
    """Start `throughline studio` with some words and return its process."""
    started = []

    def start(*words: str) -> subprocess.Popen[str]:
        env = StudioServer(tmp_path / "visit").environment
        command = [sys.executable, "-u", "-m", "core", "studio", *words]
        pipe = subprocess.PIPE
        started.append(
            subprocess.Popen(command, cwd=tmp_path, env=env, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found, "the first line says where the studio is"
    return found[0]


def test_studio_opens_and_ends(launch, browser) -> None:
    """The command says where the studio is, the page is themed and whole, and Ctrl-C ends it without a traceback."""
    process = launch("--no-browser")
    url = _url(process)
    page = browser.new_page()
    for _ in range(100):
        try:
            page.goto(url)
            break
        except Exception:  # the server is still starting
            page.wait_for_timeout(100)
    page.get_by_role("heading", level=1).wait_for()
    wait_idle(page)
    colour = page.locator('[data-testid="stApp"]').evaluate("app => getComputedStyle(app).backgroundColor")
    page.close()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert colour == "rgb(251, 249, 245)"
    assert "Traceback" not in out
    assert process.returncode in (0, 130)


def test_taken_port_moves_on(launch) -> None:
    """Without --port a taken port is left alone and another one found."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", FIRST_PORT))
            holder.listen()
        except OSError:
            pass  # somebody else holds it, which is as good
        url = _url(launch("--no-browser"))
    assert url.startswith("http://localhost:")
    assert not url.endswith(f":{FIRST_PORT}")


def test_named_port_must_be_free(launch) -> None:
    """A port asked for by number that is taken is an error that says what to do, and exit code 2."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        process = launch("--no-browser", "--port", str(port))
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert f"Port {port} is taken" in out
    assert "--port" in out


def test_everything_needed_is_in_the_wheel() -> None:
    """An installed studio finds its server script, its pages and its theme where the source tree has them."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {str(APP.relative_to(ROOT)), ".streamlit/config.toml", "core", "pages"}
    assert set(wheel["only-include"]) == needed
