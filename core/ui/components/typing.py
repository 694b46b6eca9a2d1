"""What is typed is handed on while it is typed, not only when its field is left."""

from __future__ import annotations

import streamlit as st

from core.ui.components.component import front, registered
from core.ui.session import saved_texts

_typing = registered("typing", *front("typing/view.html", "typing/view.js"))


def hand_on_typing() -> None:
    """Add to the page what hands texts on after a short pause; it shows nothing."""
    with st.container(key="typing"):
        _typing(key="typing-watch", data={"saved": saved_texts()})
