"""What can be done when no image was made: a receipt for every rule, what was made before, the batch lane."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.engines.gemini.reasons import OUTPUT_BLOCKS, PROMPT_BLOCKS
from core.models.asset import EngineName, Kind, Recipe, Result
from core.models.plates import Chain
from core.models.region import Box, Detection, Region
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.background import RunView, begin_story, view_run
from core.studio.batches import fetch_batch, send_batch
from core.studio.context import LOCAL_USER
from core.studio.grids import GridOrder, begin_grid, expand
from core.studio.lab import LabOrder, advance, begin_lab
from core.studio.planning import RunOptions
from core.studio.plates.cutting import Cut
from core.studio.plates.matrix import cell_id
from core.studio.plates.presets import first_chain
from core.studio.plates.runs import PlatesOrder, plates_spec, read_plate
from core.ui.desk import desk
from tests.app.walk import button, opened
from tests.samples import png
from tests.standin import StandIn
from tests.terminal.harness import wait_until

PRO = "gemini-3-pro-image"
UNNAMED = {"OTHER", "BLOCKED_REASON_UNSPECIFIED"}


@pytest.fixture
def trials(account: StandIn, tmp_path: Path) -> Workspace:
    """An empty project of a studio whose account is the stand-in's."""
    return desk().workspace(tmp_path / "home" / "projects" / "trials", "Trials")


def said(app: AppTest) -> list[str]:
    return [str(element.value) for element in [*app.text, *app.caption]]


def ended(run: str) -> RunView:
    wait_until(lambda: not view_run(desk(), run).is_active, "the run's end", 60)
    return view_run(desk(), run)


def _receipts(reasons: list[str], blocked: str) -> None:
    from core.errors import BlockedError
    from core.ui.widgets import show_error

    for reason in reasons:
        show_error(BlockedError("Words of the engine.", reason=reason, text="Not this.", blocked=blocked))


@pytest.mark.parametrize(
    ("blocked", "reasons", "stopped"),
    [
        ("prompt", sorted(PROMPT_BLOCKS), "Stopped before it was drawn: the prompt, or one of its reference images."),
        ("output", sorted(OUTPUT_BLOCKS), "Stopped after it was drawn: the picture that the model made."),
    ],
)
def test_every_rule_has_its_receipt(blocked: str, reasons: list[str], stopped: str) -> None:
    """Each rule's receipt says what was stopped, the rule by name, the model's words, and a way out."""
    app = AppTest.from_function(_receipts, kwargs={"reasons": reasons, "blocked": blocked}).run()
    assert not app.exception
    lines = said(app)
    assert lines.count(stopped) == lines.count("Not this.") == lines.count("What to try") == len(reasons)
    rules = {line.rpartition("(")[2].rstrip(")"): line for line in lines if line.startswith("Rule: ")}
    assert set(rules) == set(reasons)
    unnamed = {reason for reason, line in rules.items() if "does not name" in line}
    assert unnamed == UNNAMED & set(reasons)
    assert "Words of the engine." not in lines


def test_a_grids_cell_offers_what_was_made_elsewhere(trials: Workspace, server: StandIn) -> None:
    """With the quota gone an opened cell offers the same image of another project, and has it at no cost."""
    order = GridOrder(("A lamp",), (), EngineName.GEMINI, (PRO,))
    other = desk().workspace(trials.folder.parent / "other", "Other")
    assert ended(begin_grid(desk(), other, order, LOCAL_USER)).outcomes
    server.fail_next("rate_limited_daily")
    run = begin_grid(desk(), trials, order, LOCAL_USER)
    ended(run)
    (cell,) = expand(desk(), trials, order).cells
    drafts = {"lab/mode": "grid", "grid/rows": ["1"], "grid/prompt/1": "A lamp", "grid/models": [PRO]}
    for name, value in {**drafts, "grid/runs": [run], "grid/open": cell.id}.items():
        DraftsFile(trials.folder).write(name, value)
    app = opened(trials, "prompt_lab")
    assert any("made an image in the project Other" in line for line in said(app))
    button(app, "Use the image made on").click().run()
    assert not app.exception
    (cell,) = expand(desk(), trials, order).cells
    assert cell.asset is not None
    assert (cell.asset.result.cost_usd, len(server.requests)) == (0.0, 2)


