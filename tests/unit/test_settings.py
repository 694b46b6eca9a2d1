"""Settings: where they come from, which wins, and that no secret is ever shown."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from core import settings as settings_module
from core.errors import ConfigurationError
from core.settings import EngineChoice, Settings, load_settings

SECRET = "AIza-not-a-real-key-0123456789"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with an empty home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    return tmp_path


def _secrets(folder: Path, text: str) -> None:
    file = folder / ".streamlit" / "secrets.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def _key(settings: Settings) -> str | None:
    return settings.api_key.get_secret_value() if settings.api_key else None


def test_the_environment_beats_the_env_file_and_that_beats_the_secrets(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one setting in all three places the environment wins, then `.env`, then Streamlit's secrets."""
    _secrets(folder, 'THROUGHLINE_MODEL = "from-secrets"\nGEMINI_API_KEY = "k"\nTHROUGHLINE_CONCURRENCY = 3\n')
    (folder / ".env").write_text("THROUGHLINE_MODEL=from-env-file\nTHROUGHLINE_CONCURRENCY=4\n")
    monkeypatch.setenv("THROUGHLINE_MODEL", "from-environment")
    settings = load_settings()
    assert (settings.model, settings.concurrency, _key(settings)) == ("from-environment", 4, "k")


def test_each_budget_may_stand_anywhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Budgets of a day, a run and a project are read from environment, `.env` and secrets alike; unset is no limit."""
    unset = load_settings()
    assert (unset.budget_usd, unset.run_budget_usd, unset.project_budget_usd) == (None, None, None)
    _secrets(folder, "THROUGHLINE_PROJECT_BUDGET_USD = 20\n")
    (folder / ".env").write_text("THROUGHLINE_RUN_BUDGET_USD=0.5\nTHROUGHLINE_PROJECT_BUDGET_USD=\n")
    monkeypatch.setenv("THROUGHLINE_BUDGET_USD", "0")
    settings = load_settings()
    assert (settings.budget_usd, settings.run_budget_usd, settings.project_budget_usd) == (0.0, 0.5, 20.0)


@pytest.mark.parametrize("url", [f"sqlite:////tmp/{SECRET}.sqlite", f"mysql://u:{SECRET}@host/db", SECRET])
def test_a_database_that_is_not_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The error names the variable and what it takes, and does not repeat what it holds."""
    monkeypatch.setenv("THROUGHLINE_DATABASE_URL", url)
    with pytest.raises(ConfigurationError, match=r"THROUGHLINE_DATABASE_URL: only PostgreSQL") as caught:
        load_settings()
    assert SECRET not in caught.value.message


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_database_of_postgresql_is_taken(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """Both ways to name the database are taken as they are."""
    monkeypatch.setenv("THROUGHLINE_DATABASE_URL", f"{scheme}://u:p@host/db")
    url = load_settings().database_url
    assert url is not None
    assert url.get_secret_value() == f"{scheme}://u:p@host/db"


def test_the_projects_secrets_beat_those_for_all_projects(folder: Path) -> None:
    """Streamlit's two secrets files are merged as Streamlit merges them: the nearer one is stronger."""
    _secrets(folder, 'THROUGHLINE_MODEL = "near"\n')
    _secrets(folder / "user", 'THROUGHLINE_MODEL = "far"\nTHROUGHLINE_CONCURRENCY = 5\n')
    settings = load_settings()
    assert (settings.model, settings.concurrency) == ("near", 5)


def test_what_else_stands_in_a_secrets_file_does_not_disturb(folder: Path) -> None:
    """Sign-in tables and other programs' settings are left alone."""
    _secrets(folder, 'other = 1\n[auth]\ncookie_secret = "x"\n[auth.google]\nclient_id = "y"\n')
    assert load_settings().engine is EngineChoice.AUTO


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_a_blank_key_counts_as_none(folder: Path, monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    """The empty lines of a template do not pretend to be an account."""
    _secrets(folder, f'GEMINI_API_KEY = "{blank}"\nGOOGLE_CLOUD_PROJECT = ""\n')
    monkeypatch.setenv("GOOGLE_API_KEY", blank)
    settings = load_settings()
    assert not settings.has_account
    assert settings.resolved_engine() is EngineChoice.DRAFT


def test_spaces_around_a_key_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key pasted with a line break is the key alone."""
    monkeypatch.setenv("GEMINI_API_KEY", f" {SECRET}\n")
    assert _key(load_settings()) == SECRET


def test_the_google_key_is_used_before_the_gemini_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """With both keys set the one the SDK would take is taken."""
    monkeypatch.setenv("GEMINI_API_KEY", "second")
    monkeypatch.setenv("GOOGLE_API_KEY", "first")
    assert _key(load_settings()) == "first"


def test_a_secret_is_never_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither text nor JSON of the settings holds a key or the database's password."""
    _secrets(folder, f'GEMINI_API_KEY = "{SECRET}"\n')
    monkeypatch.setenv("GOOGLE_API_KEY", SECRET)
    monkeypatch.setenv("THROUGHLINE_DATABASE_URL", f"postgresql://u:{SECRET}@host/db")
    settings = load_settings()
    shown = [repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump()), f"{settings!s}"]
    assert all(SECRET not in text for text in shown)
    assert _key(settings) == SECRET


@pytest.mark.parametrize("line", [f"GEMINI_API_KEY = [1, '{SECRET}']", f"GEMINI_API_KEY = '{SECRET}", f"{SECRET} = ="])
def test_an_error_about_a_secrets_file_does_not_show_it(folder: Path, line: str) -> None:
    """A broken secrets file is named; nothing of it is repeated, neither in the message nor in what led to it."""
    _secrets(folder, line)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THROUGHLINE_ENGINE", "dreams"),
        ("THROUGHLINE_CONCURRENCY", "0"),
        ("THROUGHLINE_CONCURRENCY", "65"),
        ("THROUGHLINE_CONCURRENCY", "many"),
        ("THROUGHLINE_DEADLINE", "0"),
        ("THROUGHLINE_DEADLINE", "-1"),
        ("THROUGHLINE_DEADLINE", "nan"),
        ("THROUGHLINE_DEADLINE", "inf"),
        ("THROUGHLINE_DEADLINE", "1e9"),
        ("THROUGHLINE_BUDGET_USD", "-0.01"),
        ("THROUGHLINE_BUDGET_USD", "inf"),
        ("THROUGHLINE_BUDGET_USD", "1e300"),
        ("THROUGHLINE_BUDGET_USD", "nan"),
        ("THROUGHLINE_BUDGET_USD", "5 dollars"),
        ("THROUGHLINE_RUN_BUDGET_USD", "-1"),
        ("THROUGHLINE_RUN_BUDGET_USD", "nan"),
        ("THROUGHLINE_PROJECT_BUDGET_USD", "inf"),
        ("THROUGHLINE_PROJECT_BUDGET_USD", "much"),
        ("THROUGHLINE_HOME", "~nobody-of-this-name/x"),
        ("THROUGHLINE_MODEL", "../x"),
        ("THROUGHLINE_MODEL", "x?key=1"),
        ("THROUGHLINE_MODEL", "x y/z#q"),
        ("THROUGHLINE_MODEL", "x\x1b[31m"),
        ("THROUGHLINE_MODEL", "modèle"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A wrong value is a ConfigurationError that names the variable and does not repeat the value."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load_settings()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00broken", b"GEMINI_API_KEY=\xc3("])
