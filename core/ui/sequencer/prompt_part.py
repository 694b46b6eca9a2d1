"""The prompt of a scene: what was typed, the images it names, and the text that is sent."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Role
from core.studio.boards import Card, composed_text, roles_of
from core.studio.prompting.advice import Situation
from core.studio.story_editing import edit
from core.ui.advising import show_advice
from core.ui.components.marks import name_of
from core.ui.pictures import picture_url
from core.ui.sequencer.actions import change
from core.ui.sequencer.continuity import continuity_fields
from core.ui.sequencer.view import View
from core.ui.session import handed_on
from core.ui.telling import rescue
from core.ui.texts import _, ngettext
from core.ui.widgets import plain

_WIDTH = 92


def show_prompt(view: View, card: Card) -> None:
    """Show the prompt; what is typed is saved with the story."""
    step = card.step

    def save(prompt: str) -> None:
        typed = f"prompt/{step.id}"
        if not change(view, lambda story: edit(story, step.id, prompt=prompt), _("prompt changed"), typed=typed):
            rescue(prompt)

    handed_on(st.text_area, _("Prompt"), f"prompt-{view.slug}-{step.id}", step.prompt, save, height="content")
    st.caption(_words(step.prompt))
    _advise(view, card)
    _images(view, card)
    with st.expander(_("What is sent")):
        composed = composed_text(view.board, card)
        if composed is None:
            st.text(_("It is put together when the images before it are there."))
        else:
            st.code(composed, language=None, wrap_lines=True)
    with st.expander(_("State of things")):
        _continuity(view, card)


def _advise(view: View, card: Card) -> None:
    def write(prompt: str) -> None:
        change(view, lambda story: edit(story, card.step.id, prompt=prompt), _("prompt changed"))

    prompt, roles = card.step.prompt, roles_of(view.board, card)
    before = tuple(
        scene.step.prompt
        for source, role in zip(card.step.sources, roles, strict=True)
        if role is Role.SCENE and (scene := view.board.card(source.id)) is not None
    )
    show_advice(f"advice/{view.slug}/{card.step.id}", Situation(prompt, roles, before=before[::-1], most=1), write)


def _images(view: View, card: Card) -> None:
    """Show the images that the prompt names, in their order."""
    shown = [(number, view.board.picture(source.id)) for number, source in enumerate(card.step.sources, 1)]
    with st.container(horizontal=True):
        for number, asset in shown:
            if asset is not None:
                with st.container(width=_WIDTH, gap="xxsmall"):
                    st.image(picture_url(view.workspace, asset), width=_WIDTH, alt=name_of(asset))
                    words = _("Image {number}: {name}").format(number=number, name=name_of(asset))
                    st.caption(plain(words))


def _continuity(view: View, card: Card) -> None:
    name = f"continuity/{view.slug}/{card.step.id}"
    lines = continuity_fields(name)
    if st.button(_("Add to the prompt"), key=f"{name}-add", disabled=not lines):
        prompt = "\n".join([card.step.prompt, *lines])
        change(view, lambda story: edit(story, card.step.id, prompt=prompt), _("prompt changed"))
        st.rerun()


def _words(prompt: str) -> str:
    # Chinese is written without spaces: its characters are counted, the words of other scripts too
    count = sum("\u4e00" <= char <= "\u9fff" for char in prompt) + len(
        "".join(" " if "\u4e00" <= char <= "\u9fff" else char for char in prompt).split()
    )
    return ngettext("{count} word", "{count} words", count).format(count=count)
