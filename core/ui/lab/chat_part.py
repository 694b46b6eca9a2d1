"""Conversations: an image refined turn by turn, every turn an image of its own, and any of them gone on from again."""

from __future__ import annotations

import streamlit as st

from core.errors import StudioError
from core.models.talk import Talk, Turn
from core.studio.background import RunView
from core.studio.talks import picture_of
from core.ui.lab.chat_form import show_chat_form
from core.ui.lab.chat_turns import show_asked, show_earlier, show_turn
from core.ui.lab.talk_menu import show_menu, show_undo
from core.ui.lab.talk_place import CURRENT, NEW, current_talk, forget_said, form_name, leaf_of, look_at
from core.ui.lab.ways import ways_on
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.tries import current_run, show_run
from core.ui.widgets import ago, empty_place, show_error


def show_chat() -> None:
    """Show the conversation that is looked at, what is being made in it, and what can be said next."""
    talks = studio().workspace.conversations.list()
    if current_talk() not in {NEW, *(talk.id for talk in talks)}:
        set_kept(CURRENT, NEW)
    show_undo()
    with st.container(horizontal=True, vertical_alignment="center"):
        _choose(talks)
        talk = _read(current_talk())
        name = form_name(talk.id if talk else NEW)
        run = current_run(name)
        if talk is not None:
            show_menu(talk, is_running=run is not None and run.is_active)
    pending = _settle(talk, name, run)
    leaf = leaf_of(talk) if talk else ""
    with st.container(key="picture-first"):
        form_side, talk_side = st.columns([2, 3], gap="medium")
    with form_side:
        show_chat_form(talk, leaf, is_running=run is not None and run.is_active)
    with talk_side:
        if pending is not None:
            show_asked(pending)
        show_run(name, run, ways_on(name, _("What should change?") if leaf else _("Prompt")))
        if talk and leaf:
            show_turn(talk, leaf)
        elif pending is None:
            empty_place(_("Say what you want to see, then what should change: each turn works on the image before it."))
    if talk and leaf:
        show_earlier(talk, leaf)


def _choose(talks: list[Talk]) -> None:
    titles = {NEW: _("A new conversation"), **{talk.id: f"{talk.title} · {ago(talk.created)}" for talk in talks}}
    kept(
        st.selectbox,
        _("Conversation"),
        CURRENT,
        NEW,
        options=list(titles),
        format_func=lambda talk_id: titles[talk_id],
        label_visibility="collapsed",
        width="stretch",
    )
    st.button(
        _("New conversation"),
        icon=":material/add_comment:",
        key="talk-new",
        disabled=current_talk() == NEW,
        on_click=set_kept,
        args=(CURRENT, NEW),
    )


def _read(talk_id: str) -> Talk | None:
    try:
        return studio().workspace.conversations.read(talk_id) if talk_id else None
    except StudioError as error:
        show_error(error)
        return None


def _settle(talk: Talk | None, name: str, run: RunView | None) -> Turn | None:
    """Return the turn that has no image yet; one that was just answered becomes the one to go on from."""
    turn = talk.turns.get(str(kept_value(f"{name}/pending", ""))) if talk else None
    if talk is None or turn is None:
        return None
    if turn.reply and picture_of(studio().workspace, turn) is not None and not (run and run.is_active):
        look_at(talk.id, turn.id)
        forget_said(name, turn.recipe.prompt)
        return None
    return turn if run else None
