"""Taking an image of the lab further: as a step of a story, as the beginning of one, its words as a template."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset, EngineName
from core.studio.project_stories import story_options
from core.studio.story_promoting import promote
from core.ui.lab.own_templates import save_form
from core.ui.places import go_to
from core.ui.sequencer.files import begin_with
from core.ui.sequencer.stories import scene_stories, show_story
from core.ui.sequencer.view import select
from core.ui.session import studio
from core.ui.telling import attempt
from core.ui.texts import _

_NEW = ""


def show_further(name: str, shown: Asset) -> None:
    """Show where an image can go from here, behind one button."""
    with st.popover(_("Take it further"), icon=":material/arrow_forward:", key=f"{name}/further"):
        st.markdown("**{}**".format(_("A step of a story")))
        _as_step(name, shown)
        st.markdown("**{}**".format(_("The beginning of a story")))
        if st.button(
            _("Use in a scene"),
            icon=":material/view_carousel:",
            key=f"{name}-scene",
            help=_("Begin a story with this picture"),
        ):
            begin_with(shown)
            go_to("scene_sequencer")
        st.markdown("**{}**".format(_("A template")))
        models = (shown.recipe.model,) if shown.recipe.engine is EngineName.GEMINI else ()
        roles = tuple(source.role for source in shown.recipe.sources)
        save_form(f"{name}-further", shown.recipe.prompt, roles, models)


def _as_step(name: str, shown: Asset) -> None:
    st.caption(_("Its prompt, references and settings become a step, and the picture stays: nothing is made again."))
    chosen = st.selectbox(
        _("Story"),
        [*scene_stories(), _NEW],
        format_func=lambda slug: slug or _("A new story"),
        key=f"{name}-story",
    )
    title = "" if chosen else st.text_input(_("Title of the story"), key=f"{name}-story-title", max_chars=200)
    if st.button(_("Use as a story step"), icon=":material/add:", key=f"{name}-step"):
        here = studio()
        places: list[tuple[str, str]] = []
        options = story_options(here.studio, here.engine)
        catalog = here.studio.catalog
        if attempt(lambda: places.append(promote(here.workspace, shown, options, catalog, chosen, title))):
            ((slug, step),) = places
            show_story(slug)
            select(step)
            go_to("scene_sequencer")
        st.rerun()
