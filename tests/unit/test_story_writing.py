"""A story written and read back is the same story, whatever its texts hold."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.models.asset import GenerationSettings, Kind, Role
from core.models.catalog import load_catalog
from core.models.story import Step, StepSource, Story, StorySource
from core.store.ids import clean_id, folded
from core.studio.story_files import parse_story
from core.studio.story_writing import write_story

CATALOG = load_catalog()
# half a surrogate pair and the null character are in no text file; all else may be typed
TEXT = some.text(some.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=60)
ODD = some.sampled_from(
    ["null", "~", "yes", "1e3", "- a\n  b", "a: b # c", "\ufeff", "x\u2028y", "a\r\nb", "\t", "'\""]
)
WORDS = TEXT | ODD
MODELS = some.sampled_from(["", "gemini-3-pro-image", "models/x:y@1", "1e3", "null"])
PROMPTS = some.lists(WORDS, min_size=1, max_size=4).map("\n".join).map(str.strip).filter(bool)
IDS = some.lists(WORDS.map(clean_id), min_size=2, max_size=5, unique_by=folded)
SETTINGS = some.builds(
    GenerationSettings,
    aspect_ratio=some.sampled_from([None, "16:9", "1:1"]),
    image_size=some.sampled_from([None, "1K", "4K"]),
    temperature=some.none() | some.floats(0, 2),
    seed=some.none() | some.integers(0, 2**31),
)


@some.composite
def stories(draw: some.DrawFn) -> Story:
    """A story of any texts: one starting image, then steps each made from some of those before."""
    names = draw(IDS)
    source, steps = names[0], []
    for number, name in enumerate(names[1:], 1):
        chosen = draw(some.lists(some.sampled_from(names[:number]), unique=True))
        role = some.none() | some.sampled_from(Role)
        steps.append(
            Step(
                id=name,
                kind=draw(some.sampled_from(Kind)),
                prompt=draw(PROMPTS),
                sources=tuple(StepSource(id=other, role=draw(role)) for other in chosen),
                name=draw(WORDS),
                model=draw(MODELS),
                settings=draw(SETTINGS),
            )
        )
    path = draw(WORDS.filter(bool))
    return Story(
        title=draw(WORDS),
        model=draw(MODELS),
        settings=draw(SETTINGS),
        sources=(StorySource(id=source, path=path),),
        steps=tuple(steps),
    )


def without_lines(story: Story) -> Story:
    sources = tuple(source.model_copy(update={"line": 0}) for source in story.sources)
    steps = tuple(step.model_copy(update={"line": 0}) for step in story.steps)
    return story.model_copy(update={"sources": sources, "steps": steps})


@settings(max_examples=300, deadline=None)
@given(stories())
def test_what_is_written_reads_back_the_same(story: Story) -> None:
    """Any story survives being written and read, its odd texts to the letter."""
    assert without_lines(parse_story(write_story(story), "s.yaml", CATALOG)) == story


@pytest.mark.parametrize("name", ["story.yaml", "story.zh.yaml"])
def test_the_samples_survive(name: str) -> None:
    """Our own stories are the same after a round, and writing once more changes no letter."""
    text = files("core.studio.sample").joinpath(name).read_text(encoding="utf-8")
    story = parse_story(text, name, CATALOG)
    written = write_story(story)
    again = parse_story(written, name, CATALOG)
    assert without_lines(again) == without_lines(story)
    assert write_story(again) == written


def test_prompts_are_blocks_and_sources_one_line() -> None:
    """A story is written for people: prompts line by line as typed, `from` on one line, no unset field."""
    step = Step(
        id="b",
        kind=Kind.SCENE,
        prompt="- One: a very long line " + "word " * 60 + "end\n\n  - two",
        sources=(StepSource(id="a"), StepSource(id="c", role=Role.STYLE)),
    )
    first = Step(id="a", kind=Kind.IMAGE, prompt="x")
    text = write_story(Story(title="T", steps=(first, Step(id="c", kind=Kind.IMAGE, prompt="y"), step)))
    assert "    prompt: |-\n      - One: a very long line word" in text
    assert "end\n\n        - two" in text
    assert "    from: [a, {id: c, role: style}]\n" in text
    assert "defaults" not in text
    assert "model" not in text
