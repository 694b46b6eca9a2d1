"""Taking a picture out as it is: its original pixels, with the recipe inside the file."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset
from core.store.workspace import Workspace
from core.ui.texts import _


def original_button(workspace: Workspace, asset: Asset) -> None:
    """Show the button that downloads an asset's file; it is read when somebody clicks."""
    st.download_button(
        _("Original"),
        workspace.path(asset).read_bytes,
        file_name=asset.file_name,
        mime=asset.result.mime,
        icon=":material/download:",
        on_click="ignore",
        help=_("Download the original pixels, with the recipe inside the file"),
    )
