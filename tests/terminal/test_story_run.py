"""A story from the terminal: made once, reused, made again where it changed, on both engines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.store import embedded
from tests.samples import png
from tests.standin import StandIn
from tests.terminal.harness import BRANCHES, Terminal, write_story


def test_a_story_is_made_once_and_reused_without_a_call(gemini: Terminal, server: StandIn) -> None:
    """A first run makes every step with one call each; a second run makes none and reuses all."""
    story = write_story(gemini.folder)
    first = gemini.run("story", "run", story, "--project", "p", "--json")
    again = gemini.run("story", "run", story, "--project", "p", "--json")
    assert (first.code, again.code) == (0, 0)
    assert set(first.statuses.values()) == {"generated"}
    assert first.document["calls"] == len(server.requests) == len(BRANCHES)
    assert first.document["cost_usd"] > 0
    assert set(again.statuses.values()) == {"reused"}
    assert (again.document["calls"], again.document["cost_usd"]) == (0, 0.0)


def test_a_setting_that_is_left_out_is_told(terminal: Terminal) -> None:
    """A setting that the engine does not heed is told on stderr with the run's id, and in the image's warnings."""
    story = write_story(terminal.folder, {"robot": ["archive"]})
    story.write_text(story.read_text().replace("image_size: 1K", "image_size: 1K, temperature: 0.4"))
    said = terminal.run("story", "run", story, "--project", "p", "--json")
    planned = terminal.run("story", "run", story, "--project", "p", "--dry-run", "--json")
    warning = "Draft does not heed temperature 0.4: it is left out of every step."
    assert warning in said.err
    assert said.document["run"] in said.err
    assert planned.document["warnings"] == [warning]
    document = json.loads(embedded.read((terminal.folder / "p" / "assets" / "robot.png").read_bytes()).document or "")
    assert document["result"]["warnings"] == ["Draft does not heed temperature 0.4: it was left out."]


def test_what_is_sent_is_what_is_stored(gemini: Terminal, server: StandIn) -> None:
    """A reference goes over the wire byte for byte as stored without our chunks, in order, named in the prompt."""
    story = write_story(gemini.folder)
    assert gemini.run("story", "run", story, "--project", "p").code == 0
    sent = next(request for request in server.requests if "Scene: valley." in request.prompt)
    assets = gemini.folder / "p" / "assets"
    stored = [embedded.strip((assets / f"{name}.png").read_bytes()) for name in ("robot", "mountains")]
    assert [data for _, data in sent.images] == stored
    assert sent.prompt.splitlines() == [
        "- Image 1: robot character sheet.",
        "- Image 2: Previous scene.",
        "- Scene: valley.",
    ]
    assert sent.config["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "1K"}


def test_a_changed_step_makes_exactly_itself_and_its_descendants_again(gemini: Terminal, server: StandIn) -> None:
    """Changing one prompt makes that step and what follows from it; changing it back costs nothing (A -> B -> A)."""
    story = write_story(gemini.folder)
    gemini.run("story", "run", story, "--project", "p")
    write_story(gemini.folder, prompts={"ascension": "- Scene: another ascent."})
    changed = gemini.run("story", "run", story, "--project", "p", "--json")
    made = {step for step, status in changed.statuses.items() if status == "generated"}
    assert made == {"ascension", "summit", "bridge", "hammock"}
    calls = len(server.requests)
    write_story(gemini.folder)
    back = gemini.run("story", "run", story, "--project", "p", "--json")
    assert set(back.statuses.values()) == {"reused"}
    assert len(server.requests) == calls
    assert [step["asset_id"] for step in back.document["steps"]] == list(BRANCHES)


def test_made_again_is_a_new_version_and_the_old_one_stays(gemini: Terminal, server: StandIn) -> None:
    """`--again` makes a new attempt under a new id; the first file is untouched."""
    story = write_story(gemini.folder, {"robot": ["archive"], "hill": ["robot"]})
    gemini.run("story", "run", story, "--project", "p")
    before = (gemini.folder / "p" / "assets" / "hill.png").read_bytes()
    again = gemini.run("story", "run", story, "--project", "p", "--again", "hill", "--json")
    assert again.document["steps"][1]["asset_id"] == "hill-v2"
    assert len(server.requests) == 3
    assert (gemini.folder / "p" / "assets" / "hill.png").read_bytes() == before


def test_a_changed_default_model_makes_nothing_stale(gemini: Terminal, server: StandIn) -> None:
    """The model a step was first made with stays its model when only the setting changes."""
    story = write_story(gemini.folder, {"robot": ["archive"]})
    gemini.run("story", "run", story, "--project", "p")
    gemini.env["THROUGHLINE_MODEL"] = "gemini-3-pro-image"
    again = gemini.run("story", "run", story, "--project", "p", "--json")
    assert again.statuses == {"robot": "reused"}
    flagged = gemini.run("story", "run", story, "--project", "p", "--model", "gemini-3-pro-image", "--json")
    assert flagged.statuses == {"robot": "generated"}
    assert [request.model for request in server.requests][1:] == ["gemini-3-pro-image"]


def test_a_story_planned_with_draft_is_rendered_with_gemini(terminal: Terminal, server: StandIn) -> None:
    """Without a key the draft engine makes the story; with one the same command makes it with gemini."""
    steps = {"robot": ["archive"], "hill": ["robot"]}
    story = write_story(terminal.folder, steps)
    draft = terminal.run("story", "run", story, "--project", "p", "--json")
    assert (draft.statuses, draft.document["cost_usd"]) == ({"robot": "generated", "hill": "generated"}, 0.0)
    rich = Terminal(terminal.folder, server)
    rendered = rich.run("story", "run", story, "--project", "p", "--json")
    assert rendered.statuses == {"robot": "generated", "hill": "generated"}
    assert len(server.requests) == len(steps)
    planned = rich.run("story", "run", story, "--project", "p", "--engine", "draft", "--json")
    assert planned.statuses == {"robot": "reused", "hill": "reused"}


def test_a_blocked_step_stops_only_its_own_descendants(gemini: Terminal, server: StandIn) -> None:
    """A block fails its step with a typed error, skips what follows from it, and leaves the other branch alone."""
    server.fail_when("Scene: ascension", "blocked_prompt")
    story = write_story(gemini.folder)
    said = gemini.run("story", "run", story, "--project", "p", "--json")
    assert said.code == 1
    errors = {step["id"]: step["error"] for step in said.document["steps"] if step["error"]}
    assert {name: error["type"] for name, error in errors.items()} == {
        "ascension": "BlockedError",
        **dict.fromkeys(("summit", "bridge", "hammock"), "StepFailedError"),
    }
    assert said.statuses["ascension"] == "failed"
    assert said.statuses["clearing"] == "generated"
    assert {said.statuses[name] for name in ("summit", "bridge", "hammock")} == {"skipped"}
    assert not (gemini.folder / "p" / "assets" / "ascension.png").exists()
    assert [row["outcome"] for row in gemini.rows() if row["step"] == "ascension"] == ["blocked"]
    assert set(said.document["hints"]) == {"ascension"}
    assert said.document["hints"]["ascension"][1].startswith("Leave one out: image 1, robot (character); image 2, ")


def test_a_dry_run_prices_and_makes_nothing(gemini: Terminal, server: StandIn) -> None:
    """A dry run says what would be made, what it costs and how sure that is; it sends nothing and makes no project."""
    story = write_story(gemini.folder)
    said = gemini.run("story", "run", story, "--project", "p", "--dry-run", "--json")
    assert said.code == 0
    shown = {key: said.document[key] for key in ("price_date", "is_price_unsure", "seconds")}
    assert shown == {"price_date": "2026-10-01", "is_price_unsure": True, "seconds": 0.0}
    for step in said.document["steps"]:
        assert {key: step[key] for key in (*shown, "error")} == {**shown, "error": None}
    told = gemini.run("story", "run", story, "--project", "p", "--dry-run")
    lines = [line for line in told.out.splitlines() if "$" in line]
    assert len(lines) == len(BRANCHES) + 1
    assert all("(price of 2026-10-01, unsure)" in line for line in lines)
    assert said.document["calls"] == len(BRANCHES)
    assert said.document["cost_usd"] > 0
    assert server.requests == []
    assert not (gemini.folder / "p").exists()


def test_the_budget_stops_before_the_call(gemini: Terminal, server: StandIn) -> None:
    """With a budget for two images, two are made, the rest fail with a typed error, and nothing more is sent."""
    gemini.env["THROUGHLINE_BUDGET_USD"] = "0.08"
    story = write_story(gemini.folder, {"a": ["archive"], "b": ["a"], "c": ["b"]})
    said = gemini.run("story", "run", story, "--project", "p", "--json")
    assert said.code == 1
    assert list(said.statuses.values()) == ["generated", "generated", "failed"]
    assert said.document["steps"][2]["error"]["type"] == "BudgetExceededError"
    assert len(server.requests) == 2


def test_a_run_too_dear_is_refused_before_it_begins(gemini: Terminal, server: StandIn) -> None:
    """A run whose estimate alone is over a run's limit is bad input: nothing is sent, and what is there stays free."""
    gemini.env["THROUGHLINE_RUN_BUDGET_USD"] = "0.08"
    story = write_story(gemini.folder, {"a": ["archive"], "b": ["a"], "c": ["b"]})
    said = gemini.run("story", "run", story, "--project", "p", "--json")
    error = said.document["error"]
    assert (said.code, error["type"], error["limit"], error["allowed_usd"]) == (2, "BudgetExceededError", "run", 0.08)
    assert "a run may cost $0.08 at most" in error["message"]
    planned = gemini.run("story", "run", story, "--project", "p", "--dry-run", "--json")
    assert planned.document["warnings"] == ["This would be refused: about $0.10, and a run may cost $0.08."]
    assert server.requests == []
    write_story(gemini.folder, {"a": ["archive"], "b": ["a"]})
    assert gemini.run("story", "run", story, "--project", "p", "--json").code == 0
    write_story(gemini.folder, {"a": ["archive"], "b": ["a"], "c": ["b"]})
    assert gemini.run("story", "run", story, "--project", "p", "--json").code == 0
    assert len(server.requests) == 3


