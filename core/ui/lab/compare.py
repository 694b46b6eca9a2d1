"""Two images of the lab side by side or under a slider, and what differs in how they were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.models.asset import Asset, Recipe
from core.ui.components.pictures import before_after, picture_strip
from core.ui.components.words import word_difference
from core.ui.labels import setting_name
from core.ui.session import forget_kept, kept_value, set_kept, studio
from core.ui.texts import _

_NOT_SET = "—"


def choose_other(name: str, shown: Asset, others: Sequence[Asset], said: Mapping[str, str]) -> None:
    """Show the pictures one of which can be put beside the one shown; `said` (by id) tells them apart."""
    found = [asset for asset in others if asset.id != shown.id]
    if not found:
        return
    key = f"{name}/comparing/{studio().notes.get(f'{name}/compared', 0)}"  # another after each pick: the popover closes
    with (
        st.popover(_("Compare with"), icon=":material/compare:", key=key),
        st.container(height=320 if len(found) > 4 else "content", border=False),
    ):
        picture_strip(
            studio().workspace,
            found,
            key=f"{name}-others",
            label=_("Pictures to compare with"),
            look="grid",
            marks=said,
            on_pick=lambda asset_id: _pick(name, asset_id),
        )


def compared_with(name: str, shown: Asset, others: Sequence[Asset]) -> Asset | None:
    """Return the picture that was chosen to stand beside the one shown, or None."""
    wanted = kept_value(f"{name}/other", "")
    return next((asset for asset in others if asset.id == wanted and asset.id != shown.id), None)


def show_comparison(name: str, other: Asset, shown: Asset, max_height: int) -> None:
    """Show both pictures, and how the comparison ends."""
    labels = (_("The other"), _("This one"))
    before_after(studio().workspace, other, shown, key=f"{name}-compare", labels=labels, max_height=max_height)
    st.button(
        _("Stop comparing"),
        icon=":material/close:",
        type="tertiary",
        key=f"{name}-alone",
        on_click=forget_kept,
        args=(f"{name}/other",),
    )


def show_difference(name: str, other: Asset, shown: Asset) -> None:
    """Show what the image shown was asked for that the other was not, word by word and setting by setting."""
    if other.recipe.prompt == shown.recipe.prompt:
        st.caption(_("Both have the same prompt."))
    else:
        st.caption(_("From the other prompt to this one: new words are underlined, those that went struck through."))
        word_difference(other.recipe.prompt, shown.recipe.prompt, key=f"{name}-words-apart")
    lines = _setting_lines(other.recipe, shown.recipe)
    if lines:
        st.text("\n".join(lines))


def _setting_lines(other: Recipe, shown: Recipe) -> list[str]:
    before, after = other.settings.set_values(), shown.settings.set_values()
    pairs = {setting_name(name): (before.get(name), after.get(name)) for name in {**before, **after}}
    pairs = {_("Model"): (other.model, shown.model), **pairs, _("Try"): (other.attempt, shown.attempt)}
    return [f"{name}: {_value(one)} → {_value(two)}" for name, (one, two) in pairs.items() if one != two]


def _value(value: object) -> str:
    return _NOT_SET if value is None else str(value)


def _pick(name: str, asset_id: str) -> None:
    set_kept(f"{name}/other", asset_id)
    studio().notes[f"{name}/compared"] = int(studio().notes.get(f"{name}/compared", 0)) + 1
