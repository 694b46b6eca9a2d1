"""What changes from one scene to the next, asked for in fields and turned into lines of a prompt."""

from __future__ import annotations

import streamlit as st

from core.ui.session import kept
from core.ui.texts import _


def continuity_fields(name: str) -> list[str]:
    """Show the fields and return the lines they make; `name` keeps what is typed."""
    changed = kept(st.text_input, _("What has changed"), f"{name}/changed", "", placeholder=_("The rain has stopped."))
    gone = kept(
        st.text_input, _("What is no longer there"), f"{name}/gone", "", placeholder=_("The boat and the moon.")
    )
    light = kept(st.text_input, _("Light"), f"{name}/light", "", placeholder=_("Early morning, long soft shadows."))
    lines = [
        (changed, _("- Changed since the last scene: {text}")),
        (gone, _("- No longer in the picture: {text}")),
        (light, _("- Light: {text}")),
    ]
    return [words.format(text=" ".join(text.split())) for text, words in lines if text and text.strip()]
