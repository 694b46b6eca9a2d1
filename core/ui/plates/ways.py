"""The ways out of a blocked cell: other words for its object, or another model for its step."""

from __future__ import annotations

from functools import partial

from core.models.asset import Role
from core.studio.boards import Card
from core.studio.planning import model_of
from core.studio.plates.matrix import set_chain
from core.ui.plates.view import View
from core.ui.remedies import Form, Ways, ways_of
from core.ui.telling import attempt
from core.ui.texts import _


def ways_on_cell(view: View, card: Card) -> Ways:
    """Return the ways out of a block of a cell; the one picture it is made from cannot be left out."""
    story = view.matrix.board.story if view.matrix.board else None
    model = model_of(story, card.step, view.options, "") if story else ""
    form = Form(
        key=f"plates-ways-{card.step.id}",
        field=_("Prompt for this object alone"),
        model=model,
        choose_model=partial(_choose_model, view, card),
    )
    return ways_of(form, model, [Role.PLATE])


def _choose_model(view: View, card: Card, model: str) -> None:
    """Let the step that a cell is of be made by another model, on all objects."""
    chain = view.matrix.chain
    steps = tuple(
        step.model_copy(update={"model": model}) if card in view.matrix.column(step.id) else step
        for step in chain.steps
    )
    attempt(lambda: set_chain(view.workspace, chain.model_copy(update={"steps": steps})))
