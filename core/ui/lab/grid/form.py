"""The grid's form: prompts, models, what varies, and what all of them work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.models.asset import EngineName, GenerationSettings
from core.models.catalog import ModelFacts
from core.studio.grids import GridOrder, variations
from core.studio.planning import DRAFT_MODEL
from core.ui.controls import KeptControls, choose_top_p, engine_in_use, like_known, model_titles
from core.ui.further_controls import FURTHER, choose_further, offered_searches, read_further
from core.ui.lab.grid.prompts import MOST_TRIES, NAME, TRIES, show_prompts, wanted_prompts
from core.ui.lab.references import choose_references, references
from core.ui.labels import level_name, search_names, setting_name
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import plain

_COUNTS = list(range(1, MOST_TRIES + 1))
_AXES = (("aspect_ratio",), ("image_size", "thinking_level"), ("temperature", "search"))  # line by line of the form
_SHARED = ("top_p", *(setting for setting in FURTHER if setting != "search"))  # that one is an axis
_KEPT = KeptControls(NAME)
_TEMPERATURES = [0.0, 0.5, 1.0, 1.5, 2.0]


def wanted_order() -> GridOrder:
    """Return the grid that the form asks for as it stands; a click's callback finds what came with the click."""
    models = _models()
    facts = [studio().studio.catalog.model(model) for model in models]
    axes = {setting: _kept(setting, _offered(facts, setting), []) for line in _AXES for setting in line}
    shared = _shared(facts)
    tries = kept_value(TRIES, 1)
    return GridOrder(
        wanted_prompts(),
        references(NAME),
        engine_in_use(),
        models,
        tuple(settings.over(shared) for settings in variations(**axes)),
        tries if tries in _COUNTS else 1,
    )


def add_model(model: str) -> None:
    """Draw every prompt with one model more; for callbacks."""
    set_kept(f"{NAME}/models", list(dict.fromkeys([*_models(), model])))


def show_form() -> GridOrder:
    """Show the form and return the grid it asks for."""
    words, controls = st.columns(2, gap="medium")
    with words:
        show_prompts(tuple(source.role for source in references(NAME)))
        _show_references()
    with controls:
        if engine_in_use() is EngineName.GEMINI:
            _show_models()
        _show_axes()
        _show_shared()
        _show_tries()
    return wanted_order()


def _models() -> tuple[str, ...]:
    if engine_in_use() is EngineName.DRAFT:
        return (DRAFT_MODEL,)
    titles, default = _offered_models()
    return tuple(_kept("models", list(titles), [default])) or (default,)


def _offered_models() -> tuple[dict[str, str], str]:
    """Return the models' titles by id, and which one a grid begins with."""
    titles = model_titles()
    wanted = studio().studio.settings.model
    return titles, wanted if wanted in titles else next(iter(titles))


def _kept(field: str, options: list[Any], default: list[Any]) -> list[Any]:
    """Return what is chosen of the options, in their order."""
    chosen = kept_value(f"{NAME}/{field}", default)
    return [option for option in options if option in chosen]


def _show_models() -> None:
    titles, default = _offered_models()
    catalog = studio().studio.catalog
    _show_choice(_("Models"), "models", list(titles), lambda model: plain(catalog.model(model).title), [default])
    remarkable = [titles[model] for model in _models() if titles[model] != f"{catalog.model(model).title} · {model}"]
    if remarkable:
        st.caption(plain("; ".join(remarkable)))


def _show_axes() -> None:
    """Show what one of the models heeds at least."""
    facts = [studio().studio.catalog.model(model) for model in _models()]
    for line in _AXES:
        offered = {setting: found for setting in line if (found := _offered(facts, setting))}
        places = st.columns(len(offered)) if offered else []
        for place, (setting, found) in zip(places, offered.items(), strict=True):
            with place:
                names = {"search": search_names().__getitem__, "thinking_level": level_name}
                said = names.get(setting, str)
                _show_choice(setting_name(setting), setting, found, said, [])


def _show_shared() -> None:
    """Show what holds for all images of the grid, as far as one of the models heeds it."""
    facts = [studio().studio.catalog.model(model) for model in _models()]
    heeded = _heeded(facts)
    if not heeded:
        return
    count = len(_shared(facts).set_values())
    title = _("For all images: {count}").format(count=count) if count else _("For all images")
    with st.expander(title, icon=":material/tune:"):
        if "top_p" in heeded:
            choose_top_p(_KEPT)
        choose_further(_KEPT, facts[0], [setting for setting in FURTHER if setting in heeded])


def _shared(facts: Sequence[ModelFacts]) -> GenerationSettings:
    """Return what holds for all images; what none of the models heeds counts as not set."""
    return GenerationSettings(**read_further(_KEPT, _heeded(facts)))


def _heeded(facts: Sequence[ModelFacts]) -> list[str]:
    return [setting for setting in _SHARED if any(one.honours(setting) for one in facts)]


def _show_choice(label: str, field: str, options: list[Any], said: Callable[[Any], str], default: list[Any]) -> None:
    look = {"selection_mode": "multi", "wrap": True}
    kept(st.pills, label, f"{NAME}/{field}", default, options=options, format_func=said, **look)


def _offered(models: Sequence[ModelFacts], setting: str) -> list[Any]:
    """Return the values of a setting that one of the models takes, in the order of the catalog."""
    heeding = [like_known(facts) for facts in models if facts.honours(setting)]
    if setting == "temperature":
        return _TEMPERATURES if heeding else []
    if setting == "search":
        return offered_searches(heeding)
    field = {"aspect_ratio": "ratios", "image_size": "sizes", "thinking_level": "thinking_levels"}[setting]
    return list(dict.fromkeys(value for facts in heeding for value in getattr(facts, field)))


def _show_tries() -> None:
    kept(
        st.segmented_control,
        _("Tries of each"),
        TRIES,
        1,
        options=_COUNTS,
        format_func=str,
        required=True,
        width="stretch",
    )


def _show_references() -> None:
    count = len(references(NAME))
    title = _("Reference images: {count}").format(count=count) if count else _("Reference images")
    with st.expander(title, icon=":material/photo_library:", expanded=bool(count)):
        choose_references(NAME)
