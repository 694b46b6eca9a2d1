"""The lineage as files, in one menu; a file is made when its button is clicked, not before."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from core.store.ids import clean_id
from core.store.workspace import Workspace
from core.studio.lineage_files import write_lineage, write_sheet
from core.ui.session import studio
from core.ui.texts import _

_FORMS = {
    "html": ("lineage.html", "text/html"),
    "png": ("lineage.png", "image/png"),
    "json": ("lineage.json", "application/json"),
    "sheet": ("contact-sheet.png", "image/png"),
}


def show_exports() -> None:
    """Show the menu of exports; they hold the chosen versions."""
    workspace = studio().workspace
    labels = {
        "html": _("Page with the graph (HTML)"),
        "png": _("Picture of the graph (PNG)"),
        "json": _("Graph for programs (JSON)"),
        "sheet": _("Contact sheet (PNG)"),
    }
    with st.popover(_("Export"), icon=":material/ios_share:"):
        st.text(_("Files of the chosen versions. They hold everything and ask nothing from outside."))
        for form, (name, mime) in _FORMS.items():
            st.download_button(
                labels[form],
                partial(export, workspace, form),
                file_name=f"{clean_id(workspace.title)}-{name}",
                mime=mime,
                on_click="ignore",
                width="stretch",
                key=f"export-{form}",
            )


def export(workspace: Workspace, form: str) -> bytes:
    """Return a file of the chosen versions: `html`, `png`, `json`, or the contact `sheet`."""
    with tempfile.TemporaryDirectory(prefix="throughline-") as folder:
        out = Path(folder) / _FORMS[form][0]
        if form == "sheet":
            write_sheet(workspace, out)
        else:
            write_lineage(workspace, form, out)
        return out.read_bytes()
