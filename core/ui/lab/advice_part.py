"""Advice on the prompt, quiet and below it; most of it can be followed with one click."""

from __future__ import annotations

import streamlit as st

from core.studio.lab import LabOrder
from core.studio.prompting.advice import Advice, Hint, Situation, advise
from core.ui.session import kept_value, set_kept
from core.ui.texts import _, ngettext

_MOST_SHOWN = 3


def show_advice(name: str, order: LabOrder, composed: str, is_first: bool) -> None:
    """Show what could be better about an order's prompt; what was waved away stays away for that prompt."""
    roles = tuple(source.role for source in order.references)
    found = advise(Situation(order.prompt, roles, composed, order.variants, is_first))
    hidden = kept_value(f"{name}/unwanted", [])
    shown = [advice for advice in found if advice.hint.value not in hidden][:_MOST_SHOWN]
    if not shown:
        return
    title = ngettext("{count} hint for this prompt", "{count} hints for this prompt", len(shown))
    with st.expander(title.format(count=len(shown)), icon=":material/lightbulb:"):
        for advice in shown:
            _show(name, advice, hidden)


def _show(name: str, advice: Advice, hidden: list[str]) -> None:
    st.text(_words()[advice.hint])
    with st.container(horizontal=True):
        if advice.prompt is not None or advice.variants is not None:
            st.button(
                _fix(advice),
                key=f"{name}-fix-{advice.hint}",
                icon=":material/check:",
                on_click=_follow,
                args=(name, advice),
            )
        st.button(
            _("Not for me"),
            key=f"{name}-no-{advice.hint}",
            type="tertiary",
            on_click=set_kept,
            args=(f"{name}/unwanted", [*hidden, advice.hint.value]),
        )


def _follow(name: str, advice: Advice) -> None:
    if advice.prompt is not None:
        set_kept(f"{name}/prompt", advice.prompt)
    if advice.variants is not None:
        set_kept(f"{name}/variants", advice.variants)


def _fix(advice: Advice) -> str:
    if advice.prompt is None:
        return _("Make {count} variants").format(count=advice.variants)
    return {
        Hint.UNNAMED_REFERENCES: _("Name them"),
        Hint.NEGATIVE: _("Say what is there"),
        Hint.VAGUE: _("Leave it out"),
        Hint.NO_LIGHT_OR_CAMERA: _("Add light and framing"),
        Hint.SCENE_LEFT_OPEN: _("Keep the rest"),
        Hint.MANY_CHANGES: _("Split into steps"),
        Hint.LETTERS: _("Describe the letters"),
        Hint.COUNTED: _("Make {count} variants").format(count=advice.variants),
    }[advice.hint]


def _words() -> dict[Hint, str]:
    return {
        Hint.UNNAMED_REFERENCES: _("Several images come along, and the prompt names none: say what each is for."),
        Hint.NEGATIVE: _("Models draw what they read: describe what is there rather than what is not."),
        Hint.VAGUE: _("Words of praise say little: name what makes it so."),
        Hint.NO_LIGHT_OR_CAMERA: _("Neither light nor framing is given, so the model picks them."),
        Hint.SCENE_LEFT_OPEN: _("The previous scene comes along: say what stays and what is gone."),
        Hint.MANY_CHANGES: _("Many changes at once: steps in their order come out better."),
        Hint.LETTERS: _("There is text in the image: settle the words first, then describe their letters."),
        Hint.COUNTED: _("A number of images is seldom kept to: variants make exactly as many."),
        Hint.FIRST_LOOK: _("The first image sets the look of all that follow: compare a few."),
    }
