"""Commands and servers forked from one process that has loaded what they need: the same program, seconds sooner.

What a cold start does has its own tests: they start a process of their own.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import runpy
import signal
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

from tests.processes import CONTEXT

ROOT = Path(__file__).parents[1]


def _end_all() -> None:
    """End what a failed test has left, or the tests' own end would wait for it."""
    for process in active_children():
        process.kill()


atexit.register(_end_all)


class Forked:
    """A forked process with output files; of `subprocess.Popen` it has what the tests use.

    `begin` is called with `arguments` in the process, in `folder` and with `env`; both must be importable.
    """

    def __init__(
        self,
        begin: Callable[..., Any],
        arguments: tuple[Any, ...],
        folder: Path,
        env: dict[str, str],
        outputs: tuple[Path, Path],
    ) -> None:
        # not daemonic, for those may start no processes of their own
        self._process = CONTEXT.Process(target=_live, args=(begin, arguments, folder, env, outputs), daemon=False)
        self._process.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a crash does."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code.

        Raises:
            TimeoutExpired: it has not ended in time (s).
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutExpired(str(self._process), timeout or 0)
        return self._process.exitcode


class ForkedCommand(Forked):
    """`throughline` with words, in `folder`."""

    def __init__(self, words: list[str], folder: Path, env: dict[str, str]) -> None:
        with tempfile.NamedTemporaryFile(delete=False) as out, tempfile.NamedTemporaryFile(delete=False) as err:
            self._outputs = (Path(out.name), Path(err.name))
        super().__init__(_command, (words,), folder, env, self._outputs)

    def said(self) -> str:
        """Return what it has written to stderr so far."""
        return self._outputs[1].read_text(encoding="utf-8")

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end and return what it wrote to stdout and stderr.

        Raises:
            TimeoutExpired: it has not ended in time (s).
        """
        self.wait(timeout)
        out, err = (path.read_text(encoding="utf-8") for path in self._outputs)
        for path in self._outputs:
            path.unlink()
        return out, err


def _live(
    begin: Callable[..., Any],
    arguments: tuple[Any, ...],
    folder: Path,
    env: dict[str, str],
    outputs: tuple[Path, Path],
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for stream, path in enumerate(outputs, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
    runpy.run_path(str(ROOT / "tests" / "guard" / "sitecustomize.py"))
    try:
        begin(*arguments)
    finally:
        atexit._run_exitfuncs()  # multiprocessing leaves them out


def _command(words: list[str]) -> None:
    from core.__main__ import main

    sys.argv = ["throughline", *words]
    main()
