"""A run that ended for a reason that lies in none of its steps says which, and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.settings import load_settings
from core.studio import runs
from core.studio.context import Studio


@pytest.mark.parametrize(("free", "said"), [(1 << 40, "OSError"), (4096, "is full")])
def test_a_run_that_broke_off_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, said: str) -> None:
    """A home without room is the cause, else the error is named; the code is a failed run's."""
    studio = Studio(load_settings(THROUGHLINE_HOME=str(tmp_path)))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    monkeypatch.setattr(runs, "_status", lambda *_: SimpleNamespace(status="ERROR", error=OSError("gone")))
    with pytest.raises(runs.RunBrokenError) as caught:
        runs._ended(studio, None, "run-1")  # type: ignore[arg-type]
    assert said in caught.value.message
    assert "Run the story again" in caught.value.message
    assert caught.value.code == "run_broken"
