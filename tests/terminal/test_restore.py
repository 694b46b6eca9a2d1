"""`throughline restore` and `throughline plates`: files through steps, nothing made twice, what is bad is named."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from core.engines.drawing.picture import encode
from tests.plates import line_art, on_paper, text_page
from tests.samples import png
from tests.standin import StandIn
from tests.terminal.harness import Terminal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two plates and one file that is no picture."""
    folder = tmp_path / "plates"
    folder.mkdir()
    (folder / "one.png").write_bytes(encode(on_paper(line_art(1, 360, 280), 12)))
    (folder / "two.jpg").write_bytes(cv2.imencode(".jpg", on_paper(line_art(2, 360, 280), 12))[1].tobytes())
    return folder


def test_plates_go_through_the_steps_once(terminal: Terminal, folder: Path) -> None:
    """Each file gets an image a step, made from the one before; the same command again makes nothing."""
    words = ("restore", folder, "--steps", "restore,colourise", "--project", "book", "--json")
    said = terminal.run(*words)
    assert (said.code, said.err) == (0, "")
    one = said.document[str(folder / "one.png")]
    assert one["error"] is None
    assert [(image["step"], image["status"], image["asset_id"]) for image in one["images"]] == [
        ("restore", "generated", "one-restore-flat"),
        ("colourise", "generated", "one-colourise"),
    ]
    again = terminal.run(*words)
    made = [image["status"] for entry in again.document.values() for image in entry["images"]]
    assert made == ["reused"] * 4


def test_a_bad_file_is_named_and_the_rest_goes_on(terminal: Terminal, folder: Path) -> None:
    """A file that is no picture is an error of its own, exit 1; nothing but bad files is exit 2."""
    (folder / "bad.png").write_bytes(b"no picture")
    said = terminal.run("restore", folder, "--project", "book")
    assert said.code == 1
    assert "bad.png" in said.err
    assert "two-restore-flat" in said.out
    assert terminal.run("restore", folder / "bad.png", "--project", "book").code == 2
    unknown = terminal.run("restore", folder, "--steps", "polish", "--project", "book")
    assert (unknown.code, "cinematise" in unknown.err) == (2, True)


def test_gemini_is_sent_the_plate_and_its_step(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """Each call carries the plate as its one image and the step's words; a blocked plate stops only its own steps."""
    server.fail_next("blocked_prompt")
    said = gemini.run("restore", folder, "--steps", "restore,cinematise", "--project", "book", "--json")
    assert said.code == 1
    failed = [entry["error"]["code"] for entry in said.document.values() if entry["error"]]
    assert failed == ["blocked"]
    assert len(server.requests) == 2
    assert len(gemini.rows()) == 2


def test_what_strays_is_built_on_only_when_asked(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """A restoration that strays keeps its further steps waiting, exit 1; --go-on makes them, and nothing twice."""
    words = ("restore", folder / "one.png", "--steps", "restore,cinematise", "--project", "book")
    said = gemini.run(*words, "--json")
    assert said.code == 1
    assert "--go-on" in said.err
    ((_, entry),) = said.document.items()
    assert entry["error"] is None
    told = [(image["step"], image["status"], image["strays"], image["asset_id"]) for image in entry["images"]]
    assert told == [("restore", "generated", True, "one-restore-flat"), ("cinematise", "held", False, None)]
    assert "cinematise: waits" in gemini.run(*words).out
    assert len(server.requests) == 1
    went_on = gemini.run(*words, "--go-on", "--json")
    assert went_on.code == 0
    (entry,) = went_on.document.values()
    assert [image["status"] for image in entry["images"]] == ["reused", "generated"]
    assert gemini.run(*words).code == 0, "what is made already waits for nobody"
    assert len(server.requests) == 2


def test_draft_frames_as_asked_and_uncovers_nothing(terminal: Terminal, folder: Path) -> None:
    """The framing is part of what is asked for; that draft completes nothing is said where it is asked to."""
    words = ("restore", folder / "one.png", "--project", "book", "--framing", "margin")
    said = terminal.run(*words, "--covered")
    assert said.code == 0
    assert "completes nothing" in said.err
    assert "completes nothing" not in terminal.run(*words).err
    assert terminal.run(*words[:-1], "sideways").code == 2


def test_plates_go_step_by_step_in_the_batch_lane(gemini: Terminal, server: StandIn, folder: Path) -> None:
    """With --batch nothing is made at once: of each plate the step that is missing is sent; once fetched, the next."""
    server.batches.running = 0
    words = ("restore", folder, "--steps", "restore,colourise", "--project", "book", "--batch", "--go-on", "--json")
    for steps in ([], ["restore"]):
        said = gemini.run(*words)
        assert (said.code, [batch["images"] for batch in said.document["batches"]]) == (0, [2])
        assert [[image["step"] for image in one["images"]] for one in said.document["files"].values()] == [steps] * 2
        assert gemini.run("batch", "fetch").code == 0
    assert gemini.run(*words).document["batches"] == []
    assert (server.requests, server.batches.sent) == ([], 2)
    assert gemini.run(*words, "--engine", "draft").code == 2


def test_what_was_found_comes_out(terminal: Terminal, folder: Path, tmp_path: Path) -> None:
    """A project without objects is told so with exit 2; the tables and books are written where there are some."""
    terminal.run("import", folder, "--project", "book")
    said = terminal.run("plates", "--project", "book", "--format", "csv", "--out", tmp_path / "plates.csv")
    assert (said.code, "Find objects first" in said.err) == (2, True)


def test_pages_are_cut_and_restored_by_processes(terminal: Terminal, tmp_path: Path) -> None:
    """With --find what is on a page goes through the steps, and the project keeps these steps as its chain."""
    page = text_page(3)
    (tmp_path / "page.png").write_bytes(encode(on_paper(page)))
    said = terminal.run("restore", tmp_path / "page.png", "--find", "--workers", 2, "--project", "book", "--json")
    assert (said.code, said.err) == (0, "")
    (entry,) = said.document.values()
    assert [(image["object"], image["step"]) for image in entry["images"]] == [("r1", "restore")]
    chain = json.loads((terminal.folder / "book" / "plates.json").read_text(encoding="utf-8"))["chain"]
    assert [step["id"] for step in chain["steps"]] == ["restore-flat"]


def test_what_was_made_before_comes_back_without_a_quota(gemini: Terminal, server: StandIn) -> None:
    """Once the day's quota is gone no further call is made, and files that were finished before are still told."""
    gemini.env["THROUGHLINE_CONCURRENCY"] = "1"
    for at, name in enumerate("abcd"):
        (gemini.folder / f"{name}.png").write_bytes(png(at, (64, 48)))
    for command in ("restore", "detect"):
        options = ("--project", f"p-{command}", "--json")
        assert gemini.run(command, "a.png", "d.png", *options).code == 0
        server.requests.clear()
        server.fail_next("rate_limited_daily")
        said = gemini.run(command, "a.png", "b.png", "c.png", "d.png", *options)
        assert said.code == 1
        assert len(server.requests) == 1
        told = said.document.items()
        assert {name for name, entry in told if command == "detect" or entry["images"]} == {"a.png", "d.png"}
        assert said.err.count("quota of the account is used up") == 2
