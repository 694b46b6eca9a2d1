"""Which models an account has, as the service listed them: asked at most once a day, and known offline."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from core.engines.gemini import GeminiEngine
from core.models.asset import EngineName
from core.models.catalog import ModelFacts
from core.models.value import Value
from core.store.files import make_folder, replace_text
from core.studio.context import Studio

_AGE = timedelta(days=1)
_MAKES_IMAGES = re.compile(r"image|banana")


class AccountModels(Value):
    """The ids of an account's models, and when the service was asked."""

    ids: tuple[str, ...]
    asked: datetime

    @property
    def is_old(self) -> bool:
        """True when the service should be asked again."""
        return datetime.now(UTC) - self.asked > _AGE


def known_models(studio: Studio) -> AccountModels | None:
    """Return what the account was last heard to have, however long ago; None when it was never asked."""
    if not studio.settings.has_account:
        return None
    try:
        return AccountModels.model_validate_json(_path(studio).read_bytes())
    except (OSError, ValidationError):
        return None


def ask_models(studio: Studio) -> AccountModels:
    """Ask the service which models the account has, and remember it.

    Raises:
        EngineError: one of its children says why there is no list.
        WorkspaceError: it cannot be written down.
    """
    service = studio.engine(EngineName.GEMINI)
    assert isinstance(service, GeminiEngine)  # noqa: S101 - the engine of this name
    found = AccountModels(ids=asyncio.run(service.account_models()), asked=datetime.now(UTC))
    path = _path(studio)
    make_folder(path.parent)
    replace_text(path, found.model_dump_json())
    return found


def unlisted_image_models(studio: Studio, account: AccountModels | None) -> tuple[ModelFacts, ...]:
    """Return the account's models that seem to make images and that the catalog does not list, with careful facts."""
    listed = {facts.id for facts in studio.catalog.models}
    names = (name for name in (account.ids if account else ()) if name not in listed and _MAKES_IMAGES.search(name))
    return tuple(studio.catalog.model(name) for name in names)


def _path(studio: Studio) -> Path:
    settings = studio.settings
    key = settings.api_key.get_secret_value() if settings.api_key else f"cloud:{settings.cloud_project}"
    # a short one-way mark tells accounts apart; the key itself is nowhere in it
    mark = hashlib.blake2b(f"{settings.base_url}|{key}".encode(), digest_size=8).hexdigest()
    return studio.home / "accounts" / f"{mark}.json"
