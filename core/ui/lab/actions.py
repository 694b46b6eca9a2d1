"""What can be done with an image of the lab, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.models.asset import Asset, EngineName
from core.ui.lab.compare import choose_other
from core.ui.lab.form import NAME, fill_form
from core.ui.lab.promote import show_further
from core.ui.lab.references import add_reference
from core.ui.lab.stars import star_button
from core.ui.lab.talk_place import refine
from core.ui.labels import settings_words
from core.ui.original import original_button
from core.ui.session import studio
from core.ui.texts import _
from core.ui.warning_texts import warning_text
from core.ui.widgets import ago, plain, price, state_badge


def show_facts(shown: Asset) -> None:
    """Show how an image came to be: model, size, settings, cost, time."""
    recipe, result = shown.recipe, shown.result
    with st.container(horizontal=True, vertical_alignment="center"):
        state_badge(shown)
        size = f"{result.width} × {result.height}"
        seconds = _("{seconds} s").format(seconds=f"{result.seconds:.1f}")
        cost = price(result.cost_usd, is_actual=True)
        model = [recipe.model] if recipe.engine is EngineName.GEMINI else []  # a draft's badge says so already
        facts = [*model, size, *settings_words(recipe.settings), cost, seconds, ago(result.created)]
        st.caption(plain(" · ".join(facts)))
    for warning in result.warnings:
        st.caption(plain(warning_text(warning)))


def show_actions(
    name: str,
    shown: Asset,
    others: Sequence[Asset],
    to_bench: Callable[[], object] = lambda: None,
    said: Mapping[str, str] | None = None,
) -> None:
    """Show the buttons; `others` are what it can be compared with, `said` (by id) what tells these apart.

    `to_bench` shows the form that two of the buttons fill.
    """
    with st.container(horizontal=True):
        star_button(name, shown)
        st.button(
            _("Work on it"),
            icon=":material/add_photo_alternate:",
            key=f"{name}-use",
            help=_("Take it as a reference of the next prompt"),
            on_click=_then,
            args=(lambda: add_reference(NAME, shown.id), to_bench),
        )
        st.button(
            _("Use its words"),
            icon=":material/edit_note:",
            key=f"{name}-words",
            help=_("Fill the form in as it was for this image"),
            on_click=_then,
            args=(lambda: fill_form(shown.recipe), to_bench),
        )
        st.button(
            _("Refine it"),
            icon=":material/forum:",
            key=f"{name}-refine",
            help=_("Begin a conversation about it, and change it turn by turn"),
            on_click=refine,
            args=(shown,),
        )
        choose_other(name, shown, others, said or {})
        show_further(name, shown)
        original_button(studio().workspace, shown)


def _then(*acts: Callable[[], object]) -> None:
    for act in acts:
        act()
