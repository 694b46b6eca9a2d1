"""What of the project the graph shows: words, kinds, engines, stories, states; which versions, and how far around."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from core.models.asset import Asset, Kind
from core.ui.components.marks import Mark, mark_name
from core.ui.lineage.reading import Reading
from core.ui.session import forget_kept, kept, kept_value, set_kept
from core.ui.texts import _
from core.ui.widgets import kind_name, plain

_WORDS, _VERSIONS, _WHOLE = "lineage/words", "lineage/versions", "lineage/whole"


@dataclass(frozen=True)
class Facet:
    """One thing to filter by: its name in the drafts, its label, an asset's value, and what a value is called."""

    name: str
    label: str
    value: Callable[[Asset], str]
    title: Callable[[str], str]


@dataclass(frozen=True)
class Filters:
    """What is wanted; nothing chosen means everything. `wanted` is by facet."""

    words: str
    wanted: Mapping[str, tuple[str, ...]]
    facets: tuple[Facet, ...]

    @property
    def is_active(self) -> bool:
        """True when something is left out."""
        return bool(self.words or any(self.wanted.values()))

    def match(self, asset: Asset) -> bool:
        """Tell whether an image is wanted."""
        if any(values and facet.value(asset) not in values for facet, values in self._asked()):
            return False
        recipe = asset.recipe
        text = "\n".join((recipe.name, asset.id, recipe.prompt, recipe.model, asset.result.text)).casefold()
        return all(word in text for word in self.words.casefold().split())

    def _asked(self) -> list[tuple[Facet, tuple[str, ...]]]:
        return [(facet, self.wanted[facet.name]) for facet in self.facets]


def show_filters(reading: Reading) -> Filters:
    """Show the filters in a row and return what is wanted."""
    facets = _facets(reading)
    words = kept(
        st.text_input,
        _("Find"),
        _WORDS,
        "",
        placeholder=_("Find by name or prompt"),
        label_visibility="collapsed",
        icon=":material/search:",
        width=260,
    )
    active = sum(1 for facet in facets if kept_value(facet.name, []))
    title = _("Filter: {count} active").format(count=active) if active else _("Filter")
    with st.popover(title, icon=":material/filter_list:"):
        wanted = {facet.name: _choose(facet, reading) for facet in facets}
        if active:
            st.button(_("Show everything"), on_click=forget_kept, args=tuple(facet.name for facet in facets))
    return Filters(words.strip(), wanted, facets)


def forget_filters(filters: Filters) -> None:
    """Show everything again."""
    forget_kept(_WORDS, *(facet.name for facet in filters.facets))


def wants_all_versions() -> bool:
    """Tell whether versions that were not chosen are shown too."""
    return bool(kept_value(_VERSIONS, False))


def show_versions_switch() -> None:
    """Show the switch for versions that were not chosen."""
    kept(st.toggle, _("All versions"), _VERSIONS, False)


def show_whole_switch() -> bool:
    """Show the switch between the selection's surroundings and the whole graph, and return whether all is wanted."""
    return bool(kept(st.toggle, _("Whole graph"), _WHOLE, False))


def _choose(facet: Facet, reading: Reading) -> tuple[str, ...]:
    options = sorted({facet.value(asset) for asset in reading.assets} - {""}, key=facet.title)
    chosen = [value for value in kept_value(facet.name, []) if value in options]
    if chosen != kept_value(facet.name, []):
        set_kept(facet.name, chosen)  # the project has lost what was chosen, and a widget refuses that
    if len(options) < 2:
        return ()
    return tuple(
        kept(st.pills, facet.label, facet.name, [], options=options, selection_mode="multi", format_func=facet.title)
    )


def _facets(reading: Reading) -> tuple[Facet, ...]:
    engines = {"draft": _("Draft"), "gemini": _("Gemini")}
    return (
        Facet("lineage/kind", _("Kind"), lambda asset: asset.recipe.kind.value, lambda kind: kind_name(Kind(kind))),
        Facet("lineage/state", _("State"), lambda asset: reading.mark(asset).value, lambda mark: mark_name(Mark(mark))),
        Facet(
            "lineage/engine",
            _("Engine"),
            lambda asset: str(asset.recipe.engine or ""),
            lambda engine: engines.get(engine, engine),
        ),
        Facet("lineage/story", _("Story"), lambda asset: asset.recipe.story, plain),
    )
