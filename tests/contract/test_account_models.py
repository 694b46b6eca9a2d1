"""What an account has, as its service lists it: remembered offline, apart for each account, and without its key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import EngineError
from core.models.account import AccountModels
from core.settings import load_settings
from core.studio.account_models import ask_models, known_models, unlisted_image_models
from core.studio.context import Studio
from tests.standin import StandIn


def _studio(home: Path, server: StandIn, key: str = "") -> Studio:
    return Studio(
        load_settings(THROUGHLINE_HOME=str(home), GEMINI_API_KEY=key or server.key, GOOGLE_GEMINI_BASE_URL=server.url)
    )


@pytest.fixture
def listing() -> StandIn:
    return StandIn(models=("gemini-3-pro-image", "gemini-9-banana", "gemini-9-text"))


def test_the_list_is_remembered(tmp_path: Path, listing: StandIn) -> None:
    """Asked once it is known to the next process too, offline, and nothing of the key is in any file."""
    with listing:
        studio = _studio(tmp_path, listing)
        assert known_models(studio) is None
        assert ask_models(studio).ids == ("gemini-3-pro-image", "gemini-9-banana", "gemini-9-text")
        assert len(listing.listings) == 1
    later = known_models(_studio(tmp_path, listing))
    assert later is not None
    assert not later.is_old
    assert len(listing.listings) == 1
    assert not any(listing.key.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert known_models(_studio(tmp_path, listing, "another-key")) is None


def test_an_unknown_image_model_can_be_used(tmp_path: Path, listing: StandIn) -> None:
    """A live model that makes images and is not in the catalog is offered with careful limits; others are not."""
    studio = _studio(tmp_path, listing)
    (found,) = unlisted_image_models(studio, AccountModels(ids=listing.models, asked=datetime.now(UTC)))
    assert found.id == "gemini-9-banana"
    assert not found.is_known
    assert found.references.total == 3


def test_a_day_old_list_is_asked_for_again(listing: StandIn) -> None:
    """After a day the list counts as old."""
    assert AccountModels(ids=(), asked=datetime.now(UTC) - timedelta(days=1, minutes=1)).is_old


def test_a_service_that_does_not_answer_forgets_nothing(tmp_path: Path, listing: StandIn) -> None:
    """When asking fails, what was known stays."""
    with listing:
        ask_models(_studio(tmp_path, listing))
    with pytest.raises(EngineError):
        ask_models(_studio(tmp_path, listing))
    assert known_models(_studio(tmp_path, listing)) is not None
