"""The way out when a quota or a budget allows no call: an image that the same words and pictures made before."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from core.models.asset import Asset, Recipe
from core.studio.boards import Board, Card
from core.studio.made_before import MadeBefore, is_used_up, made_before, taken_over
from core.studio.planning import RunOptions
from core.studio.step_versions import wanted_recipe
from core.ui.session import recent_projects, studio
from core.ui.telling import attempt
from core.ui.texts import _
from core.ui.widgets import plain


def offer_for_step(board: Board, card: Card, options: RunOptions, key: str) -> None:
    """Offer what a step's recipe made before, where only a quota or a budget stood in the way of its image."""
    if card.error is None or not is_used_up(card.error):
        return
    recipe = wanted_recipe(studio().workspace, board, card, options, studio().studio.catalog)
    taken = offer_made_before([recipe] if recipe else [], key, shown=[card.asset] if card.asset else [])
    if taken is not None:
        use(taken)
        st.rerun()


def use(taken: Asset) -> None:
    """Let an image be what its step of a story shows."""
    recipe = taken.recipe
    attempt(lambda: studio().workspace.choices.choose(recipe.story, recipe.step, taken.id))


def offer_made_before(recipes: Sequence[Recipe], key: str, shown: Collection[Asset] = ()) -> Asset | None:
    """Offer the image that one of the recipes made before; return it, in the open project, when a person takes it.

    What is `shown` already is not offered.
    """
    here = studio().workspace
    others = recent_projects() if recipes else []
    # asked for in turn: who has it in this project need not look into the others
    pairs = ((recipe, made_before(here, recipe, others)) for recipe in recipes)
    recipe, found = next(((recipe, found) for recipe, found in pairs if found is not None), (None, None))
    if recipe is None or found is None or found.asset in shown:
        return None
    st.caption(_place(found))
    if not st.button(_label(found.asset), icon=":material/recycling:", key=key):
        return None
    taken: list[Asset] = []
    attempt(lambda: taken.append(taken_over(here, recipe, found)))
    return taken[0] if taken else None


def _place(found: MadeBefore) -> str:
    if found.workspace.folder == studio().workspace.folder:
        return _("The same words, pictures and settings made an image before. Using it again costs nothing.")
    words = _(
        "The same words, pictures and settings made an image in the project {project}. Using it again costs nothing."
    )
    return words.format(project=plain(found.workspace.title))


def _label(made: Asset) -> str:
    created = made.result.created
    if created is None:
        return _("Use the image made before · free")
    return _("Use the image made on {date} · free").format(date=created.astimezone().date())
