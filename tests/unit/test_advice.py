"""Advice on prompts: each hint appears where it should, its text follows it, and a good prompt is left alone."""

from __future__ import annotations

import pytest

from core.models.asset import Role
from core.studio.prompting.advice import Advice, Hint, Situation, advise

GOOD = "An old clockmaker bent over a watch, close-up at eye level, late light from one window."


def found(prompt: str, hint: Hint, **more: object) -> Advice | None:
    given = Situation(prompt, **more)  # type: ignore[arg-type]
    return next((advice for advice in advise(given) if advice.hint is hint), None)


def test_a_good_prompt_gets_no_advice() -> None:
    """Words that say who, where, how close and in which light are left alone, and so is one that has only begun."""
    assert advise(Situation(GOOD)) == ()
    assert advise(Situation("A nice")) == ()


@pytest.mark.parametrize(
    ("prompt", "hint", "better"),
    [
        ("A beautiful old robot at dawn, seen from above", Hint.VAGUE, "An old robot at dawn, seen from above"),
        (
            "An hour before a unicorn at dawn, a nice owl above",
            Hint.VAGUE,
            "An hour before a unicorn at dawn, an owl above",
        ),
        ("An old tower with no people, at noon", Hint.NEGATIVE, "An old tower, empty and deserted, at noon"),
        ("一座古塔，不要文字，夜晚的光", Hint.NEGATIVE, "一座古塔，表面干净无字，夜晚的光"),
        (
            "A robot in a valley",
            Hint.NO_LIGHT_OR_CAMERA,
            "A robot in a valley\nLight: soft morning light from the left. Framing: medium shot at eye level.",
        ),
        (
            'A sign that says "Bread" in the morning',
            Hint.LETTERS,
            'A sign that says "Bread" in the morning\n'
            "The quoted words stand letter for letter, in a clear sans-serif typeface.",
        ),
        (
            "Add a hat, remove the tree, change the sky to red and put a bird on the roof",
            Hint.MANY_CHANGES,
            "Step 1: Add a hat.\nStep 2: Remove the tree.\n"
            "Step 3: Change the sky to red.\nStep 4: Put a bird on the roof.",
        ),
    ],
)
def test_a_fix_follows_its_hint(prompt: str, hint: Hint, better: str) -> None:
    """One click gives the prompt that the hint asks for, and then the hint is gone."""
    advice = found(prompt, hint)
    assert advice is not None
    assert advice.prompt == better
    assert found(better, hint) is None


@pytest.mark.parametrize("prompt", ["A dog that is not barking at night", "避免现代物品的古街夜景画面"])
def test_a_negative_nobody_can_turn_round_is_only_told(prompt: str) -> None:
    """Where only the person knows what is there instead, the hint has no text."""
    advice = found(prompt, Hint.NEGATIVE)
    assert advice is not None
    assert advice.prompt is None


@pytest.mark.parametrize(
    ("prompt", "count", "rest"),
    [
        ("Make three pictures of an old tower at dusk", 3, "An old tower at dusk"),
        ("Generate 4 different variants of a red lamp at night", 4, "A red lamp at night"),
        ("画三张夜里的红灯笼和旧木桥", 3, "夜里的红灯笼和旧木桥"),
    ],
)
def test_a_number_becomes_variants(prompt: str, count: int, rest: str) -> None:
    """An exact number of images leaves the words and becomes the number of variants."""
    advice = found(prompt, Hint.COUNTED)
    assert advice is not None
    assert (advice.variants, advice.prompt) == (count, rest)


def test_references_and_scenes_are_to_be_named() -> None:
    """Two unnamed references are named by one click; a previous scene asks what stays; named ones are left alone."""
    roles = (Role.CHARACTER, Role.SCENE)
    named = "- Image 1: Robot character sheet.\n- Image 2: Previous scene.\nThe robot walks on."
    advice = found("The robot walks on.", Hint.UNNAMED_REFERENCES, roles=roles, named=named)
    assert advice is not None
    assert advice.prompt == named
    assert found(named, Hint.UNNAMED_REFERENCES, roles=roles, named=named) is None
    open_scene = found("The robot walks on.", Hint.SCENE_LEFT_OPEN, roles=roles)
    assert open_scene is not None
    assert open_scene.prompt is not None
    assert found(open_scene.prompt, Hint.SCENE_LEFT_OPEN, roles=roles) is None


def test_the_first_image_is_worth_variants() -> None:
    """Before there is any image, a single variant is advised against."""
    advice = found(GOOD, Hint.FIRST_LOOK, is_first=True)
    assert advice is not None
    assert advice.variants == 3
    assert found(GOOD, Hint.FIRST_LOOK, is_first=True, variants=2) is None
