"""Reading a story file: YAML in, a Story out, or one clear error with its line and nothing done."""

from __future__ import annotations

import difflib
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.errors import CycleError, InvalidImageError, StoryError, UnknownSourceError
from core.models.asset import GenerationSettings, Kind, Role
from core.models.catalog import Catalog
from core.models.story import Step, StepSource, Story, StorySource
from core.settings import is_model_name
from core.store.ids import folded, is_id
from core.store.importing import check_image
from core.studio.story_aliases import LARGEST_STORY, check_aliases

_MOST_STEPS = 2000
_MOST_SOURCES = 50  # of one step; no model takes half as many
_LONGEST_SHOWN = 80
_MOST_SHOWN = 20
_STORY_KEYS = ("title", "defaults", "sources", "steps")
_SETTING_KEYS = tuple(GenerationSettings.model_fields)
_DEFAULT_KEYS = ("model", *_SETTING_KEYS)
_STEP_KEYS = ("id", "name", "kind", "from", "prompt", *_DEFAULT_KEYS)
_SOURCE_KEYS = ("id", "role")
# settings that take a value of a list, and where a model's facts hold it
_LISTED = {"aspect_ratio": "ratios", "image_size": "sizes", "thinking_level": "thinking_levels"}
T = TypeVar("T")


def read_story(path: Path, catalog: Catalog) -> Story:
    """Read and check a story file with the images it names.

    Raises:
        StoryError: or one of its children; `path` and `line` say where.
    """
    story = parse_story(_text(path), str(path), catalog)
    for source in story.sources:
        _check_source(path, source)
    return story


def parse_story(text: str, path: str, catalog: Catalog | None = None) -> Story:
    """Read and check a story's text; the images it names are not looked at.

    The catalog says which ratios and sizes there are; without one they are not checked.

    Raises:
        StoryError: or one of its children; `path` and `line` say where.
    """
    try:
        return _Reader(path, catalog).story(compose_nodes(text, path))
    except RecursionError:
        raise StoryError(f"{path}: this file is nested too deeply to be a story.", path) from None


def source_path(story_path: Path, source: StorySource) -> Path:
    """Return where a story's image lies.

    Raises:
        StoryError: the path leads nowhere, as a circle of links does.
    """
    try:
        return (story_path.parent / source.path).resolve()
    except (OSError, RuntimeError, ValueError):
        raise _source_error(story_path, source, "this path leads nowhere. Name an image file.") from None


