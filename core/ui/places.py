"""The pages, and going from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st

from core.ui.session import remember_place

PAGES = Path(__file__).parents[2] / "pages"


def page_file(name: str) -> Path:
    """Return the file of the page with this name (its stem)."""
    return PAGES / f"{name}.py"


def go_to(name: str) -> NoReturn:
    """Leave this page for another one; project, run and language stay in the address."""
    remember_place()
    st.switch_page(st.Page(page_file(name)), query_params=dict(st.query_params))
    raise AssertionError("st.switch_page does not return")
