"""What a click on the page does; what went wrong is told on the page's next showing."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import StudioError
from core.ui.session import studio
from core.ui.widgets import plain, show_error

_SAID, _WRONG = "said", "wrong"


def show_said() -> None:
    """Show what the last action had to say, once."""
    notes = studio().notes
    said, wrong = notes.pop(_SAID, ""), notes.pop(_WRONG, None)
    if said:
        st.toast(plain(said))
    if wrong is not None:
        show_error(wrong)


def say(text: str) -> None:
    """Tell something on the page's next showing."""
    studio().notes[_SAID] = text


def attempt(action: Callable[[], object]) -> bool:
    """Do something; when it cannot be done, say why on the page's next showing and return False."""
    try:
        action()
    except StudioError as error:
        studio().notes[_WRONG] = error
        return False
    return True
