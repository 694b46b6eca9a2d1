"""The turns of a conversation, newest first: what was said, the image it came to, and where it branches."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset
from core.models.talk import Talk, Transport, Turn
from core.studio.talks import picture_of
from core.ui.answers import show_answer, show_answer_quietly
from core.ui.components.pictures import zoom_picture
from core.ui.lab.actions import show_facts
from core.ui.lab.talk_place import look_at
from core.ui.original import original_button
from core.ui.session import studio
from core.ui.texts import _, ngettext
from core.ui.widgets import plain, price

_TALLEST, _SMALL = 460, 180
_MOST_OPEN = 6


def show_turn(talk: Talk, turn_id: str) -> None:
    """Show the turn that is gone on from, its image large, with all its answer said."""
    turn = talk.turns[turn_id]
    picture = picture_of(studio().workspace, turn)
    with st.container(border=True, key=f"turn-{turn.id}"):
        _said(talk, turn)
        _show_picture(turn, picture, _TALLEST)
        if picture is not None:
            show_facts(picture)
            show_answer(picture, f"turn-{turn.id}")
            with st.container(horizontal=True):
                original_button(studio().workspace, picture)
        _show_later(talk, turn)


def show_earlier(talk: Talk, turn_id: str) -> None:
    """Show the turns before one, newest first, small beside their words."""
    earlier = talk.path(turn_id)[-2::-1]
    if earlier:
        st.caption(_("How it came about, newest first"))
    for turn in earlier[:_MOST_OPEN]:
        _show_small(talk, turn)
    if hidden := earlier[_MOST_OPEN:]:
        words = ngettext("{count} earlier turn", "{count} earlier turns", len(hidden))
        with st.expander(words.format(count=len(hidden))):
            for turn in hidden:
                _show_small(talk, turn)


def show_asked(turn: Turn) -> None:
    """Show what was said in a turn that has no image yet."""
    with st.container(border=True, key=f"turn-{turn.id}-asked"):
        st.text(turn.recipe.prompt)


def _show_small(talk: Talk, turn: Turn) -> None:
    picture = picture_of(studio().workspace, turn)
    with st.container(border=True, key=f"turn-{turn.id}"):
        shown, said = st.columns([1, 5], gap="medium")
        with said:
            _said(talk, turn)
            if picture is not None:
                st.caption(plain(_line(turn, picture)))
            st.button(
                _("Branch from here"),
                icon=":material/call_split:",
                key=f"turn-{turn.id}-branch",
                help=_("Go on from this image another way; what follows stays"),
                on_click=look_at,
                args=(talk.id, turn.id),
            )
            if picture is not None:
                show_answer_quietly(picture, f"turn-{turn.id}")
        with shown:
            _show_picture(turn, picture, _SMALL)


def _said(talk: Talk, turn: Turn) -> None:
    """Show what was said, with the other branches beside it."""
    _show_branches(talk, turn)
    st.text(turn.recipe.prompt)
    if turn.transport is Transport.INTERACTIONS:
        st.caption(_("By the Interactions API"))


def _show_branches(talk: Talk, turn: Turn) -> None:
    branches = talk.branches(turn.parent)
    if len(branches) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        for number, branch in enumerate(branches, 1):
            st.button(
                _("Branch {number}").format(number=number),
                key=f"turn-{turn.id}-to-{branch.id}",
                type="tertiary",
                icon=":material/call_split:" if branch.id != turn.id else ":material/check:",
                disabled=branch.id == turn.id,
                help=plain(branch.recipe.prompt[:200]),
                on_click=look_at,
                args=(talk.id, talk.end(branch.id)),
            )


def _show_later(talk: Talk, turn: Turn) -> None:
    """Say that what comes next branches off, where the conversation went on already."""
    if not talk.branches(turn.id):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("It went on from here already: what you say next is another branch."), width="content")
        st.button(
            _("To the newest turn"),
            key=f"turn-{turn.id}-newest",
            type="tertiary",
            on_click=look_at,
            args=(talk.id, talk.end(turn.id)),
        )


def _show_picture(turn: Turn, picture: Asset | None, tallest: int) -> None:
    if picture is None:
        st.text(_("This image is not in the project any more. Look for it in the trash."))
    else:
        zoom_picture(studio().workspace, picture, key=f"turn-{turn.id}-picture", max_height=tallest)


def _line(turn: Turn, picture: Asset) -> str:
    result = picture.result
    cost = price(result.cost_usd, is_actual=True)
    return " · ".join([turn.recipe.model, f"{result.width} × {result.height}", cost])