def _text(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # a pipe or a device could be read for ever
            what = "a folder" if stat.S_ISDIR(mode) else "no file"
            raise StoryError(f"{path}: this is {what}. Name the story file.", str(path))
        with path.open("rb") as file:
            data = file.read(LARGEST_STORY + 1)
        if len(data) > LARGEST_STORY:
            raise StoryError(f"{path}: this file is over 2 MB, which no story is. Name the story file.", str(path))
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoryError(f"{path}: the story file cannot be read ({reason}). Check its name.", str(path)) from None
    except UnicodeDecodeError:
        raise StoryError(f"{path}: this is no text file. A story is YAML text in UTF-8.", str(path)) from None
    except ValueError:
        raise StoryError("This cannot be a file's name. Name the story file.", str(path)) from None


def compose_nodes(text: str, path: str) -> Node:
    """Return the nodes of a YAML text, with the places where they stand in it.

    Raises:
        StoryError: it is no YAML, empty, or far larger than it looks.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        where = f"{path}, line {line}" if line else path
        problem = _brief(error.problem or error.context or "it cannot be understood")
        raise StoryError(f"{where}: this is not valid YAML: {problem}.", path, line) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the last: a character's number too large for any
        raise StoryError(f"{path}: this is not valid YAML: it holds characters no text holds.", path) from None
    if node is None:
        raise StoryError(f"{path}: this file is empty. A story needs a title and steps.", path)
    check_aliases(node, path)
    return node


def _check_source(story_path: Path, source: StorySource) -> None:
    folder = _allowed_folder(story_path)
    path = source_path(story_path, source)
    if Path(source.path).is_absolute() or not path.is_relative_to(folder):
        raise _source_error(
            story_path, source, "this lies outside the story's folder. Copy the picture beside the story file."
        )
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "no file"
            raise _source_error(story_path, source, f"this is {what}. Name one image file.")
    except (OSError, ValueError):
        pass  # reading it says why it cannot be read
    try:
        check_image(path)
    except InvalidImageError as error:
        raise _source_error(story_path, source, error.message.removeprefix(f"{path}: ")) from None


def _source_error(story_path: Path, source: StorySource, problem: str) -> StoryError:
    where = f"{story_path}, line {source.line}: source {_shown(source.id)}, {_shown(source.path)}"
    return StoryError(f"{where}: {problem}", str(story_path), source.line)


def _allowed_folder(story_path: Path) -> Path:
    """Return the story's folder; for a story of a project (`<project>/stories/`) all of the project."""
    folder = story_path.parent.resolve()
    is_of_project = folder.name == "stories" and (folder.parent / "project.json").is_file()
    return folder.parent if is_of_project else folder


class _Reader:
    """Walks the YAML nodes, which know their lines, and builds the story."""

    def __init__(self, path: str, catalog: Catalog | None) -> None:
        self._path = path
        self._catalog = catalog
        self._entries: dict[tuple[str, str], int] = {}  # step and what it is made from -> line of that in its `from`

    def story(self, node: Node) -> Story:
        fields = self._mapping(node, _STORY_KEYS, "A story")
        if "steps" not in fields:
            raise self._error(node, "the story has no steps. Add `steps:` with at least one step.")
        defaults = self._mapping(fields["defaults"], _DEFAULT_KEYS, "`defaults`") if "defaults" in fields else {}
        story = Story(
            title=self._string(fields["title"], "title") if "title" in fields else Path(self._path).stem,
            model=self._model(defaults),
            settings=self._settings(defaults),
            sources=tuple(self._sources(fields.get("sources"))),
            steps=tuple(self._steps(fields["steps"])),
        )
        self._check_names(story)
        self._check_circles(story)
        return story

    def _sources(self, node: Node | None) -> Iterator[StorySource]:
        if node is None or self._is_null(node):
            return
        for key, value in self._pairs(node, "`sources`"):
            yield StorySource(
                id=self._id(key), path=self._string(value, "the source's path"), line=key.start_mark.line + 1
            )

    def _steps(self, node: Node) -> Iterator[Step]:
        items = self._list(node, "`steps`")
        if not items:
            raise self._error(node, "the story has no steps. Add at least one.")
        if len(items) > _MOST_STEPS:
            raise self._error(node, f"the story has {len(items)} steps; at most {_MOST_STEPS} are taken. Split it.")
        yield from (self._step(item) for item in items)

    def _step(self, node: Node) -> Step:
        fields = self._mapping(node, _STEP_KEYS, "A step")
        for key in ("id", "kind", "prompt"):
            if key not in fields:
                raise self._error(node, f"this step has no `{key}`. Add it.")
        prompt = self._string(fields["prompt"], "prompt").strip()
        if not prompt:
            raise self._error(fields["prompt"], "this step's prompt is empty. Say what the picture shows.")
        step_id = self._id(fields["id"])
        return Step(
            id=step_id,
            kind=self._choice(fields["kind"], Kind, "kind"),
            prompt=prompt,
            sources=tuple(self._from(step_id, fields.get("from"))),
            name=self._string(fields["name"], "name") if "name" in fields else "",
            model=self._model(fields),
            settings=self._settings(fields),
            line=fields["id"].start_mark.line + 1,
        )

    def _from(self, step_id: str, node: Node | None) -> Iterator[StepSource]:
        if node is None or self._is_null(node):
            return
        items = [node] if isinstance(node, ScalarNode) else self._list(node, "`from`")
        if len(items) > _MOST_SOURCES:
            raise self._error(
                node, f"this step is made from {len(items)} images; at most {_MOST_SOURCES} are taken. Leave some out."
            )
        seen: set[str] = set()
        for item in items:
            source = self._step_source(step_id, item)
            if source.id in seen:
                raise self._error(item, f"{_shown(source.id)} is named twice in `from`. Name each source once.")
            seen.add(source.id)
            yield source

    def _step_source(self, step_id: str, node: Node) -> StepSource:
        if isinstance(node, ScalarNode):
            return self._source(step_id, node, None)
        fields = self._mapping(node, _SOURCE_KEYS, "A source in `from`")
        if "id" not in fields:
            raise self._error(node, "this source has no `id`. Name a step or a source.")
        role = self._choice(fields["role"], Role, "role") if "role" in fields else None
        return self._source(step_id, fields["id"], role)

    def _source(self, step_id: str, node: Node, role: Role | None) -> StepSource:
        source = StepSource(id=self._string(node, "a source"), role=role)
        self._entries.setdefault((step_id, source.id), node.start_mark.line + 1)
        return source

    def _model(self, fields: dict[str, Node]) -> str:
        if "model" not in fields:
            return ""
        name = self._string(fields["model"], "model")
        if name and not is_model_name(name):
            raise self._error(
                fields["model"], f"`model` cannot be {_shown(name)}. `throughline models` lists what there is."
            )
        return name

    def _settings(self, fields: dict[str, Node]) -> GenerationSettings:
        given = {key: self._string(fields[key], key) for key in _SETTING_KEYS if key in fields}
        try:
            settings = GenerationSettings(**given)
        except ValidationError as error:
            key = str(error.errors()[0]["loc"][0])
            reason = error.errors()[0]["msg"].partition(",")[0]
            raise self._error(fields[key], f"`{key}` cannot be {_shown(given[key])}. {reason}.") from None
        for key in _LISTED if self._catalog else ():
            if key in given:
                self._check_known(fields[key], key, given[key])
        return settings

    def _check_known(self, node: Node, key: str, value: str) -> None:
        """Refuse a value that no model has; what the chosen model has is checked when the run is planned."""
        models = self._catalog.models if self._catalog else ()
        known = dict.fromkeys(value for facts in models for value in getattr(facts, _LISTED[key]))
        if value not in known:
            meant = next((other for other in known if other.lower() == value.lower()), None)
            hint = f'Write "{meant}".' if meant else f"Choose one of: {', '.join(known)}."
            raise self._error(node, f"`{key}` cannot be {_shown(value)}. {hint}")

    def _check_names(self, story: Story) -> None:
        seen: dict[str, str] = {}
        for name, line in [(s.id, s.line) for s in story.sources] + [(s.id, s.line) for s in story.steps]:
            if folded(name) in seen:
                raise self._at(
                    line, f"the id {_shown(name)} is used twice. Every source and step needs an id of its own."
                )
            seen[folded(name)] = name
        known = set(seen.values())
        for step in story.steps:
            for source in step.sources:
                if source.id not in known:
                    line = self._entries[step.id, source.id]
                    others = [name for name in seen.values() if name != step.id]
                    raise UnknownSourceError(
                        f"{self._path}, line {line}: step {_shown(step.id)} is made from {_shown(source.id)}, "
                        f"which is neither a step nor a source of this story.{_similar(source.id, others)}",
                        self._path,
                        line,
                    )

    def _check_circles(self, story: Story) -> None:
        try:
            story.ordered()
        except CycleError as error:
            one, other, *_ = story.circle()
            line = self._entries[one, other]
            raise CycleError(f"{self._path}, line {line}: {error.message}", self._path, line) from None

    def _id(self, node: Node) -> str:
        text = self._string(node, "an id")
        if not is_id(text):
            raise self._error(
                node, f"{_shown(text)} cannot be an id. Use letters, digits, `-` and `_`, at most 80 of them."
            )
        return text

    def _choice(self, node: Node, enum: Callable[[str], T], what: str) -> T:
        text = self._string(node, what)
        try:
            return enum(text)
        except ValueError:
            names = [str(member) for member in enum]  # type: ignore[attr-defined]  # every enum can be walked
            raise self._error(node, f"`{what}` cannot be {_shown(text)}. Choose one of: {', '.join(names)}.") from None

    def _string(self, node: Node, what: str) -> str:
        if not isinstance(node, ScalarNode):
            raise self._error(node, f"{what} must be a text.")
        value = "" if self._is_null(node) else str(node.value)
        if any("\ud800" <= char <= "\udfff" or char == "\x00" for char in value):
            raise self._error(node, f"{what} holds a character that no text holds. Type it again.")
        return value

    def _list(self, node: Node, what: str) -> list[Node]:
        if not isinstance(node, SequenceNode):
            raise self._error(node, f"{what} must be a list.")
        return list(node.value)

    def _pairs(self, node: Node, what: str) -> list[tuple[ScalarNode, Node]]:
        if not isinstance(node, MappingNode):
            raise self._error(node, f"{what} must be a mapping of names to values.")
        for key, _ in node.value:
            if not isinstance(key, ScalarNode):
                raise self._error(key, "every name before a colon must be a text, not a list or a mapping.")
        return list(node.value)

    def _mapping(self, node: Node, allowed: tuple[str, ...], what: str) -> dict[str, Node]:
        if self._is_null(node):
            return {}
        fields: dict[str, Node] = {}
        for key, value in self._pairs(node, what):
            if key.value not in allowed:
                raise self._error(key, f"{what} has no `{_brief(key.value)}`.{_similar(key.value, allowed)}")
            if key.value in fields:
                raise self._error(key, f"`{_brief(key.value)}` is given twice.")
            fields[key.value] = value
        return fields

    @staticmethod
    def _is_null(node: Node) -> bool:
        return isinstance(node, ScalarNode) and str(node.tag).endswith(":null")

    def _error(self, node: Any, message: str) -> StoryError:
        return self._at(node.start_mark.line + 1, message)

    def _at(self, line: int, message: str) -> StoryError:
        return StoryError(f"{self._path}, line {line}: {message}", self._path, line)


def _similar(text: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(text[:_LONGEST_SHOWN], names, n=1)
    if close:
        return f" Did you mean {close[0]!r}?"
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return f" Known are: {', '.join(names[:_MOST_SHOWN])}{more}." if names else " There is none to name yet."


def _shown(text: str) -> str:
    """Return a person's value as messages repeat it: in quotes, cut when it is long."""
    return repr(_brief(text))


def _brief(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
