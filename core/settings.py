"""Settings from the environment, a `.env` file and Streamlit's secrets files, in this order of strength.

Secrets are `SecretStr`: they show as stars in every repr, log and error.

A `.env` or `.streamlit/secrets.toml` of the current folder may have come with a story somebody downloaded. It must not
send a key elsewhere: a file's GOOGLE_GEMINI_BASE_URL counts only when the same file holds the very key in use. That of
the environment always counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core.errors import ConfigurationError

# as Streamlit reads them: the project's own file, the first here, is stronger than the one for all projects
SECRETS_FILES = (Path(".streamlit/secrets.toml"), Path("~/.streamlit/secrets.toml"))
LONGEST_DEADLINE_SECONDS = 86_400
_LARGEST_BUDGET_USD = 1_000_000
_GOOGLE_KEY, _GEMINI_KEY, _BASE_URL = "GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"
_POSTGRESQL = re.compile(r"postgresql(\+\w+)?://", re.ASCII)
_MODEL_NAME = re.compile(r"[\w.\-/@:]{1,200}", re.ASCII)


class EngineChoice(StrEnum):
    """Which engine makes images: `auto` takes gemini when a key or a Google Cloud project is set, else draft."""

    AUTO = "auto"
    DRAFT = "draft"
    GEMINI = "gemini"


def is_model_name(text: str) -> bool:
    """Tell whether a text can name a model; the name becomes a part of the address that is called."""
    return bool(_MODEL_NAME.fullmatch(text)) and ".." not in text


def _alias(*names: str) -> Any:
    return AliasChoices(*names)


def _budget(name: str) -> Any:
    limits: dict[str, Any] = {"ge": 0, "le": _LARGEST_BUDGET_USD, "allow_inf_nan": False}
    return Field(default=None, validation_alias=_alias(name), **limits)


def _home_expanded(file: Path) -> Path:
    return Path(os.path.expanduser(file))  # noqa: PTH111 - Path.expanduser raises without a home


class _Source(PydanticBaseSettingsSource):
    """A source that answers for all fields at once."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError


class _WithoutBaseUrl(_Source):
    """A settings file with all it says but where keys are sent to."""

    def __init__(self, settings_cls: type[BaseSettings], file: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._file = file

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in self._file().items() if name != _BASE_URL}


class _BaseUrlOfKey(_Source):
    """Where the key in use is sent to, as the file says that holds this very key."""

    def __init__(self, settings_cls: type[BaseSettings], files: Sequence[PydanticBaseSettingsSource]) -> None:
        super().__init__(settings_cls)
        self._files = files

    def __call__(self) -> dict[str, Any]:
        key = next(iter(_keys(self.current_state)), None)
        if key is None or self.current_state.get(_BASE_URL):
            return {}
        for said in (file() for file in self._files):
            if said.get(_BASE_URL) and key in _keys(said):
                return {_BASE_URL: said[_BASE_URL], "is_base_url_of_file": True}
        return {}


def _keys(values: Mapping[str, Any]) -> list[str]:
    """Return the keys among raw values, the one to be used first; a blank one is none."""
    keys = (str(values.get(name, "")).strip() for name in (_GOOGLE_KEY, _GEMINI_KEY))
    return [key for key in keys if key]


