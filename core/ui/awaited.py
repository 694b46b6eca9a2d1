"""A story's cards before the story is there: what will stand in its place, at once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.ui.texts import _


def show_awaited(names: Sequence[str]) -> None:
    """Show empty cards with these names, joined by the thread."""
    st.text(_("Opening the story. Its scenes are drawn one after the other."))
    cards = "".join(f"<li><span></span>{escape(name)}</li>" for name in names)
    st.html(f'<ol class="throughline-awaited" aria-busy="true">{cards}</ol>')
