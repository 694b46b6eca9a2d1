"""The whole journey with the draft engine and no key: demo, lineage, export, import, reindex, lists."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from tests.standin import StandIn
from tests.terminal.harness import Terminal, write_story


def test_the_demo_leaves_everything(terminal: Terminal) -> None:
    """The demo makes the sample story for nothing and leaves images, lineage page, picture and contact sheet."""
    said = terminal.run("demo", "--out", "d", "--json")
    assert said.code == 0
    assert len(said.document["steps"]) >= 9
    assert said.document["cost_usd"] == 0.0
    out = terminal.folder / "d"
    assert len(list((out / "assets").glob("*.png"))) == len(said.document["steps"]) + 1
    for name in ("lineage.png", "contact_sheet.png"):
        with Image.open(out / name) as picture:
            picture.load()
    assert "<html" in (out / "lineage.html").read_text()[:200]
    assert all(Path(path).exists() for path in said.document["files"].values())
    again = terminal.run("demo", "--out", "d", "--json")
    assert {step["status"] for step in again.document["steps"]} == {"reused"}


def test_a_project_travels_through_export_and_import(terminal: Terminal) -> None:
    """Lineage, export and import into another project keep ids, sources and edges."""
    story = write_story(terminal.folder)
    assert terminal.run("story", "run", story, "--project", "p").code == 0
    graph = terminal.run("lineage", "--project", "p", "--format", "json", "--out", "g.json")
    assert graph.code == 0
    before = json.loads((terminal.folder / "g.json").read_text())
    assert len(before["nodes"]) == 10
    assert len(before["edges"]) == 16
    assert {"source": "robot", "target": "valley", "role": "character"} in before["edges"]
    assert terminal.run("export", "--project", "p", "--to", "out").code == 0
    assert terminal.run("export", "--project", "p", "--to", "out").code == 2
    said = terminal.run("import", "out", "--project", "q", "--json")
    assert (said.code, len(said.document["imported"]), said.document["failed"]) == (0, 10, [])
    after = terminal.run("lineage", "--project", "q", "--format", "json")
    assert json.loads(after.out) == before
    (terminal.home / "index.sqlite").unlink()
    said = terminal.run("reindex", "--project", "q", "--json")
    assert said.document == {"assets": 10, "unreadable": [], "missing_sources": {}}
    assert json.loads(terminal.run("lineage", "--project", "q", "--format", "json").out) == before


def test_the_lists_speak_json(gemini: Terminal, server: StandIn) -> None:
    """`models`, `usage` and `runs` print one JSON document each that agrees with what was done."""
    story = write_story(gemini.folder, {"a": ["archive"]})
    gemini.run("story", "run", story, "--project", "p")
    models = gemini.run("models", "--json").document["models"]
    assert {"gemini-nano-banana-2.1", "draft"} <= {model["id"] for model in models}
    assert any(model["is_past"] for model in models)
    usage = gemini.run("usage", "--json").document
    assert [(row["calls"], row["outcome"]) for row in usage["totals"]] == [(1, "succeeded")]
    assert usage["today_usd"] == usage["totals"][0]["cost_usd"] > 0
    runs = gemini.run("runs", "--json").document["runs"]
    assert [(run["state"], run["finished_steps"], run["steps"]) for run in runs] == [("done", 1, 1)]
    for words in (("models",), ("usage",), ("runs",)):
        assert gemini.run(*words).out.strip()


def test_an_export_names_the_damaged_pictures_it_leaves_out(terminal: Terminal) -> None:
    """What cannot be read is not in the folder, and is said, for people and for programs."""
    assert terminal.run("story", "run", write_story(terminal.folder, {"a": ["archive"]}), "--project", "p").code == 0
    picture = terminal.folder / "p" / "assets" / "a.png"
    picture.write_bytes(picture.read_bytes()[:5000])
    terminal.run("reindex", "--project", "p")
    said = terminal.run("export", "--project", "p", "--to", "one")
    assert said.code == 0
    assert "assets/a.png" in said.err
    assert terminal.run("export", "--project", "p", "--to", "two", "--json").document["unreadable"] == ["a.png"]
