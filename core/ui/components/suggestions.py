"""Search suggestions as the service sends them: HTML from outside, shown in a frame that can do nothing."""

from __future__ import annotations

from core.ui.components.component import front, registered
from core.ui.texts import _

_suggestions = registered("suggestions", *front("suggestions/view.html", "suggestions/view.css", "suggestions/view.js"))


def search_suggestions(html: str, *, key: str) -> None:
    """Show the suggestions of a grounded answer, as the service asks: no script or request, links in new tabs."""
    _suggestions(key=key, data={"html": html, "label": _("Search suggestions")})