class Settings(BaseSettings):
    """What the environment says. Times in seconds, money in USD."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    google_api_key: SecretStr | None = Field(default=None, validation_alias=_alias(_GOOGLE_KEY))
    gemini_api_key: SecretStr | None = Field(default=None, validation_alias=_alias(_GEMINI_KEY))
    cloud_project: str | None = Field(default=None, validation_alias=_alias("GOOGLE_CLOUD_PROJECT"))
    cloud_location: str = Field(default="global", validation_alias=_alias("GOOGLE_CLOUD_LOCATION"))
    use_enterprise: str | None = Field(
        default=None, validation_alias=_alias("GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")
    )
    base_url: str | None = Field(default=None, validation_alias=_alias(_BASE_URL))
    is_base_url_of_file: bool = False
    home: Path = Field(
        default_factory=lambda: user_data_path("throughline", appauthor=False),
        validation_alias=_alias("THROUGHLINE_HOME"),
    )
    engine: EngineChoice = Field(default=EngineChoice.AUTO, validation_alias=_alias("THROUGHLINE_ENGINE"))
    model: str | None = Field(default=None, validation_alias=_alias("THROUGHLINE_MODEL"))
    concurrency: int = Field(default=8, ge=1, le=64, validation_alias=_alias("THROUGHLINE_CONCURRENCY"))
    deadline_seconds: float = Field(
        default=300.0,
        gt=0,
        le=LONGEST_DEADLINE_SECONDS,
        allow_inf_nan=False,
        validation_alias=_alias("THROUGHLINE_DEADLINE"),
    )
    budget_usd: float | None = _budget("THROUGHLINE_BUDGET_USD")
    run_budget_usd: float | None = _budget("THROUGHLINE_RUN_BUDGET_USD")
    project_budget_usd: float | None = _budget("THROUGHLINE_PROJECT_BUDGET_USD")
    database_url: SecretStr | None = Field(default=None, validation_alias=_alias("THROUGHLINE_DATABASE_URL"))

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: Any) -> Any:
        """Take an empty value, as templates of settings files have them, for one that is not there."""
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in trimmed.items() if value != ""}

    @field_validator("google_api_key", "gemini_api_key")
    @classmethod
    def _sendable(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse a key that no header can carry; the error must not repeat it."""
        if value is not None and not all("!" <= char <= "~" for char in value.get_secret_value()):
            raise ValueError("a key has only plain letters, digits and signs, no spaces; copy it once more")
        return value

    @field_validator("model")
    @classmethod
    def _nameable(cls, value: str | None) -> str | None:
        if value is not None and not is_model_name(value):
            raise ValueError("no model has such a name; `throughline models` lists them")
        return value

    @field_validator("database_url")
    @classmethod
    def _of_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse the address of any other database; the error must not repeat it, for it may hold a password."""
        if value is not None and not _POSTGRESQL.match(value.get_secret_value()):
            raise ValueError(
                "only PostgreSQL is taken, as postgresql+psycopg://user:password@host/name; "
                "for SQLite files leave it out, they are in THROUGHLINE_HOME"
            )
        return value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        try:
            return value.expanduser().absolute()
        except RuntimeError:
            raise ValueError("no such user; name a folder by its whole path") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read `.env`, then Streamlit's secrets files as TOML, after the environment."""
        paths = [path for path in map(_home_expanded, SECRETS_FILES) if path.is_file()]
        files = [dotenv_settings, *(TomlConfigSettingsSource(settings_cls, toml_file=path) for path in paths)]
        said = [_WithoutBaseUrl(settings_cls, file) for file in files]
        return init_settings, env_settings, *said, _BaseUrlOfKey(settings_cls, files)

    def with_key(self, key: SecretStr) -> Settings:
        """Return the settings with a key that a person typed; it is not sent where only a file says."""
        base_url = None if self.is_base_url_of_file else self.base_url
        return self.model_copy(
            update={
                "google_api_key": key,
                "use_enterprise": "false",
                "base_url": base_url,
                "is_base_url_of_file": False,
            }
        )

    @property
    def api_key(self) -> SecretStr | None:
        """The key in use: GOOGLE_API_KEY before GEMINI_API_KEY, as the SDK does."""
        return self.google_api_key or self.gemini_api_key

    @property
    def is_enterprise(self) -> bool:
        """True when Google Cloud is to be used: asked for by flag, or a project is set and no key."""
        if self.use_enterprise is not None:
            return self.use_enterprise.strip().lower() in ("true", "1")
        return self.api_key is None and self.cloud_project is not None

    @property
    def has_account(self) -> bool:
        """True when a key is set, or a Google Cloud project that is to be used; nothing is asked over the network."""
        return self.api_key is not None or (self.is_enterprise and self.cloud_project is not None)

    def resolved_engine(self, choice: EngineChoice | None = None) -> EngineChoice:
        """Return draft or gemini for a choice (a flag), else for the setting."""
        wanted = choice or self.engine
        if wanted is EngineChoice.AUTO:
            return EngineChoice.GEMINI if self.has_account else EngineChoice.DRAFT
        return wanted


def load_settings(**overrides: Any) -> Settings:
    """Return the settings of this process; `overrides` are named like the variables (THROUGHLINE_HOME=...).

    Raises:
        ConfigurationError: a setting has a value it cannot have, or a settings file cannot be read.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise ConfigurationError(f"A setting cannot be used. {problems}. Correct it and try again.") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"A settings file (.env or .streamlit/secrets.toml) cannot be read: {type(error).__name__}. Correct it."
        ) from None
