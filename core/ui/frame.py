"""The frame around a page: who may come in, where one can go, and what is always at hand."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.navigation.page import StreamlitPage

from core.errors import StudioError
from core.ui import sidebar
from core.ui.components.typing import hand_on_typing
from core.ui.desk import is_visited, look_again
from core.ui.errors_text import error_text
from core.ui.places import page_file
from core.ui.session import (
    begin_page,
    end_page,
    is_signed_in,
    leave_missing_project,
    remember_place,
    studio,
    take_unsaved_error,
)
from core.ui.start import show_start
from core.ui.telling import show_rescued
from core.ui.texts import _
from core.ui.widgets import plain, show_error, style

LOGO = Path(__file__).with_name("components") / "logo.svg"


def show() -> None:
    """Show the frame and the page that was asked for."""
    style()
    st.logo(str(LOGO), size="large")
    try:
        _gate()
        hand_on_typing()
        leave_missing_project()
        page = _navigation()
        remember_place()
        begin_page(page.url_path)
        sidebar.show()
        _tell_unsaved()
        _tell_missing()
        show_rescued()
        _look_again()
        page.run()
        end_page()
    except StudioError as error:
        show_error(error)
    finally:
        is_visited.set()


def show_unforeseen(_error: Exception) -> bool:
    """Show a sentence instead of a traceback when a page fails; the log has the rest."""
    st.error(_("Something went wrong on this page. Nothing is lost: reload the page, and look into the server's log."))
    return True


def _navigation() -> StreamlitPage:
    pages = [
        st.Page(show_start, title=_("Start"), icon=":material/home:", default=True),
        st.Page(page_file("character_sheet"), title=_("Character sheet"), icon=":material/person:"),
        st.Page(page_file("scene_sequencer"), title=_("Scene sequencer"), icon=":material/view_carousel:"),
        st.Page(page_file("prompt_lab"), title=_("Prompt lab"), icon=":material/science:"),
        st.Page(page_file("book_pages"), title=_("Book pages"), icon=":material/menu_book:"),
        st.Page(page_file("lineage"), title=_("Lineage"), icon=":material/account_tree:"),
    ]
    account = [
        st.Page(page_file("models"), title=_("Models"), icon=":material/tune:"),
        st.Page(page_file("ledger"), title=_("Ledger"), icon=":material/receipt_long:"),
    ]
    return st.navigation({"": pages, _("Account"): account}, position="top")


def _gate() -> None:
    """Ask who it is where sign-in is configured (`[auth]` in secrets.toml); else everybody is the local user."""
    if not _has_sign_in() or is_signed_in():
        return
    st.title("Throughline")
    st.text(_("This studio is shared. Sign in to see your projects."))
    if st.button(_("Sign in"), type="primary"):
        st.login()
    st.stop()


def _look_again() -> None:
    here = studio().project
    if here is not None:
        look_again(here)


def _tell_unsaved() -> None:
    error = take_unsaved_error()
    if error is not None:
        told = _("What you type is kept only as long as this tab is open: it cannot be saved with the project.")
        st.warning(f"{told} {plain(error_text(error))}", icon=":material/info:")


def _tell_missing() -> None:
    if studio().is_project_missing and studio().project is None:
        words = _("The project of this address is not where it was. Move its folder back, or open another project.")
        st.info(words, icon=":material/info:")


def _has_sign_in() -> bool:
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False
