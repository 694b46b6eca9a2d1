"""The ways out of a blocked sheet: other words or another model; its one picture is what it is made from."""

from __future__ import annotations

from functools import partial

from core.models.asset import Recipe
from core.ui.character.form import NAME
from core.ui.remedies import Form, Ways, roles_of, ways_of
from core.ui.session import kept_value, set_kept
from core.ui.texts import _


def ways_on_sheet(recipe: Recipe) -> Ways:
    """Return the ways out of a block of a sheet."""
    form = Form(
        key=f"{NAME}-ways-{recipe.fingerprint[:12]}",
        field=_("Prompt"),
        model=str(kept_value(f"{NAME}/model", "")),
        choose_model=partial(set_kept, f"{NAME}/model"),
    )
    return ways_of(form, recipe.model, roles_of(recipe))
