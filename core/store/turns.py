"""Taking turns: two commands at once do not make, and pay for, the same thing twice."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

from filelock import AsyncFileLock

_POLL_SECONDS = 0.02


@contextlib.asynccontextmanager
async def making(home: Path, project: str, fingerprint: str) -> AsyncIterator[None]:
    """Hold the right to make what a fingerprint names in one project (its uuid); another who wants it waits."""
    name = hashlib.sha256(f"{project}\n{fingerprint}".encode()).hexdigest()[:40]
    path = home / "making" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    async with AsyncFileLock(path, thread_local=False, poll_interval=_POLL_SECONDS):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
