"""Servers forked from one process that has loaded what a studio needs: the same studio, seconds sooner.

What a cold start does, its own tests see: they start `StudioServer` as a process of its own.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import runpy
import signal
import sys
from pathlib import Path

from psutil import TimeoutExpired

ROOT = Path(__file__).parents[2]
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "streamlit.web.cli",
        "streamlit.web.server.starlette.starlette_app",
        "dbos",
        "google.genai",
        "core.studio.background",
        "core.ui.server",
        "core.ui.frame",
        "tests.browser.forked",
    ]
)


class ForkedServer:
    """A forked process that runs a `streamlit` command; of `psutil.Popen` it has what the harness uses."""

    def __init__(self, words: list[str], folder: Path, env: dict[str, str], log: Path) -> None:
        self._process = CONTEXT.Process(target=_serve, args=(words, folder, env, log), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a crash does."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end and return its exit code.

        Raises:
            psutil.TimeoutExpired: it has not ended in time (s).
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutExpired(timeout)
        return self._process.exitcode


def _serve(words: list[str], folder: Path, env: dict[str, str], log: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(written, stream)
    runpy.run_path(str(ROOT / "tests" / "guard" / "sitecustomize.py"))
    from streamlit.web.cli import main

    sys.argv = ["streamlit", *words]
    main(prog_name="streamlit")
