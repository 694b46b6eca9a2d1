"""Which image is selected: its id stands in the address, so that a refresh and a copied link come back to it."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset
from core.ui.session import studio

_ASSET = "asset"


def selected_asset() -> Asset | None:
    """Return the selected image, or None when none is or it is gone."""
    asset_id = st.query_params.get(_ASSET, "")
    return studio().workspace.find(asset_id) if asset_id else None


def select(asset_id: str) -> None:
    """Select an image; "" for none."""
    if asset_id:
        st.query_params[_ASSET] = asset_id
    elif _ASSET in st.query_params:
        del st.query_params[_ASSET]
