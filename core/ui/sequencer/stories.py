"""Which story of the project is shown."""

from __future__ import annotations

import streamlit as st

from core.studio.plates.cutting import is_plates_slug
from core.studio.project_stories import story_slugs
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _

_STORY = "sequencer/story"


def scene_stories() -> list[str]:
    """Return the names of the project's stories of scenes, last changed first."""
    return [slug for slug in story_slugs(studio().workspace) if not is_plates_slug(slug)]


def choose_story() -> str | None:
    """Return the story to show; with several, a person chooses."""
    found = scene_stories()
    if len(found) < 2:
        return found[0] if found else None
    if kept_value(_STORY) not in found:
        set_kept(_STORY, found[0])
    return str(kept(st.selectbox, _("Story"), _STORY, found[0], options=sorted(found)))


def show_story(slug: str) -> None:
    """Make a story the one that is shown."""
    set_kept(_STORY, slug)
