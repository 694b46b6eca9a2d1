"""The table of what was found, in reading order or consolidated by label; a click on a row chooses an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.models.region import Detection, Region
from core.studio.plates import objects
from core.ui.plates.view import OBJECT, View, choose
from core.ui.session import kept
from core.ui.texts import _
from core.ui.widgets import plain

_ORDER, _BY_ORDER, _BY_LABEL = "plates/table", "order", "label"


def show_rows(view: View, found: Detection) -> None:
    """Show the objects as rows, and how many there are of each label."""
    counts = objects.by_label(found.regions)
    is_grouped = len(found.regions) > 1 and any(counts) and _way() == _BY_LABEL
    if is_grouped:
        _table(view, found, objects.grouped(found.regions), is_grouped=True)
        return
    _table(view, found, [("", found.regions)], is_grouped=False)
    if any(counts):
        st.caption(plain(" · ".join(_counted(label, count) for label, count in counts.items())))


def _way() -> str:
    titles = {_BY_ORDER: _("In reading order"), _BY_LABEL: _("By label")}
    chosen = kept(
        st.segmented_control,
        _("Table"),
        _ORDER,
        _BY_ORDER,
        options=list(titles),
        format_func=titles.__getitem__,
        required=True,
        label_visibility="collapsed",
    )
    return str(chosen or _BY_ORDER)


def _table(view: View, found: Detection, groups: Sequence[tuple[str, Sequence[Region]]], is_grouped: bool) -> None:
    numbers = {region.id: number for number, region in enumerate(found.regions, 1)}
    rows: list[dict[str, Any]] = []
    ids: list[str] = []  # by row; a group's head stands for no object
    is_scored = any(region.score is not None for region in found.regions)
    for label, regions in groups:
        if is_grouped:
            rows.append(_head(label, regions))
            ids.append("")
        for region in regions:
            rows.append(_object(view, region, numbers[region.id], is_grouped))
            ids.append(region.id)
    known = view.region.id if view.region else ""
    chosen = st.dataframe(
        rows,
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * len(rows), 330),
        on_select="rerun",
        selection_mode="single-row",
        # another key for another choice: a click on a box ticks its row
        key=f"objects-{view.page.id}-{found.number}-{known}-{is_grouped}",
        selection_default={"selection": {"rows": [ids.index(known)] if known in ids and known else []}},
        column_config={
            _("No."): st.column_config.NumberColumn(width=40),
            _("Label"): st.column_config.TextColumn(width=104 if is_grouped else 88),
            _("Caption"): st.column_config.TextColumn(width=160),
            _("Size, px"): st.column_config.TextColumn(width=88),
            _("Confidence"): st.column_config.NumberColumn(format="percent", width=92),
        },
        # what is wanted most stands in sight; a service that tells no confidence has no column for it
        column_order=[
            *(_("No."), _("Label"), _("Caption"), _("Size, px")),
            *([_("Confidence")] if is_scored else []),
            _("Box, 0-1000"),
        ],
    )
    picked = chosen["selection"]["rows"]
    if picked and ids[picked[0]] not in ("", known):
        choose(OBJECT, ids[picked[0]])
        st.rerun()


def _counted(label: str, count: int) -> str:
    named = label or _("without a label")
    return f"{named} × {count}"


def _head(label: str, regions: Sequence[Region]) -> dict[str, Any]:
    """Return a group's first row: its label with its count, and all its captions on one line."""
    captions = dict.fromkeys(" ".join(region.caption.split()) for region in regions if region.caption.strip())
    return {
        _("No."): None,
        _("Label"): _counted(label, len(regions)),
        _("Caption"): ", ".join(captions),
        _("Size, px"): "",
        _("Confidence"): None,
        _("Box, 0-1000"): "",
    }


def _object(view: View, region: Region, number: int, is_grouped: bool) -> dict[str, Any]:
    left, top, right, bottom = region.box.pixels(view.page.result.width, view.page.result.height)
    return {
        _("No."): number,
        _("Label"): "" if is_grouped else region.label,
        _("Caption"): region.caption.replace("\n", " ↵ "),
        _("Size, px"): f"{right - left} × {bottom - top}",
        _("Confidence"): region.score,
        _("Box, 0-1000"): ", ".join(map(str, region.box.box_2d)),
    }