def test_a_run_stops_at_its_limit_while_it_goes_on(gemini: Terminal, server: StandIn) -> None:
    """Further attempts that nobody could foresee are counted: the call that would pass the run's limit is not made."""
    gemini.env["THROUGHLINE_RUN_BUDGET_USD"] = "0.07"
    server.fail_next("server_error_503")
    story = write_story(gemini.folder, {"a": ["archive"], "b": ["a"]})
    said = gemini.run("story", "run", story, "--project", "p", "--json")
    assert said.code == 1
    assert list(said.statuses.values()) == ["generated", "failed"]
    error = said.document["steps"][1]["error"]
    assert (error["type"], error["limit"]) == ("BudgetExceededError", "run")
    assert len(server.requests) == 2


def test_a_project_stops_at_its_limit(gemini: Terminal, server: StandIn) -> None:
    """What a project has cost in all its runs counts; another project goes on."""
    gemini.env["THROUGHLINE_PROJECT_BUDGET_USD"] = "0.05"
    words = ("generate", "A lamp", "--again", "--project")
    assert gemini.run(*words, "p", "--json").code == 0
    said = gemini.run(*words, "p", "--json")
    assert said.code == 1
    assert said.document["steps"][0]["error"]["limit"] == "project"
    assert "would pass the project's budget: $0.03 spent" in gemini.run(*words, "p", "--dry-run").err
    assert gemini.run(*words, "q", "--json").code == 0
    assert len(server.requests) == 2


