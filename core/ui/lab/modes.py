"""The ways to work in the lab, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import streamlit as st

from core.ui.lab.batches_part import show_batches
from core.ui.lab.bench import show_bench
from core.ui.lab.chat_part import show_chat
from core.ui.lab.grid.page import show_grid
from core.ui.lab.talk_place import BENCH as BENCH_MODE
from core.ui.lab.talk_place import CHAT as CHAT_MODE
from core.ui.lab.talk_place import MODE
from core.ui.session import kept, set_kept
from core.ui.texts import _


class Mode(StrEnum):
    """A way to work in the lab."""

    BENCH = BENCH_MODE
    GRID = "grid"
    CHAT = CHAT_MODE
    BATCHES = "batches"


def show_chosen_mode() -> None:
    """Let the way to work be chosen, and show it."""
    titles: dict[str, str] = {
        Mode.BENCH: _("Single images"),
        Mode.GRID: _("Grid"),
        Mode.CHAT: _("Conversation"),
        Mode.BATCHES: _("Batches"),
    }
    shows: dict[str, Callable[[], None]] = {
        Mode.BENCH: show_bench,
        Mode.GRID: lambda: show_grid(_to_bench),
        Mode.CHAT: show_chat,
        Mode.BATCHES: show_batches,
    }
    mode = kept(
        st.segmented_control,
        _("Way to work"),
        MODE,
        Mode.BENCH.value,
        options=list(titles),
        format_func=lambda name: titles[name],
        required=True,
        label_visibility="collapsed",
    )
    shows.get(mode, show_bench)()


def _to_bench() -> None:
    set_kept(MODE, Mode.BENCH.value)
