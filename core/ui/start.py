"""The first page: what this is, and the shortest ways in."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import StudioError
from core.settings import EngineChoice
from core.studio.sample import scene_names
from core.ui.awaited import show_awaited
from core.ui.covers import show_covers
from core.ui.places import go_to
from core.ui.session import new_project_folder, open_project, opened_at, recent_projects, studio
from core.ui.texts import _
from core.ui.widgets import show_error

DRAWING = Path(__file__).with_name("components") / "start.svg"
_COVERS = 8


def show_start() -> None:
    """Show the start page."""
    st.title(_("Carry one picture through a whole story"))
    st.text(
        _(
            "Take a picture you own, pull out its character, and draw it in scene after scene. "
            "Every image remembers what it was made from."
        )
    )
    with st.container(horizontal=True):
        wants_sample = st.button(_("Open the sample story · free"), type="primary", icon=":material/auto_stories:")
        with st.popover(_("New project"), icon=":material/add:"):
            _new_project()
    _engine_state()
    place = st.empty()
    if wants_sample:
        _open_sample(place)
    _recent()


def _open_sample(place: DeltaGenerator) -> None:
    with place.container():
        show_awaited(scene_names(studio().language))
    # what makes runs loads slowly: neither the first page nor the story's first sight waits for it
    from core.studio.background import begin_story
    from core.studio.demo import find_sample, sample_spec

    try:
        known = find_sample(recent_projects(), studio().language)
        folder = known.folder if known else new_project_folder(_("Sample story"))
        spec = None if known else sample_spec(studio().studio, folder, studio().language)
        open_project(folder)
        if spec is not None:
            studio().run = begin_story(studio().studio, spec)
    except StudioError as error:
        place.empty()
        show_error(error)
        return
    go_to("scene_sequencer")


def _new_project() -> None:
    with st.form("new-project", border=False):
        title = st.text_input(_("Title"), max_chars=200, placeholder=_("What is it about?"))
        if st.form_submit_button(_("Make the project"), type="primary"):
            name = title.strip() or _("Untitled project")
            open_project(new_project_folder(name), name)
            go_to("character_sheet")


def _engine_state() -> None:
    settings = studio().studio.settings
    if settings.resolved_engine(studio().engine) is EngineChoice.DRAFT:
        st.caption(
            _(
                "Draft engine: roughs by image processing, without key or cost. "
                "Enter a Gemini key in the sidebar to render the same story with Gemini."
            )
        )
    else:
        st.caption(_("Gemini engine: prices stand on every button before you click."))


def _recent() -> None:
    found = recent_projects()[:_COVERS]
    if not found:
        st.image(
            str(DRAWING), alt=_("A picture, the character drawn from it, and scenes along one thread"), width="stretch"
        )
        return
    st.subheader(_("Your projects"))
    opened = opened_at()
    chosen = show_covers([(workspace, opened.get(workspace.folder)) for workspace in found])
    if chosen is not None:
        open_project(chosen.folder)
        go_to("scene_sequencer")