def test_pages_too_dear_are_refused_before_one_is_searched(gemini: Terminal, server: StandIn) -> None:
    """Searching files that no project remembers is priced before the first of them is sent."""
    gemini.env["THROUGHLINE_RUN_BUDGET_USD"] = "0.001"
    write_story(gemini.folder, {})
    said = gemini.run("detect", "archive.png", "--json")
    assert (said.code, said.document["error"]["type"]) == (2, "BudgetExceededError")
    assert server.requests == []


def test_files_too_dear_are_refused_and_what_is_there_is_free(gemini: Terminal, server: StandIn) -> None:
    """Of files in a project only what is not there yet is priced, before the first call; a bad file costs nothing."""
    for name in ("a", "b"):
        (gemini.folder / f"{name}.png").write_bytes(png(ord(name), (64, 48)))
    (gemini.folder / "bad.png").write_bytes(b"no picture")
    gemini.env["THROUGHLINE_RUN_BUDGET_USD"] = "0.05"
    restore = ("restore", "--project", "p", "--json")
    said = gemini.run(*restore, "a.png", "b.png")
    assert (said.code, said.document["error"]["limit"], server.requests) == (2, "run", [])
    assert gemini.run(*restore, "a.png").code == 0
    assert gemini.run(*restore, "a.png", "b.png", "bad.png").code == 1  # the bad one is told
    assert len(server.requests) == 2
    gemini.env["THROUGHLINE_RUN_BUDGET_USD"] = "0.02"
    detect = ("detect", "--project", "p", "--json")
    assert gemini.run(*detect, "a.png").code == 0
    gemini.env["THROUGHLINE_RUN_BUDGET_USD"] = "0.000001"
    assert gemini.run(*detect, "a.png").code == 0
    assert gemini.run(*detect, "a.png", "--again").code == 2
    assert len(server.requests) == 3


