"""A run whose steps show elsewhere on the page: how far it is, what it cost, and a way to stop it."""

from __future__ import annotations

import streamlit as st

from core.studio.background import view_run
from core.studio.runs import cancel_run
from core.ui.session import studio
from core.ui.telling import attempt
from core.ui.texts import _
from core.ui.waiting import wait_words
from core.ui.widgets import plain, price


@st.fragment(run_every=1.0)
def show_under_way(run_id: str) -> None:
    """Show a run while it goes on; the page is shown anew whenever one of its steps begins or ends."""
    run = view_run(studio().studio, run_id)
    seen, now = f"under-way/{run_id}", (sorted(run.started), len(run.outcomes))
    last = studio().notes.get(seen, now)
    studio().notes[seen] = now
    # a page that is still being shown goes to its end first: steps that end faster than that would leave it bare
    if studio().shown.is_whole and (not run.is_active or last != now):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        cost = sum(outcome.cost_usd for outcome in run.outcomes.values())
        words = _("{title}: {done} of {count} · {price} so far") if cost else _("{title}: {done} of {count}")
        said = words.format(title=run.title, done=run.done, count=run.total, price=price(cost, is_actual=True))
        if run.longest_wait is not None:
            said += f" · {wait_words(run.longest_wait)}"
        st.progress(run.done / max(1, run.total), text=plain(said))
        if st.button(_("Cancel"), key=f"cancel/{run_id}", icon=":material/stop_circle:"):
            attempt(lambda: cancel_run(studio().studio, run_id))
            st.rerun()
