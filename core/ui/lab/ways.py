"""The ways out of a block for the forms that keep their references and model with the project: lab, chat, grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from core.models.asset import Recipe
from core.ui.lab.form import NAME, fill_form
from core.ui.lab.references import drop_reference, references
from core.ui.lab.talk_place import BENCH, MODE
from core.ui.remedies import Form, Reference, Ways, roles_of, ways_of
from core.ui.session import kept_value, set_kept
from core.ui.texts import _


def ways_on(name: str, field: str, choose_model: Callable[[str], None] | None = None) -> Callable[[Recipe], Ways]:
    """Return what leads from a blocked image's recipe to the ways out that the form `name` has.

    `field` is the label of its prompt. Another model becomes its only one unless `choose_model` says otherwise.
    """

    def ways(recipe: Recipe) -> Ways:
        left = {source.asset_id for source in references(name)}
        form = Form(
            key=f"{name}-ways-{recipe.fingerprint[:12]}",
            field=field,
            references=[one for one in _references(name, recipe) if recipe.sources[one.number - 1].asset_id in left],
            model=str(kept_value(f"{name}/model", "")),
            choose_model=choose_model or partial(set_kept, f"{name}/model"),
        )
        return ways_of(form, recipe.model, roles_of(recipe))

    return ways


def ways_of_sent(recipe: Recipe) -> Ways:
    """Return the ways out for an image that was sent from the bench a while ago: they fill it in as it was then."""

    def then(act: Callable[[], None] = lambda: None) -> None:
        fill_form(recipe)
        set_kept(MODE, BENCH)
        act()

    form = Form(
        key=f"sent-ways-{recipe.fingerprint[:12]}",
        field=_("Prompt"),
        references=[replace(reference, drop=partial(then, reference.drop)) for reference in _references(NAME, recipe)],
        reword=then,
        choose_model=lambda model: then(partial(set_kept, f"{NAME}/model", model)),
    )
    return ways_of(form, recipe.model, roles_of(recipe))


def _references(name: str, recipe: Recipe) -> list[Reference]:
    """Return a recipe's references by their numbers, each with what takes it out of the form `name`."""
    return [
        Reference(number, source.name or source.asset_id, source.role, partial(drop_reference, name, source.asset_id))
        for number, source in enumerate(recipe.sources, 1)
    ]
