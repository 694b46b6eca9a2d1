"""Which model is used when nobody names one, and what the account has."""

import pytest

from core.engines.gemini import GeminiAccount
from core.errors import InvalidApiKeyError, UnavailableError
from tests.contract.conftest import MODEL, engine_for, run
from tests.standin import StandIn


def default_of(server: StandIn, times: int = 1, **options) -> str:
    async def work() -> str:
        engine = engine_for(server, **options)
        names = [await engine.default_model() for _ in range(times)]
        await engine.aclose()
        return names[-1]

    return run(work())


def test_first_recommended_of_the_account(server):
    """The default is the first recommended model."""
    assert default_of(server) == MODEL


@pytest.mark.parametrize(
    ("models", "default"),
    [
        (("gemini-3-pro-image", "gemini-3.1-flash-lite-image"), "gemini-3-pro-image"),
        (("gemini-3.1-flash-image", "gemini-3-pro-image"), "gemini-3-pro-image"),
        (("gemini-3.1-flash-image", "gemini-3.8-flash"), "gemini-3.1-flash-image"),
        (("something-else",), MODEL),
    ],
)
def test_only_what_the_account_has(server, models, default):
    """A model the account does not have is passed over; one that is still listed beats none at all."""
    server.models = models
    assert default_of(server) == default


def test_the_list_is_fetched_once(server):
    """The account's list is asked for once an engine."""
    default_of(server, times=3)
    assert len(server.listings) == 1
    assert server.listings[0].headers["x-goog-api-key"] == server.key
    assert server.requests == []


def test_works_offline():
    """Without a connection the default is the first recommended model not past its date, asked for once."""
    with StandIn() as server:
        pass
    assert default_of(server, times=2) == MODEL


def test_refused_key_surfaces(server):
    """A key that is not accepted is said at once, not hidden behind a default."""
    account = GeminiAccount(api_key="wrong", base_url=server.url)
    with pytest.raises(InvalidApiKeyError):
        default_of(server, account=account)


def test_account_models(server):
    """The account's models are listed by their plain ids, in both modes."""
    for account in (
        GeminiAccount(api_key=server.key, base_url=server.url),
        GeminiAccount(api_key=server.key, base_url=server.url, use_enterprise=True),
    ):
        assert run(engine_for(server, account=account).account_models()) == server.models


def test_account_models_without_a_connection():
    """Without a connection the list is an error that says so, with nothing of the SDK hanging on it."""
    with StandIn() as server:
        pass
    with pytest.raises(UnavailableError) as caught:
        run(engine_for(server).account_models())
    assert caught.value.__context__ is None


@pytest.mark.parametrize("is_enterprise", [False, True])
def test_a_list_without_an_end(server, is_enterprise):
    """A list that always names a further page is read for twenty pages, and each model is named once."""
    server.is_list_endless = True
    account = GeminiAccount(api_key=server.key, base_url=server.url, use_enterprise=is_enterprise)
    assert run(engine_for(server, account=account).account_models()) == server.models
    assert len(server.listings) == 20


def test_names_that_cannot_be_models_are_left_out(server):
    """A listed name that could not be called, or would disturb a terminal, is passed over."""
    server.models = (MODEL, "a b", "x?key=1", "..", "\x1b[31mred")
    assert run(engine_for(server).account_models()) == (MODEL,)
