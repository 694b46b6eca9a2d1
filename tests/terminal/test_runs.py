"""Runs are durable: they are cancelled by id, survive a kill, and are never carried twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.standin import StandIn
from tests.terminal.harness import BRANCHES, Terminal, wait_until, write_story


def test_cancel_drops_open_calls_and_resume_makes_the_rest(gemini: Terminal, server: StandIn) -> None:
    """Cancelling by id from another command hangs up within a second, is recorded and reported, and can be resumed."""
    server.delay = 120.0
    story = write_story(gemini.folder)
    running = gemini.start("story", "run", story, "--project", "p", "--json")
    wait_until(lambda: server.requests, "the first call")
    run = gemini.run("runs", "--json").document["runs"][0]
    assert run["state"] == "running"
    said = gemini.run("cancel", run["id"], "--json")
    assert said.document == {"run": run["id"], "status": "cancelled"}
    assert server.requests[0].has_left.wait(1.0), "the open connection was not dropped within a second"
    out, err = running.communicate(timeout=60)
    assert running.returncode == 1
    assert run["id"] in err
    first, *others = json.loads(out)["steps"]
    assert (first["status"], first["error"]["code"]) == ("cancelled", "cancelled")
    assert first["seconds"] > 0
    assert {(step["status"], step["seconds"]) for step in others} == {("cancelled", 0.0)}
    (row,) = gemini.rows()
    assert (row["outcome"], row["may_be_billed"]) == ("cancelled", True)
    server.delay = 0.0
    resumed = gemini.run("story", "resume", run["id"], "--json")
    assert resumed.code == 0
    assert set(resumed.statuses.values()) == {"generated"}


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_cancels_the_run(gemini: Terminal, server: StandIn, sent: signal.Signals) -> None:
    """Ctrl-C, or a service manager's stop, hangs up, reports what was cancelled, and leaves no run that goes on."""
    server.delay = 120.0
    running = gemini.start("story", "run", write_story(gemini.folder), "--project", "p", "--json")
    wait_until(lambda: server.requests, "the first call")
    running.send_signal(sent)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 1
    assert json.loads(out)["steps"][0]["status"] == "cancelled"
    assert server.requests[0].has_left.wait(1.0)
    assert [run["state"] for run in gemini.run("runs", "--json").document["runs"]] == ["cancelled"]


def test_ctrl_c_before_the_waiting_cancels_too(gemini: Terminal, server: StandIn) -> None:
    """Ctrl-C in the moment between a run's start and the wait for it leaves no call behind either."""
    server.delay = 120.0
    program = """
import sys, time
import core.__main__, core.studio.runs as runs
start = runs.find_or_start
def start_and_stop(studio, *rest):
    start(studio, *rest)
    while not studio.ledger.rows():
        time.sleep(0.02)
    raise KeyboardInterrupt
runs.find_or_start = start_and_stop
core.__main__.main()
"""
    words = [sys.executable, "-c", program, "story", "run", str(write_story(gemini.folder)), "--project", "p", "--json"]
    environment = {"cwd": gemini.folder, "env": gemini.env}
    said = subprocess.run(words, capture_output=True, timeout=60, text=True, check=False, **environment)
    assert said.returncode == 130, said.stderr
    assert json.loads(said.stdout)["error"]["code"] == "interrupted"
    assert [run["state"] for run in gemini.run("runs", "--json").document["runs"]] == ["cancelled"]
    assert [row["outcome"] for row in gemini.rows()] == ["cancelled"]


def test_a_killed_run_is_continued_and_finished_steps_are_not_paid_twice(gemini: Terminal, server: StandIn) -> None:
    """After kill -9 half way the same command continues the same run; only what was in flight is asked for again."""
    server.delay = 0.4
    story = write_story(gemini.folder)
    running = gemini.start("story", "run", story, "--project", "p", "--json")
    finished = gemini.folder / "p" / "assets" / "valley.png"
    wait_until(finished.exists, "the third step")
    running.kill()
    running.communicate()
    run = gemini.run("runs", "--json").document["runs"][0]
    assert run["state"] == "unfinished"
    done = {path.stem for path in finished.parent.glob("*.png")}
    said = gemini.run("story", "run", story, "--project", "p", "--json")
    assert said.code == 0
    assert said.document["run"] == run["id"]
    asked = Counter(request.prompt.rsplit("Scene: ", 1)[1].rstrip(".") for request in server.requests)
    assert set(asked) == set(BRANCHES)
    assert all(asked[step] == 1 for step in BRANCHES if step in done)
    assert max(asked.values()) <= 2
    outcomes = Counter(row["outcome"] for row in gemini.rows())
    assert outcomes["succeeded"] == len(BRANCHES)
    assert outcomes["unknown"] == len(server.requests) - len(BRANCHES)


