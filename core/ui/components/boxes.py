"""The editor of the boxes on a page: mouse, touch and keyboard, on a preview of whatever size the page has."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from core.models.asset import Asset
from core.models.region import SCALE, Box, Region
from core.store.workspace import Workspace
from core.ui.components.component import front, registered
from core.ui.components.marks import name_of, picture_data
from core.ui.session import component_value
from core.ui.texts import _

MOST_BOXES = 1000  # as many as a search keeps
_editor = registered("boxes", *front("shared/base.css", "editor/view.html", "editor/view.css", "editor/view.js"))


@dataclass(frozen=True)
class Version:
    """Which boxes are shown. `revision` changes with every other set of them.

    `stamp` is that of the newest edit which is in them: boxes of the server replace those on the screen only when no
    later edit is on its way.
    """

    revision: str
    stamp: int


@dataclass(frozen=True)
class Heard:
    """What is called before the page runs again: `edited` finds the boxes with `edited_boxes`, `chosen` the box with
    `chosen_box`, and `stepped` is told whether the person goes back (else forward again).
    """

    edited: Callable[[], object]
    chosen: Callable[[], object]
    stepped: Callable[[bool], object]


def box_editor(
    workspace: Workspace,
    page: Asset,
    regions: Sequence[Region],
    *,
    key: str,
    version: Version,
    chosen: str,
    heard: Heard,
) -> None:
    """Show a page with its boxes; what a person does is `heard`."""

    def step() -> None:
        sent = component_value(key, "stepped")
        if sent in ("undo", "redo"):
            heard.stepped(sent == "undo")

    data = {
        "page": {"id": page.id, **picture_data(workspace, page)},
        "regions": [_region(number, region) for number, region in enumerate(regions, 1)],
        "revision": version.revision,
        "stamp": version.stamp,
        "chosen": chosen,
        "words": {
            "add": _("Add a box"),
            "delete": _("Delete"),
            "nearer": _("Zoom in"),
            "farther": _("Zoom out"),
            "draw": _("Draw a box on the page; Escape stops"),
            "count": _("Boxes: {count}"),
            "boxes": _("Boxes on {name}").format(name=name_of(page)),
            "place": _(
                "{name}, {width} × {height} pixels. Arrow keys move it, with Shift they resize it, Delete removes it, "
                "Ctrl+Z takes a change back."
            ),
        },
    }
    _editor(key=key, data=data, on_edited_change=heard.edited, on_chosen_change=heard.chosen, on_stepped_change=step)


def edited_boxes(key: str, page: Asset) -> tuple[int, list[tuple[str, Box]]] | None:
    """Return what was edited just now as the edit's stamp and the boxes by id, in the order drawn; None when nothing.

    Nothing the browser sends is trusted: boxes of another page, unreadable or empty ones are left out.
    """
    sent = component_value(key, "edited")
    if not isinstance(sent, dict) or sent.get("page") != page.id or not isinstance(sent.get("regions"), list):
        return None
    boxes = [read for item in sent["regions"][:MOST_BOXES] if (read := _read(item)) is not None]
    stamp = sent.get("stamp")
    return (stamp if isinstance(stamp, int) else 0), list({name: (name, box) for name, box in boxes}.values())


def chosen_box(key: str) -> str | None:
    """Return the id of the box that was chosen just now, "" for none of them, or None when nothing was chosen."""
    sent = component_value(key, "chosen")
    return sent if isinstance(sent, str) else None


def _region(number: int, region: Region) -> dict[str, Any]:
    box = region.box
    return {
        "id": region.id,
        "label": region.label,
        "number": number,
        "is_flagged": bool(region.flags),
        "box": [box.ymin, box.xmin, box.ymax, box.xmax],
    }


def _read(item: Any) -> tuple[str, Box] | None:
    try:
        name = str(item["id"])[:64]
        values = [float(value) for value in item["box"]]
        ymin, xmin, ymax, xmax = (min(max(0.0, value), SCALE) for value in values if math.isfinite(value))
        return name, Box(ymin=ymin, xmin=xmin, ymax=ymax, xmax=xmax)
    except (KeyError, TypeError, ValueError, ValidationError):
        return None
