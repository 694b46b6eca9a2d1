"""Which processes carry runs, and which of them are dead.

A runner has an id of its own and holds an operating-system lock for life; the lock falls when its process ends,
however it ends. Another process may take over a runner's work only after taking that lock.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from filelock import FileLock, Timeout


class Runners:
    """The runners of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "runners"
        self._held: dict[str, FileLock] = {}

    def enlist(self) -> str:
        """Return a new runner id whose lock this process holds from now on."""
        runner = f"runner-{uuid.uuid4().hex[:12]}"
        if not self.take(runner):
            raise AssertionError("a new runner's lock cannot be held by anybody")
        return runner

    def take(self, runner: str) -> bool:
        """Take a runner's lock for life; False when its process lives."""
        if runner in self._held:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / f"{runner}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        self._held[runner] = lock
        return True

    def holds(self, runner: str) -> bool:
        """Tell whether this process holds a runner's lock: its own, or that of a dead one it took over."""
        return runner in self._held

    def is_alive(self, runner: str) -> bool:
        """Tell whether a runner's process lives (another one, or this one)."""
        if runner in self._held:
            return True
        path = self._folder / f"{runner}.lock"
        if not path.exists():
            return False
        probe = FileLock(path, thread_local=False)
        try:
            with probe.acquire(timeout=0):
                return False
        except Timeout:
            return True

    def is_dead(self, runner: str) -> bool:
        """Tell whether a runner's process was killed: it left its lock, and nobody holds it."""
        return (self._folder / f"{runner}.lock").exists() and not self.is_alive(runner)

    def starting(self) -> FileLock:
        """Return the lock under which runs are looked up and started, so that two commands never start one twice."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / "starting.lock", thread_local=False)

    def opening(self) -> FileLock:
        """Return the lock under which the runs' tables are made, so that nobody reads them half made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / "opening.lock", thread_local=False)

    def retire(self) -> None:
        """Release every lock of this process and remove its files."""
        for runner, lock in self._held.items():
            (self._folder / f"{runner}.lock").unlink(missing_ok=True)
            lock.release()
        self._held.clear()
