"""What a click on the board or in the inspector does."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from core.models.story import Story
from core.studio import story_editing
from core.studio.background import begin_story
from core.studio.project_stories import Changed, OpenStory, change_story, restore_text, run_spec
from core.ui.sequencer.view import View, select
from core.ui.session import forget_kept, kept_value, remember_place, set_kept, studio
from core.ui.telling import attempt, say
from core.ui.texts import _
from core.ui.widgets import plain

ADD = "add"
PART = "sequencer/part"
_UNDO = "sequencer/undo"
_OURS, _TYPED = "sequencer/ours", "sequencer/typed"
_IN_ONE_GO_SECONDS = 60.0


def change(view: View, verb: Callable[[Story], Story], undo: str = "", typed: str = "") -> OpenStory | None:
    """Change the story and return it as it is then; `undo` names the change for the undo button.

    `typed` names the field of a text: what is typed there in one go is undone in one go.
    """
    changed: list[OpenStory] = []

    def act() -> None:
        done = change_story(view.workspace, view.slug, verb, studio().studio.catalog)
        changed.append(done.after)
        # a run that was cut off leaves this page with the story as it was before its own last change
        if done.before.digest not in (view.opened.digest, studio().notes.get(_OURS)):
            say(_elsewhere(view, done, typed))
        studio().notes[_OURS] = done.after.digest
        if undo:
            set_kept(_UNDO, [view.slug, undo, _text_to_return_to(done, typed), done.after.digest])

    return changed[0] if attempt(act) else None


def _elsewhere(view: View, done: Changed, typed: str) -> str:
    """Say what became of a change of a story that was changed elsewhere meanwhile."""
    field, _slash, step_id = typed.partition("/")
    shown, theirs = (
        [step for step in story.steps if step.id == step_id] for story in (view.opened.story, done.before.story)
    )
    if shown and theirs and getattr(shown[0], field) != getattr(theirs[0], field):
        return _("This text had been changed elsewhere. Yours stands now; Undo brings the other one back.")
    return _("The story had been changed elsewhere. Your change was added to it.")


def _text_to_return_to(done: Changed, typed: str) -> str:
    """Return the story's text that undo brings back."""
    notes, kept, now = studio().notes, kept_value(_UNDO), time.monotonic()
    field, digest, moment = notes.get(_TYPED, ("", "", 0.0))
    notes[_TYPED] = (typed, done.after.digest, now)
    goes_on = typed and (field, digest) == (typed, done.before.digest) and now - moment < _IN_ONE_GO_SECONDS
    return str(kept[2]) if goes_on and isinstance(kept, list) and len(kept) == 4 else done.before.text


def show_undo(view: View) -> bool:
    """Offer to take the last change back, as long as nothing else was changed since; tell whether it can be."""
    kept = kept_value(_UNDO, [])
    if len(kept) != 4 or not all(isinstance(item, str) for item in kept):
        return False
    slug, label, text, digest = kept
    if slug != view.slug or digest != view.opened.digest:
        return False
    with st.container(horizontal=True, width="stretch"):
        if st.button(_("Undo: {change}").format(change=plain(label)), icon=":material/undo:", key="undo"):
            attempt(lambda: restore_text(view.workspace, slug, text, studio().studio.catalog))
            forget_kept(_UNDO)
            st.rerun()
    return True


def begin(view: View, only: tuple[str, ...] = (), again: bool = False) -> None:
    """Start making images: all that are not up to date, or only some."""
    here = studio()

    def act() -> None:
        spec = run_spec(here.studio, view.workspace, view.board, view.options, only, again, here.key)
        here.run = begin_story(here.studio, spec)
        remember_place()

    attempt(act)


def act_on(view: View, action: str, step_id: str) -> None:
    """Do what was asked of a card; an unknown action or card is ignored."""
    card = view.board.card(step_id)
    if card is None or action not in _ACTIONS:
        return
    if st.query_params.get(ADD) and action != ADD:
        del st.query_params[ADD]
    select(step_id)
    _ACTIONS[action](view, step_id)


def _add(_view: View, step_id: str) -> None:
    st.query_params[ADD] = step_id


def _duplicate(view: View, step_id: str) -> None:
    label = view.opened.story.step(step_id).label
    name = _("{name}, another way").format(name=label)
    changed = change(view, lambda story: story_editing.duplicate(story, step_id, name), _("scene duplicated"))
    if changed is not None:
        select(story_editing.free_id(view.opened.story, name))


def _delete(view: View, step_id: str) -> None:
    before = view.board.places[step_id].follows
    if change(view, lambda story: story_editing.delete(story, step_id), _("scene deleted")) is not None:
        select(before)


def _earlier(view: View, step_id: str) -> None:
    change(view, lambda story: story_editing.move_earlier(story, step_id), _("scene moved"))


def _later(view: View, step_id: str) -> None:
    change(view, lambda story: story_editing.move_later(story, step_id), _("scene moved"))


def _lock(view: View, step_id: str) -> None:
    attempt(lambda: view.workspace.choices.lock(view.slug, step_id, True))


def _unlock(view: View, step_id: str) -> None:
    attempt(lambda: view.workspace.choices.lock(view.slug, step_id, False))


def _versions(_view: View, _step_id: str) -> None:
    set_kept(PART, "versions")


_ACTIONS: dict[str, Callable[[View, str], None]] = {
    "select": lambda _view, _step_id: None,
    "add": _add,
    "duplicate": _duplicate,
    "make": lambda view, step_id: begin(view, (step_id,)),
    "again": lambda view, step_id: begin(view, (step_id,), again=True),
    "lock": _lock,
    "unlock": _unlock,
    "earlier": _earlier,
    "later": _later,
    "replace": _versions,
    "versions": _versions,
    "delete": _delete,
}
