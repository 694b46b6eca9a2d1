"""Bad input gets one clear error with its line and exit code 2, and nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.harness import Terminal, write_story

HEAD = "title: T\nsources: {archive: archive.png}\nsteps:\n"
STEP = "  - {id: a, kind: scene, from: [archive], prompt: hello"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_story(tmp_path, {"a": ["archive"]})
    return tmp_path


@pytest.mark.parametrize(
    ("text", "error", "line"),
    [
        (HEAD + "  - {id: a, kind: scene, from: [nobody], prompt: x}\n", "UnknownSourceError", 4),
        (HEAD + "  - {id: a, kind: scene, from: [b], prompt: x}\n  - {id: b, kind: scene, from: [a], prompt: x}\n",
         "CycleError", 4),
        (HEAD + STEP + "}\n" + STEP + "}\n", "StoryError", 5),
        (HEAD + STEP + "}\n" + STEP.replace("id: a", "id: A") + "}\n", "StoryError", 5),
        (HEAD + STEP + ", aspect_ratio: '7:5'}\n", "StoryError", 4),
        (HEAD + STEP + ", image_size: 2k}\n", "StoryError", 4),
        (HEAD + STEP + ", temperature: warm}\n", "StoryError", 4),
        (HEAD + STEP + ", aspect_ration: '1:1'}\n", "StoryError", 4),
        (HEAD + "  - {id: a, kind: dream, from: [archive], prompt: x}\n", "StoryError", 4),
        (HEAD + "  - {id: a, kind: scene, from: [archive], prompt: ''}\n", "StoryError", 4),
        (HEAD + "  - {id: a/b, kind: scene, from: [archive], prompt: x}\n", "StoryError", 4),
        (HEAD + "  - {kind: scene, prompt: x}\n", "StoryError", 4),
        (HEAD + "  - [\n", "StoryError", 5),
        ("title: T\n", "StoryError", 1),
        ("", "StoryError", None),
        ("just words", "StoryError", 1),
        ("title: T\nsteps: []\n", "StoryError", 2),
        ("a: &a [*a]\n", "StoryError", 1),
        (HEAD.replace("archive.png", "gone.png") + STEP + "}\n", "StoryError", 2),
        (HEAD.replace("archive.png", "../archive.png") + STEP + "}\n", "StoryError", 2),
        (HEAD.replace("archive.png", "/etc/hostname") + STEP + "}\n", "StoryError", 2),
        (HEAD.replace("archive.png", "words.png") + STEP + "}\n", "StoryError", 2),
        (HEAD.replace("archive.png", "cut.png") + STEP + "}\n", "StoryError", 2),
        (HEAD.replace("archive.png", "linked.png") + STEP + "}\n", "StoryError", 2),
    ],
)  # fmt: skip
def test_a_wrong_story_is_refused_with_its_line(folder: Path, text: str, error: str, line: int | None) -> None:
    """Every way a story can be wrong is one StoryError that knows its line, before anything is done."""
    from core.errors import StoryError
    from core.models.catalog import load_catalog
    from core.studio.story_files import read_story

    (folder / "words.png").write_text("no picture")
    (folder / "cut.png").write_bytes((folder / "archive.png").read_bytes()[:-40])
    (folder.parent / "outside.png").write_bytes((folder / "archive.png").read_bytes())
    (folder / "linked.png").symlink_to(folder.parent / "outside.png")
    path = folder / "wrong.yaml"
    path.write_text(text)
    with pytest.raises(StoryError) as caught:
        read_story(path, load_catalog())
    assert type(caught.value).__name__ == error
    assert caught.value.line == line
    assert str(path) in caught.value.message


def test_a_wrong_story_exits_with_2_and_runs_nothing(terminal: Terminal, folder: Path) -> None:
    """From the terminal a wrong story is one sentence on stderr or one JSON document, exit 2, and no project."""
    (folder / "wrong.yaml").write_text(HEAD + "  - {id: a, kind: scene, from: [nobody], prompt: x}\n")
    said = terminal.run("story", "run", "wrong.yaml", "--project", "p")
    assert (said.code, said.out) == (2, "")
    assert "line 4" in said.err
    assert "Traceback" not in said.err
    as_json = terminal.run("story", "run", "wrong.yaml", "--project", "p", "--json")
    assert as_json.code == 2
    assert as_json.document["error"]["type"] == "UnknownSourceError"
    assert as_json.document["error"]["line"] == 4
    assert not (folder / "p").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("story", "run", "nowhere.yaml", "--project", "p"),
        ("story", "run", "story.yaml", "--project", "busy"),
        ("story", "run", "story.yaml", "--project", "story.yaml"),
        ("story", "run", "story.yaml", "--project", "p", "--engine", "gemini"),
        ("story", "run", "story.yaml", "--project", "p", "--engine", "crayon"),
        ("story", "run", "story.yaml", "--project", "p", "--concurrency", "0"),
        ("story", "run", "story.yaml", "--project", "p", "--again", "nobody"),
        ("story", "run", "story.yaml"),
        ("import", "nowhere.png", "--project", "p"),
        ("import", "story.yaml", "--project", "p"),
        ("export", "--project", "nowhere", "--to", "out"),
        ("lineage", "--project", "nowhere", "--format", "json"),
        ("reindex", "--project", "busy"),
        ("demo", "--out", "busy"),
        ("unheard-of",),
    ],
)
def test_a_wrong_command_exits_with_2(terminal: Terminal, folder: Path, words: tuple[str, ...]) -> None:
    """A command that cannot be carried out exits with 2 and one JSON document, without a traceback."""
    (folder / "busy").mkdir()
    (folder / "busy" / "holiday.txt").write_text("mine")
    said = terminal.run(*words, "--json")
    assert said.code == 2, said
    assert len(said.document) >= 1
    assert "Traceback" not in said.err
    assert [path.name for path in (folder / "busy").iterdir()] == ["holiday.txt"]


def test_a_wrong_setting_is_named(terminal: Terminal, folder: Path) -> None:
    """A setting that cannot be used is named in the error, exit 2."""
    terminal.env["THROUGHLINE_CONCURRENCY"] = "many"
    said = terminal.run("story", "run", "story.yaml", "--project", "p")
    assert said.code == 2
    assert "THROUGHLINE_CONCURRENCY" in said.err
