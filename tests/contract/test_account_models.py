"""What an account has, as its service lists it: remembered offline, apart for each account, and without its key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import EngineError, InvalidApiKeyError, InvalidRequestError
from core.models.account import AccountModels
from core.models.asset import EngineName
from core.models.catalog import Purpose
from core.settings import EngineChoice, load_settings
from core.studio.account_models import ask_models, default_model, known_models, unlisted_image_models
from core.studio.context import Studio
from core.studio.project_stories import story_options
from core.studio.single import model_for
from tests.contract.conftest import Remembering, engine_for, picture, request, run
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


def _default(studio: Studio) -> str:
    return model_for(studio, EngineName.GEMINI, "")


def test_the_default_is_the_first_the_account_has(tmp_path: Path, listing: StandIn) -> None:
    """The first process asks; the next ones, offline too, take the same model without asking, and price it."""
    with listing:
        assert _default(_studio(tmp_path, listing)) == "gemini-3-pro-image"
        assert _default(_studio(tmp_path, listing)) == "gemini-3-pro-image"
        assert len(listing.listings) == 1
    offline = _studio(tmp_path, listing)
    assert _default(offline) == default_model(offline).id == "gemini-3-pro-image"
    assert story_options(offline, EngineChoice.GEMINI).default_model == "gemini-3-pro-image"
    assert model_for(offline, EngineName.GEMINI, "", is_only_priced=True) == "gemini-3-pro-image"


def test_pages_too_are_searched_with_what_the_account_has(tmp_path: Path) -> None:
    """The default that finds pictures on pages is the first the account has, known offline as well."""
    with StandIn(models=("gemini-3.5-flash-lite", "gemini-3-pro-image")) as server:
        studio = _studio(tmp_path, server)
        engine = studio.engine(EngineName.GEMINI)
        assert run(engine.default_detection_model()) == "gemini-3.5-flash-lite"
        assert run(engine.default_model()) == "gemini-3-pro-image"
        assert len(server.listings) == 1
    assert default_model(_studio(tmp_path, server), Purpose.DETECTION).id == "gemini-3.5-flash-lite"


def test_an_old_list_is_asked_for_again_and_serves_offline(tmp_path: Path, listing: StandIn) -> None:
    """After a day the service is asked again; while it does not answer, what was heard last holds."""
    studio = _studio(tmp_path, listing)
    old = AccountModels(ids=("gemini-3.1-flash-lite-image",), asked=datetime.now(UTC) - timedelta(days=2))
    studio.account_models.write(old)
    with listing:
        pass
    assert _default(studio) == "gemini-3.1-flash-lite-image"
    with StandIn(port=int(listing.url.rpartition(":")[2]), models=listing.models) as back:
        assert _default(_studio(tmp_path, back)) == "gemini-3-pro-image"
        assert len(back.listings) == 1
    remembered = known_models(studio)
    assert remembered is not None
    assert remembered.ids == listing.models


def test_without_any_list_the_catalog_decides(tmp_path: Path, listing: StandIn) -> None:
    """Offline from the first day on the default is the catalog's first recommendation."""
    with listing:
        pass
    studio = _studio(tmp_path, listing)
    assert _default(studio) == studio.catalog.recommended(studio.today())[0].id


def test_a_refused_key_is_told_and_not_remembered(tmp_path: Path, listing: StandIn) -> None:
    """A key that is not accepted is an error each time, and leaves no list."""
    with listing:
        studio = _studio(tmp_path, listing, "wrong-key")
        for _ in range(2):
            with pytest.raises(InvalidApiKeyError):
                _default(studio)
    assert known_models(studio) is None


def test_a_list_that_cannot_be_written_is_used_all_the_same(tmp_path: Path, listing: StandIn) -> None:
    """A home that takes no file costs the memory, not the default."""
    (tmp_path / "accounts").write_text("in the way")
    with listing:
        assert _default(_studio(tmp_path, listing)) == "gemini-3-pro-image"


def test_an_unknown_live_model_makes_an_image(tmp_path: Path, listing: StandIn) -> None:
    """It is sent what is asked for, at most three references, and estimated at the dearest price known."""
    with listing:
        engine = engine_for(listing)
        observer = Remembering()
        asked = request("A lamp.", picture(), model="gemini-9-banana", aspect_ratio="16:9", image_size="2K")
        made = run(engine.generate(asked, observer))
        assert made.data
        assert listing.requests[0].config["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "2K"}
        assert observer.estimates == [0.134]
        many = request("A lamp.", *(picture(str(seed)) for seed in range(4)), model="gemini-9-banana")
        with pytest.raises(InvalidRequestError, match="takes at most 3 reference images"):
            run(engine.generate(many, observer))
    assert len(listing.requests) == 1


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
