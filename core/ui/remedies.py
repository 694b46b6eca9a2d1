"""The ways out of a block as buttons: back to the prompt, one reference less, another model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import BlockedError, NoImageError
from core.models.asset import Recipe, Role
from core.studio.ways_out import ways_out
from core.ui.components.typing import focus_on
from core.ui.labels import role_names
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import plain

_MOST_IN_A_ROW = 3
Ways = Callable[[BlockedError | NoImageError], None]


@dataclass(frozen=True)
class Reference:
    """A reference of a blocked image that its form still has: its number, name and role, and what takes it out."""

    number: int
    name: str
    role: Role
    drop: Callable[[], None]


@dataclass(frozen=True)
class Form:
    """The form that a blocked image came from. `key` keeps its buttons apart from others.

    `field` is the label of the prompt's field, `reword` brings it to the screen; `choose_model` takes another model
    than `model`, which is chosen now, and is None where none can be chosen.
    """

    key: str
    field: str
    references: Sequence[Reference] = ()
    reword: Callable[[], None] = lambda: None
    model: str = ""
    choose_model: Callable[[str], None] | None = None


def ways_of(form: Form, model: str, roles: Sequence[Role]) -> Ways:
    """Return what shows the ways out of a block of `model`, whose references were for `roles`."""

    def show(error: BlockedError | NoImageError) -> None:
        ways = ways_out(studio().studio, error, model, roles)
        with st.container(horizontal=True, gap="xsmall"):
            if ways.is_reworded:
                st.button(
                    _("Back to the prompt"),
                    icon=":material/edit:",
                    key=f"{form.key}-reword",
                    on_click=_reword,
                    args=(form,),
                )
            if ways.is_reference_dropped and form.references:
                _references(form)
            if ways.model is not None and ways.model.id != form.model and form.choose_model is not None:
                st.button(
                    plain(_("Choose {title}").format(title=ways.model.title)),
                    icon=":material/swap_horiz:",
                    key=f"{form.key}-model",
                    on_click=form.choose_model,
                    args=(ways.model.id,),
                )

    return show


def roles_of(recipe: Recipe) -> list[Role]:
    """Return what a recipe's references are for."""
    return [source.role for source in recipe.sources]


def _reword(form: Form) -> None:
    form.reword()
    focus_on(form.field)


def _references(form: Form) -> None:
    if len(form.references) <= _MOST_IN_A_ROW:
        for reference in form.references:
            _reference(form, reference)
        return
    with st.popover(_("Leave out a reference"), icon=":material/remove_circle:", key=f"{form.key}-drop"):
        for reference in form.references:
            _reference(form, reference)


def _reference(form: Form, reference: Reference) -> None:
    words = _("Leave out image {number}: {name} ({role})")
    named = words.format(number=reference.number, name=reference.name, role=role_names()[reference.role])
    st.button(
        plain(named),
        icon=":material/remove_circle:",
        key=f"{form.key}-drop-{reference.number}",
        on_click=reference.drop,
    )
