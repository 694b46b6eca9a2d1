"""Advice on prompts: each hint appears where it should, its text follows it, and a good prompt is left alone."""

from __future__ import annotations

import pytest

from core.models.asset import Kind, Role
from core.studio.prompting.advice import Advice, Hint, Situation, advise
from core.studio.prompting.things import things
from core.studio.sheet_prompts import SheetForm, write_prompt

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
            'First write the text, word for word: "Bread".\n'
            'Then make the image: A sign that says "Bread" in the morning\n'
            "These are its only words, in a clear sans-serif typeface, nothing across them.",
        ),
        (
            "A concert poster with a headline, at night",
            Hint.WORDS_UNSETTLED,
            'First write the text, word for word: "{words}".\n'
            "Then make the image: A concert poster with a headline, at night\n"
            "These are its only words, in a clear sans-serif typeface, nothing across them.",
        ),
        (
            "夜里的店招上写着店名，暖光",
            Hint.WORDS_UNSETTLED,
            "先写好文字，一字不差：“{文字}”。\n再画图，图中只有这些文字：夜里的店招上写着店名，暖光\n字体为清晰的黑体，没有东西遮挡。",
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


@pytest.mark.parametrize(
    "prompt", ["A wall with no text at noon", "She is reading a book under a lamp", "A quiet sign"]
)
def test_no_words_are_asked_for(prompt: str) -> None:
    """A picture without text, a reader and a sign nobody has words for are left alone."""
    assert found(prompt, Hint.WORDS_UNSETTLED) is None


SCENE = (Role.CHARACTER, Role.SCENE)
BEFORE = ("Wick at the edge of a forest, holding a red lantern, in the moonlight.",)


def test_a_thing_of_the_scene_before_is_kept_or_removed() -> None:
    """What somebody held in the previous scene and nobody speaks of is asked about; either way is one click."""
    advice = found("Wick walks into the clearing at dawn.", Hint.THING_LEFT_OPEN, roles=SCENE, before=BEFORE)
    assert advice is not None
    assert advice.about == "red lantern"
    assert advice.prompt is not None
    assert advice.prompt.endswith("\nThe red lantern of the previous scene stays as it is.")
    assert advice.instead is not None
    assert advice.instead.endswith("\nThe red lantern of the previous scene is gone.")
    for settled in (advice.prompt, advice.instead):
        assert found(settled, Hint.THING_LEFT_OPEN, roles=SCENE, before=BEFORE) is None
        assert found(settled, Hint.SCENE_LEFT_OPEN, roles=SCENE, before=BEFORE) is None


@pytest.mark.parametrize(
    "prompt",
    ["Wick sets the lantern down at dawn.", "Wick at dawn, everything else stays as it was.", "Two lanterns at dawn."],
)
def test_what_is_spoken_of_is_settled(prompt: str) -> None:
    """A thing that the prompt names, or a rest that it keeps as a whole, is not asked about."""
    assert found(prompt, Hint.THING_LEFT_OPEN, roles=SCENE, before=BEFORE) is None


@pytest.mark.parametrize(
    ("prompt", "there"),
    [
        ("Wick, wearing a blue coat and carrying the old oak chest, in the rain", ("blue coat", "old oak chest")),
        ("Wick steps into a clearing, no longer holding the lantern.", ()),
        ("A hill with a smile, without a hat", ()),
        ("威克提着一盏红灯笼走进森林", ("红灯笼",)),
        ("他不再拿着雨伞，走在雨里", ()),
    ],
)
def test_things_of_a_scene(prompt: str, there: tuple[str, ...]) -> None:
    """What is held, worn or carried is found; what is there no longer, and what is no thing, is not."""
    assert things(prompt) == there


def test_where_there_is_one_image_no_variants_are_offered() -> None:
    """A scene is one image: a number in its prompt is only left out, and its first look is not varied."""
    advice = found("Make three pictures of an old tower at dusk", Hint.COUNTED, most=1)
    assert advice == Advice(Hint.COUNTED, "An old tower at dusk")
    assert found(GOOD, Hint.FIRST_LOOK, is_first=True, most=1) is None


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("kind", [Kind.CUTOUT, Kind.CHARACTER_SHEET, Kind.ACCESSORY_SHEET])
def test_the_words_of_a_sheets_form_are_left_alone(language: str, kind: Kind) -> None:
    """What we write ourselves follows our own advice."""
    written = write_prompt(kind, SheetForm("Wick" if language == "en" else "威克"), language)
    assert advise(Situation(written, (Role.ARCHIVE,))) == ()
