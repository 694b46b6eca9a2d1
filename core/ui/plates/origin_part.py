"""Where the open page comes from: title, source, credit and rights, shown and changed."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Origin
from core.studio.pages.origins import credit_of, edit_origin
from core.ui.plates.view import View
from core.ui.session import handed_on
from core.ui.telling import attempt
from core.ui.texts import _
from core.ui.widgets import plain


def show_origin(view: View) -> None:
    """Show the credit line under the page, and a form to change it."""
    origin = credit_of(view.workspace, view.page)  # a straightened page is owed to whom the page it was made from is
    said = [part for part in (origin.title, origin.source, origin.credit, origin.rights) if part]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            plain(" · ".join(said)) if said else _("Nobody said yet where this page comes from."), width="stretch"
        )
        with st.popover(_("Source and credit"), icon=":material/copyright:"):
            _form(view, origin)


def _form(view: View, origin: Origin) -> None:
    labels = {
        "title": _("Title"),
        "source": _("Source"),
        "credit": _("Credit line"),
        "rights": _("Rights"),
    }
    for name, label in labels.items():
        value = getattr(origin, name)

        def save(text: str, name: str = name) -> None:
            attempt(lambda: edit_origin(view.workspace, view.page, origin.model_copy(update={name: text.strip()})))

        handed_on(st.text_input, label, f"origin/{view.page.id}/{name}/{value}", value, save, max_chars=4000)
    if origin.place:
        st.text(origin.place if origin.page is None else f"{origin.place}, {origin.page}")
