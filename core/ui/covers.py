"""The projects one worked on, as covers: a click opens one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.models.asset import Asset, EngineName
from core.store.workspace import Workspace
from core.ui.components.component import front, registered
from core.ui.labels import project_labels
from core.ui.pictures import picture_url
from core.ui.texts import _
from core.ui.widgets import ago, images

_covers = registered("covers", *front("shared/base.css", "covers/view.html", "covers/view.css", "covers/view.js"))


def show_covers(projects: Sequence[tuple[Workspace, datetime | None]]) -> Workspace | None:
    """Show projects with when each was opened last, and return the one that was clicked just now."""
    labels = project_labels([project for project, _when in projects])
    data = {
        "covers": [_cover(project, labels[project.uuid], opened) for project, opened in projects],
        "words": {"open": _("Open {title}"), "blank": _("No picture yet")},
    }
    opened = _covers(key="covers", data=data, on_opened_change=lambda: None).get("opened")
    return next((project for project, _when in projects if project.uuid == opened), None)


def _cover(project: Workspace, label: str, opened: datetime | None) -> dict[str, Any]:
    assets = project.assets()
    shown = _shown(assets)
    facts = [images(len(assets)), _("opened {when}").format(when=ago(opened)) if opened else ""]
    return {
        "id": project.uuid,
        "title": label,
        "line": " · ".join(fact for fact in facts if fact),
        "thumbnail": picture_url(project, shown) if shown else "",
        "width": shown.result.width if shown else 3,
        "height": shown.result.height if shown else 2,
    }


def _shown(assets: Sequence[Asset]) -> Asset | None:
    """Return the newest picture that was made, else the newest one."""
    made = [asset for asset in assets if asset.recipe.engine in (EngineName.DRAFT, EngineName.GEMINI)]
    return next(iter([*assets, *made][::-1]), None)
