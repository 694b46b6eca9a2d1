"""Presets of a step: their words, with framing and what covers the picture, to be used as they are."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.models.asset import EngineName, Kind
from core.models.plates import NOT_COMPLETED, Framing
from core.studio.plates.presets import StepPreset, preset, presets
from core.ui.plates.view import View
from core.ui.session import language
from core.ui.texts import _
from core.ui.warning_texts import warning_text


def show_presets(view: View, kind: Kind, key: str, use: Callable[[StepPreset, str], None]) -> None:
    """Show the presets of a kind, with framing and what covers the picture; `use` takes the chosen one's words."""
    titles = {known.id: preset_title(known) for known in presets() if known.kind is kind}
    chosen = st.selectbox(_("Preset"), list(titles), format_func=titles.__getitem__, key=f"plates/preset/{key}")
    framings = {
        Framing.BY_TYPE: _("By kind of picture"),
        Framing.MARGIN: _("White margin"),
        Framing.FULL_BLEED: _("Up to every edge"),
    }
    found = preset(str(chosen))
    framing = st.segmented_control(
        _("Framing"),
        list(framings),
        default=found.framing,
        format_func=framings.__getitem__,
        required=True,
        key=f"plates/framing/{key}/{chosen}",
    )
    has_cover = found.kind is Kind.RESTORATION and st.checkbox(
        _("Something covers the picture: take it away and complete what it hides"), key=f"plates/cover/{key}"
    )
    if has_cover and view.options.engine is EngineName.DRAFT:
        st.caption(warning_text(NOT_COMPLETED))
    prompt = found.prompt(language(), framing, has_cover)
    st.code(prompt, language=None, wrap_lines=True)
    if st.button(_("Use these words"), type="primary", key=f"plates/use/{key}"):
        use(found, prompt)
        st.rerun()


def preset_title(found: StepPreset) -> str:
    """Return a preset's name with the plate and the wording it is for."""
    plates = {"flat": _("flat page"), "tilted": _("tilted page"), "warped": _("curved page")}
    wordings = {"imperative": _("says what to do"), "descriptive": _("says what comes out")}
    notes = [plates.get(found.plate, ""), wordings.get(found.wording, "")]
    return " · ".join([found.name(language()), *filter(None, notes)])
