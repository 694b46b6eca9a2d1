"""What is always at hand: project and engine at the top, runs and spending at the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InvalidApiKeyError, StudioError
from core.settings import EngineChoice
from core.ui.desk import is_warm
from core.ui.errors_text import error_text
from core.ui.keys import end_of_key, enter_key, forget_key
from core.ui.labels import project_labels
from core.ui.session import (
    LANGUAGES,
    open_project,
    recent_projects,
    remember_place,
    studio,
)
from core.ui.texts import _
from core.ui.waiting import wait_words
from core.ui.widgets import amount, plain

if TYPE_CHECKING:
    from core.studio.background import RunView

_RECENT = 12
_BUSY_SECONDS, _QUIET_SECONDS = 1.5, 10.0


def show() -> None:
    """Show the sidebar."""
    with st.sidebar:
        _project()
        _engine()
        with st.container(key="sidebar-bottom"):
            _runs()
            _spending()
            _language()


def _project() -> None:
    here = studio().project
    recent = recent_projects()
    found = [workspace for number, workspace in enumerate(recent) if number < _RECENT or workspace is here]
    if not found:
        st.text(_("No project yet"))
        return
    titles = project_labels(found)
    order = list(titles)
    chosen = st.selectbox(
        _("Project"),
        order,
        index=order.index(here.uuid) if here and here.uuid in order else None,
        format_func=titles.__getitem__,
        placeholder=_("Open a project"),
    )
    if chosen and (here is None or chosen != here.uuid):
        open_project(next(workspace.folder for workspace in found if workspace.uuid == chosen))
        st.rerun()


def _engine() -> None:
    here = studio()
    names = {
        EngineChoice.AUTO: _("Auto"),
        EngineChoice.DRAFT: _("Draft · free"),
        EngineChoice.GEMINI: _("Gemini"),
    }
    chosen = st.segmented_control(
        _("Engine"),
        list(names),
        default=here.engine,
        format_func=lambda choice: names[choice],
        required=True,
        help=_("Auto takes Gemini when there is a key or an account for it, else draft."),
    )
    if chosen is not None:
        here.engine = chosen
        remember_place()
    st.caption(_account())
    with st.popover(_("API key"), icon=":material/key:", width="stretch"):
        _key()


def _account() -> str:
    here = studio()
    settings = here.studio.settings
    engine = settings.resolved_engine(here.engine)
    if engine is EngineChoice.DRAFT:
        return _("Draft makes roughs without a key and costs nothing.")
    if here.key:
        return _with_key(
            here.key_end, _("Gemini with the key you entered, ending in {end}."), _("Gemini with the key you entered.")
        )
    if settings.is_enterprise:
        return _("Gemini through Google Cloud.")
    if settings.api_key is None:
        return _("Gemini needs a key. Enter one, or use draft.")
    end = end_of_key(settings.api_key.get_secret_value())
    return _with_key(end, _("Gemini with the server's key, ending in {end}."), _("Gemini with the server's key."))


def _with_key(end: str, words: str, words_without_end: str) -> str:
    return words.format(end=plain(end)) if end else words_without_end


def _key() -> None:
    st.text(_("The key is used for this session only. It stays in the server's memory and is never written."))
    with st.form("key", clear_on_submit=True, border=False):
        text = st.text_input(_("Gemini API key"), type="password", autocomplete="off")
        if st.form_submit_button(_("Use this key"), type="primary") and text.strip():
            _use(text)
    if studio().key and st.button(_("Forget the key")):
        forget_key()
        st.rerun()


def _use(text: str) -> None:
    try:
        with st.spinner(_("Asking Gemini about the key")):
            is_sure = enter_key(text)
    except InvalidApiKeyError:
        st.error(_("Gemini does not accept this key. Copy it once more, from its first letter to its last."))
        return
    if not is_sure:
        st.toast(_("Gemini could not be asked about the key just now. It is used all the same."))
    st.rerun()


def _runs() -> None:
    is_quiet = is_warm.is_set() and not _active_runs()
    st.fragment(_show_runs, run_every=_QUIET_SECONDS if is_quiet else _BUSY_SECONDS)()


def _show_runs() -> None:
    for view in _active_runs():
        _run(view)


def _active_runs() -> list[RunView]:
    here = studio()
    if not (is_warm.is_set() or here.run):
        return []  # the first page does not wait for what makes runs to load
    from core.studio.background import active_runs

    return active_runs(here.studio, here.user)


def _run(view: RunView) -> None:
    with st.container(border=True):
        st.text(view.title)
        count = view.total
        said = _("{done} of {count}").format(done=view.done, count=count)
        if view.longest_wait is not None:
            said += f" · {plain(wait_words(view.longest_wait))}"
        st.progress(view.done / max(1, count), text=said)
        if st.button(_("Cancel"), key=f"cancel-{view.id}", icon=":material/stop_circle:"):
            _cancel(view)


def _cancel(view: RunView) -> None:
    from core.studio.runs import cancel_run

    try:
        cancel_run(studio().studio, view.id)
    except StudioError as error:
        st.toast(plain(error_text(error)))


def _spending() -> None:
    here = studio().studio
    spent, limits, project = here.ledger.spent_today(), here.limits, studio().project
    if limits.day is None:
        st.caption(_("Spent today: {spent}").format(spent=plain(amount(spent))))
    else:
        _used(_("Spent today: {spent} of {budget}"), spent, limits.day)
    if limits.project is not None and project is not None:
        _used(_("On this project: {spent} of {budget}"), here.ledger.spent_on(project.uuid), limits.project)
    if limits.run is not None:
        st.caption(_("A run may cost {budget} at most.").format(budget=plain(f"${limits.run:.2f}")))


def _used(words: str, spent: float, budget: float) -> None:
    st.progress(
        min(1.0, spent / budget) if budget else 1.0,
        text=words.format(spent=plain(amount(spent)), budget=plain(f"${budget:.2f}")),
    )


def _language() -> None:
    here = studio()
    order = list(LANGUAGES)
    chosen = st.segmented_control(
        _("Language"),
        order,
        default=here.language,
        format_func=lambda code: LANGUAGES[code],
        required=True,
        label_visibility="collapsed",
    )
    if chosen and chosen != here.language:
        here.language = chosen
        remember_place()
        st.rerun()
