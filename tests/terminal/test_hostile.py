"""Whatever is done to a command, it ends with one sentence or one document and a code, never with a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import __main__ as terminal_command
from core.cli.printing import tell
from core.store.database import sqlite_url
from core.store.index import AssetIndex
from tests import notebook
from tests.samples import picture
from tests.terminal.harness import ROOT, Said, Terminal, write_story

Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["throughline", *(str(word) for word in words)])
        with pytest.raises(SystemExit) as end:
            terminal_command.main()
        said = capsys.readouterr()
        return Said(int(str(end.value.code)), said.out, said.err)

    return run


def _break_runs(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(_studio: object) -> Any:
        raise error

    monkeypatch.setattr("core.studio.runs.list_runs", broken)


class EndOfAllThingsError(BaseException):
    """An error that is no Exception, as some libraries have."""


@pytest.mark.parametrize("error", [ZeroDivisionError("SECRET"), OSError("SECRET"), EndOfAllThingsError("SECRET")])
def test_what_nobody_foresaw_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Any other exception is one sentence with its type, exit 1; neither its words nor a traceback are shown."""
    _break_runs(monkeypatch, error)
    said = run("runs")
    assert (said.code, said.out.strip()) == (1, "")
    assert type(error).__name__ in said.err
    assert said.err.count("\n") == 1
    assert "SECRET" not in said.err
    as_json = run("runs", "--json")
    assert (as_json.code, as_json.err, as_json.out.count("\n")) == (1, "", 1)
    assert as_json.document["error"]["code"] == "unforeseen"


def test_the_traceback_is_shown_on_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """THROUGHLINE_DEBUG=1 shows where it happened, on stderr; stdout stays one document."""
    _break_runs(monkeypatch, ZeroDivisionError("the detail"))
    monkeypatch.setenv("THROUGHLINE_DEBUG", "1")
    said = run("runs", "--json")
    assert "ZeroDivisionError: the detail" in said.err
    assert said.document["error"]["type"] == "ZeroDivisionError"


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_ctrl_c_while_it_starts_is_said(run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """Ctrl-C before the command began ends with 130 and is told as everything else is."""

    def stopped() -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal_command, "_commands", stopped)
    said = run("runs", *words)
    assert said.code == 130
    assert (said.document["error"]["code"] if words else said.err) == ("interrupted" if words else "Stopped.\n")


@pytest.mark.parametrize(("unbuffered", "redirection"), [("1", ">/dev/full"), ("", ">/dev/full"), ("", ">&-")])
def test_output_that_cannot_be_written_ends_quietly(terminal: Terminal, unbuffered: str, redirection: str) -> None:
    """A full disk or a closed stdout is exit 1 without a word, however Python writes."""
    terminal.env["PYTHONUNBUFFERED"] = unbuffered
    command = f'"{sys.executable}" -m core usage --json {redirection}'
    ended = subprocess.run(
        command, shell=True, cwd=terminal.folder, env=terminal.env, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")


def test_a_full_stderr_breaks_nothing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work goes on when progress cannot be told."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.cli.printing.click.echo", full)
    tell("half way")


def test_a_latin_terminal_gets_escapes_and_valid_json(terminal: Terminal) -> None:
    """Letters that a terminal lacks are escaped: as text for people, as JSON for programs."""
    terminal.env["PYTHONIOENCODING"] = "latin-1"
    document = terminal.run("story", "run", "山é.yaml", "--project", "p", "--json", is_cold=True).document
    assert document["error"]["path"] == "山é.yaml"
    said = terminal.run("story", "run", "山.yaml", "--project", "p", is_cold=True)
    assert said.code == 2
    assert "\\u5c71.yaml" in said.err


@pytest.mark.parametrize("words", [("runs",), ("cancel", "some-run"), ("story", "resume", "some-run")])
@pytest.mark.parametrize("home", ["/proc/home", "busy"])
def test_a_home_that_cannot_be_used_is_an_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], home: str
) -> None:
    """Without a home there are no runs to speak of: exit 2 and its name, not "no run yet"."""
    (tmp_path / "busy").write_text("a file")
    monkeypatch.setenv("THROUGHLINE_HOME", home)
    said = run(*words)
    assert (said.code, said.out) == (2, "")
    assert "THROUGHLINE_HOME" in said.err