def test_an_env_file_that_is_no_text_is_a_clear_error(folder: Path, content: bytes) -> None:
    """A `.env` in some other encoding is named, not a traceback."""
    (folder / ".env").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"\.env"):
        load_settings()


def test_folders_in_place_of_settings_files_do_not_disturb(folder: Path) -> None:
    """A folder called `.env` or `secrets.toml` is no settings file."""
    (folder / ".env").mkdir()
    (folder / ".streamlit" / "secrets.toml").mkdir(parents=True)
    assert load_settings().engine is EngineChoice.AUTO


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, EngineChoice.DRAFT),
        ({"GEMINI_API_KEY": "k"}, EngineChoice.GEMINI),
        ({"GOOGLE_API_KEY": "k"}, EngineChoice.GEMINI),
        ({"GOOGLE_CLOUD_PROJECT": "p"}, EngineChoice.GEMINI),
        ({"GEMINI_API_KEY": "k", "THROUGHLINE_ENGINE": "draft"}, EngineChoice.DRAFT),
        ({"THROUGHLINE_ENGINE": "gemini"}, EngineChoice.GEMINI),
        ({"GOOGLE_CLOUD_LOCATION": "global"}, EngineChoice.DRAFT),
    ],
)
def test_auto_asks_only_whether_an_account_is_set(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: EngineChoice
) -> None:
    """The engine follows from the settings alone; no connection is opened and no name looked up."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("settings asked the network")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_settings().resolved_engine() is expected


def test_a_flag_beats_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine named on the command line is taken whatever the settings say."""
    monkeypatch.setenv("THROUGHLINE_ENGINE", "gemini")
    assert load_settings().resolved_engine(EngineChoice.DRAFT) is EngineChoice.DRAFT


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"GOOGLE_CLOUD_PROJECT": "p"}, True),
        ({"GOOGLE_CLOUD_PROJECT": "p", "GEMINI_API_KEY": "k"}, False),
        ({"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_GENAI_USE_VERTEXAI": "false"}, False),
        ({"GEMINI_API_KEY": "k", "GOOGLE_GENAI_USE_ENTERPRISE": "True"}, True),
        ({}, False),
    ],
)
def test_google_cloud_is_used_when_asked_for_or_when_nothing_else_is_there(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool
) -> None:
    """A flag decides between key and Google Cloud; without one a key comes first."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_settings().is_enterprise is expected


def test_the_home_is_an_absolute_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A home named relatively or by ~ means the same folder whatever is done later."""
    monkeypatch.setenv("THROUGHLINE_HOME", "here")
    assert load_settings().home == folder / "here"
    monkeypatch.setenv("THROUGHLINE_HOME", "~/there")
    assert load_settings().home == folder / "user" / "there"


