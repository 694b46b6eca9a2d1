"""The SDK's client for an account, with nothing left to the environment but proxies and certificates."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

import httpx2
from google import genai
from google.genai import types

from core.engines.gemini.account import GeminiAccount
from core.errors import ConfigurationError

MAX_CONNECTIONS = 128
KEPT_CONNECTIONS = 64


@dataclass
class Departure:
    """Whether a call was handed to the network; until then every fault is our own."""

    has_left: bool = False


_departure: ContextVar[Departure | None] = ContextVar("departure", default=None)


def watch_departure() -> Departure:
    """Return a note that tells when the next request of this task is handed to the network."""
    departure = Departure()
    _departure.set(departure)
    return departure


def connect(account: GeminiAccount, timeout_seconds: float) -> genai.Client:
    """Return a client for `account`; keep it referenced while it is used.

    The SDK's own retries and redirects are off: retries are ours, and a redirect would take the key along.

    Raises:
        ConfigurationError: a proxy or certificate of the environment cannot be used.
    """
    options = types.HttpOptions(
        base_url=account.base_url,
        timeout=round(timeout_seconds * 1000),
        retry_options=types.HttpRetryOptions(attempts=1),
        async_client_args={
            "limits": httpx2.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=KEPT_CONNECTIONS),
            "follow_redirects": False,
            "event_hooks": {"request": [_note_departure]},
        },
    )
    try:
        return _client(account, options)
    except Exception as error:
        kind = type(error).__name__
    # Raised out here: the error below may hold a proxy's password.
    raise ConfigurationError(
        f"The connection to Gemini cannot be set up ({kind}). "
        "Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE, or leave them unset."
    )


def _client(account: GeminiAccount, options: types.HttpOptions) -> genai.Client:
    if not account.use_enterprise:
        return genai.Client(enterprise=False, api_key=account.api_key, http_options=options)
    if account.project:
        return genai.Client(
            enterprise=True, project=account.project, location=account.location or "global", http_options=options
        )
    return genai.Client(enterprise=True, api_key=account.api_key, http_options=options)


async def _note_departure(_request: httpx2.Request) -> None:
    if (departure := _departure.get()) is not None:
        departure.has_left = True
