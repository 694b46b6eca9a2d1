"""Characters: prompts from a form, recipes of several tries, and the try that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.drawing.sheet import captions_for, views_asked
from core.errors import InvalidImageError, InvalidRequestError, MissingApiKeyError
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Result, Role
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.characters import SheetOrder, character_step, keep, kept_try, list_characters, sheet_recipes, tries
from core.studio.context import Studio
from core.studio.intake import take_in
from core.studio.prompts import count_words
from core.studio.sheet_prompts import SheetForm, View, write_prompt
from tests.samples import jpeg, png


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A studio without an account."""
    return Studio(load_settings(THROUGHLINE_HOME=str(tmp_path / "home")))


@pytest.fixture
def workspace(studio: Studio, tmp_path: Path) -> Workspace:
    """An empty project."""
    return studio.workspace(tmp_path / "project", "The lamplighter")


@pytest.fixture
def plate(workspace: Workspace) -> Asset:
    """The archive picture."""
    return take_in(workspace, jpeg(), "plate")


def order(plate: Asset, **changes: object) -> SheetOrder:
    """Return an order for two tries of Wick's sheet."""
    wanted = {
        "name": "Wick",
        "kind": Kind.CHARACTER_SHEET,
        "prompt": "- Wick, front view and back view.",
        "source": plate,
        "engine": EngineName.DRAFT,
        "variants": 2,
    }
    return SheetOrder(**{**wanted, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("view", View)
def test_the_draft_engine_draws_the_views_that_were_ticked(language: str, view: View) -> None:
    """The words for each view are read back as that view, in both languages."""
    wanted = {view, View.FRONT if view is not View.FRONT else View.BACK}
    prompt = write_prompt(Kind.CHARACTER_SHEET, SheetForm("", views=tuple(wanted)), language)
    drawn = views_asked(prompt)
    assert {drawn_view.value for drawn_view in drawn} == {ticked.value for ticked in wanted}


def test_all_views_get_their_own_captions() -> None:
    """Captions stand in the order in which a sheet shows its views, whatever order they were ticked in."""
    form = SheetForm("Wick", views=tuple(reversed(View)))
    prompt = write_prompt(Kind.CHARACTER_SHEET, form, "en")
    captions = captions_for(prompt, "Wick", views_asked(prompt), is_object=False)
    assert captions.title == "Wick"
    assert captions.views == ("Front view", "Three-quarter view", "Left view", "Right view", "Back view")


def test_every_field_is_in_the_prompt() -> None:
    """What was typed stands in the prompt word for word, quoted captions without quotes of their own."""
    form = SheetForm(
        "Wick", "the hare.", (View.LEFT,), "lantern, scarf", "ink wash", 'WICK "the" hare\n\nFrom the left'
    )
    prompt = write_prompt(Kind.CHARACTER_SHEET, form, "en")
    for words in (
        "of Wick: the hare,",
        "left view",
        "lantern, scarf.",
        "Style: ink wash.",
        '"WICK the hare", "From the',
    ):
        assert words in prompt
    assert "original" not in prompt
    assert "back" not in prompt


@pytest.mark.parametrize(
    ("form", "language", "is_chinese"),
    [
        (SheetForm(""), "en", False),
        (SheetForm(""), "zh_CN", True),
        (SheetForm("灯芯"), "en", True),
        (SheetForm("Wick", "the hare"), "zh_CN", False),
    ],
)
def test_the_prompt_speaks_the_language_that_was_typed(form: SheetForm, language: str, is_chinese: bool) -> None:
    """Typed words decide; the interface's language only where nothing was typed."""
    for kind in (Kind.CUTOUT, Kind.CHARACTER_SHEET, Kind.ACCESSORY_SHEET):
        assert ("。" in write_prompt(kind, form, language)) is is_chinese


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=120))
def test_any_text_makes_lines_of_wishes(name: str, subject: str, captions: str) -> None:
    """Whatever is typed, each line of the prompt begins as a wish and none is empty."""
    lines = write_prompt(Kind.CHARACTER_SHEET, SheetForm(name, subject, captions=captions), "en").splitlines()
    assert all(line.startswith("- ") and len(line) > 3 for line in lines)


