"""What comes out: a ZIP, a book, tables, and references for a video model."""

from __future__ import annotations

import tempfile
from itertools import groupby
from pathlib import Path

import streamlit as st

from core.errors import StudioError
from core.models.asset import Asset
from core.studio.exports.plates.archive import MOST_REFERENCES
from core.studio.plates.cutting import region_name
from core.studio.plates.gathering import ENDINGS, Going, finished, pages_size, plate_records, write_plates
from core.ui.components.marks import name_of
from core.ui.labels import distinct
from core.ui.plates.view import View
from core.ui.session import language
from core.ui.texts import _
from core.ui.widgets import main_type, show_error

_LIGHT_MB = 300  # heavier ZIPs are asked for
_MIMES = {".zip": "application/zip", ".pdf": "application/pdf", ".csv": "text/csv", ".json": "application/json"}


def show_exports(view: View) -> None:
    """Show the exports behind one button."""
    titles = {
        "zip": _("Plates with their recipes, as ZIP"),
        "pdf": _("Plate book with captions and credits, as PDF"),
        "csv": _("Table of objects, as CSV"),
        "coco": _("Boxes for training, as COCO JSON"),
        "label-studio": _("Boxes for Label Studio, as JSON"),
        "references": _("Up to three references for a video model, as ZIP"),
    }
    with st.popover(_("Export"), icon=":material/ios_share:"):
        form = str(st.selectbox(_("What to write"), list(titles), format_func=titles.__getitem__))
        is_all = len(view.pages) > 1 and st.checkbox(_("All pages"), value=True)
        pages = None if is_all else [view.page]
        has_pages = form == "zip" and _with_pages(view, bool(is_all))
        chosen = _references(view, pages) if form == "references" else ()
        is_off = form == "references" and not chosen
        if st.button(
            _("Put it together"),
            type=main_type(not is_off),
            icon=":material/inventory_2:",
            disabled=is_off,
            key="plates/export",
        ):
            _offer(view, form, pages, Going(chosen, bool(has_pages), language()))


def _references(view: View, pages: list[Asset] | None) -> tuple[str, ...]:
    """Ask which plates a video model gets; those that went farthest through the steps stand there first."""
    found = plate_records(view.workspace, pages)
    numbers = {
        record.name: number
        for _page, of_page in groupby(found, lambda record: record.page.id)
        for number, record in enumerate(of_page, 1)
    }
    records = {record.name: record for record in found if record.images}
    names = {
        name: f"{numbers[name]} {region_name(record.region)} · {name_of(record.page)}"
        for name, record in records.items()
    }
    titles = distinct(names)
    chosen = st.multiselect(
        _("Plates, up to three"),
        list(records),
        default=[record.name for record in finished(list(records.values()))],
        format_func=titles.__getitem__,
        max_selections=MOST_REFERENCES,
        placeholder=_("Choose plates"),
        key=f"plates/references/{'all' if pages is None else view.page.id}",
    )
    return tuple(chosen)


def _with_pages(view: View, all_pages: bool) -> bool:
    """Ask whether the pages go along, and say how large they are."""
    megabytes = pages_size(view.workspace, view.pages if all_pages else (view.page,)) / 1_000_000
    return st.checkbox(
        _("With the pages · {size} MB").format(size=f"{megabytes:.1f}"),
        value=megabytes <= _LIGHT_MB,
        help=_("Tools for COCO and Label Studio need the pages beside the boxes."),
        key=f"plates/with-pages/{all_pages}",
    )


def _offer(view: View, form: str, pages: list[Asset] | None, going: Going) -> None:
    """Write the export and offer it; written first, so that what is wrong is told here and not by the browser."""
    ending = ENDINGS[form]
    with tempfile.TemporaryDirectory(prefix="throughline-export-") as folder:
        path = Path(folder) / f"plates{ending}"
        try:
            with st.spinner(_("Putting it together")):
                write_plates(view.workspace, form, path, pages, going)
        except StudioError as error:
            show_error(error)
            return
        name = f"{view.workspace.title if pages is None else view.page.id}-{form}{ending}"
        st.download_button(
            _("Download"),
            path.read_bytes(),
            file_name=name,
            mime=_MIMES[ending],
            icon=":material/download:",
            on_click="ignore",
        )
