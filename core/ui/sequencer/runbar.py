"""The bar at the bottom: what a run would make and cost, or how the one under way stands."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.studio.background import RunView, view_run
from core.studio.planning import StepStatus
from core.studio.project_stories import run_spec
from core.studio.runs import cancel_run
from core.studio.specs import StepOutcome
from core.ui.batching import show_batches_under_way, story_batch_button, warn_of_paying_twice
from core.ui.sequencer.actions import begin
from core.ui.sequencer.board import cards_price
from core.ui.sequencer.view import View
from core.ui.session import studio
from core.ui.telling import attempt
from core.ui.texts import _, ngettext
from core.ui.waiting import wait_words
from core.ui.widgets import images, plain, price

_TOLD = 2  # images under way that are named in the bar's one line


def show_runbar(view: View) -> None:
    """Show the bar."""
    with st.container(key="runbar"):
        if view.is_running:
            _progress(view)
        else:
            show_batches_under_way()
            _offer(view)


def _offer(view: View) -> None:
    board = view.board
    warn_of_paying_twice(board.to_make)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_summary(view), width="stretch")
        if board.to_make:
            cost = cards_price(board.to_make)
            label = _("Make {images} · {price}").format(images=images(len(board.to_make)), price=cost)
        elif board.to_return:
            label = _("Bring back {images} · free").format(images=images(len(board.to_return)))
        else:
            return
        story_batch_button(
            board, view.options, lambda: run_spec(studio().studio, view.workspace, board, view.options), "make-batch"
        )
        if st.button(plain(label), type="primary", key="make-all", icon=":material/play_arrow:"):
            begin(view)
            st.rerun()


def _summary(view: View) -> str:
    board = view.board
    reused = len(board.cards) - len(board.to_make) - len(board.to_return)
    if not board.to_make and not board.to_return:
        return _last_run(view) or ngettext(
            "{count} image, up to date", "All {count} images are up to date", reused
        ).format(count=reused)
    failed = sum(card.error is not None for card in board.to_make)
    counts = [
        (len(board.to_make) - failed, _("{count} to make")),
        (len(board.to_return), _("{count} made before")),
        (reused, _("{count} up to date")),
    ]
    parts = [words.format(count=count) for count, words in counts if count]
    last = _last_run(view)
    return " · ".join([last, *parts] if last else parts)


def _last_run(view: View) -> str:
    """Say how the newest run ended when it did not make everything."""
    run = view.run
    if run is None or run.is_active:
        return ""
    failed = sum(card.error is not None for card in view.board.cards)
    if failed:
        return ngettext("{count} failed", "{count} failed", failed).format(count=failed)
    if not run.is_cancelled or not view.board.to_make:
        return ""
    return _("Stopped, may be billed") if run.maybe_billed else _("Stopped")


@st.fragment(run_every=1.0)
def _progress(view: View) -> None:
    """Show the run's progress; the whole page follows when a step begins or ends."""
    if view.run is None:
        return
    run = view_run(studio().studio, view.run.id)
    seen = (view.run.started.keys(), view.run.outcomes.keys())
    # a page that is still being shown goes to its end first: steps that end faster than that would leave the bar empty
    if studio().shown.is_whole and (not run.is_active or seen != (run.started.keys(), run.outcomes.keys())):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(run.done / max(1, run.total), text=_heading(view, run))
        with st.popover(_("Each image")):
            st.text("\n".join([*_under_way(view, run), *(_ended(view, end) for end in run.outcomes.values())]))
        if st.button(_("Cancel"), key="cancel-run", icon=":material/stop_circle:"):
            attempt(lambda: cancel_run(studio().studio, run.id))
            st.rerun()


def _heading(view: View, run: RunView) -> str:
    cost = sum(outcome.cost_usd for outcome in run.outcomes.values())
    words = _("{done} of {count} images · {price} so far")
    said = words.format(done=run.done, count=run.total, price=price(cost, is_actual=True))
    return plain(" · ".join([said, *_under_way(view, run)[:_TOLD]]))


def _under_way(view: View, run: RunView) -> list[str]:
    now = datetime.now(UTC)
    being_made = _("{name}: being made, {seconds} s")
    return [
        f"{_name(view, step)}: {wait_words(run.waits[step])}"
        if step in run.waits
        else being_made.format(name=_name(view, step), seconds=max(0, int((now - began).total_seconds())))
        for step, began in run.started.items()
        if step not in run.outcomes
    ]


def _ended(view: View, outcome: StepOutcome) -> str:
    names = {
        StepStatus.GENERATED: _("made"),
        StepStatus.REUSED: _("reused"),
        StepStatus.FAILED: _("failed"),
        StepStatus.SKIPPED: _("not made"),
        StepStatus.HELD: _("waits for your look"),
        StepStatus.CANCELLED: _("stopped"),
        StepStatus.PLANNED: _("to be made"),
    }
    facts = [names[outcome.status], _("{seconds} s").format(seconds=f"{outcome.seconds:.1f}")]
    if outcome.status is StepStatus.GENERATED:
        facts.append(price(outcome.cost_usd, is_actual=True))
    return f"{_name(view, outcome.id)}: {' · '.join(facts)}"


def _name(view: View, step_id: str) -> str:
    card = view.board.card(step_id)
    return card.step.label if card else step_id
