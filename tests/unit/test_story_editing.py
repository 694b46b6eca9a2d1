"""Changing a story: what the new story says, and what is refused."""

from __future__ import annotations

import pytest

from core.errors import CycleError, StoryError, UnknownSourceError
from core.models.asset import Kind, Role
from core.models.story import Step, StepSource, Story, StorySource
from core.studio import story_editing as editing
from core.studio.lanes import places


def scene(name: str, *sources: str, kind: Kind = Kind.SCENE) -> Step:
    return Step(id=name, kind=kind, prompt=f"- {name}", sources=tuple(StepSource(id=source) for source in sources))


STORY = Story(
    title="t",
    sources=(StorySource(id="archive", path="archive.png"),),
    steps=(
        scene("hare", "archive", kind=Kind.CHARACTER_SHEET),
        scene("a", "hare"),
        scene("b", "hare", "a"),
        scene("c", "hare", "b"),
        scene("d", "hare", "b"),
    ),
)


def made_from(story: Story) -> dict[str, list[str]]:
    return {step.id: [source.id for source in step.sources] for step in story.steps}


def test_a_scene_added_stands_behind_the_one_it_follows() -> None:
    """A new scene is written behind the one it follows and what goes on from that, so it begins a lane below."""
    story = editing.add_after(STORY, "b", scene("new", "hare", "b"))
    assert [step.id for step in story.steps] == ["hare", "a", "b", "c", "d", "new"]
    lanes = {name: place.lane for name, place in places(story).items()}
    assert lanes["c"] == lanes["b"] < lanes["new"]
    assert {name: sources for name, sources in made_from(story).items() if name != "new"} == made_from(STORY)


def test_a_step_added_last_brings_its_pictures() -> None:
    """It stands behind all others with the starting images it needs; a taken id or an unknown source is refused."""
    ink = StorySource(id="ink", path="ink.png")
    story = editing.add_last(STORY, scene("new", "hare", "ink"), [ink])
    assert (story.steps[-1].id, story.sources[-1]) == ("new", ink)
    for step, sources in ((scene("B", "hare"), []), (scene("new", "ink"), []), (scene("ink", "hare"), [ink])):
        with pytest.raises(StoryError):
            editing.add_last(STORY, step, sources)


def test_what_follows_a_scene_has_its_characters_and_the_scene() -> None:
    """A scene after a scene is made from its characters and from it; one after a sheet from the sheet alone."""
    assert [source.id for source in editing.following_sources(STORY, "b")] == ["hare", "b"]
    assert [source.id for source in editing.following_sources(STORY, "hare")] == ["hare"]


def test_following_sources_keep_their_roles() -> None:
    """A character used for its style only is so in the next scene, too."""
    styled = editing.set_sources(STORY, "b", [StepSource(id="hare", role=Role.STYLE), StepSource(id="a")])
    assert editing.following_sources(styled, "b")[0] == StepSource(id="hare", role=Role.STYLE)


def test_an_id_is_made_from_the_name_and_free() -> None:
    """Ids are told apart ignoring case, sources of the story included, and a nameless scene gets one too."""
    assert editing.free_id(STORY, "A") == "A-2"
    assert editing.free_id(STORY, "archive") == "archive-2"
    assert editing.free_id(STORY, "") == "scene"
    assert editing.free_id(STORY, "../x/y") == "-x-y"


def test_a_taken_id_is_refused() -> None:
    """A new scene cannot take another one's id, whatever its case."""
    with pytest.raises(StoryError, match="already"):
        editing.add_after(STORY, "a", scene("B", "hare"))


def test_an_edit_changes_one_step_only() -> None:
    """Only the fields named change, only in the step named; the story before is as it was."""
    story = editing.edit(STORY, "b", prompt="  new  ", name="Bee")
    assert (story.step("b").prompt, story.step("b").name) == ("new", "Bee")
    assert [step for step in story.steps if step.id != "b"] == [step for step in STORY.steps if step.id != "b"]
    assert STORY.step("b").prompt == "- b"


def test_an_empty_prompt_is_refused() -> None:
    """No story file may hold an empty prompt."""
    with pytest.raises(StoryError, match="prompt is empty"):
        editing.edit(STORY, "b", prompt=" \n ")


def test_a_step_that_is_gone_is_named() -> None:
    """A change to a step that another tab deleted says so."""
    with pytest.raises(StoryError, match="'gone'"):
        editing.edit(STORY, "gone", prompt="x")


