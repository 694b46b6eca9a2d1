"""The grid's prompts: a field each, one more, one less, a copy to change a word in."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.models.asset import Role
from core.studio.prompting.advice import Situation
from core.ui.advising import show_advice
from core.ui.components.words import word_difference
from core.ui.session import forget_kept, kept, kept_value, set_kept
from core.ui.texts import _

NAME = "grid"
TRIES = f"{NAME}/tries"
MOST_PROMPTS, MOST_TRIES = 12, 4
_ROWS = f"{NAME}/rows"
_FIRST = ["1", "2"]


def wanted_prompts() -> tuple[str, ...]:
    """Return the prompts as they stand; the empty ones too."""
    return tuple(kept_value(_place(row), "") for row in _rows())


def show_prompts(roles: tuple[Role, ...]) -> None:
    """Show the prompts' fields, each with advice on it; `roles` are what the references are for."""
    rows = _rows()
    for number, row in enumerate(rows, 1):
        _prompt(rows, number, row)
        now = Situation(str(kept_value(_place(row), "")), roles, variants=int(kept_value(TRIES, 1)), most=MOST_TRIES)
        show_advice(f"{NAME}/{row}", now, partial(set_kept, _place(row)), partial(set_kept, TRIES))
    st.button(
        _("Add a prompt"),
        icon=":material/add:",
        key="grid-add",
        disabled=len(rows) >= MOST_PROMPTS,
        on_click=_add,
        args=(len(rows),),
    )
    _show_differences(wanted_prompts())


def _prompt(rows: list[str], number: int, row: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kept(
            st.text_area,
            _("Prompt {number}").format(number=number),
            _place(row),
            "",
            height=100,
            placeholder=_("What does the picture show? Who, doing what, where, in which light?"),
            width="stretch",
        )
        with st.container(width="content", gap="xsmall"):
            st.button(
                "",
                icon=":material/content_copy:",
                key=f"grid-copy-{row}",
                help=_("Copy this prompt, to change a word in it"),
                disabled=len(rows) >= MOST_PROMPTS,
                on_click=_add,
                args=(number, row),
            )
            st.button(
                "",
                icon=":material/close:",
                key=f"grid-remove-{row}",
                help=_("Take this prompt out"),
                disabled=len(rows) < 2,
                on_click=_remove,
                args=(row,),
            )


def _show_differences(prompts: tuple[str, ...]) -> None:
    """Show how each further prompt differs from the first."""
    first, *others = prompts
    changed = {number: prompt for number, prompt in enumerate(others, 2) if prompt.strip() not in ("", first.strip())}
    if not first.strip() or not changed:
        return
    with st.expander(_("What differs between the prompts"), icon=":material/difference:"):
        for number, prompt in changed.items():
            st.caption(_("From prompt 1 to prompt {number}").format(number=number))
            word_difference(first, prompt, key=f"grid-apart-{number}")


def _rows() -> list[str]:
    """Return the names of the fields as they were kept; others may have written the file."""
    found = [row for row in kept_value(_ROWS, _FIRST) if isinstance(row, str) and row.isdecimal() and len(row) < 9]
    return list(dict.fromkeys(found))[:MOST_PROMPTS] or _FIRST


def _add(position: int, copied: str = "") -> None:
    rows = _rows()
    row = str(1 + max(int(known) for known in rows))
    # read now: what was typed last may have come with this very click
    set_kept(_place(row), kept_value(_place(copied), "") if copied else "")
    set_kept(_ROWS, [*rows[:position], row, *rows[position:]])


def _remove(row: str) -> None:
    set_kept(_ROWS, [known for known in _rows() if known != row])
    forget_kept(_place(row))


def _place(row: str) -> str:
    return f"{NAME}/prompt/{row}"
