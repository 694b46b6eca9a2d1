"""What a widget begins with, so that one in a closed popover shows its value when that is opened later."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from core.ui.fitting import start_of


@pytest.mark.parametrize(
    ("widget", "value", "options", "start"),
    [
        (st.text_area, "ships", {}, {"value": "ships"}),
        (st.checkbox, True, {}, {"value": True}),
        (st.number_input, None, {"min_value": 0.0}, {"value": None}),
        (st.number_input, 1, {"min_value": 0.0, "step": 0.1}, {"value": 1.0}),
        (st.number_input, 10, {"min_value": 0, "step": 5}, {"value": 10}),
        (st.selectbox, "b", {"options": ["a", "b"]}, {"index": 1}),
        (st.selectbox, "c", {"options": ["a", "b"]}, {}),
        (st.segmented_control, "a", {"options": ["a", "b"]}, {"default": "a"}),
        (st.segmented_control, None, {"options": ["a", "b"]}, {}),
        (st.pills, ["b"], {"options": ["a", "b"]}, {"default": ["b"]}),
        (st.multiselect, ["c"], {"options": ["a", "b"]}, {}),
    ],
)
def test_a_widget_begins_with_its_value(
    widget: Any, value: object, options: dict[str, object], start: dict[str, object]
) -> None:
    """Each kind of widget has its own word for it; what it cannot show is left out."""
    assert start_of(widget, value, options) == start
