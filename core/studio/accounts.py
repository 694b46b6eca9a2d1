"""Asking the service whether it takes a key, before anything is to be paid with it."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from core.engines.gemini import GeminiAccount, GeminiEngine
from core.settings import Settings
from core.studio.context import Studio


def check_key(settings: Settings, key: SecretStr) -> None:
    """Return when the service takes a Gemini API key.

    Raises:
        InvalidApiKeyError: it does not, or the key has a character that cannot be sent.
        EngineError: the service cannot be asked just now.
    """
    studio = Studio(settings.with_key(key))
    account = GeminiAccount(api_key=key.get_secret_value(), base_url=studio.settings.base_url)
    asyncio.run(_ask(GeminiEngine(account, studio.catalog)))


async def _ask(engine: GeminiEngine) -> None:
    try:
        await engine.account_models()
    finally:
        await engine.aclose()
