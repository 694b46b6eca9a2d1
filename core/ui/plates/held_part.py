"""What waits for a look: a picture that strays, the steps that would build on it, and the two ways to go on."""

from __future__ import annotations

import streamlit as st

from core.models.asset import EngineName
from core.studio.boards import Card, CardState
from core.studio.plates.holding import accept
from core.studio.plates.matrix import set_cell_prompt
from core.studio.plates.presets import untried_preset
from core.ui.plates.matrix_part import begin
from core.ui.plates.presets_part import preset_title
from core.ui.plates.view import CELL, View, choose
from core.ui.session import language
from core.ui.telling import attempt
from core.ui.texts import _
from core.ui.widgets import kind_name, plain, price


def held_by(view: View, card: Card) -> Card | None:
    """Return the cell whose picture strays and keeps a cell waiting, or the cell itself when others wait for it."""
    return view.held.get(card.step.id) or (card if card in view.held.values() else None)


def show_held(view: View, card: Card) -> None:
    """Say that a cell waits, or that others wait for it, and show how to go on; nothing where nothing waits."""
    straying = held_by(view, card)
    if straying is None:
        return
    with st.container(border=True, key="plates-held"):
        st.text(_words(card, straying))
        with st.container(horizontal=True):
            _look(card, straying)
            _go_on(view, straying)
        _try_again(view, straying)
        if view.options.engine is EngineName.GEMINI:
            st.caption(
                _("When words lead astray, say less at a time: several simple steps, one after the other, do better.")
            )


def _words(card: Card, straying: Card) -> str:
    if straying is card:
        return _("Further steps wait: this picture strays from what it was made from. Look at it first.")
    kind = kind_name(straying.step.kind)
    return _("This waits: the picture it is made from ({kind}) strays. Look at it first.").format(kind=kind)


def _look(card: Card, straying: Card) -> None:
    if straying is card:
        return
    if st.button(_("Look at it"), icon=":material/difference:", key=f"plates/look/{card.step.id}"):
        choose(CELL, straying.step.id)
        st.rerun()


def _go_on(view: View, straying: Card) -> None:
    waiting = tuple(name for name, cell in view.held.items() if cell is straying)
    cards = [found for name in waiting if view.matrix.board and (found := view.matrix.board.card(name))]
    label = _("Go on anyway · {price}").format(price=price(sum(found.price_usd for found in cards)))
    key = f"plates/go-on/{straying.step.id}"
    if st.button(plain(label), icon=":material/arrow_forward:", disabled=view.is_running, key=key):
        picture = straying.planned
        if picture is not None and attempt(lambda: accept(view.workspace, picture)):
            begin(view, waiting)
        st.rerun()


def _try_again(view: View, straying: Card) -> None:
    """Offer a preset whose words were not tried on this object; draft measures, whatever the words are."""
    if view.options.engine is EngineName.DRAFT or straying.state is CardState.LOCKED:
        return
    tried = [straying.step.prompt, *(version.recipe.prompt for version in straying.versions)]
    found = untried_preset(straying.step.kind, tried)
    if found is None:
        return
    # a long name in the button would hide its price
    label = _("Try another preset · {price}").format(price=price(straying.price_usd))
    key = f"plates/another-preset/{straying.step.id}"
    st.caption(_("Not tried yet: {preset}").format(preset=plain(preset_title(found))))
    if st.button(plain(label), icon=":material/auto_stories:", disabled=view.is_running, key=key):
        prompt = found.prompt(language())
        if attempt(lambda: set_cell_prompt(view.workspace, view.page, straying.step.id, prompt)):
            begin(view, (straying.step.id,))
        st.rerun()
