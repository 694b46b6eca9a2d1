"""Every page's frame: page config, sign-in gate, navigation over ../../pages, sidebar."""

from pathlib import Path

import streamlit as st

LOGO = Path(__file__).with_name("components") / "logo.svg"
st.set_page_config(page_title="Throughline", page_icon=str(LOGO), layout="wide")

from core.ui import frame  # noqa: E402 - page config comes first, whatever an import may say

frame.show()
