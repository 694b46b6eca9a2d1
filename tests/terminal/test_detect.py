"""`throughline detect`: exactly one document, every page by its path as given, bad files named, nothing paid twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.samples import encoded, jpeg, png
from tests.standin import StandIn
from tests.terminal.harness import Said, Terminal

FINDER = "gemini-3.8-flash"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pages and a text."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "one.png").write_bytes(png(1))
    (folder / "two.jpg").write_bytes(jpeg(2))
    (folder / "three.png").write_bytes(png(3))
    (folder / "notes.txt").write_text("no page")
    return folder


def _detect(terminal: Terminal, *words: Any) -> Said:
    return terminal.run("detect", *words, "--json")


def test_an_empty_name_is_no_folder(terminal: Terminal) -> None:
    """An empty argument, as an unset variable gives it, is bad input, and not the folder one happens to be in."""
    (terminal.folder / "page.png").write_bytes(png(1, (60, 40)))
    for command in (("detect", ""), ("restore", "", "--project", "book"), ("import", " ", "--project", "book")):
        said = terminal.run(*command)
        assert (said.code, "the name is empty" in said.err, said.out) == (2, True, "")


def test_one_document_by_path_as_given(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """Each page of a folder and each file named is a key as it was given, in order, with its objects in full."""
    said = _detect(gemini, "pages", "pages/one.png", folder / "two.jpg")
    assert (said.code, said.err) == (0, "")
    assert list(said.document) == ["pages/one.png", "pages/three.png", "pages/two.jpg", str(folder / "two.jpg")]
    objects = said.document["pages/one.png"]
    assert [set(one) for one in objects] == [{"box_2d", "label", "caption", "score"}] * 3
    assert [len(one["box_2d"]) for one in objects] == [4] * 3
    assert all(type(value) is int for one in objects for value in one["box_2d"])
    assert objects[0]["caption"] == "Fig. 1.\nThe castle."
    assert objects[0]["score"] is None
    assert len(server.requests) == 4
    assert {row["outcome"] for row in gemini.rows()} == {"succeeded"}
    assert {(row["model"], row["project"]) for row in gemini.rows()} == {(FINDER, "")}


def test_repairs_of_boxes_are_told(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """A person is told how many boxes were repaired or left out, on each page; a good answer says nothing of it."""
    server.fail_next("duplicates")
    said = gemini.run("detect", "pages/one.png", "pages/three.png")
    assert said.code == 0
    assert said.out.count("boxes: 6 answered twice (left out)") == 1
    assert said.out.count("boxes:") == 1


def test_what_is_asked_for_is_sent(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """Prompt, labels, preset, model, thinking and resolution reach the service in their places."""
    said = _detect(
        gemini, "pages/one.png", "--prompt", "all ships", "--labels", "ship, boat,,ship", "--exhaustive",
        "--preset", "components", "--model", "gemini-3.5-flash", "--thinking", "low",
        "--media-resolution", "ultra_high",
    )  # fmt: skip
    (sent,) = server.requests
    assert said.code == 0
    assert sent.model == "gemini-3.5-flash"
    assert "all ships" in sent.prompt
    assert "exhaustively" in sent.prompt
    assert sent.schema["properties"]["label"]["enum"] == ["ship", "boat"]
    assert sent.parts[0]["mediaResolution"] == {"level": "MEDIA_RESOLUTION_ULTRA_HIGH"}
    assert sent.config["thinkingConfig"] == {"thinkingLevel": "LOW"}


def test_outlines_and_temperature_are_asked_for(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """Masks are asked for by the schema, and a temperature is sent to a model that honours it only."""
    model = ("--model", "gemini-2.5-flash")
    said = _detect(gemini, "pages/one.png", "--masks", "--temperature", "0.2", *model)
    assert said.code == 0
    (sent,) = server.requests
    assert "mask" in sent.schema["properties"]
    assert sent.config["temperature"] == 0.2


def test_a_page_with_nothing_is_an_empty_list(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """A page without objects is there, with an empty list, and that is no failure."""
    server.fail_next("nothing_found")
    said = _detect(gemini, "pages/one.png")
    assert (said.code, said.document) == (0, {"pages/one.png": []})


def test_a_bad_file_is_named_and_the_rest_goes_on(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """Bad files are named on stderr and left out of the document; the exit code says that some failed."""
    (folder / "cut.png").write_bytes(png(4)[:-20])
    said = _detect(gemini, "pages", "pages/notes.txt", "pages/gone.png")
    assert said.code == 1
    assert list(said.document) == ["pages/one.png", "pages/three.png", "pages/two.jpg"]
    assert sorted(line.split(": ")[1] for line in said.err.splitlines()) == [
        "pages/cut.png", "pages/gone.png", "pages/notes.txt",
    ]  # fmt: skip
    assert len(server.requests) == 3


def test_only_bad_input_is_bad_input(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """When no file is a page, or there is none, the exit code is 2 and nothing is sent."""
    said = _detect(gemini, "pages/notes.txt", "pages/gone.png")
    assert (said.code, said.document) == (2, {})
    (folder / "empty").mkdir()
    said = _detect(gemini, "pages/empty")
    assert (said.code, said.document) == (2, {})
    assert server.requests == []


@pytest.mark.parametrize(
    "words",
    [
        ("--thinking", "endless"),
        ("--engine", "draft", "--model", "gemini-3.8-flash"),
        ("--model", "no model"),
        ("--preset", "cats"),
        ("--workers", "0"),
        ("--temperature", "hot"),
        ("--project", "pages"),
    ],
)
def test_wrong_options_are_refused(gemini: Terminal, server: StandIn, folder: Path, words: tuple[str, ...]) -> None:
    """A wrong option is one error document and exit code 2, before anything is searched."""
    said = _detect(gemini, "pages", *words)
    assert said.code == 2
    assert set(said.document) == {"error"}
    assert server.requests == []


def test_a_failed_page_keeps_its_reason(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """A page that is blocked is named with its reason; the others are found."""
    server.fail_next("blocked_safety")
    said = _detect(gemini, "pages")
    assert said.code == 1
    assert len(said.document) == 2
    assert "(SAFETY)" in said.err


def test_a_refused_key_is_asked_once(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """What is wrong with the account is wrong for all pages: no page is sent in vain."""
    server.key = "another"
    said = _detect(gemini, "pages", "--model", FINDER)
    assert (said.code, said.document) == (1, {})
    assert len(server.requests) <= 3
    assert "key" in said.err


def test_a_project_keeps_what_was_found(gemini: Terminal, server: StandIn, folder: Path, tmp_path: Path) -> None:
    """With a project the same command goes on where it stopped and pays for nothing twice, unless told so."""
    server.fail_next("blocked_safety")
    first = _detect(gemini, "pages", "--project", "book")
    assert (first.code, len(first.document)) == (1, 2)
    second = _detect(gemini, "pages", "--project", "book")
    assert (second.code, len(second.document)) == (0, 3)
    assert len(server.requests) == 4
    third = _detect(gemini, "pages", "--project", "book")
    assert third.document == second.document
    assert len(server.requests) == 4
    assert _detect(gemini, "pages", "--project", "book", "--again").code == 0
    assert len(server.requests) == 7
    kept = sorted(path.relative_to(tmp_path / "book").as_posix() for path in (tmp_path / "book").glob("detections/*/*"))
    assert kept == [f"detections/{page}/{number}.json" for page in ("one", "three", "two") for number in (1, 2)]
    found = {path: json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "book").glob("detections/*/*")}
    shutil.rmtree(tmp_path / "home")
    assert _detect(gemini, "pages", "--project", "book").code == 0
    assert len(server.requests) == 7
    assert all(json.loads(path.read_text(encoding="utf-8")) == document for path, document in found.items())


def test_people_read_lines(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """Without --json each page is a line with how many objects, and each object a line with box, label and caption."""
    server.fail_next("whole_page")
    said = gemini.run("detect", "pages/one.png")
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0] == "pages/one.png: 4 objects"
    assert lines[1].startswith("  [0, 0, 1000, 1000]")
    assert lines[1].endswith("(whole_page)")
    assert "Fig. 1. / The castle." in said.out


def test_the_picture_is_sent_without_our_notes(gemini: Terminal, server: StandIn, folder: Path, tmp_path: Path) -> None:
    """A picture of a project is sent without the recipe inside it, also when it is named as a plain file."""
    gemini.run("import", "pages/one.png", "--project", "book")
    _detect(gemini, "book/assets/one.png")
    assert server.requests[0].images == [("image/png", png(1))]
    assert json.dumps(server.requests[0].body).count("throughline") == 0


def _page_with_picture(folder: Path, name: str) -> Path:
    """Write a page with lines of text and one hatched picture, and return its path."""
    page = Image.new("L", (900, 1200), 244)
    draw = ImageDraw.Draw(page)
    for line in range(12):
        for word in range(9):
            draw.rectangle((90 + word * 80, 760 + line * 32, 90 + word * 80 + 60, 772 + line * 32), fill=40)
    for at in range(250, 650, 7):
        draw.line((at, 150, at + 60, 600), fill=30, width=2)
        draw.line((250, at - 90, 700, at - 40), fill=30, width=2)
    path = folder / name
    path.write_bytes(encoded(page, "PNG"))
    return path


def test_the_draft_engine_in_processes(terminal: Terminal, tmp_path: Path) -> None:
    """Without an account the draft engine searches, in as many processes as asked for; copies are searched once."""
    (tmp_path / "pages").mkdir()
    for name in ("a.png", "b.png", "c.png"):
        _page_with_picture(tmp_path / "pages", name)
    alone = _detect(terminal, "pages")
    assert (alone.code, len(alone.document)) == (0, 3)
    (one,) = alone.document["pages/a.png"]
    top, left, bottom, right = one["box_2d"]
    assert abs(top - 125) < 25
    assert abs(bottom - 500) < 25
    assert abs(left - 278) < 25
    assert abs(right - 778) < 25
    together = _detect(terminal, "pages", "--workers", "2")
    assert (together.code, together.document) == (0, alone.document)
    assert not (tmp_path / "home" / "ledger.sqlite").exists()
    assert _detect(terminal, "pages", "--workers", "2", "--project", "book").document == alone.document
    assert len(terminal.rows()) == 1
