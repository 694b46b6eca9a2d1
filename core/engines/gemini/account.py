"""Whose account pays, checked before anything is sent: a mistake in it is no failure of the service."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlsplit

from core.errors import ConfigurationError, InvalidApiKeyError, MissingApiKeyError
from core.models.account import AccountModels
from core.models.sent_file import SentFile

GLOBAL = "global"
_KEY = re.compile(r"[!-~]+")
_PROJECT = re.compile(r"[A-Za-z0-9.:_\-]+")
_LOCATION = re.compile(r"[A-Za-z0-9\-]+")
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


@dataclass(frozen=True)
class GeminiAccount:
    """Whose account pays: a Gemini API key, or a Google Cloud project with `use_enterprise`.

    Raises:
        MissingApiKeyError: there is neither a key nor a project that is to be used.
        InvalidApiKeyError: the key has a character that cannot be sent.
        ConfigurationError: the project, location or address is none.
    """

    api_key: str | None = field(default=None, repr=False)
    project: str | None = None
    location: str = GLOBAL
    use_enterprise: bool = False
    base_url: str | None = None

    def __post_init__(self) -> None:
        self._check_presence()
        if self.api_key and not _KEY.fullmatch(self.api_key):
            raise InvalidApiKeyError(
                "The API key holds a space, a line break or a letter that no key has, so it cannot be sent. "
                "Copy it into GEMINI_API_KEY (or GOOGLE_API_KEY) again."
            )
        if self.project and not _PROJECT.fullmatch(self.project):
            raise ConfigurationError("GOOGLE_CLOUD_PROJECT is no id of a project. Set the id, as in my-project-123.")
        if self.location and not _LOCATION.fullmatch(self.location):
            raise ConfigurationError("GOOGLE_CLOUD_LOCATION is no location. Set one, as in global or us-central1.")
        if self.base_url and not _is_address(self.base_url):
            raise ConfigurationError(
                "GOOGLE_GEMINI_BASE_URL is no web address. Write it as in https://host or http://host:8080 "
                "(a port is a number up to 65535), or leave it unset."
            )

    def at_home_of(self, model: str) -> GeminiAccount:
        """Return the account where a model lives: on Google Cloud previews are in the location `global` only."""
        is_elsewhere = self.use_enterprise and bool(self.project) and self.location != GLOBAL
        return replace(self, location=GLOBAL) if is_elsewhere and "preview" in model.split("-") else self

    def _check_presence(self) -> None:
        if self.api_key or (self.use_enterprise and self.project):
            return
        if self.project:
            raise MissingApiKeyError(
                "GOOGLE_CLOUD_PROJECT is set, but GOOGLE_GENAI_USE_ENTERPRISE switches Google Cloud off and there is "
                "no key. Set it to true, set GEMINI_API_KEY, or use the draft engine, which needs neither."
            )
        raise MissingApiKeyError(
            "The gemini engine needs a key. Set GEMINI_API_KEY (https://aistudio.google.com/apikey), or "
            "GOOGLE_CLOUD_PROJECT for Google Cloud, or use the draft engine, which needs neither."
        )


class ModelMemory(Protocol):
    """Remembers from process to process which models the account was last heard to have."""

    def read(self) -> AccountModels | None:
        """Return the list, however old; None when there is none."""
        ...

    def write(self, models: AccountModels) -> None:
        """Remember a list."""
        ...


class FileMemory(Protocol):
    """Remembers from process to process which files were sent ahead, by the sha256 of what they hold."""

    def find(self, digest: str) -> SentFile | None:
        """Return a file, expired or not; None when none is known."""
        ...

    def keep(self, digest: str, file: SentFile) -> None:
        """Remember a file."""
        ...

    def forget(self, digest: str) -> None:
        """Forget a file that the service does not keep any more."""
        ...


def _is_address(url: str) -> bool:
    if not _ADDRESS.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