def test_recipes_hold_the_whole_order(studio: Studio, workspace: Workspace, plate: Asset) -> None:
    """Source, role, settings the model honours, and one attempt a try."""
    settings = GenerationSettings(aspect_ratio="3:2", temperature=1.0)
    recipes = sheet_recipes(studio, workspace, order(plate, settings=settings))
    assert [recipe.attempt for recipe in recipes] == [1, 2]
    assert len({recipe.fingerprint for recipe in recipes}) == 2
    recipe = recipes[0]
    assert (recipe.story, recipe.step, recipe.model) == ("characters", "Wick", "draft")
    assert recipe.composed.startswith("- Image 1: Archive picture.\n")
    assert recipe.settings.set_values() == {"aspect_ratio": "3:2"}
    assert [(source.asset_id, source.role, source.digest) for source in recipe.sources] == [
        (plate.id, Role.ARCHIVE, plate.digest)
    ]


def test_a_second_order_makes_new_tries(studio: Studio, workspace: Workspace, plate: Asset) -> None:
    """The same order again asks for attempts that nobody made; another prompt begins at the first."""
    for seed, recipe in enumerate(sheet_recipes(studio, workspace, order(plate))):
        workspace.save(recipe, Result(), png(seed), recipe.step)
    assert [recipe.attempt for recipe in sheet_recipes(studio, workspace, order(plate))] == [3, 4]
    assert [recipe.attempt for recipe in sheet_recipes(studio, workspace, order(plate, prompt="other"))] == [1, 2]


def test_an_order_that_cannot_be_made_is_refused(studio: Studio, workspace: Workspace, plate: Asset) -> None:
    """An empty prompt, a ratio no model has, and an engine without an account are told before anything begins."""
    with pytest.raises(InvalidRequestError, match="prompt is empty"):
        sheet_recipes(studio, workspace, order(plate, prompt=" \n"))
    with pytest.raises(InvalidRequestError, match="aspect ratio"):
        sheet_recipes(studio, workspace, order(plate, settings=GenerationSettings(aspect_ratio="7:5")))
    with pytest.raises(MissingApiKeyError):
        sheet_recipes(studio, workspace, order(plate, engine=EngineName.GEMINI))


def test_keeping_names_a_character(studio: Studio, workspace: Workspace, plate: Asset) -> None:
    """A kept try is the character's picture until another is kept; other names have tries of their own."""
    first, second = (
        workspace.save(recipe, Result(), png(seed), recipe.step)
        for seed, recipe in enumerate(sheet_recipes(studio, workspace, order(plate, name=" Wick:  the hare ")))
    )
    assert (tries(workspace, "Wick: the hare"), kept_try(workspace, "Wick: the hare")) == ([first, second], None)
    keep(workspace, first)
    keep(workspace, second)
    assert kept_try(workspace, "Wick: the hare") == second
    assert [(kept.name, kept.step, kept.asset) for kept in list_characters(workspace)] == [
        ("Wick: the hare", character_step("Wick: the hare"), second)
    ]
    assert tries(workspace, "Moth") == []
    workspace.trash(second.id)
    assert list_characters(workspace) == []


def test_a_bad_file_is_named_without_its_hiding_place(workspace: Workspace) -> None:
    """An error about an upload names the file, not the folder it stood in for a moment, and leaves nothing behind."""
    with pytest.raises(InvalidImageError) as caught:
        take_in(workspace, b"no picture", "old hare")
    assert "old hare" in caught.value.message
    assert "/" not in caught.value.message
    assert workspace.assets() == []


def test_the_same_picture_twice_is_one_asset(workspace: Workspace, plate: Asset) -> None:
    """A picture that is in the project already is chosen, not doubled, whatever its file is called."""
    assert take_in(workspace, jpeg(), "../other name") == plate
    assert [asset.id for asset in workspace.assets()] == ["plate"]


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("- Wick, the hare's two-tone coat.", 5), ("灯芯 and 3 兔子", 6), ("…—!", 0)]
)
def test_words_are_counted_as_people_do(text: str, count: int) -> None:
    """Hyphens and apostrophes join, punctuation does not count, each Chinese character does."""
    assert count_words(text) == count
