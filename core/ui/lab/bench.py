"""The bench: one prompt, its references and controls, and what came of it."""

from __future__ import annotations

import streamlit as st

from core.studio.lab import history
from core.ui.batching import show_batches_under_way
from core.ui.lab.form import NAME, show_form, show_make_button
from core.ui.lab.results import show_results
from core.ui.lab.turntable_part import show_turntable_button, show_views, views_now
from core.ui.lab.ways import ways_on
from core.ui.session import studio
from core.ui.texts import _
from core.ui.tries import current_run, show_run


def show_bench() -> None:
    """Show the form and beside it what is being made, what was made, and the history."""
    run = current_run(NAME)
    made = history(studio().workspace)
    with st.container(key="picture-first"):
        form_side, picture_side = st.columns([2, 3], gap="medium")
    with form_side:
        wanted = show_form(is_first=not made)
        is_running = run is not None and run.is_active
        views = views_now(wanted.turntable) if wanted.turntable else ()
        if wanted.turntable is None:
            show_make_button(wanted, is_running)
        else:
            show_turntable_button(NAME, wanted.turntable, views, wanted.price_usd, is_running)
    with picture_side, st.container(key="picture-side"):
        show_batches_under_way()
        show_run(NAME, run, ways_on(NAME, _("Prompt")))
        show_views(views)
        show_results(made)
