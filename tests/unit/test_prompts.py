"""From the typed text to the text that is sent."""

from __future__ import annotations

import pytest

from core.models.asset import Kind, Role, Source
from core.studio.prompts import compose, role_of

ROBOT = Source(asset_id="robot", role=Role.CHARACTER, name="Robot")
SCENE = Source(asset_id="hill", role=Role.SCENE, name="hill")


def test_every_source_gets_one_line_before_the_text() -> None:
    """The composed text begins with one line a source, in order, then holds the typed text unchanged."""
    composed = compose("- It rains.\n- Night.", [ROBOT, SCENE], [Kind.CHARACTER_SHEET, Kind.SCENE])
    assert composed == "- Image 1: Robot character sheet.\n- Image 2: Previous scene.\n- It rains.\n- Night."


@pytest.mark.parametrize("line", ["Image 1: mine.", "- Image 2: mine.", "* image 3: mine.", "  • Image 10: mine."])
def test_a_text_that_names_its_images_is_left_alone(line: str) -> None:
    """A typed line that begins with "Image n:", bullet or not, switches our lines off."""
    assert compose(f"Night.\n{line}", [ROBOT], [Kind.CHARACTER_SHEET]) == f"Night.\n{line}"


@pytest.mark.parametrize("text", ["The image 1: shown.", "Similar to image 2.", "Imagery: none"])
def test_a_text_that_only_mentions_images_gets_our_lines(text: str) -> None:
    """Naming an image inside a sentence does not switch our lines off."""
    assert compose(text, [ROBOT], [Kind.CHARACTER_SHEET]) == f"- Image 1: Robot character sheet.\n{text}"


def test_two_scenes_are_told_apart() -> None:
    """With several scenes among the sources each is named."""
    other = SCENE.model_copy(update={"asset_id": "lake", "name": "lake"})
    composed = compose("x", [SCENE, other], [Kind.SCENE, Kind.SCENE])
    assert composed.splitlines()[:2] == ["- Image 1: Previous scene, hill.", "- Image 2: Previous scene, lake."]


def test_without_sources_the_text_stands_alone() -> None:
    """A text without sources is sent as typed, outer white space aside."""
    assert compose("  A hill.\n", [], []) == "A hill."


def test_every_kind_and_role_has_its_wording() -> None:
    """No kind is without a role, and no role without a line, so that nothing fails for a new one."""
    for kind in Kind:
        role = role_of(kind)
        assert compose("x", [Source(asset_id="a", role=role, name="A")], [kind]).startswith("- Image 1: ")
    for role in Role:
        assert compose("x", [Source(asset_id="a", role=role, name="A")], [Kind.IMAGE]).endswith("\nx")
