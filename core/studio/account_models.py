"""Which models an account has, as the service listed them: asked at most once a day, and known offline."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

from core.models.account import AccountModels
from core.models.catalog import ModelFacts, Purpose
from core.studio.context import Studio

_MAKES_IMAGES = re.compile(r"image|banana")


def known_models(studio: Studio) -> AccountModels | None:
    """Return what the account was last heard to have, however long ago; None when it was never asked."""
    return studio.account_models.read() if studio.settings.has_account else None


def ask_models(studio: Studio) -> AccountModels:
    """Ask the service which models the account has; the engine remembers them.

    Raises:
        EngineError: one of its children says why there is no list.
    """
    return AccountModels(ids=asyncio.run(studio.gemini().account_models()), asked=datetime.now(UTC))


def default_model(studio: Studio, purpose: Purpose = Purpose.IMAGE) -> ModelFacts:
    """Return the Gemini model used when nobody names one, as far as is known without asking the service."""
    known = known_models(studio)
    return studio.catalog.first_recommended(studio.today(), known.ids if known else None, purpose)


def unlisted_image_models(studio: Studio, account: AccountModels | None) -> tuple[ModelFacts, ...]:
    """Return the account's models that seem to make images and that the catalog does not list, with careful facts."""
    listed = {facts.id for facts in studio.catalog.models}
    names = (name for name in (account.ids if account else ()) if name not in listed and _MAKES_IMAGES.search(name))
    return tuple(studio.catalog.model(name) for name in names)