@pytest.mark.parametrize("name", ["h?mode=ro", "h#x", "h%20x", "h x é", "h?x %20y"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    """Signs that mean something in URLs are letters in a folder's name; no other folder appears."""
    AssetIndex(tmp_path / name).close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "index.sqlite").is_file()


def test_the_url_of_a_database_holds_its_path_whole(tmp_path: Path) -> None:
    """Who reads the URL back, as DBOS does, finds the very path."""
    from sqlalchemy import make_url

    path = tmp_path / "h?mode=ro %20#é" / "runs.sqlite"
    assert make_url(sqlite_url(path)).database == str(path)
    assert not make_url(sqlite_url(path)).query


@pytest.mark.parametrize(
    "words",
    [
        ("lineage", "--format", "json"),
        ("export", "--to", "out"),
        ("reindex",),
        ("import", "archive.png"),
        ("story", "run", "story.yaml", "--dry-run"),
    ],
)
def test_a_project_name_that_is_too_long_is_bad_input(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    """A name that no folder can have is exit 2 and one document, whichever command looks for it."""
    write_story(tmp_path, {"a": ["archive"]})
    said = run(*words, "--project", "p" * 300, "--json")
    assert (said.code, said.out.count("\n")) == (2, 1)
    assert said.document["error"]["code"] == "workspace"


@pytest.mark.parametrize("words", [("lineage", "--format", "json", "--out"), ("export", "--to"), ("demo", "--out")])
def test_a_target_inside_a_projects_records_is_bad_input(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    """What would write into a project's own folders is refused with exit 2 before anything is made."""
    picture(1).save(tmp_path / "robot.png")
    run("import", tmp_path / "robot.png", "--project", "p")
    of = () if words[0] == "demo" else ("--project", "p")
    said = run(*words, "p/trash", *of, "--json")
    assert (said.code, said.document["error"]["code"]) == (2, "workspace")
    assert "belongs to the project" in said.document["error"]["message"]
    assert not (tmp_path / "p" / "trash").exists()


@pytest.mark.parametrize("model", ["../x", "x?key=1", "x y", "x\x1b[31m"])
def test_a_model_that_cannot_be_a_name_is_refused(run: Run, tmp_path: Path, model: str) -> None:
    """`--model` takes names only; nothing is run."""
    story = write_story(tmp_path, {"a": ["archive"]})
    said = run("story", "run", story, "--project", "p", "--model", model)
    assert said.code == 2
    assert "--model" in said.err
    assert "\x1b" not in said.err
    assert not (tmp_path / "p").exists()


def test_a_run_that_waits_for_a_full_disk_keeps_no_command(tmp_path: Path) -> None:
    """What is left of a run whose end cannot be recorded would wait for ever; the command ends all the same."""
    script = """
import sys, threading
from core.__main__ import main
from core.studio.runner import Runner
Runner.is_stuck = True
threading.Thread(target=threading.Event().wait).start()
sys.argv = ["throughline", "models", "--json"]
main()
"""
    environment = Terminal(tmp_path).env
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=True
    )
    assert json.loads(done.stdout)


@pytest.mark.parametrize("words", [("detect", "a.png"), ("generate", "A robot.", "--project", "p", "--dry-run")])
@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_what_is_no_number_is_refused(run: Run, tmp_path: Path, words: tuple[str, ...], number: str) -> None:
    """No limit holds "nan" back: it is refused by its option's name, before anything is opened."""
    said = run(*words, f"--temperature={number}", "--json")
    assert (said.code, said.document["error"]["type"]) == (2, "UsageError")
    assert "--temperature" in said.document["error"]["message"]


def test_a_reference_whose_name_is_no_text_is_bad_input(run: Run, tmp_path: Path) -> None:
    """A name of bytes that are no letters is looked for like any other, and found nowhere."""
    said = run("generate", "A robot.", "--engine", "draft", "--ref", "character=\udcff", "--project", "p", "--json")
    assert (said.code, said.document["error"]["type"]) == (2, "InvalidImageError")


def test_names_cannot_command_the_terminal(run: Run, tmp_path: Path) -> None:
    """Control characters in the names of files and folders are not printed."""
    folder = tmp_path / "\x1b[31mred\x1b]0;pwn\x07"
    folder.mkdir()
    picture(1).save(folder / "robot.png")
    said = [
        run("import", folder, "--project", "p"),
        run("lineage", "--project", "p", "--out", folder / "l.html"),
        run("export", "--project", "p", "--to", folder / "out"),
        run("import", folder / "nowhere.png", "--project", "p"),
    ]
    assert [ended.code for ended in said] == [0, 0, 0, 2]
    assert all("red" in ended.out + ended.err for ended in said)
    assert all(not {"\x1b", "\x07"} & {*ended.out, *ended.err} for ended in said)


def test_an_import_names_the_sources_that_are_not_there(run: Run, tmp_path: Path) -> None:
    """What an image was made from and nobody has is said, on stderr in a few words, in JSON in full."""
    folder = tmp_path / "in"
    folder.mkdir()
    notebook.write(folder, "robot", ("archive",), "A robot", picture(1))
    notebook.write(folder, "crowd", tuple(f"lost-{number}" for number in range(8)), "A crowd", picture(2))
    notebook.write(folder, "valley", ("robot",), "A valley", picture(3))
    said = run("import", folder, "--project", "p")
    assert said.code == 0
    assert "robot was made from archive, which is not here." in said.err
    assert "lost-4 and 3 more, which are not here." in said.err
    assert "valley" not in said.err
    missing = run("import", folder, "--project", "q", "--json").document["missing_sources"]
    assert missing == {"robot": ["archive"], "crowd": [f"lost-{number}" for number in range(8)]}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "THROUGHLINE_ENGINE=auto: runs use the draft engine."),
        ({"THROUGHLINE_ENGINE": "draft"}, "THROUGHLINE_ENGINE=draft: runs use the draft engine."),
        ({"THROUGHLINE_ENGINE": "gemini"}, "THROUGHLINE_ENGINE=gemini: runs use the gemini engine, which needs"),
        ({"GOOGLE_CLOUD_PROJECT": "p", "GOOGLE_GENAI_USE_ENTERPRISE": "false"}, "runs use the draft engine."),
    ],
)
def test_the_models_say_which_engine_runs_use(
    run: Run, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    """The list begins with what the settings lead to, whatever they are."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    said = run("models")
    assert expected in said.out.splitlines()[0]
    assert "No account is configured." in said.out


def test_models_that_answer_in_text_stand_apart(run: Run) -> None:
    """Models that make images come under one heading, those that only find illustrations under another."""
    images, _, others = run("models").out.partition("Find illustrations on a page")
    assert "gemini-3-pro-image " in images
    assert "draft " in images
    assert "gemini-3.8-flash " in others
    assert "-image " not in others


def test_the_command_starts_light() -> None:
    """What ends a command loads before everything else, so that Ctrl-C during the rest is caught."""
    code = "import sys, core.__main__; print([m for m in ('core.cli', 'pydantic', 'core.ui') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == []


@pytest.mark.parametrize(("name", "words"), [("runs", ("runs",)), ("runs", ("story", "run")), ("ledger", ("usage",))])
def test_a_damaged_database_is_named(run: Run, tmp_path: Path, name: str, words: tuple[str, ...]) -> None:
    """A database that is none any more is bad input that says which file to move away; nothing is begun."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / f"{name}.sqlite").write_bytes(b"no database" * 500)
    rest = (write_story(tmp_path, {"a": ["archive"]}), "--project", "p") if words == ("story", "run") else ()
    said = run(*words, *rest, "--json")
    assert said.code == 2
    assert f"{name}.sqlite is damaged" in said.document["error"]["message"]