def test_a_machine_without_a_home_folder_still_has_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container whose user has no home folder starts all the same."""
    monkeypatch.setattr(settings_module.os.path, "expanduser", str)
    assert load_settings().concurrency == 8


@pytest.mark.parametrize("name", ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
@pytest.mark.parametrize("key", ["schlüssel-ключ-1234", "abc\ndef-123456", "abc\x01def-123456", "abc def-123456"])
def test_a_key_that_no_header_carries_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    """A key that is not printable ASCII without spaces is an error that names the variable and not the key."""
    monkeypatch.setenv(name, key)
    with pytest.raises(ConfigurationError, match=name) as caught:
        load_settings()
    assert key[:3] not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["gemini-3.1-flash-image", "models/x", "publishers/google/models/x@001", "tunedModels/a_b:1"]
)
def test_a_models_name_is_taken_as_google_writes_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Names with paths, versions and colons are names."""
    monkeypatch.setenv("THROUGHLINE_MODEL", name)
    assert load_settings().model == name


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_GENAI_USE_ENTERPRISE": "false"}, False),
        ({"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_GENAI_USE_ENTERPRISE": "true"}, True),
        ({"GOOGLE_CLOUD_PROJECT": "p"}, True),
        ({"GOOGLE_GENAI_USE_ENTERPRISE": "true"}, False),
        ({"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_GENAI_USE_ENTERPRISE": "false", "GEMINI_API_KEY": "k"}, True),
    ],
)
def test_a_project_that_is_not_to_be_used_is_no_account(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: bool
) -> None:
    """With Google Cloud switched off by the flag only a key makes an account."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert load_settings().has_account is expected


ELSEWHERE = "http://elsewhere.example"


def _write_env_file(folder: Path, text: str) -> None:
    (folder / ".env").write_text(text)


@pytest.mark.parametrize("write", [_write_env_file, _secrets])
@pytest.mark.parametrize("decoy", ["", 'GEMINI_API_KEY = "decoy"\n', 'GOOGLE_API_KEY = " "\n'])
@pytest.mark.parametrize("name", ["GOOGLE_API_KEY", "GEMINI_API_KEY"])
def test_a_file_cannot_send_a_key_from_elsewhere_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, str], None], decoy: str, name: str
) -> None:
    """The key of the environment is not sent where a file of the current folder says, whatever key that file holds."""
    write(folder, f'{decoy}GOOGLE_GEMINI_BASE_URL = "{ELSEWHERE}"\n')
    monkeypatch.setenv(name, SECRET)
    settings = load_settings()
    assert (_key(settings), settings.base_url) == (SECRET, None)


def test_a_key_of_a_weaker_file_is_not_sent_away_either(folder: Path) -> None:
    """A decoy key beside the address does not help when another file's key is the one in use."""
    _write_env_file(folder, f"GEMINI_API_KEY=decoy\nGOOGLE_GEMINI_BASE_URL={ELSEWHERE}\n")
    _secrets(folder / "user", f'GOOGLE_API_KEY = "{SECRET}"\n')
    settings = load_settings()
    assert (_key(settings), settings.base_url) == (SECRET, None)


@pytest.mark.parametrize("write", [_write_env_file, _secrets])
def test_a_file_says_where_its_own_key_is_sent(folder: Path, write: Callable[[Path, str], None]) -> None:
    """A base URL counts when the same file holds the key in use, but not for a key that is typed later."""
    write(folder, f'GEMINI_API_KEY = "{SECRET}"\nGOOGLE_GEMINI_BASE_URL = "{ELSEWHERE}"\n')
    settings = load_settings()
    assert (_key(settings), settings.base_url) == (SECRET, ELSEWHERE)
    typed = settings.with_key(SecretStr("typed"))
    assert (_key(typed), typed.base_url) == ("typed", None)


def test_the_environment_always_says_where_keys_are_sent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base URL of the environment beats that of a file and holds for every key, a typed one too."""
    _write_env_file(folder, f"GEMINI_API_KEY={SECRET}\nGOOGLE_GEMINI_BASE_URL={ELSEWHERE}\n")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://mine.example")
    settings = load_settings()
    assert settings.base_url == settings.with_key(SecretStr("typed")).base_url == "http://mine.example"