def test_usage_tells_the_limits(terminal: Terminal) -> None:
    """`usage` says what a run and a project may cost."""
    terminal.env |= {"THROUGHLINE_RUN_BUDGET_USD": "2", "THROUGHLINE_PROJECT_BUDGET_USD": "30"}
    said = terminal.run("usage")
    assert "A run may cost at most $2.00." in said.out
    assert "A project may cost at most $30.00." in said.out
    document = terminal.run("usage", "--json").document
    assert (document["budget_usd"], document["run_budget_usd"], document["project_budget_usd"]) == (None, 2.0, 30.0)


def test_the_key_is_nowhere(gemini: Terminal, server: StandIn) -> None:
    """After good and failing calls the key is in no output, file or database of the studio."""
    server.fail_when("Scene: b", "forbidden")
    story = write_story(gemini.folder, {"a": ["archive"], "b": ["a"]})
    said = gemini.run("story", "run", story, "--project", "p", "--json")
    assert said.code == 1
    written = [path for path in gemini.folder.rglob("*") if path.is_file()]
    assert len(written) > 8
    assert [path for path in written if server.key.encode() in path.read_bytes()] == []
    assert server.key not in said.out + said.err


def test_two_stories_in_one_project_do_not_mix(terminal: Terminal, tmp_path: Path) -> None:
    """Two stories with a step of the same name keep their own versions in one project."""
    one = write_story(tmp_path, {"robot": ["archive"]}, name="one")
    two = write_story(tmp_path, {"robot": ["archive"]}, {"robot": "- Another robot."}, name="two")
    first = terminal.run("story", "run", one, "--project", "p", "--json")
    second = terminal.run("story", "run", two, "--project", "p", "--json")
    again = terminal.run("story", "run", one, "--project", "p", "--json")
    assert [said.document["steps"][0]["asset_id"] for said in (first, second, again)] == ["robot", "robot-v2", "robot"]
    assert again.statuses == {"robot": "reused"}


def test_a_scene_that_searches_says_its_price_and_its_sources(gemini: Terminal, server: StandIn) -> None:
    """The plan says what of a price is for searches; the run prints the sources of what was made, not of what was."""
    story = write_story(gemini.folder, {"robot": ["archive"], "hill": ["robot"]})
    told = story.read_text().replace("defaults: {", "defaults: {model: gemini-3.1-flash-image, search: web, ")
    story.write_text(told)
    words = ("story", "run", story, "--project", "p")
    planned = gemini.run(*words, "--dry-run")
    assert "about $0.109 (search up to $0.042 of it)" in planned.out
    assert "about $0.22 (search up to $0.08 of it)" in planned.out
    document = gemini.run(*words, "--dry-run", "--json").document
    assert document["search_usd"] == pytest.approx(0.084)
    made = gemini.run(*words)
    assert made.out.count("source: The quetzal https://birds.example/quetzal") == 2
    again = gemini.run(*words)
    assert "source:" not in again.out
    assert set(gemini.run(*words, "--json").document["answers"]) == {"robot", "hill"}
