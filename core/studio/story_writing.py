"""A story as the text of a story file: what `core.studio.story_files` reads back to the same story."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import yaml

from core.models.asset import GenerationSettings
from core.models.story import Step, StepSource, Story

# YAML takes these for line breaks or refuses them raw; between double quotes they are escaped
_ESCAPED = set("\r\t\x85\u2028\u2029\ufeff")
_WIDTH = 1_000_000  # never folded: a line of a prompt stays a line


class _Block(str):
    """A text that is written as a block (`|-`) where YAML can."""


class _Flow(list):  # type: ignore[type-arg]  # a list that is written on one line
    pass


class _Dumper(yaml.SafeDumper):
    """Writes prompts as blocks and `from` on one line."""


def write_story(story: Story) -> str:
    """Return a story as YAML text for people: prompts as blocks, an empty line between steps, only what is set."""
    parts = [_text(dict(_head(story))), "steps:\n"]
    steps = [textwrap.indent(_text([dict(_step(step))]), "  ") for step in story.steps]
    return "".join(parts) + "\n".join(steps)


def _head(story: Story) -> Iterator[tuple[str, Any]]:
    yield "title", story.title
    defaults = {**_model(story.model), **_settings(story.settings)}
    if defaults:
        yield "defaults", defaults
    if story.sources:
        yield "sources", {source.id: source.path for source in story.sources}


def _step(step: Step) -> Iterator[tuple[str, Any]]:
    yield "id", step.id
    if step.name:
        yield "name", step.name
    yield "kind", str(step.kind)
    if step.sources:
        yield "from", _Flow(_source(source) for source in step.sources)
    yield from _model(step.model).items()
    yield from _settings(step.settings).items()
    yield "prompt", _Block(step.prompt)


def _source(source: StepSource) -> str | dict[str, str]:
    return source.id if source.role is None else {"id": source.id, "role": str(source.role)}


def _model(model: str) -> dict[str, str]:
    return {"model": model} if model else {}


def _settings(settings: GenerationSettings) -> dict[str, Any]:
    return settings.set_values()


def _text(document: Any) -> str:
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH))


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _ESCAPED & set(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


def _represent_block(dumper: yaml.SafeDumper, text: _Block) -> yaml.ScalarNode:
    style = '"' if _ESCAPED & set(text) else "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


def _represent_flow(dumper: yaml.SafeDumper, items: _Flow) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(_Block, _represent_block)
_Dumper.add_representer(_Flow, _represent_flow)
