"""Pictures one can look into: zoom to original pixels, before and after, and a gallery to pick from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from core.models.asset import Asset
from core.store.workspace import Workspace
from core.ui.components.component import asset_handler, front, registered
from core.ui.components.marks import Mark, PictureData, picture_data
from core.ui.texts import _

MOST_IN_GALLERY = 1000

_LIGHTBOX = (
    "shared/base.css",
    "shared/lightbox.css",
    "shared/lightbox.html",
    "shared/zooming.js",
    "shared/lightbox.js",
)
_zoom = registered("zoom", *front(*_LIGHTBOX, "zoom/view.html", "zoom/view.css", "zoom/view.js"))
_pair = registered("pair", *front(*_LIGHTBOX, "pair/view.html", "pair/view.css", "pair/looking.js", "pair/view.js"))
_gallery = registered(
    "gallery",
    *front("shared/base.css", "shared/marks.css", "gallery/view.html", "gallery/view.css", "gallery/view.js"),
)


def zoom_picture(
    workspace: Workspace,
    asset: Asset,
    *,
    key: str,
    caption: str = "",
    mark: Mark | None = None,
    max_height: int = 720,
) -> None:
    """Show a picture fitted into its place; a click or Enter opens its original pixels over the whole window.

    `caption` is shown below as text, `max_height` is in CSS pixels.
    """
    data = {
        "picture": picture_data(workspace, asset, mark),
        "caption": caption,
        "max_height": max_height,
        "words": lightbox_words(),
    }
    _zoom(key=key, data=data)


def before_after(
    workspace: Workspace,
    before: Asset,
    after: Asset,
    *,
    key: str,
    labels: tuple[str, str] | None = None,
    max_height: int = 640,
    heat: str = "",
) -> None:
    """Compare two pictures under a slider, side by side or in turn, zoomed and moved together to original pixels.

    `labels` are already translated; without them they are "before" and "after". Pictures of different shapes are fitted
    into the second one's shape. `max_height` is in CSS pixels, `heat` the URL of a picture of their differences.
    """
    first, second = labels or (_("Before"), _("After"))
    data = {
        "before": picture_data(workspace, before),
        "after": picture_data(workspace, after),
        "max_height": max_height,
        "heat": heat,
        "words": {
            **lightbox_words(),
            "heat": _("Differences"),
            "before": first,
            "after": second,
            "slider": _("Slider"),
            "side": _("Side by side"),
            "blink": _("Blink"),
            "view": _("How to compare"),
            "looking": _(
                "Both pictures together. Plus and minus zoom, 0 fits, 1 shows every pixel, Shift and arrow keys move."
            ),
            "pixels": _("Show every pixel"),
            "compare": _("Move between {before} and {after}").format(before=first, after=second),
        },
    }
    _pair(key=key, data=data)


def picture_strip(
    workspace: Workspace,
    assets: Sequence[Asset],
    *,
    key: str,
    selected: str = "",
    marks: Mapping[str, Mark | str] | None = None,
    label: str = "",
    look: Literal["row", "grid", "versions"] = "row",
    on_pick: Callable[[str], object] | None = None,
) -> str | None:
    """Show thumbnails in a row, or as a grid, and return the asset id that was picked just now, or None.

    At most 1000 are shown, the last ones. Versions of a picture share its name: these are called by their number.
    `marks` are by asset id, the others follow from the assets; plain words are said in place of a mark's own name.
    `selected` is marked as picked. `on_pick` is called with the id before the page runs again.
    """
    shown = assets[-MOST_IN_GALLERY:]
    known = {asset.id for asset in shown}
    items = [_marked(workspace, asset, (marks or {}).get(asset.id)) for asset in shown]
    if look == "versions":
        numbers = {asset.id: number for number, asset in enumerate(sorted(assets, key=_age), start=1)}
        items = [{**item, "name": _("Version {number}").format(number=numbers[item["id"]])} for item in items]
    data = {
        "items": items,
        "selected": selected,
        "label": label or _("Pictures"),
        "is_grid": look == "grid",
    }
    handler = asset_handler(key, "picked", known, on_pick or (lambda _picked: None))
    picked = _gallery(key=key, data=data, on_picked_change=handler).get("picked")
    return picked if isinstance(picked, str) and picked in known else None


def _marked(workspace: Workspace, asset: Asset, mark: Mark | str | None) -> PictureData:
    if mark is None or isinstance(mark, Mark):
        return picture_data(workspace, asset, mark)
    return {**picture_data(workspace, asset), "mark_name": mark}


def _age(asset: Asset) -> tuple[float, int, str]:
    created = asset.result.created
    return created.timestamp() if created else 0.0, len(asset.id), asset.id


def lightbox_words() -> dict[str, str]:
    """Return what the zoomed picture's buttons say."""
    return {
        "open": _("Look closer"),
        "zoom": _("{name}. Arrow keys move, plus and minus zoom, 0 fits, 1 shows every pixel, Escape closes."),
        "fit": _("Fit"),
        "full": _("100 %"),
        "nearer": _("Zoom in"),
        "farther": _("Zoom out"),
        "close": _("Close"),
        "unreadable": _("This picture cannot be shown. Its file may be damaged."),
    }
