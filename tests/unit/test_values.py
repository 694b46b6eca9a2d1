"""Values: what they hold can always be written, whatever letters came in."""

from __future__ import annotations

from pathlib import Path

from core.models.answer import Answer, Grounding, Link
from core.models.asset import Kind, Recipe
from core.models.batch import BatchEntry
from core.store.answers import AnswersFolder


def test_half_a_character_deep_inside_a_value_becomes_a_question_mark(tmp_path: Path) -> None:
    """What a model searched for, or said of an error, is kept with its image whatever letters it has."""
    said = Grounding(queries=("a\ud800", "b"), links=(Link(uri="https://a.example/", title="\udfff"),))
    folder = AnswersFolder(tmp_path)
    folder.keep("robot", Answer(grounding=said), [])
    assert folder.find("robot") == Answer(grounding=said)
    assert said.queries == ("a?", "b")
    entry = BatchEntry(recipe=Recipe(kind=Kind.IMAGE), attempt="", error={"message": ["\ud800"]})
    assert entry.error == {"message": ["?"]}
