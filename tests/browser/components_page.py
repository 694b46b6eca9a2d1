"""Every component once, on the newest project; what comes back is shown as text."""

import streamlit as st

from core.ui.components.pictures import before_after, picture_strip, zoom_picture
from core.ui.session import recent_projects, studio

workspace = studio().project = recent_projects()[0]
assets = workspace.assets()

zoom_picture(workspace, assets[0], key="zoom", caption="**Caption**")
before_after(workspace, assets[0], assets[1], key="pair", labels=("Old", "New"), max_height=300)
picked = picture_strip(workspace, assets * int(st.query_params.get("times", "1")), key="gallery", look="grid")
st.text(f"picked: {picked}")
