"""Batches as the studio keeps them: sent once whoever asks, never left open in the ledger, read from any file."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.errors import BatchGoneError, WorkspaceError
from core.models.asset import EngineName, Kind, Recipe
from core.models.batch import Batch, BatchEntry
from core.store.batches import BatchesFolder
from core.store.conversations import ConversationsFolder
from core.store.ledger import Ledger
from core.store.workspace import Workspace
from core.studio.batches import cancel_batch, fetch_batch, retry_batch, send_batch
from core.studio.context import LOCAL_USER, Studio
from tests.standin import StandIn

NAME = "batch-0123456789ab"


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Workspace:
    return studio.workspace(tmp_path / "p", "Project")


def recipe(prompt: str) -> Recipe:
    return Recipe(kind=Kind.IMAGE, prompt=prompt, composed=prompt, engine=EngineName.GEMINI, model="gemini-3-pro-image")


def write(folder: Path, name: str = NAME, **changes: Any) -> None:
    """Write a batch's record as somebody might have changed it."""
    entry = BatchEntry(recipe=recipe("A robot."), attempt="1")
    batch = Batch(id=NAME, created=datetime.now(UTC), user=LOCAL_USER, model="m", entries=(entry,))
    (folder / "batches").mkdir(exist_ok=True)
    (folder / "batches" / f"{name}.json").write_text(json.dumps({**batch.model_dump(mode="json"), **changes}))


def test_two_at_once_send_an_image_once(studio: Studio, project: Workspace, server: StandIn) -> None:
    """Two tabs, or a tab and a command, that send the same image at the same moment pay for one."""
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: send_batch(studio, project, [recipe("A robot.")]), range(4)))
    assert server.batches.sent == 1
    assert sorted((len(one.batches), one.under_way) for one in sent) == [(0, 1), (0, 1), (0, 1), (1, 0)]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_kill_leaves_no_row_open_for_ever(
    studio: Studio, project: Workspace, server: StandIn, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Killed while the rows of a job were written: it was never sent, which is found out later, and costs nothing."""
    start, written = Ledger.start, []

    def killed(self: Ledger, *words: Any) -> str:
        if len(written) == rows:
            raise SystemExit
        written.append(start(self, *words))
        return written[-1]

    monkeypatch.setattr(Ledger, "start", killed)
    with pytest.raises(SystemExit):
        send_batch(studio, project, [recipe(f"Robot {number}.") for number in range(3)])
    monkeypatch.undo()
    (batch,) = project.batches.all()
    project.batches.put(batch.model_copy(update={"created": batch.created - timedelta(hours=2)}))
    assert len(fetch_batch(studio, project, batch.id).failed) == 3
    assert [(row["outcome"], row["may_be_billed"]) for row in studio.ledger.rows()] == [("failed", False)] * rows
    assert server.batches.sent == 0


def test_another_key_does_not_close_a_batch_that_was_cut_off(
    studio: Studio, project: Workspace, server: StandIn
) -> None:
    """Cut off while it was sent, a batch is looked for by its own account alone: another one cannot say it is lost."""
    server.batches.loses_answer = True
    (batch,) = send_batch(studio, project, [recipe("A robot.")]).batches
    project.batches.put(batch.model_copy(update={"created": batch.created - timedelta(hours=2)}))
    other = studio.with_key(studio.keep_key(SecretStr("another-key")))
    for ask in (fetch_batch, cancel_batch):
        with pytest.raises(BatchGoneError, match="another account"):
            ask(other, project, batch.id)
    assert project.batches.all()[0].is_open
    for _ in range(2):
        fetched = fetch_batch(studio, project, batch.id)
    assert len(fetched.made) == 1
    late = batch.model_copy(update={"created": batch.created - timedelta(days=3)})
    project.batches.put(late)
    assert [entry.error and entry.error["code"] for entry in cancel_batch(other, project, batch.id).entries] == [
        "batch_gone"
    ]


def test_a_batch_that_is_gone_can_be_given_up(studio: Studio, project: Workspace, server: StandIn) -> None:
    """A job the service does not know is kept for two days, as another key may know it; then it can be resent."""
    (batch,) = send_batch(studio, project, [recipe("A robot.")]).batches
    server.batches.jobs.clear()
    for ask in (fetch_batch, cancel_batch):
        with pytest.raises(BatchGoneError):
            ask(studio, project, batch.id)
    assert project.batches.all()[0].is_open
    project.batches.put(batch.model_copy(update={"created": batch.created - timedelta(days=3)}))
    assert [entry.error and entry.error["code"] for entry in cancel_batch(studio, project, batch.id).entries] == [
        "batch_gone"
    ]
    assert [(row["outcome"], row["may_be_billed"]) for row in studio.ledger.rows()] == [("failed", True)]
    assert len(retry_batch(studio, project, batch.id).batches) == 1


@pytest.mark.parametrize(
    "changes",
    [{"id": "./../../evil"}, {"id": "batch-ffffffffffff"}, {"entries": []}, {"created": "0001-01-01T00:00:00Z"}],
)
def test_a_damaged_record_is_left_out(tmp_path: Path, changes: dict[str, Any]) -> None:
    """A record that is another's, holds nothing, or leads out of the project is none; those beside it are read."""
    write(tmp_path)
    write(tmp_path, "batch-ffffffffff00", **changes)
    assert [batch.id for batch in BatchesFolder(tmp_path).all()] == [NAME]


@pytest.mark.parametrize("name", ["./../../evil", "", "batch-0123456789ab/..", "batch-0123456789ab\n"])
def test_no_name_leads_out_of_the_project(tmp_path: Path, name: str) -> None:
    """What holds a batch makes a file of its name: only a batch's own is taken."""
    batches = BatchesFolder(tmp_path / "project")
    with pytest.raises(WorkspaceError), batches.held(name):
        pass
    assert not list(tmp_path.rglob("*.lock"))


def test_a_lock_that_cannot_be_held_is_told(tmp_path: Path) -> None:
    """A folder that cannot be written is said to be so, and is no crash."""
    (tmp_path / "batches" / f".{NAME}.lock").mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="permissions"), BatchesFolder(tmp_path).held(NAME):
        pass


def test_times_without_a_zone_are_sorted_all_the_same(tmp_path: Path) -> None:
    """A file written by hand may say a time without its zone: it counts as UTC."""
    write(tmp_path)
    write(tmp_path, "batch-ffffffffffff", id="batch-ffffffffffff", created="2020-01-01T00:00:00")
    assert [batch.created.year for batch in BatchesFolder(tmp_path).all()][-1] == 2020
    talks = ConversationsFolder(tmp_path)
    head = tmp_path / "conversations" / talks.begin("One").id / "talk.json"
    head.write_text(json.dumps({**json.loads(head.read_text()), "created": "2020-01-01T00:00:00"}))
    talks.begin("Two")
    assert [talk.title for talk in talks.list()] == ["Two", "One"]
