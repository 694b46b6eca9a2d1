"""A story file that moves to another folder: its sources' paths change, and all else stays to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from yaml import MappingNode

from core.errors import StoryError
from core.models.story import Story
from core.studio.story_files import compose_nodes, parse_story
from core.studio.story_writing import write_story

# an anchor and a tag, which stand before a value
_NODE_MARKS = re.compile(r"(?:[&!]\S*\s+)*")


def with_source_paths(story: Story, text: str, path: str, paths: Mapping[str, str]) -> str:
    """Return the text of a story with the paths of its sources replaced (id -> path); all else stays to the letter.

    Where that gives another story, as with a path that an alias says elsewhere too, it is written anew.
    """
    sources = (source.model_copy(update={"path": paths[source.id]}) for source in story.sources)
    moved = write_story(story.model_copy(update={"sources": tuple(sources)}))
    edited = _edited(text, path, paths)
    try:
        is_same = write_story(parse_story(edited, path)) == moved
    except StoryError:
        is_same = False
    return edited if is_same else moved


def _edited(text: str, path: str, paths: Mapping[str, str]) -> str:
    root = compose_nodes(text, path)
    fields = root.value if isinstance(root, MappingNode) else []
    sources = next((value for key, value in fields if key.value == "sources"), None)
    pairs = sources.value if isinstance(sources, MappingNode) else []
    # by their place: an alias stands where its anchor does, and that is written once
    places = {(value.start_mark.index, value.end_mark.index): paths[key.value] for key, value in pairs}
    for (start, end), new in sorted(places.items(), reverse=True):
        said = text[start:end].rstrip()  # a block ends with its line
        marks = _NODE_MARKS.match(said)
        kept = marks.group() if marks else ""
        text = text[:start] + kept + json.dumps(new, ensure_ascii=False) + text[start + len(said) :]
    return text
