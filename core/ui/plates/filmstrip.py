"""The pages beside each other, and which of them is open."""

from __future__ import annotations

from core.ui.components.pictures import picture_strip
from core.ui.plates.view import View, open_page
from core.ui.texts import _, ngettext


def show_filmstrip(view: View) -> None:
    """Show the pages, the open one marked; a click opens another."""
    count = len(view.pages)
    label = ngettext("{count} page", "{count} pages", count).format(count=count)
    unsearched = set(view.unsearched)
    marks = {page.id: _("not searched") if page.id in unsearched else _("searched") for page in view.pages}
    picture_strip(
        view.workspace,
        view.pages,
        key="pages",
        selected=view.page.id,
        marks=marks,
        label=label,
        on_pick=open_page,
    )
