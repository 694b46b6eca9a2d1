"""Stars: the images a person wants to find again."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from core.models.asset import Asset
from core.ui.components.marks import Mark, mark_name, mark_of
from core.ui.session import studio
from core.ui.telling import attempt
from core.ui.texts import _

STAR = "★"


def starred_ids() -> frozenset[str]:
    """Return the ids of the project's starred images; a file of notes that cannot be read is told, and has none."""
    found: set[str] = set()
    attempt(lambda: found.update(studio().workspace.notes.stars()))
    return frozenset(found)


def stars_of(starred: Iterable[Asset]) -> dict[str, Mark | str]:
    """Return what a strip says of starred images in place of how they came to be alone."""
    return {asset.id: f"{STAR} {mark_name(mark_of(asset))}" for asset in starred}


def star_button(name: str, shown: Asset) -> None:
    """Show the button that stars an image, or takes its star away."""
    is_starred = shown.id in starred_ids()
    st.button(
        _("Starred") if is_starred else _("Star"),
        icon=":material/kid_star:" if is_starred else ":material/star:",
        key=f"{name}-star",
        help=_("Take the star away") if is_starred else _("Find it again among the starred ones"),
        on_click=_star,
        args=(shown.id, not is_starred),
    )


def _star(asset_id: str, is_starred: bool) -> None:
    attempt(lambda: studio().workspace.notes.star(asset_id, is_starred))
