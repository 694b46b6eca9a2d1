"""Templates: whole in both languages, their blanks filled by their examples, and nothing left behind."""

from __future__ import annotations

import pytest

from core.models.asset import Role
from core.models.catalog import load_catalog
from core.models.template import Template, open_blanks
from core.studio.prompting.templates import built_in
from core.studio.turntables import FEWEST_VIEWS, MOST_VIEWS

LANGUAGES = ("en", "zh_CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_the_guide_is_there(language: str) -> None:
    """Fifteen kinds, each with title, hint, models that exist, and an example for every blank but a series' own."""
    found = built_in(language)
    known = {facts.id for facts in load_catalog().models}
    assert len(found) == len({template.id for template in found}) == 15
    for template in found:
        assert template.title
        assert template.hint
        assert set(template.fields) == set(template.example)
        assert open_blanks(template.filled(template.example)) == tuple(filter(None, [template.series]))
        assert template.models
        assert set(template.models) <= known


def test_the_languages_say_the_same() -> None:
    """A template has as many blanks, the same roles and the same search in every language."""
    for english, chinese in zip(*map(built_in, LANGUAGES), strict=True):
        assert (english.id, english.places, english.search) == (chinese.id, chinese.places, chinese.search)
        assert (bool(english.series), len(english.views)) == (bool(chinese.series), len(chinese.views))
        assert len(english.blanks) == len(chinese.blanks)
        assert english.text != chinese.text


def test_a_blank_without_a_value_stays_seen() -> None:
    """What nobody filled in stays in the prompt, so that it is not sent unnoticed."""
    template = Template(id="t", title="T", text="A {colour} {thing}, {colour} all over.")
    assert template.blanks == ("colour", "thing")
    assert template.filled({"colour": "red", "thing": "  "}) == "A red {thing}, red all over."
    assert open_blanks("A red {thing}") == ("thing",)


def test_needs_name_the_references_of_the_text() -> None:
    """A template that speaks of Image n asks for at least n references."""
    for template in built_in("en"):
        named = [number for number in range(1, 6) if f"Image {number}" in template.text]
        assert len(template.roles) >= max(named, default=0)


def test_a_series_offers_its_views() -> None:
    """The turntable's blank is filled view by view: it is no field, and the views it begins with are two to eight."""
    (turntable,) = [template for template in built_in("en") if template.series]
    assert (turntable.id, turntable.series, turntable.fields) == ("turntable", "view", ("pose",))
    assert turntable.views[:2] == ("the front", "the three-quarter front")
    assert FEWEST_VIEWS <= len(turntable.views) <= MOST_VIEWS
    assert "{view}" in turntable.filled({"pose": "upright", "view": "the front"})


def test_what_is_missing_is_told_by_place() -> None:
    """Each reference takes the place of its role; the first open place is where the next one belongs."""
    fusion = Template(id="t", title="T", text="T", roles=(Role.CHARACTER, Role.STYLE), optional=(Role.BACKGROUND,))
    assert fusion.open_places([]) == (0, 1, 2)
    assert fusion.open_places([Role.BACKGROUND, Role.CHARACTER]) == (1,)
    assert fusion.open_places([Role.OTHER, Role.STYLE, Role.STYLE]) == (0, 2)
    assert fusion.open_places([*fusion.places, Role.OTHER]) == ()
