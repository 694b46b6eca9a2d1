"""Model, ratio and size of one scene, where it differs from the story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.models.story import Step, Story
from core.studio.boards import Card
from core.studio.story_editing import change_settings, edit
from core.ui.controls import model_controls
from core.ui.sequencer.actions import change
from core.ui.sequencer.view import View
from core.ui.session import handed_on
from core.ui.texts import _
from core.ui.widgets import plain


@dataclass(frozen=True)
class _StepControls:
    """Takes the values from a step of the story, and changes in it only what a person changes."""

    view: View
    step: Step
    model: str
    is_fixed: bool = True

    @property
    def place(self) -> str:
        """Which step this is."""
        return f"{self.view.slug}/{self.step.id}"

    def value(self, field: str, default: Any) -> Any:
        """Return what the step says."""
        found = _value(self.step, field)
        return default if found is None else found

    def show(self, widget: Any, label: str, field: str, default: Any, **options: Any) -> Any:
        """Show a field's widget and return its value."""
        value = self.value(field, default)
        key = f"step/{self.place}/{field}-{value}"
        return handed_on(widget, label, key, value, lambda chosen: self.put(field, chosen), **options)

    def put(self, field: str, value: Any) -> None:
        """Write a field's value into the story."""
        change(self.view, lambda story: _with(story, self.step.id, field, value), _("settings changed"))


def show_settings(view: View, card: Card) -> None:
    """Show the scene's own settings; what is not set is the story's."""
    story = view.opened.story
    model_controls(_StepControls(view, card.step, story.model), below=card.step.settings.over(story.settings))
    shared = [text for text in (story.model, *map(str, story.settings.set_values().values())) if text]
    if shared:
        st.caption(_("What is not set here is the story's: {settings}.").format(settings=plain(", ".join(shared))))


def _value(step: Step, field: str) -> Any:
    return step.model if field == "model" else getattr(step.settings, field)


def _with(story: Story, step_id: str, field: str, value: Any) -> Story:
    """Return the story with one field of a step changed; "" and None are "not set"."""
    if field == "model":
        return edit(story, step_id, model=value or "")
    return change_settings(story, step_id, **{field: None if value == "" else value})
