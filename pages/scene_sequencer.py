"""The story as cards: what each scene is made from, how it stands, and what making the rest costs."""

import streamlit as st

from core.ui.sequencer.actions import show_undo
from core.ui.sequencer.board import show_board
from core.ui.sequencer.files import is_beginning, show_files, show_new_story, show_no_project
from core.ui.sequencer.inspector import show_inspector
from core.ui.sequencer.runbar import show_runbar
from core.ui.sequencer.stories import choose_story
from core.ui.sequencer.view import read_view
from core.ui.session import studio
from core.ui.telling import show_said
from core.ui.texts import _

st.title(_("Scene sequencer"), anchor="scenes")
if studio().project is None:
    show_no_project()
elif is_beginning() or (slug := choose_story()) is None:
    show_new_story()
else:
    view = read_view(slug)
    with st.container(horizontal=True, vertical_alignment="center", key="story-bar"):
        if not show_undo(view):  # in the same place, so that nothing moves when something was changed
            st.caption(_("Change a scene, and what follows from it waits to be made again."), width="stretch")
        show_files(view)
    show_said()
    show_board(view)
    show_inspector(view)
    show_runbar(view)
