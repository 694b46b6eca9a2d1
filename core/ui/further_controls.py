"""The controls that only the prompt lab shows: thoughts, search, words or none, instruction, safety."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from pydantic import ValidationError

from core.models.asset import GenerationSettings, Harm, Threshold
from core.models.catalog import ModelFacts
from core.ui.keeping import Keeping
from core.ui.labels import search_names
from core.ui.texts import _

FURTHER = ("thoughts", "search", "output", "system_instruction", "safety")
_DEFAULT = ""


def choose_further(keeping: Keeping, facts: ModelFacts, settings: Sequence[str]) -> dict[str, Any]:
    """Show these of the further controls and return what was chosen; None is "not set"."""
    return {setting: _choose(keeping, facts, setting) or None for setting in settings}


def offered_searches(models: Sequence[ModelFacts]) -> list[str]:
    """Return what one of the models can look up, "" for nothing first; an empty list where none can."""
    able = [facts for facts in models if facts.has_search]
    pictures = ["image", "web,image"] if any(facts.has_image_search for facts in able) else []
    return [_DEFAULT, "web", *pictures] if able else []


def read_further(keeping: Keeping, settings: Sequence[str]) -> dict[str, Any]:
    """Return what was chosen of these controls, or of top p, without showing them.

    Others may have written the file they are kept in: where one of them can be no setting, none is set.
    """
    found = {setting: _read(keeping, setting) or None for setting in settings}
    try:
        GenerationSettings(**found)
    except ValidationError:
        return {}
    return found


def _read(keeping: Keeping, setting: str) -> Any:
    if setting == "safety":
        limits = {harm: keeping.value(f"safety/{harm}", _DEFAULT) for harm in Harm}
        return ",".join(f"{harm}={limit}" for harm, limit in limits.items() if limit)
    if setting in ("thoughts", "output"):
        is_on = keeping.value(setting, False)
        return "image" if is_on and setting == "output" else is_on
    return keeping.value(setting, None if setting == "top_p" else _DEFAULT)


def _choose(keeping: Keeping, facts: ModelFacts, setting: str) -> Any:
    if setting == "thoughts":
        return keeping.show(st.toggle, _("Keep the model's thoughts"), "thoughts", False)
    if setting == "search":
        return _choose_search(keeping, facts)
    if setting == "output":
        return "image" if keeping.show(st.toggle, _("Image only, no words"), "output", False) else None
    if setting == "safety":
        return _choose_safety(keeping)
    label = _("System instruction")
    return keeping.show(st.text_area, label, "system_instruction", "", height=96, max_chars=20_000)


def _choose_search(keeping: Keeping, facts: ModelFacts) -> str:
    names = search_names()
    titles = {value: names[value] for value in offered_searches([facts])}
    return _select(keeping, _("May look things up"), "search", titles)


def _choose_safety(keeping: Keeping) -> str:
    harms = {
        Harm.HARASSMENT: _("Harassment"),
        Harm.HATE_SPEECH: _("Hate speech"),
        Harm.SEXUALLY_EXPLICIT: _("Sexually explicit"),
        Harm.DANGEROUS_CONTENT: _("Dangerous content"),
    }
    limits = {
        _DEFAULT: _("Default"),
        Threshold.LOW.value: _("Block most"),
        Threshold.MEDIUM.value: _("Block some"),
        Threshold.HIGH.value: _("Block few"),
        Threshold.NONE.value: _("Block none"),
        Threshold.OFF.value: _("Off"),
    }
    with st.expander(_("Safety")):
        chosen = {harm: _select(keeping, title, f"safety/{harm}", limits) for harm, title in harms.items()}
    return ",".join(f"{harm}={limit}" for harm, limit in chosen.items() if limit)


def _select(keeping: Keeping, label: str, field: str, titles: dict[str, str]) -> str:
    return str(keeping.show(st.selectbox, label, field, _DEFAULT, options=list(titles), format_func=titles.__getitem__))
