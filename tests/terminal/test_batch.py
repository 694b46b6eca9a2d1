"""Batches from the terminal: sent at half the price, fetched from any process, retried and cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.embedded import strip
from tests.standin import StandIn
from tests.standin.replies import as_error
from tests.terminal.harness import Terminal, write_story

MODEL = ("--model", "gemini-3-pro-image")


def send(gemini: Terminal, prompt: str = "A robot.", *words: str) -> dict[str, object]:
    said = gemini.run("generate", prompt, *MODEL, "--batch", "--project", "p", "--json", *words)
    assert said.code == 0, said.err
    return dict(said.document)


def test_images_come_a_day_later_from_another_process(gemini: Terminal, server: StandIn) -> None:
    """A batch is sent by one command and fetched by another; its images have their recipes, the ledger its rows."""
    (batch,) = send(gemini, "A robot.", "--variants", "2")["batches"]  # type: ignore[misc]
    assert (batch["state"], batch["images"], batch["cost_usd"]) == ("waiting", 2, pytest.approx(0.134))
    assert [row["outcome"] for row in gemini.rows()] == ["started", "started"]
    first = gemini.run("batch", "fetch", "--json")
    assert (first.code, first.document["batches"][0]["state"]) == (0, "running")
    (fetched,) = gemini.run("batch", "fetch", "--project", "p", "--json").document["batches"]
    assert (fetched["state"], fetched["open"]) == ("succeeded", 0)
    pictures = [server.picture_for(request).data for request in server.batches.jobs["batches/job1"].requests]
    assert [strip(Path(path).read_bytes()) for path in fetched["files"].values()] == pictures
    assert [row["outcome"] for row in gemini.rows()] == ["succeeded", "succeeded"]
    assert sum(row["cost_usd"] for row in gemini.rows()) == pytest.approx(0.134, abs=0.002)
    assert gemini.run("batch", "fetch", "--json").document == {"batches": []}


def test_nothing_is_sent_twice(gemini: Terminal, server: StandIn) -> None:
    """What is under way in a batch, or made, is not sent again; asking for it says so."""
    send(gemini)
    again = send(gemini)
    assert (again["batches"], again["under_way"]) == ([], 1)
    for _ in range(2):
        gemini.run("batch", "fetch")
    made = send(gemini)
    assert (made["batches"], len(made["reused"])) == ([], 1)  # type: ignore[arg-type]
    assert server.batches.sent == 1
    single = gemini.run("generate", "A robot.", *MODEL, "--project", "p", "--json")
    assert single.statuses == {"1": "reused"}


def test_a_part_that_failed_is_told(gemini: Terminal, server: StandIn) -> None:
    """An image that was blocked is listed with its reason, and the exit code says that something is missing.

    It can be sent again alone.
    """
    server.fail_when("bad", "blocked_prompt_safety")
    send(gemini, "A bad robot.")
    gemini.run("batch", "fetch")
    said = gemini.run("batch", "fetch")
    assert said.code == 1
    assert "0 of 1 image there, 1 failed" in said.out
    assert "try: Take another model: --model" in said.out
    listed = gemini.run("batch", "list", "--json").document["batches"]
    assert [error["code"] for error in listed[0]["errors"]] == ["blocked"]
    assert [row["outcome"] for row in gemini.rows()] == ["blocked"]
    again = gemini.run("batch", "retry", listed[0]["id"], "--json")
    assert (again.code, [batch["images"] for batch in again.document["batches"]]) == (0, [1])


def test_a_job_whose_answer_was_lost_is_not_lost(gemini: Terminal, server: StandIn) -> None:
    """A connection that breaks while a job is sent leaves it to be found, not to be paid twice."""
    server.batches.loses_answer = True
    (batch,) = send(gemini)["batches"]  # type: ignore[misc]
    assert batch["state"] == "sending"
    for _ in range(2):
        fetched = gemini.run("batch", "fetch", "--json").document["batches"]
    assert fetched[0]["state"] == "succeeded"
    assert len(fetched[0]["files"]) == 1
    assert server.batches.sent == 1


def test_a_refused_job_leaves_no_batch_and_no_cost(gemini: Terminal, server: StandIn) -> None:
    """A job that the service refuses says why; its rows cost nothing and no batch is left under way."""
    server.batches.faults = [as_error(400, "INVALID_ARGUMENT", "Nonsense.")]
    said = gemini.run("generate", "A robot.", *MODEL, "--batch", "--project", "p")
    assert said.code != 0
    assert "refused the request" in said.err
    assert "Traceback" not in said.err
    assert gemini.run("batch", "list", "--json").document == {"batches": []}
    assert [(row["outcome"], row["may_be_billed"]) for row in gemini.rows()] == [("failed", False)]


def test_a_budget_stops_a_job_before_it_is_sent(gemini: Terminal, server: StandIn) -> None:
    """A budget that does not hold all images of a job sends none of them."""
    gemini.env["THROUGHLINE_BUDGET_USD"] = "0.10"
    said = gemini.run("generate", "A robot.", *MODEL, "--variants", "4", "--batch", "--project", "p")
    assert said.code != 0
    assert server.batches.sent == 0
    assert not any(row["may_be_billed"] for row in gemini.rows())


def test_a_job_too_dear_for_a_run_is_refused(gemini: Terminal, server: StandIn) -> None:
    """A batch is a run: over a run's limit it is bad input, priced at the batch's price, and leaves no row."""
    gemini.env["THROUGHLINE_RUN_BUDGET_USD"] = "0.20"
    words = ("--batch", "--project", "p", "--json")
    said = gemini.run("generate", "A robot.", *MODEL, "--variants", "4", *words)
    assert (said.code, said.document["error"]["limit"]) == (2, "run")
    assert (server.batches.sent, gemini.rows()) == (0, [])
    assert gemini.run("generate", "A robot.", *MODEL, "--variants", "2", *words).code == 0
    assert server.batches.sent == 1


def test_a_story_goes_step_by_step(gemini: Terminal, server: StandIn) -> None:
    """Of a story what waits for no other image is sent; once that is fetched, the steps made from it are ready."""
    server.batches.running = 0
    story = write_story(gemini.folder, {"robot": ["archive"], "valley": ["robot"], "forest": ["robot"]})
    for count, names in ((1, {"robot"}), (2, {"valley", "forest"})):
        said = gemini.run("story", "run", story, "--project", "p", "--batch", "--json").document
        assert [batch["images"] for batch in said["batches"]] == [count]
        (fetched,) = gemini.run("batch", "fetch", "--json").document["batches"]
        assert set(fetched["files"]) == names
    assert set(gemini.run("story", "run", story, "--project", "p", "--json").statuses.values()) == {"reused"}
    assert server.requests == []
    assert "nothing to send" in gemini.run("story", "run", story, "--project", "p", "--batch").out


def test_a_cancelled_batch_ends(gemini: Terminal, server: StandIn) -> None:
    """Cancelling asks the service; what was not made is told as cancelled."""
    (batch,) = send(gemini)["batches"]  # type: ignore[misc]
    assert gemini.run("batch", "cancel", batch["id"]).code == 0
    said = gemini.run("batch", "fetch", "--json")
    assert said.code == 1
    assert [error["code"] for error in said.document["batches"][0]["errors"]] == ["cancelled"]
    assert [row["outcome"] for row in gemini.rows()] == ["cancelled"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("batch", "cancel", "batch-000000000000"), "no batch"),
        (("batch", "fetch", "../../etc/passwd"), "no batch"),
        (("batch", "list", "--project", "nowhere"), "not a project"),
        (("generate", "A robot.", "--engine", "draft", "--batch", "--project", "p"), "no batches"),
    ],
)
def test_bad_input_says_what_to_do(gemini: Terminal, words: tuple[str, ...], hint: str) -> None:
    """Each wrong command ends with 2 and a sentence."""
    said = gemini.run(*words)
    assert said.code == 2
    assert hint in said.err
    assert "Traceback" not in said.err


def test_searches_of_a_batch_have_their_price_and_sources(gemini: Terminal, server: StandIn) -> None:
    """Half the price is the image's; searches are counted whole before, as made after, and their sources are told."""
    words = ("generate", "A quetzal.", *MODEL, "--search", "web", "--batch", "--project", "p")
    planned = gemini.run(*words, "--dry-run", "--json").document
    assert (planned["cost_usd"], planned["search_usd"]) == (pytest.approx(0.109), pytest.approx(0.042))
    (batch,) = gemini.run(*words, "--json").document["batches"]
    assert (batch["cost_usd"], gemini.rows()[0]["estimate_usd"]) == (pytest.approx(0.109), pytest.approx(0.109))
    gemini.run("batch", "fetch")
    said = gemini.run("batch", "fetch")
    assert "source: The quetzal https://birds.example/quetzal" in said.out
    (row,) = gemini.rows()
    assert row["searches"] == 1
    assert row["cost_usd"] == pytest.approx(0.067 + 0.014, abs=0.001)
