"""Changing a story: a story in, a story out. What cannot be done is refused with a sentence and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.errors import StoryError, UnknownSourceError
from core.models.asset import GenerationSettings, Kind
from core.models.story import Step, StepSource, Story, StorySource
from core.store.ids import clean_id, first_free, folded

_CHARACTERS = (Kind.CHARACTER_SHEET, Kind.CUTOUT, Kind.ACCESSORY_SHEET)


def free_id(story: Story, name: str) -> str:
    """Return an id for a new step, made from its name, that no step or source of the story has."""
    taken = {folded(known) for known in _ids(story)}
    return first_free(clean_id(name or "scene"), taken, "-")


def following_sources(story: Story, after: str) -> tuple[StepSource, ...]:
    """Return what a scene after a step is made from: the characters that step had, and the step itself."""
    previous = _step(story, after)
    kept = [source for source in previous.sources if _is_character(story, source.id)]
    if _is_character(story, after):
        kept = []
    return (*kept, StepSource(id=after))


def add_after(story: Story, after: str, step: Step) -> Story:
    """Return the story with a new step behind another one, and behind all that goes on from that one already.

    So the thread that was there stays where it is, and the new scene begins a branch below it.

    Raises:
        StoryError: its id is taken, or it is made from what is not there.
    """
    if folded(step.id) in {folded(known) for known in _ids(story)}:
        raise StoryError(f"The story has a {step.id!r} already. Give the new scene another name.")
    position = 1 + max(story.steps.index(step) for step in (_step(story, after), *_going_on(story, after)))
    return _checked(story, (*story.steps[:position], step, *story.steps[position:]))


def add_last(story: Story, step: Step, sources: Iterable[StorySource] = ()) -> Story:
    """Return the story with a step behind all others, and with the starting images that it needs besides.

    Raises:
        StoryError: an id is taken, or the step is made from what is not there.
    """
    added = tuple(sources)
    names = [*_ids(story), step.id, *(source.id for source in added)]
    if len({folded(name) for name in names}) < len(names):
        raise StoryError(f"The story has a {step.id!r} already, or one of its images. Give the new scene another name.")
    wider = story.model_copy(update={"sources": (*story.sources, *added)})
    return _checked(wider, (*story.steps, step))


def _going_on(story: Story, step_id: str) -> list[Step]:
    """Return the steps that are made from a step, whether at once or by way of others."""
    found = {step_id}
    for step in story.ordered():
        if found & set(story.parents(step)):
            found.add(step.id)
    return [step for step in story.steps if step.id in found - {step_id}]


def duplicate(story: Story, step_id: str, name: str) -> Story:
    """Return the story with a copy of a step beside it, made from the same images: a branch to try something on.

    Raises:
        StoryError: there is no such step.
    """
    step = _step(story, step_id)
    copy = step.model_copy(update={"id": free_id(story, name), "name": name, "line": 0})
    return add_after(story, step_id, copy)


def edit(story: Story, step_id: str, **changes: Any) -> Story:
    """Return the story with fields of one step changed (`name`, `prompt`, `kind`, `model`, `settings`).

    Raises:
        StoryError: there is no such step, or its prompt would be empty.
    """
    step = _step(story, step_id).model_copy(update=changes)
    step = step.model_copy(update={"prompt": step.prompt.strip()})
    if not step.prompt:
        raise StoryError("The prompt is empty, so the old one was kept. Say what the picture shows.")
    return _checked(story, (step if known.id == step_id else known for known in story.steps))


def change_settings(story: Story, step_id: str, **values: Any) -> Story:
    """Return the story with some settings of one step changed; None is "not set", and the others stay as they are.

    Raises:
        StoryError: there is no such step.
    """
    settings = _step(story, step_id).settings.model_dump()
    return edit(story, step_id, settings=GenerationSettings(**{**settings, **values}))


def rename_story(story: Story, title: str) -> Story:
    """Return the story with another title; an empty one leaves it as it is."""
    return story.model_copy(update={"title": title.strip() or story.title})


def set_sources(story: Story, step_id: str, sources: Iterable[StepSource]) -> Story:
    """Return the story with one step made from these images, in this order.

    Raises:
        StoryError: a source is unknown or named twice, or the steps would be made from each other in a circle.
    """
    wanted = tuple(sources)
    if len({source.id for source in wanted}) < len(wanted):
        raise StoryError("A picture can be used once in a scene. Choose another one.")
    return edit(story, step_id, sources=wanted)


def add_picture(story: Story, step_id: str, source: StorySource) -> Story:
    """Return the story with one more starting image, used by a step after its other images.

    Raises:
        StoryError: there is no such step, or the image's id is taken.
    """
    step = _step(story, step_id)
    if folded(source.id) in {folded(known) for known in _ids(story)}:
        raise StoryError(f"The story has a {source.id!r} already. Choose it from the list.")
    wider = story.model_copy(update={"sources": (*story.sources, source)})
    return set_sources(wider, step_id, (*step.sources, StepSource(id=source.id)))


def delete(story: Story, step_id: str) -> Story:
    """Return the story without a step; what was made from it is made from its previous scene instead.

    Raises:
        StoryError: it is the last one, or a step made from it would be left with no image.
    """
    gone = _step(story, step_id)
    if len(story.steps) == 1:
        raise StoryError("A story needs one scene at least. Add another one first.")
    before = previous_scene(story, gone)
    kept = [_without(step, step_id, before) for step in story.steps if step.id != step_id]
    orphans = [step.label for step in kept if not step.sources and _step(story, step.id).sources]
    if orphans:
        raise StoryError(
            f"{gone.label} cannot be deleted: {', '.join(orphans)} would have nothing to be made from. "
            "Give them another image first, or delete them."
        )
    return _checked(story, kept)


def move_earlier(story: Story, step_id: str) -> Story:
    """Return the story with a scene and the one before it changing places, with what they are made from.

    Raises:
        StoryError: there is no scene before it.
    """
    step = _step(story, step_id)
    before = previous_scene(story, step)
    if before is None:
        raise StoryError(f"{step.label} is the first scene of its branch. Move another one.")
    first = _step(story, before)
    earlier = previous_scene(story, first)
    moved = {
        step_id: _relinked(step, before, earlier),
        before: _relinked(first, earlier, step_id) if earlier else _with_source(first, step_id),
    }
    steps = [moved.get(known.id, _relinked(known, step_id, before)) for known in story.steps]
    places = {step_id: before, before: step_id}
    by_id = {known.id: known for known in steps}
    return _checked(story, [by_id[places.get(known.id, known.id)] for known in steps])


def move_later(story: Story, step_id: str) -> Story:
    """Return the story with a scene and the one after it changing places, with what they are made from.

    Raises:
        StoryError: no scene follows it, or several do.
    """
    step = _step(story, step_id)
    following = [known.id for known in story.steps if previous_scene(story, known) == step_id]
    if not following:
        raise StoryError(f"{step.label} is the last scene of its branch. Move another one.")
    if len(following) > 1:
        raise StoryError(f"The story branches after {step.label}. Move one of the scenes that follow it instead.")
    return move_earlier(story, following[0])


def previous_scene(story: Story, step: Step) -> str | None:
    """Return the id of the scene a step goes on from: the last step among its sources that shows no character alone."""
    scenes = [parent for parent in story.parents(step) if not _is_character(story, parent)]
    return scenes[-1] if scenes else None


def _step(story: Story, step_id: str) -> Step:
    try:
        return story.step(step_id)
    except KeyError:
        raise StoryError(f"The story has no scene {step_id!r} any more. It was changed elsewhere.") from None


def _ids(story: Story) -> list[str]:
    return [step.id for step in story.steps] + [source.id for source in story.sources]


def _is_character(story: Story, name: str) -> bool:
    """Tell whether a source shows a character alone; a starting image counts as one."""
    kinds = {step.id: step.kind for step in story.steps}
    return kinds.get(name, Kind.CHARACTER_SHEET) in _CHARACTERS


def _without(step: Step, gone: str, instead: str | None) -> Step:
    return _relinked(step, gone, instead) if gone in {source.id for source in step.sources} else step


def _relinked(step: Step, old: str, new: str | None) -> Step:
    """Put `new` in the place of a source, or nothing; a source that is there already is not named twice."""
    sources: dict[str, StepSource] = {}
    for source in step.sources:
        name = new if source.id == old else source.id
        if name is not None:
            sources.setdefault(name, source.model_copy(update={"id": name}))
    return step.model_copy(update={"sources": tuple(sources.values())})


def _with_source(step: Step, name: str) -> Step:
    return step.model_copy(update={"sources": (*step.sources, StepSource(id=name))})


def _checked(story: Story, steps: Iterable[Step]) -> Story:
    changed = story.model_copy(update={"steps": tuple(steps)})
    known = set(_ids(changed))
    for step in changed.steps:
        for source in step.sources:
            if source.id not in known:
                raise UnknownSourceError(f"{step.label} is made from {source.id!r}, which is not in the story.")
    changed.ordered()
    return changed
