"""The project's batches: how each stands, what came of it, and what can be done about the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.engines.base import BatchState
from core.models.batch import Batch, BatchEntry
from core.studio.batches import cancel_batch, failures, is_overdue, own_batches, reasons, retry_batch
from core.studio.lab import LAB
from core.studio.made_before import is_used_up
from core.ui.batching import look, show_batches_under_way, tell_sent
from core.ui.components.pictures import picture_strip
from core.ui.lab.form import show_on_bench
from core.ui.lab.ways import ways_of_sent
from core.ui.made_before import offer_made_before, use
from core.ui.session import studio
from core.ui.telling import attempt, say
from core.ui.texts import _
from core.ui.widgets import ago, empty_place, images, plain, price, show_error

_MOST_SHOWN = 30


def show_batches() -> None:
    """Show all batches of the project, newest first."""
    batches = own_batches(studio().studio, studio().workspace)
    if not batches:
        empty_place(_("No batch yet. Send images as a batch: half the price, made within a day."))
        return
    show_batches_under_way()
    for batch in batches[:_MOST_SHOWN]:
        with st.container(border=True, key=batch.id):
            _batch(batch)


def _batch(batch: Batch) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _state(batch)
        name = batch.entries[0].recipe.name or batch.id
        st.text(name, width="stretch")
    count = len(batch.entries)
    facts = [
        _("{made} of {images} there").format(made=len(batch.made), images=images(count)),
        batch.model,
        _price(batch, batch.entries),
        ago(batch.created),
    ]
    st.caption(plain(" · ".join(facts)))
    if batch.made:
        picture_strip(
            studio().workspace,
            [asset for name in batch.made if (asset := studio().workspace.find(name))],
            key=f"{batch.id}-made",
            selected="",
            label=_("Images of this batch"),
            on_pick=show_on_bench,
        )
    if batch.failed:
        with st.expander(_("Why an image is missing")):
            for error, recipe in reasons(batch):
                show_error(error, ways_of_sent(recipe) if recipe.story == LAB else None)
    _offer_made_before(batch)
    _actions(batch)


def _offer_made_before(batch: Batch) -> None:
    """Offer what the same recipes made before, where only a quota or a budget stood in their way."""
    missed = [recipe for error, recipe in failures(batch) if is_used_up(error)]
    taken = offer_made_before(missed, key=f"{batch.id}-made-before")
    if taken is None:
        return
    if taken.recipe.story == LAB:
        show_on_bench(taken.id)
    else:
        use(taken)
    st.rerun()


def _actions(batch: Batch) -> None:
    with st.container(horizontal=True):
        if batch.is_open:
            _action(batch, _("Look now"), ":material/refresh:", lambda: look(batch))
            if not batch.is_cancelled or is_overdue(batch):
                _action(batch, _("Cancel"), ":material/stop_circle:", lambda: _cancel(batch))
        if batch.failed and not batch.is_open:
            label = _("Send again: {images} · {price}")
            label = label.format(images=images(len(batch.failed)), price=_price(batch, batch.failed))
            _action(batch, label, ":material/schedule_send:", lambda: _retry(batch))


def _price(batch: Batch, entries: Sequence[BatchEntry]) -> str:
    has_search = any(entry.recipe.settings.search for entry in entries)
    return price(batch.cost_usd * len(entries) / len(batch.entries), has_search=has_search)


def _action(batch: Batch, label: str, icon: str, act: Callable[[], object]) -> None:
    if st.button(label.replace("$", r"\$"), icon=icon, key=f"{batch.id}-{icon}"):
        attempt(act)
        st.rerun()


def _cancel(batch: Batch) -> None:
    cancel_batch(studio().studio, studio().workspace, batch.id)
    say(_("Cancelled. Images that are made by now still arrive, and are billed."))


def _retry(batch: Batch) -> None:
    tell_sent(retry_batch(studio().studio, studio().workspace, batch.id))


def _state(batch: Batch) -> None:
    if batch.is_open:
        words = {"sending": _("not confirmed yet"), BatchState.WAITING: _("waiting")}
        said = _("being cancelled") if batch.is_cancelled else words.get(batch.state, _("under way"))
        st.badge(said, icon=":material/hourglass_empty:", color="grey")
    elif not batch.failed:
        st.badge(_("made"), icon=":material/check:", color="green")
    elif batch.made:
        st.badge(_("made in part"), icon=":material/rule:", color="orange")
    elif batch.state == BatchState.CANCELLED:
        st.badge(_("cancelled"), icon=":material/stop_circle:", color="grey")
    else:
        st.badge(_("no image"), icon=":material/receipt_long:", color="red")