def test_plates_go_as_a_batch_from_their_page(trials: Workspace, server: StandIn) -> None:
    """The first step of a page's object is sent by one click, with its price, and enters its cell when it is there."""
    server.batches.running = 0
    page = trials.save(Recipe(kind=Kind.PAGE, name="Page 3"), Result(), png(1, (200, 100)), "page-3")
    region = Region(id="r1", box=Box(ymin=400, xmin=300, ymax=700, xmax=700))
    trials.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=(region,)))
    app = opened(trials, "book_pages")
    sending = button(app, "Send 1 image as a batch")
    assert "about" in sending.label
    sending.click().run()
    assert not app.exception
    app.run()  # the batch is looked for once in a while; this is the first look
    (batch,) = trials.batches.all()
    (made,) = batch.made
    assert trials.get(made).recipe.kind is Kind.RESTORATION
    assert (server.batches.sent, server.requests) == (1, [])


def test_a_batch_offers_what_was_made_elsewhere(trials: Workspace, server: StandIn) -> None:
    """An image that a batch did not bring for want of quota is offered from another project, and shown on the bench."""
    other = desk().workspace(trials.folder.parent / "other", "Other")
    order = LabOrder("A lamp", (), EngineName.GEMINI, PRO)
    ended(begin_lab(desk(), other, order, LOCAL_USER))
    server.batches.running = 0
    server.fail_when("A lamp", "rate_limited_daily")
    (batch,) = send_batch(desk(), trials, advance(desk(), trials, order).recipes).batches
    assert [entry.error and entry.error["code"] for entry in fetch_batch(desk(), trials, batch.id).entries] == [
        "quota_exceeded"
    ]
    DraftsFile(trials.folder).write("lab/mode", "batches")
    app = opened(trials, "prompt_lab")
    button(app, "Use the image made on").click().run()
    assert not app.exception
    (taken,) = trials.assets()
    assert (taken.recipe.fingerprint, taken.result.cost_usd) == (batch.entries[0].recipe.fingerprint, 0.0)
    assert button(app, "Work on it")


def test_a_plate_that_may_be_billed_says_so(trials: Workspace, server: StandIn) -> None:
    """A cell whose picture came damaged each time says that it may be billed all the same, and so does the page."""
    page = trials.save(Recipe(kind=Kind.PAGE, name="Page 3"), Result(), png(1, (200, 100)), "page-3")
    region = Region(id="r1", box=Box(ymin=400, xmin=300, ymax=700, xmax=700))
    trials.detections.save(Detection(number=1, page=page.id, digest=page.digest, regions=(region,)))
    server.fail_next("truncated_image", times=3)
    step = first_chain("en").steps[0]
    cell = cell_id(page, "r1", step.id)
    options = RunOptions(engine=EngineName.GEMINI, default_model=PRO)
    order = PlatesOrder(Chain(steps=(step,)), Cut(), options)
    run = ended(begin_story(desk(), plates_spec(desk(), trials, read_plate(trials, page.id), order, [cell])))
    assert (run.maybe_billed, len(server.requests)) == ({cell}, 3)
    app = opened(trials, "book_pages", cell=cell)
    assert "The attempt may still be billed." in said(app)
    assert "1 image of the last run was not made and may still be billed." in said(app)


def test_google_cloud_is_told_at_once(trials: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Google Cloud no button sends a batch that would be refused; a line says why."""
    DraftsFile(trials.folder).write("lab/prompt", "A lamp")
    assert button(opened(trials, "prompt_lab"), "Send 1 image as a batch")
    desk.cache_clear()
    monkeypatch.delenv("GEMINI_API_KEY")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "lamps-1")
    app = opened(trials, "prompt_lab")
    assert button(app, "Send") is None
    assert any("Google Cloud takes none from here" in line for line in said(app))


def test_a_sheets_tries_can_be_sent(trials: Workspace, server: StandIn) -> None:
    """Tries of a character sheet go as a batch; when they are there none of them is kept before a person keeps it."""
    server.batches.running = 0
    plate = trials.save(Recipe(kind=Kind.ARCHIVE, name="Plate"), Result(), png(1, (64, 80)), "plate")
    for name, value in {"picture": plate.id, "name": "Hare"}.items():
        DraftsFile(trials.folder).write(f"sheet/{name}", value)
    app = opened(trials, "character_sheet")
    button(app, "Send 2 images as a batch").click().run()
    assert not app.exception
    app.run()
    assert button(app, "Keep as character")
    (batch,) = trials.batches.all()
    assert [trials.get(name).recipe.step for name in batch.made] == ["Hare", "Hare"]
