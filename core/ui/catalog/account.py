"""Which of the models this account has: asked once a day, and whenever a person wants to know."""

from __future__ import annotations

import streamlit as st

from core.errors import StudioError
from core.models.account import AccountModels
from core.studio.account_models import ask_models, known_models
from core.ui.session import studio
from core.ui.texts import _, ngettext
from core.ui.widgets import ago, show_error

_ASKED = "models/asked"


def show_account() -> AccountModels | None:
    """Show what is known of the account, and ask when that is a day old; return it."""
    here = studio()
    if not here.studio.settings.has_account:
        st.text(_("There is no key, so which models you have is not known. Enter one in the sidebar."))
        return None
    known = known_models(here.studio)
    is_due = (known is None or known.is_old) and here.notes.get(_ASKED) != here.key
    with st.container(horizontal=True, vertical_alignment="center"):
        is_wanted = st.button(_("Ask the account"), icon=":material/refresh:")
        if is_due or is_wanted:
            here.notes[_ASKED] = here.key  # once a visit: a service that does not answer is not asked at every click
            known = _ask() or known
        if known is not None:
            words = ngettext("This account has {count} model", "This account has {count} models", len(known.ids))
            asked = _("asked {when}").format(when=ago(known.asked))
            st.text(f"{words.format(count=len(known.ids))}, {asked}.", width="stretch")
    return known


def _ask() -> AccountModels | None:
    try:
        with st.spinner(_("Asking Gemini for its models")):
            return ask_models(studio().studio)
    except StudioError as error:
        show_error(error)
        return None
