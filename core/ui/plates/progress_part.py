"""Work under way: searches and plates of many pages, and the run of this page, with a way to stop each."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.errors import BlockedError, NoImageError, StudioError, UnreadableAnswerError, from_plain
from core.models.asset import EngineName
from core.models.wishes import detection_price
from core.studio.background import RunView, begin_plates, retry_detection
from core.studio.planning import StepStatus
from core.studio.plates.gathering import objects_on
from core.studio.plates.matrix import chain_price, ready_price
from core.studio.plates.sending import ready_on_pages
from core.studio.specs import PlatesSpec
from core.ui.batching import batch_button, show_batches_under_way
from core.ui.errors_text import error_text
from core.ui.plates.view import View, open_page
from core.ui.session import remember_place, studio
from core.ui.telling import attempt
from core.ui.texts import _, ngettext
from core.ui.under_way import show_under_way
from core.ui.widgets import amount, plain, price, show_error

_MOST_NAMED = 20
_MOST_ANSWERS = 5
_ANSWERED = (BlockedError, NoImageError, UnreadableAnswerError)
_HEIGHT, _HEIGHT_WITH_BATCH = 90, 145  # CSS pixels
_PAGES_AT_ONCE = 2  # a page's steps run side by side too


def show_progress(view: View) -> None:
    """Show what is under way, else what the newest run over pages could not do."""
    show_batches_under_way()
    for run in (view.pages_run, view.run):
        if run is not None and run.is_active:
            show_under_way(run.id)
    if view.pages_run is not None and not view.pages_run.is_active:
        _failures(view, view.pages_run)
        _waiting(view, view.pages_run)
    if view.run is not None and (count := len(view.run.maybe_billed)):
        words = ngettext(
            "{count} image of the last run was not made and may still be billed.",
            "{count} images of the last run were not made and may still be billed.",
            count,
        )
        st.caption(words.format(count=count))


def show_all_pages(view: View) -> None:
    """Show the button that makes what is missing on all pages, behind one that says what that may cost."""
    if len(view.pages) < 2 or not view.matrix.chain.steps:
        return
    label = _("Make what is missing on all pages")
    popover = st.popover(
        label, icon=":material/library_books:", disabled=view.is_searching, on_change="rerun", key="plates/all"
    )
    # its place on the screen is chosen as it opens, before there is anything in it: its height is there from the first
    height = _HEIGHT_WITH_BATCH if view.options.engine is EngineName.GEMINI else _HEIGHT
    with popover, st.container(height=height, border=False):
        if popover.open:  # all pages are read for this
            _all_pages(view)


def _all_pages(view: View) -> None:
    pages, count = objects_on(view.workspace, view.pages)
    steps = len(view.matrix.chain.steps)
    words = _("Pages with objects: {pages}. Objects: {count}. Steps of each: {steps}. What is made already is kept.")
    st.text(words.format(pages=pages, count=count, steps=steps))
    label = plain(_("Make it on all pages · {price}").format(price=_at_most(view, count)))
    if st.button(label, type="primary", icon=":material/brush:", key="plates/all-pages"):
        attempt(lambda: _begin_all(view))
        st.rerun()
    if view.options.engine is EngineName.GEMINI:
        _batch_button(view, count)


def _batch_button(view: View, count: int) -> None:
    """Show the button that sends what waits for no other image on all pages: of each object one at most."""
    here, each = studio(), ready_price(view.page, view.matrix.chain, view.options, studio().studio.catalog)
    most = _most(count * each)
    label = _("Send what is ready on all pages as a batch · {price}").format(price=most)
    pages = [page.id for page in view.pages]
    batch_button(
        count,
        most,
        lambda: ready_on_pages(here.studio, view.workspace, pages, view.order),
        "plates/all-batch",
        label=label,
    )


def _at_most(view: View, count: int) -> str:
    """Return what the whole chain costs for so many objects: what is made already costs nothing again."""
    return _most(count * chain_price(view.page, view.matrix.chain, view.options, studio().studio.catalog))


def _most(cost: float) -> str:
    return _("at most {amount}").format(amount=amount(cost)) if cost else price(0.0)


def _begin_all(view: View) -> None:
    here, order = studio(), view.order
    spec = PlatesSpec(
        project=str(view.workspace.folder),
        title=_("Plates of all pages"),
        pages=tuple(page.id for page in view.pages),
        concurrency=_PAGES_AT_ONCE,
        user=here.user,
        key=here.key,
        chain=order.chain,
        cut=order.cut,
        options=order.options,
    )
    here.run = begin_plates(here.studio, spec)
    remember_place()


def _failures(view: View, run: RunView) -> None:
    failed = {
        page: outcome.error
        for page, outcome in run.outcomes.items()
        if outcome.error is not None and outcome.status is not StepStatus.HELD
    }
    dismissed = "plates/dismissed"
    if not failed or studio().notes.get(dismissed) == run.id:
        return
    title = ngettext("{count} page was not done", "{count} pages were not done", len(failed)).format(count=len(failed))
    with st.container(border=True):
        st.markdown(f":material/report: **{title}**")
        errors = {page: from_plain(error) for page, error in failed.items()}
        told = {page: error for page, error in errors.items() if isinstance(error, _ANSWERED)}
        lines = [f"{page}: {error_text(error)}" for page, error in errors.items() if page not in told]
        if lines:
            st.text("\n".join(lines[:_MOST_NAMED]))
        _answers(told)
        with st.container(horizontal=True):
            if st.button(_retry_label(view, run, tuple(failed)), icon=":material/refresh:", key="plates/retry"):
                attempt(lambda: _retry(view, run))
                st.rerun()
            if st.button(_("Close"), key="plates/dismiss"):
                studio().notes[dismissed] = run.id
                st.rerun()


def _answers(told: Mapping[str, StudioError]) -> None:
    """Show what the service answered in place of objects or images; of many pages the first, the others by name."""
    for page, error in list(told.items())[:_MOST_ANSWERS]:
        st.text(page)
        show_error(error)
    others = list(told)[_MOST_ANSWERS:_MOST_NAMED]
    if others:
        st.text("\n".join(f"{page}: {error_text(told[page])}" for page in others))


def _waiting(view: View, run: RunView) -> None:
    """Name the pages on which steps wait for a look, and lead there."""
    titles = {page.id: page.recipe.name or page.id for page in view.pages}
    held = [page for page, outcome in run.outcomes.items() if outcome.status is StepStatus.HELD and page in titles]
    dismissed = "plates/looked"
    if not held or studio().notes.get(dismissed) == run.id:
        return
    words = ngettext(
        "On {count} page further steps wait: a restoration strays. Look at it.",
        "On {count} pages further steps wait: restorations stray. Look at them.",
        len(held),
    )
    with st.container(border=True, key="plates-waiting"):
        st.text(words.format(count=len(held)))
        with st.container(horizontal=True):
            for page in held[:_MOST_NAMED]:
                if st.button(plain(titles[page]), icon=":material/difference:", key=f"plates/waits/{page}"):
                    open_page(page)
                    st.rerun()
            if st.button(_("Close"), type="tertiary", key="plates/looked"):
                studio().notes[dismissed] = run.id
                st.rerun()


def _retry_label(view: View, run: RunView, failed: tuple[str, ...]) -> str:
    """Say what trying again costs, or at most: what plates lack is known only page by page."""
    count = len(failed)
    words = ngettext("Try {count} page again", "Try {count} pages again", count).format(count=count)
    spec = run.search
    if spec is None:
        _pages, objects = objects_on(view.workspace, [page for page in view.pages if page.id in failed])
        return plain(f"{words} · {_at_most(view, objects)}")
    each = detection_price(studio().studio.catalog, spec.engine, spec.model, spec.wish, spec.settings)
    return plain(f"{words} · {price(each * count)}")


def _retry(view: View, run: RunView) -> None:
    """Do what a run over pages left once more; what it has done is not done again."""
    if run.search is not None:
        studio().run = retry_detection(studio().studio, run.id, studio().key)
        remember_place()
    else:
        _begin_all(view)
