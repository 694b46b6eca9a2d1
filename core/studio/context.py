"""What every verb works with: settings, catalog, index, ledger and engines of one process."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import secrets
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import SecretStr

from core.engines.base import Engine
from core.errors import MissingApiKeyError, WorkspaceError
from core.models.asset import EngineName
from core.models.catalog import Catalog, load_catalog
from core.models.limits import Limits
from core.settings import EngineChoice, Settings
from core.store.account_models import AccountModelsFile
from core.store.index import AssetIndex
from core.store.ledger import Ledger
from core.store.sent_files import SentFiles
from core.store.workspace import Workspace

if TYPE_CHECKING:
    from core.engines.gemini import GeminiEngine

LOCAL_USER = "local"


class Studio:
    """One process's studio; databases and engines are opened when they are first needed."""

    def __init__(self, settings: Settings, user: str = LOCAL_USER) -> None:
        self.settings = settings
        self.user = user
        self._engines: dict[EngineName, Engine] = {}
        self._keyed: dict[str, Studio] = {}

    def keep_key(self, key: SecretStr) -> str:
        """Keep an API key in this process's memory, nowhere else, and return the name it is known by."""
        name = secrets.token_hex(8)
        keyed = Studio(self.settings.with_key(key), self.user)
        keyed.__dict__.update({"index": self.index, "ledger": self.ledger})
        self._keyed[name] = keyed
        return name

    def with_key(self, name: str) -> Studio:
        """Return the studio that uses a kept key; this one for "".

        Raises:
            MissingApiKeyError: the process was restarted since, and the key is gone.
        """
        if not name:
            return self
        if name not in self._keyed:
            raise MissingApiKeyError(
                "The key was entered for a session that has ended. Enter it again, then run again."
            )
        return self._keyed[name]

    def for_user(self, user: str) -> Studio:
        """Return the studio as this user's; databases, engines and kept keys are shared."""
        if user == self.user:
            return self
        _ = self.index, self.ledger  # opened once, before they are shared
        theirs = copy.copy(self)
        theirs.user = user
        return theirs

    @property
    def home(self) -> Path:
        """Where the databases and caches are."""
        return self.settings.home

    @property
    def limits(self) -> Limits:
        """What a run, a day and a project may cost."""
        settings = self.settings
        return Limits(run=settings.run_budget_usd, day=settings.budget_usd, project=settings.project_budget_usd)

    @cached_property
    def catalog(self) -> Catalog:
        """The models' facts, corrected by `catalog.toml` in the home where there is one.

        Raises:
            ConfigurationError: that file is no list of models.
        """
        own = self.home / "catalog.toml"
        return load_catalog(own=own) if own.is_file() else load_catalog()

    @property
    def account_models(self) -> AccountModelsFile:
        """What the account was last heard to have."""
        return AccountModelsFile(self.home, self.account_mark)

    @property
    def account_mark(self) -> str:
        """A short one-way mark that tells accounts apart; the key itself is nowhere in it."""
        settings = self.settings
        key = settings.api_key.get_secret_value() if settings.api_key else f"cloud:{settings.cloud_project}"
        return hashlib.blake2b(f"{settings.base_url}|{key}".encode(), digest_size=8).hexdigest()

    @cached_property
    def index(self) -> AssetIndex:
        """The index of all projects."""
        return AssetIndex(self.home, self.database_url)

    @cached_property
    def ledger(self) -> Ledger:
        """Every attempt ever made."""
        return Ledger(self.home, self.database_url)

    @property
    def database_url(self) -> str | None:
        """The database to use instead of SQLite files, or None."""
        return self.settings.database_url.get_secret_value() if self.settings.database_url else None

    def workspace(self, folder: Path, title: str = "") -> Workspace:
        """Open a project, made when missing or empty; a new one is called `title`, else like its folder.

        Raises:
            WorkspaceError: the folder cannot be used.
        """
        return Workspace.open(folder, self.index, self.home / "thumbnails", title)

    def listed(self, folder: Path) -> Workspace:
        """Return a project for a list of projects: it does not become the last one opened.

        Raises:
            WorkspaceError: the folder cannot be used.
        """
        return Workspace.open(folder, self.index, self.home / "thumbnails", is_listed=True)

    def known_projects(self) -> Iterator[Workspace]:
        """Yield the projects that were opened here, last opened first; one that cannot be used is left out."""
        for folder in self.index.recent_projects():
            with contextlib.suppress(WorkspaceError):
                yield self.listed(folder)

    def engine_name(self, choice: EngineChoice | None = None, is_only_priced: bool = False) -> EngineName:
        """Return the engine a choice leads to; nothing is asked over the network.

        To price its work gemini needs no account.

        Raises:
            MissingApiKeyError: gemini is asked for by name and no account is configured.
        """
        name = EngineName(self.settings.resolved_engine(choice))
        if name is EngineName.GEMINI and not (self.settings.has_account or is_only_priced):
            raise MissingApiKeyError(
                "The gemini engine needs an account. Set GEMINI_API_KEY (or GOOGLE_CLOUD_PROJECT), "
                "or use the draft engine, which needs none."
            )
        return name

    def engine(self, name: EngineName) -> Engine:
        """Return an engine, made once.

        Raises:
            MissingApiKeyError: gemini is asked for and no account is configured.
        """
        if name not in self._engines:
            self._engines[name] = self._draft() if name is EngineName.DRAFT else self._gemini()
        return self._engines[name]

    def gemini(self) -> GeminiEngine:
        """Return the gemini engine, which has more than every engine has.

        Raises:
            MissingApiKeyError: no account is configured.
        """
        return cast("GeminiEngine", self.engine(EngineName.GEMINI))

    @staticmethod
    def today() -> date:
        """Return the local date, for the models' shutdown dates."""
        return date.today()

    def close(self) -> None:
        """Close the databases that were opened."""
        for name in ("index", "ledger"):
            if name in self.__dict__:
                self.__dict__[name].close()

    @staticmethod
    def _draft() -> Engine:
        from core.engines.draft import DraftEngine

        return DraftEngine()

    def _gemini(self) -> Engine:
        from core.engines.gemini import GeminiAccount, GeminiEngine

        settings = self.settings
        self.engine_name(EngineChoice.GEMINI)
        account = GeminiAccount(
            api_key=settings.api_key.get_secret_value() if settings.api_key else None,
            project=settings.cloud_project,
            location=settings.cloud_location,
            use_enterprise=settings.is_enterprise,
            base_url=None if settings.is_enterprise else settings.base_url,
        )
        return GeminiEngine(
            account,
            self.catalog,
            deadline_seconds=settings.deadline_seconds,
            memory=self.account_models,
            files=SentFiles(self.home, self.account_mark),
        )
