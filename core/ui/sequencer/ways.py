"""The ways out of a blocked scene: its words, one of its images less, another model."""

from __future__ import annotations

from functools import partial

from core.models.story import StepSource
from core.studio.boards import Card, roles_of
from core.studio.planning import model_of
from core.studio.story_editing import edit, set_sources
from core.ui.remedies import Form, Reference, Ways, ways_of
from core.ui.sequencer.actions import PART, change
from core.ui.sequencer.view import View
from core.ui.session import set_kept
from core.ui.texts import _


def ways_on_scene(view: View, card: Card) -> Ways:
    """Return the ways out of a block of a scene."""
    step, roles = card.step, roles_of(view.board, card)
    model = model_of(view.opened.story, step, view.options, "")
    form = Form(
        key=f"scene-ways-{view.slug}-{step.id}",
        field=_("Prompt"),
        references=[
            Reference(number, _name(view, source), role, partial(_drop, view, card, source))
            for number, (source, role) in enumerate(zip(step.sources, roles, strict=True), 1)
        ],
        reword=partial(set_kept, PART, "prompt"),
        model=model,
        choose_model=partial(_choose_model, view, card),
    )
    return ways_of(form, model, roles)


def _name(view: View, source: StepSource) -> str:
    named = view.board.card(source.id)
    return named.step.label if named else source.id


def _drop(view: View, card: Card, source: StepSource) -> None:
    left = [known for known in card.step.sources if known != source]
    change(view, lambda story: set_sources(story, card.step.id, left), _("images changed"))


def _choose_model(view: View, card: Card, model: str) -> None:
    change(view, lambda story: edit(story, card.step.id, model=model), _("settings changed"))
