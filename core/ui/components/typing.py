"""What is typed is handed on while it is typed, not only when its field is left; and a field can be gone to."""

from __future__ import annotations

import streamlit as st

from core.ui.components.component import front, registered
from core.ui.session import saved_texts, studio

_WANTED = "typing/wanted"
_typing = registered("typing", *front("typing/view.html", "typing/view.js"))


def hand_on_typing() -> None:
    """Add to the page what hands texts on after a short pause; it shows nothing."""
    with st.container(key="typing"):
        _typing(key="typing-watch", data={"saved": saved_texts(), "wanted": studio().notes.get(_WANTED)})


def focus_on(label: str) -> None:
    """Put the caret into the text field of this label, once it is shown; for callbacks."""
    number, _label = studio().notes.get(_WANTED, (0, ""))
    studio().notes[_WANTED] = (number + 1, label)
