"""A video the model may look at: an address on YouTube or a file, and which part of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import StudioError
from core.models.catalog import ModelFacts
from core.models.video import is_address, is_kept, read_video
from core.store.videos import SUFFIXES
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import show_error, upload_types

_EXAMPLE = "https://youtu.be/…"
VIDEO_FIELDS = ("video", "video_start", "video_end", "video_fps")


def choose_video(name: str, facts: ModelFacts) -> dict[str, Any]:
    """Show how a video is chosen where the model looks at one, and return its settings; {} without one."""
    if not facts.honours("video"):
        return {}
    chosen = str(kept_value(f"{name}/video", ""))
    label = _("Video attached") if is_kept(chosen) or is_address(chosen) else _("Video")
    with st.popover(label, icon=":material/movie:", key=f"{name}-video"):
        st.caption(_("The model looks at a video beside the images: a public one on YouTube, or a file of yours."))
        video = _address(name, chosen)
        if not chosen:
            _file(name)
        part = {
            "video_start": _number(name, "video_start", _("From second"), 0.0, None),
            "video_end": _number(name, "video_end", _("To second"), 0.1, None),
            "video_fps": _number(name, "video_fps", _("Frames a second"), 0.1, 24.0),
        }
    if not video:
        return {}
    if part["video_end"] is not None and part["video_end"] <= (part["video_start"] or 0.0):
        st.caption(_("The part of the video ends before it starts: all of it is looked at."))
        part = {}
    return {"video": video, **part}


def _address(name: str, chosen: str) -> str:
    """Show the field of an address, or the file that was taken in, and return the video."""
    if is_kept(chosen):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(_("A file is attached."), width="stretch")
            if st.button(_("Remove"), key=f"{name}-video-remove", icon=":material/close:", type="tertiary"):
                set_kept(f"{name}/video", "")
                st.rerun()
        return chosen
    typed = kept(st.text_input, _("YouTube address"), f"{name}/video", "", placeholder=_EXAMPLE)
    if not typed.strip():
        return ""
    try:
        return read_video(typed)
    except ValueError:
        st.caption(_("This is no address of a YouTube video: https://youtu.be/… or https://www.youtube.com/watch?v=…"))
        return ""


def _file(name: str) -> None:
    count = int(studio().notes.get(f"{name}/videos", 0))
    taken = st.file_uploader(
        _("Or a file"), type=upload_types(f".{suffix}" for suffix in SUFFIXES), key=f"{name}-video-{count}"
    )
    if taken is None:
        return
    try:
        set_kept(f"{name}/video", studio().workspace.videos.keep(taken.getvalue()))
    except StudioError as error:
        show_error(error)
        return
    studio().notes[f"{name}/videos"] = count + 1  # another uploader: the bytes are not kept in this session
    st.rerun()


def _number(name: str, field: str, label: str, least: float, most: float | None) -> float | None:
    value = kept(
        st.number_input,
        label,
        f"{name}/{field}",
        None,
        min_value=least,
        max_value=most,
        value=None,
        step=1.0,
        placeholder=_("Default"),
    )
    return None if value is None else float(value)
