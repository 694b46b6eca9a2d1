"""Images under way: a row each with its state, seconds and money, beside them Cancel; then what went wrong.

`name` says whose they are: the form that began them, which keeps its run and the price of one image under its name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from core.errors import StudioError, from_plain
from core.models.asset import Recipe
from core.studio.background import RunView, retry_recipes, view_run
from core.studio.made_before import is_used_up
from core.studio.planning import StepStatus
from core.studio.runs import cancel_run
from core.studio.specs import StepOutcome
from core.ui.desk import desk
from core.ui.made_before import offer_made_before
from core.ui.remedies import Ways
from core.ui.session import forget_kept, kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.waiting import wait_words
from core.ui.widgets import images, plain, price, show_error


def current_run(name: str) -> RunView | None:
    """Return the run a form began last, also after a refresh and in another tab; None when there is none."""
    run = str(kept_value(f"{name}/run", ""))
    try:
        return view_run(desk(), run) if run else None
    except StudioError:  # of a home that was cleared since
        return None


def note_run(name: str, run: str, price_usd: float) -> None:
    """Remember the run that a form began, and what one of its images costs."""
    set_kept(f"{name}/price", price_usd)
    set_kept(f"{name}/run", run)


def show_run(name: str, run: RunView | None, ways: Callable[[Recipe], Ways]) -> None:
    """Show a run while it goes on, and afterwards what it could not make; `ways` has the ways out of a block."""
    if run is None:
        return
    if run.is_active:
        st.fragment(_follow, run_every=1.0)(name, run.id, len(run.outcomes))
    elif any(run.outcomes.get(step) is None or not run.outcomes[step].asset_id for step in run.steps):
        _show_unmade(name, run, ways)


def _follow(name: str, run_id: str, ended: int) -> None:
    """Show a run's rows; of images that are made one after another the page shows each as soon as it is there."""
    try:
        run = view_run(desk(), run_id)
    except StudioError as error:
        show_error(error)
        return
    if not run.is_active or (run.story is not None and len(run.outcomes) > ended):
        st.rerun()
    with st.container(border=True):
        _rows(name, run)
        if st.button(_("Cancel"), icon=":material/stop_circle:", key=f"{name}-cancel"):
            _cancel(run)


def _cancel(run: RunView) -> None:
    try:
        cancel_run(desk(), run.id)
    except StudioError as error:
        show_error(error)


def _rows(name: str, run: RunView) -> None:
    for number, step in enumerate(run.steps, 1):
        with st.container(horizontal=True, vertical_alignment="center"):
            label = run.story.step(step).label if run.story else _("Image {number}").format(number=number)
            st.text(label, width="content")
            _row(name, run, step)


def _row(name: str, run: RunView, step: str) -> None:
    outcome, began = run.outcomes.get(step), run.started.get(step)
    expected = float(kept_value(f"{name}/price", 0.0))
    if outcome is not None:
        _ended_badge(run, outcome)
        _facts(outcome.seconds, price(outcome.cost_usd, is_actual=True))
    elif step in run.waits:
        st.badge(wait_words(run.waits[step]), icon=":material/hourglass_top:", color="orange")
        _facts((datetime.now(UTC) - (began or run.began)).total_seconds(), price(expected))
    elif began is not None and run.is_active:
        st.badge(_("being made"), icon=":material/brush:", color="primary")
        _facts((datetime.now(UTC) - began).total_seconds(), price(expected))
    elif run.is_active:
        st.badge(_("waiting"), icon=":material/hourglass_empty:", color="grey")
        _facts(0, price(expected))
    else:
        _cancelled_badge(run, step)


def _cancelled_badge(run: RunView, step: str) -> None:
    words = _("cancelled, may be billed") if step in run.maybe_billed else _("cancelled")
    st.badge(words, icon=":material/stop_circle:", color="grey")


def _ended_badge(run: RunView, outcome: StepOutcome) -> None:
    if outcome.status is StepStatus.REUSED:
        st.badge(_("reused"), icon=":material/recycling:", color="blue")
    elif outcome.asset_id:
        st.badge(_("made"), icon=":material/check:", color="green")
    elif outcome.status is StepStatus.CANCELLED:
        _cancelled_badge(run, outcome.id)
    else:
        st.badge(_("no image"), icon=":material/receipt_long:", color="red")


def _facts(seconds: float, cost: str) -> None:
    st.caption(_("{seconds} s · {price}").format(seconds=round(seconds), price=plain(cost)), width="content")


def _show_unmade(name: str, run: RunView, ways: Callable[[Recipe], Ways]) -> None:
    """Show a finished run that left something out, each reason once, and how to go on."""
    with st.container(border=True):
        _rows(name, run)
        unmade = sum(1 for step in run.steps if step not in run.outcomes or not run.outcomes[step].asset_id)
        reasons = _reasons(run)
        if reasons and unmade < len(run.steps):  # what was made comes before why the rest was not
            with st.expander(_("Why an image is missing")):
                _show_reasons(reasons, ways)
        else:
            _show_reasons(reasons, ways)
        _offer_made_before(name, run)
        cost = unmade * float(kept_value(f"{name}/price", 0.0))
        told = price(cost, has_search=_has_search(run))
        label = _("Try again: {images} · {price}").format(images=images(unmade), price=told)
        with st.container(horizontal=True):
            if st.button(label.replace("$", r"\$"), icon=":material/refresh:"):
                _retry(name, run)
            if st.button(_("Dismiss"), type="tertiary"):
                forget_kept(f"{name}/run")
                st.rerun()


def _has_search(run: RunView) -> bool:
    shared = [run.story.settings] if run.story else []
    return any(settings.search for settings in [*shared, *(recipe.settings for recipe in run.recipes.values())])


def _offer_made_before(name: str, run: RunView) -> None:
    """Offer what the same recipe made before, where only a quota or a budget stood in its way."""
    ended = ((step, outcome.error) for step, outcome in run.outcomes.items() if outcome.error)
    missed = [run.recipes[step] for step, error in ended if step in run.recipes and is_used_up(from_plain(error))]
    taken = offer_made_before(missed, key=f"{name}-made-before")
    if taken is not None:
        set_kept(f"{name}/shown", taken.id)
        forget_kept(f"{name}/run")
        st.rerun()


def _show_reasons(reasons: list[tuple[StudioError, Recipe | None]], ways: Callable[[Recipe], Ways]) -> None:
    for error, recipe in reasons:
        show_error(error, ways(recipe) if recipe else None)


def _reasons(run: RunView) -> list[tuple[StudioError, Recipe | None]]:
    """Return why images are missing, each reason once, with the recipe of one that it stopped."""
    ended = [outcome for outcome in run.outcomes.values() if outcome.error and outcome.status is StepStatus.FAILED]
    told = {(outcome.error or {}).get("message"): outcome for outcome in ended}
    return [(from_plain(outcome.error or {}), run.recipes.get(outcome.id)) for outcome in told.values()]


def _retry(name: str, run: RunView) -> None:
    try:
        set_kept(f"{name}/run", retry_recipes(desk(), run.id, studio().key))
    except StudioError as error:
        show_error(error)
        return
    st.rerun()
