"""What a click on the page does; what went wrong is told on the page's next showing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from core.errors import StudioError
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import plain, show_error

_SAID, _WRONG, _RESCUED = "said", "wrong", "rescued"
T = TypeVar("T")


def show_said() -> None:
    """Show what the last action had to say, once."""
    notes = studio().notes
    said, wrong = notes.pop(_SAID, ""), notes.pop(_WRONG, None)
    if said:
        st.toast(plain(said))
    if wrong is not None:
        show_error(wrong)


def rescue(text: str) -> None:
    """Keep a text that has no place any more where it can be copied, until the person has done so."""
    if text.strip():
        studio().notes[_RESCUED] = text


def show_rescued() -> None:
    """Show the text that was kept, if there is one."""
    text = studio().notes.get(_RESCUED, "")
    if not text:
        return
    with st.container(border=True, key="rescued"):
        st.text(_("What you typed could not be saved where it belongs. Copy it from here."))
        st.code(text, language=None, wrap_lines=True)
        if st.button(_("I have it"), key="rescued-done"):
            del studio().notes[_RESCUED]
            st.rerun()


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


def noted_button(label: str, key: str, meaning: T, /, **options: Any) -> T | None:
    """Show a button and return, once, what a click on it meant when it was made; None where there was none.

    It is noted in a callback, for a run of the page that another cuts off loses its clicks.
    """
    name = f"clicked/{key}"
    st.button(label, key=key, on_click=_note, args=(name, meaning), **options)
    meant: T | None = studio().notes.pop(name, None)
    return meant


def _note(name: str, value: object) -> None:
    studio().notes[name] = value
