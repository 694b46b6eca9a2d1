"""Advice on a prompt, quiet and below it; most of it can be followed with one click."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.studio.prompting.advice import Advice, Hint, Situation, advise
from core.ui.session import kept_value, set_kept
from core.ui.texts import _, ngettext

_MOST_SHOWN = 3


def show_advice(
    name: str,
    situation: Situation,
    write: Callable[[str], object],
    vary: Callable[[int], object] = lambda _count: None,
) -> None:
    """Show what could be better about a prompt; what was waved away stays away where `name` is.

    `write` is given the prompt that follows a hint, `vary` the number of variants, both before the page runs again.
    """
    hidden = kept_value(f"{name}/unwanted", [])
    shown = [advice for advice in advise(situation) if advice.hint.value not in hidden][:_MOST_SHOWN]
    if not shown:
        return
    title = ngettext("{count} hint for this prompt", "{count} hints for this prompt", len(shown))
    with st.expander(title.format(count=len(shown)), icon=":material/lightbulb:"):
        for advice in shown:
            st.text(_words()[advice.hint].format(thing=advice.about))
            with st.container(horizontal=True):
                _show_ways(name, advice, write, vary)
                st.button(
                    _("Not for me"),
                    key=f"{name}-no-{advice.hint}",
                    type="tertiary",
                    on_click=set_kept,
                    args=(f"{name}/unwanted", [*hidden, advice.hint.value]),
                )


def _show_ways(name: str, advice: Advice, write: Callable[[str], object], vary: Callable[[int], object]) -> None:
    """Show a button for each way in which a hint can be followed."""

    def follow(prompt: str | None) -> None:
        if prompt is not None:
            write(prompt)
        if advice.variants is not None:
            vary(advice.variants)

    ways: list[tuple[str, str | None]] = []
    if advice.prompt is not None or advice.variants is not None:
        ways.append((_fix(advice), advice.prompt))
    if advice.instead is not None:
        ways.append((_("It is gone"), advice.instead))
    for number, (label, prompt) in enumerate(ways, 1):
        key = f"{name}-fix-{advice.hint}-{number}"
        st.button(label, key=key, icon=":material/check:", on_click=follow, args=(prompt,))


def _fix(advice: Advice) -> str:
    if advice.variants is not None:
        return _("Make {count} variants").format(count=advice.variants)
    return {
        Hint.UNNAMED_REFERENCES: _("Name them"),
        Hint.NEGATIVE: _("Say what is there"),
        Hint.VAGUE: _("Leave it out"),
        Hint.NO_LIGHT_OR_CAMERA: _("Add light and framing"),
        Hint.THING_LEFT_OPEN: _("It stays"),
        Hint.SCENE_LEFT_OPEN: _("Keep the rest"),
        Hint.MANY_CHANGES: _("Split into steps"),
        Hint.LETTERS: _("Write the text first"),
        Hint.WORDS_UNSETTLED: _("Write the text first"),
        Hint.COUNTED: _("Leave the number out"),
    }[advice.hint]


def _words() -> dict[Hint, str]:
    return {
        Hint.UNNAMED_REFERENCES: _("Several images come along, and the prompt names none: say what each is for."),
        Hint.NEGATIVE: _("Models draw what they read: describe what is there rather than what is not."),
        Hint.VAGUE: _("Words of praise say little: name what makes it so."),
        Hint.NO_LIGHT_OR_CAMERA: _("Neither light nor framing is given, so the model picks them."),
        Hint.THING_LEFT_OPEN: _("In the previous scene there was this: {thing}. Say whether it stays or is gone."),
        Hint.SCENE_LEFT_OPEN: _("The previous scene comes along: say what stays and what is gone."),
        Hint.MANY_CHANGES: _("Many changes at once: steps in their order come out better."),
        Hint.LETTERS: _("There is text in the image: have it written first, then the image made with it."),
        Hint.WORDS_UNSETTLED: _("Text is asked for, and its words are not given: settle them first, then the image."),
        Hint.COUNTED: _("A number of images is seldom kept to: variants make exactly as many."),
        Hint.FIRST_LOOK: _("The first image sets the look of all that follow: compare a few."),
    }
