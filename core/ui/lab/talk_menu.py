"""What can be done with a conversation as a whole: another name, and putting it away, with a way back."""

from __future__ import annotations

import streamlit as st

from core.models.talk import Talk
from core.ui.lab.talk_place import CURRENT, NEW
from core.ui.session import handed_on, set_kept, studio
from core.ui.telling import attempt
from core.ui.texts import _

_PUT_AWAY = "talk/put away"
_LONGEST = 200


def show_menu(talk: Talk, is_running: bool) -> None:
    """Show the menu of a conversation; one whose turn is being made cannot be put away."""

    def rename(title: str) -> None:
        if title.strip():
            attempt(lambda: studio().workspace.conversations.rename(talk.id, title.strip()))
            set_kept(CURRENT, talk.id)  # chosen anew: the browser goes on showing what it was called otherwise

    with st.popover("", icon=":material/more_horiz:", type="tertiary", key=f"talk-menu-{talk.id}", help=_("More")):
        name = f"talk-name-{talk.id}"
        handed_on(st.text_input, _("Name of the conversation"), name, talk.title, rename, max_chars=_LONGEST)
        st.button(
            _("Remove the conversation"),
            icon=":material/delete:",
            key=f"talk-remove-{talk.id}",
            help=_("Its images stay in the project."),
            disabled=is_running,
            on_click=_put_away,
            args=(talk,),
        )


def show_undo() -> None:
    """Offer to bring back the conversation that was put away last, as long as this project is open."""
    project, talk_id, title = studio().notes.get(_PUT_AWAY, ("", "", ""))
    if project != studio().workspace.uuid:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="talk-undo"):
        words = _("The conversation “{title}” is in the trash; its images stay.")
        st.text(words.format(title=" ".join(title.split())), width="stretch")
        st.button(_("Undo"), icon=":material/undo:", key="talk-undo-button", on_click=_bring_back, args=(talk_id,))


def _put_away(talk: Talk) -> None:
    here = studio()
    if attempt(lambda: here.workspace.conversations.put_away(talk.id)):
        here.notes[_PUT_AWAY] = (here.workspace.uuid, talk.id, talk.title)
        set_kept(CURRENT, NEW)


def _bring_back(talk_id: str) -> None:
    here = studio()
    del here.notes[_PUT_AWAY]
    if attempt(lambda: here.workspace.conversations.bring_back(talk_id)):
        set_kept(CURRENT, talk_id)
