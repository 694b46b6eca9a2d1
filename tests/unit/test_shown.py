"""Which widgets the browser holds, and names told apart."""

from __future__ import annotations

from core.ui.labels import distinct
from core.ui.shown import Shown


def test_a_widget_is_held_after_a_whole_run_of_its_page() -> None:
    """The second whole run of a page finds its widgets in the browser, and those it left out are gone in the third."""
    shown = Shown()
    shown.begin("sheet")
    assert not shown.add("name")
    assert shown.add("name")
    shown.is_whole = True
    shown.begin("sheet")
    assert shown.add("name")
    shown.is_whole = True
    shown.begin("sheet")
    shown.is_whole = True
    shown.begin("sheet")
    assert not shown.add("name")


def test_nothing_is_held_after_another_page_or_a_run_that_was_cut_off() -> None:
    """What a cut-off run showed may never have reached the browser, and another page made it forget."""
    shown = Shown()
    for page, is_whole in (("sheet", True), ("lineage", True), ("sheet", False), ("sheet", True)):
        shown.begin(page)
        assert not shown.add("name")
        shown.is_whole = is_whole


def test_equal_names_are_numbered() -> None:
    """Each of several equal names has a label of its own, also beside one that looks numbered already."""
    assert distinct({"a": "Hare", "b": "Fox", "c": "Hare"}) == {"a": "Hare", "b": "Fox", "c": "Hare (2)"}
    found = distinct({"a": "Hare", "b": "Hare (2)", "c": "Hare", "d": "Hare (2)"})
    assert len(set(found.values())) == 4
    assert found["b"] == "Hare (2)"
