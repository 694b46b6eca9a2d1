"""The secret that signs pictures' addresses: made once a home, never half."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.store import files
from core.ui import pictures
from core.ui.desk import desk


@pytest.fixture(autouse=True)
def home() -> Iterator[Path]:
    """A desk of its own; yields its home."""
    for cached in (desk, pictures._secret):
        cached.cache_clear()
    yield desk().home
    for cached in (desk, pictures._secret):
        cached.cache_clear()


def test_one_secret_a_home(home: Path) -> None:
    """It is 32 bytes that only the owner can read, and stays the same for the next server."""
    first = pictures._secret()
    assert len(first) == 32
    assert stat.S_IMODE((home / "url.secret").stat().st_mode) == 0o600
    pictures._secret.cache_clear()
    assert pictures._secret() == first


def test_half_a_secret_is_replaced(home: Path) -> None:
    """What a full disk or a crash left of one signs nothing."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "url.secret").write_bytes(b"")
    assert len(pictures._secret()) == 32


def test_a_secret_that_cannot_be_written_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk gives a sentence, and no secret is left behind."""

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WorkspaceError, match="space"):
        pictures._secret()
    assert not (home / "url.secret").exists()