def _killed_in_its_first_call(gemini: Terminal, server: StandIn, story: Path) -> str:
    """Run a story, kill it while its first call is under way, and return the run's id."""
    server.delay = 120.0
    running = gemini.start("story", "run", story, "--project", "p", "--json")
    wait_until(lambda: server.requests, "the first call")
    running.kill()
    running.communicate()
    server.delay = 0.0
    return str(gemini.run("runs", "--json").document["runs"][0]["id"])


def _held_back(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Have the stand-in answer nobody before the event is set."""
    release, reply_to = threading.Event(), server.reply_to
    monkeypatch.setattr(server, "reply_to", lambda request: release.wait(300) and reply_to(request))
    return release


def _states(terminal: Terminal) -> list[str]:
    return [run["state"] for run in terminal.run("runs", "--json").document["runs"]]


def test_draft_after_a_killed_gemini_run_costs_nothing(gemini: Terminal, server: StandIn) -> None:
    """A dead run of another engine is cancelled, not finished; what it had in flight is recorded as unknown."""
    story = write_story(gemini.folder, {"a": ["archive"], "b": ["a"]})
    dead = _killed_in_its_first_call(gemini, server, story)
    said = gemini.run("story", "run", story, "--project", "p", "--engine", "draft", "--json")
    assert (said.code, said.document["cost_usd"]) == (0, 0.0)
    assert said.document["run"] != dead
    assert len(server.requests) == 1
    assert [row["outcome"] for row in gemini.rows() if row["run"] == dead] == ["unknown"]
    assert _states(gemini) == ["done", "cancelled"]


def test_an_edited_prompt_is_never_paid_for_as_it_was(gemini: Terminal, server: StandIn) -> None:
    """A prompt changed after a crash is sent as it is now, once; the old one is not asked for again."""
    steps = {"a": ["archive"], "b": ["a"]}
    _killed_in_its_first_call(gemini, server, write_story(gemini.folder, steps, {"a": "- Scene: old."}))
    story = write_story(gemini.folder, steps, {"a": "- Scene: new."})
    said = gemini.run("story", "run", story, "--project", "p", "--json")
    assert said.code == 0
    asked = [request.prompt.rsplit("Scene: ", 1)[1] for request in server.requests]
    assert asked == ["old.", "new.", "b."]
    assert said.document["calls"] == 2


def test_a_run_that_a_dead_process_left_is_told_as_continued(gemini: Terminal, server: StandIn) -> None:
    """Going on with the same story after a crash says so; nobody else has it under way."""
    story = write_story(gemini.folder, {"a": ["archive"]})
    dead = _killed_in_its_first_call(gemini, server, story)
    said = gemini.run("story", "run", story, "--project", "p")
    assert said.code == 0
    assert said.err.startswith("Continued, where it had stopped: 1 step with gemini")
    assert dead in said.err


def test_another_run_under_way_is_waited_for_and_counted(
    gemini: Terminal, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed story waits for its run that is under way; a dry run says so, the report counts what both have cost."""
    release = _held_back(server, monkeypatch)
    steps = {"a": ["archive"]}
    first = gemini.start("story", "run", write_story(gemini.folder, steps), "--project", "p", "--json")
    wait_until(lambda: server.requests, "the first call")
    story = write_story(gemini.folder, steps, {"a": "- Scene: new."})
    second = gemini.cold("story", "run", story, "--project", "p")
    assert second.stderr is not None
    assert second.stderr.readline().startswith("Waiting for another run of this story, already under way")
    priced = gemini.run("story", "run", story, "--project", "p", "--dry-run", "--json").document
    assert any("is under way" in warning for warning in priced["warnings"])
    release.set()
    first.communicate(timeout=120)
    out, _ = second.communicate(timeout=120)
    assert [request.prompt.rsplit("Scene: ", 1)[1] for request in server.requests] == ["a.", "new."]
    assert "1 step, 2 calls, " in out
    assert f"${sum(row['cost_usd'] for row in gemini.rows()):.2f}  (run" in out


def test_another_run_that_dies_while_it_is_waited_for_is_not_finished(
    gemini: Terminal, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the run that is waited for dies, what it would have made is not paid for."""
    release = _held_back(server, monkeypatch)
    steps = {"a": ["archive"]}
    first = gemini.start("story", "run", write_story(gemini.folder, steps), "--project", "p", "--json")
    wait_until(lambda: server.requests, "the first call")
    story = write_story(gemini.folder, steps, {"a": "- Scene: new."})
    second = gemini.cold("story", "run", story, "--project", "p")
    assert second.stderr is not None
    assert second.stderr.readline().startswith("Waiting for another run of this story, already under way")
    first.kill()
    first.communicate()
    release.set()
    second.communicate(timeout=120)
    assert second.returncode == 0
    assert [request.prompt.rsplit("Scene: ", 1)[1] for request in server.requests] == ["a.", "new."]


def test_two_commands_at_once_share_one_run(gemini: Terminal, server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same story started twice at once is made once; both commands report the same finished run."""
    release = _held_back(server, monkeypatch)
    story = write_story(gemini.folder)
    commands = [gemini.start("story", "run", story, "--project", "p", "--json") for _ in range(2)]
    # on a slow machine one command could be done before the other has begun
    wait_until(lambda: any("Joined" in command.said() for command in commands), "the second command's joining")
    release.set()
    reports = [command.communicate(timeout=120)[0] for command in commands]
    assert [command.returncode for command in commands] == [0, 0]
    assert reports[0].split('"steps"')[0] == reports[1].split('"steps"')[0]
    assert len(server.requests) == len(BRANCHES)


def test_an_attached_command_takes_over_when_the_runner_dies(gemini: Terminal, server: StandIn) -> None:
    """A command that watches another's run goes on with it when that process is killed."""
    server.delay = 0.5
    story = write_story(gemini.folder)
    first = gemini.start("story", "run", story, "--project", "p", "--json")
    wait_until(lambda: server.requests, "the first call")
    second = gemini.start("story", "run", story, "--project", "p", "--json")
    wait_until(lambda: len(server.requests) > 2, "the third call")
    first.kill()
    first.communicate()
    second.communicate(timeout=120)
    assert second.returncode == 0
    assert {path.stem for path in (gemini.folder / "p" / "assets").glob("*.png")} == {"archive", *BRANCHES}


def test_two_stories_with_the_same_step_pay_for_it_once(gemini: Terminal, server: StandIn) -> None:
    """Two different stories of one project, run at once, make a picture they share only once."""
    server.delay = 1.0
    one = write_story(gemini.folder, {"robot": ["archive"]}, name="one")
    two = write_story(gemini.folder, {"robot": ["archive"]}, name="two")
    commands = [gemini.start("story", "run", story, "--project", "p", "--json") for story in (one, two)]
    for command in commands:
        command.communicate(timeout=120)
    assert [command.returncode for command in commands] == [0, 0]
    assert len(server.requests) == 1


def test_a_failed_run_is_resumed_by_its_id(gemini: Terminal, server: StandIn) -> None:
    """Resuming a run with a failed step makes that step and what follows, and pays for nothing else."""
    server.fail_next("no_image")
    story = write_story(gemini.folder, {"a": ["archive"], "b": ["a"]})
    failed = gemini.run("story", "run", story, "--project", "p", "--json")
    assert (failed.code, list(failed.statuses.values())) == (1, ["failed", "skipped"])
    resumed = gemini.run("story", "resume", failed.document["run"], "--json")
    assert (resumed.code, list(resumed.statuses.values())) == (0, ["generated", "generated"])
    assert len(server.requests) == 3


def test_runs_of_nobody_are_named(terminal: Terminal) -> None:
    """Cancelling or resuming a run that does not exist says so and exits with 2."""
    for words in (("cancel", "nothing"), ("story", "resume", "nothing")):
        said = terminal.run(*words, "--json")
        assert said.code == 2
        assert "run" in said.document["error"]["message"]
    assert terminal.run("runs", "--json").document == {"runs": []}