def test_deleting_a_scene_joins_its_neighbours() -> None:
    """What was made from the deleted scene is made from the one before it, in the same place of its order."""
    assert made_from(editing.delete(STORY, "b")) == {
        "hare": ["archive"], "a": ["hare"], "c": ["hare", "a"], "d": ["hare", "a"],
    }  # fmt: skip


def test_deleting_the_first_scene_leaves_its_follower_the_character() -> None:
    """With no scene before it, the follower keeps what else it was made from."""
    assert made_from(editing.delete(STORY, "a"))["b"] == ["hare"]


def test_deleting_the_only_source_is_refused() -> None:
    """A character that scenes would be left without cannot be deleted; they are named."""
    with pytest.raises(StoryError, match="hare cannot be deleted: a would"):
        editing.delete(STORY, "hare")


def test_the_last_scene_is_not_deleted() -> None:
    """A story keeps one step at least."""
    with pytest.raises(StoryError, match="one scene"):
        editing.delete(Story(title="t", steps=(scene("a"),)), "a")


def test_a_source_named_twice_after_a_deletion_is_named_once() -> None:
    """When the scene before is a source already, it is not named again."""
    story = editing.set_sources(STORY, "c", [StepSource(id="a"), StepSource(id="b")])
    assert made_from(editing.delete(story, "b"))["c"] == ["a"]


def test_moving_earlier_changes_places_and_links() -> None:
    """A scene and the one before it change places; what followed the moved one follows the other now."""
    story = editing.move_earlier(STORY, "b")
    assert [step.id for step in story.steps] == ["hare", "b", "a", "c", "d"]
    assert made_from(story) == {
        "hare": ["archive"], "b": ["hare"], "a": ["hare", "b"], "c": ["hare", "a"], "d": ["hare", "a"],
    }  # fmt: skip


def test_moving_later_is_the_other_way_round() -> None:
    """Moving the first of two later is moving the second earlier; back again gives the same story."""
    assert editing.move_later(STORY, "a") == editing.move_earlier(STORY, "b")
    assert editing.move_later(editing.move_earlier(STORY, "b"), "b") == STORY


def test_what_cannot_move_says_why() -> None:
    """The first scene has none before it, the last none after it, and before a branch it is not clear which."""
    for step, move, words in [
        ("a", editing.move_earlier, "first"),
        ("c", editing.move_later, "last"),
        ("b", editing.move_later, "branches"),
    ]:
        with pytest.raises(StoryError, match=words):
            move(STORY, step)


def test_a_circle_is_refused() -> None:
    """A scene cannot be made from one that is made from it."""
    with pytest.raises(CycleError):
        editing.set_sources(STORY, "a", [StepSource(id="hare"), StepSource(id="c")])


def test_unknown_and_doubled_sources_are_refused() -> None:
    """A scene is made from what is in the story, each image once."""
    with pytest.raises(UnknownSourceError):
        editing.set_sources(STORY, "a", [StepSource(id="nobody")])
    with pytest.raises(StoryError, match="once"):
        editing.set_sources(STORY, "b", [StepSource(id="a"), StepSource(id="a", role=Role.STYLE)])


def test_a_picture_is_added_with_its_place_in_the_story() -> None:
    """A character from elsewhere becomes a starting image of the story and the step's last source."""
    story = editing.add_picture(STORY, "b", StorySource(id="fox", path="../assets/fox.png"))
    assert made_from(story)["b"] == ["hare", "a", "fox"]
    assert [source.id for source in story.sources] == ["archive", "fox"]
    with pytest.raises(StoryError, match="already"):
        editing.add_picture(story, "c", StorySource(id="FOX", path="x.png"))


def test_a_copy_is_a_branch_of_its_own() -> None:
    """A duplicate has the same prompt and sources, another id, and nothing follows it."""
    story = editing.duplicate(STORY, "b", "Bee")
    assert story.step("Bee").prompt == STORY.step("b").prompt
    assert story.step("Bee").sources == STORY.step("b").sources
    assert all("Bee" not in sources for sources in made_from(story).values())


def test_an_empty_title_changes_nothing() -> None:
    """A story keeps its title when the field is emptied."""
    assert editing.rename_story(STORY, "  ") == STORY
    assert editing.rename_story(STORY, " New ").title == "New"
