"""The selected scene: its picture, what to do with it, and the parts that can be changed."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset, EngineName
from core.studio.boards import Card, CardState
from core.studio.story_editing import edit
from core.ui.answers import show_answer_quietly
from core.ui.components.pictures import before_after, zoom_picture
from core.ui.made_before import offer_for_step
from core.ui.sequencer.actions import ADD, PART, act_on, change
from core.ui.sequencer.board import card_line, card_mark, cards_price, make_label
from core.ui.sequencer.new_scene import leave_new_scene, show_new_scene
from core.ui.sequencer.prompt_part import show_prompt
from core.ui.sequencer.settings_part import show_settings
from core.ui.sequencer.sources_part import show_sources
from core.ui.sequencer.versions_part import show_versions
from core.ui.sequencer.view import View
from core.ui.sequencer.ways import ways_on_scene
from core.ui.session import handed_on, kept
from core.ui.texts import _
from core.ui.widgets import kind_name, plain, show_error

_CARDS = "#scenes"
_HEIGHT = 360
_EMPTY_HEIGHT = 240


def show_inspector(view: View) -> None:
    """Show the selected scene, or the form for a new one after it."""
    card = view.selected
    leave_new_scene(view)
    with st.container(key="inspector"):
        if st.query_params.get(ADD) == card.step.id:
            show_new_scene(view, card)
            return
        with st.container(key="to-cards"):
            label = _("Back to the cards")
            st.markdown(f"[{label}]({_CARDS})")
        picture, words = st.columns([5, 6], gap="large")
        with picture:
            _picture(view, card)
            _actions(view, card)
            if card.asset is not None:
                show_answer_quietly(card.asset, "scene")
        with words:
            _name(view, card)
            _parts(view, card)


def _name(view: View, card: Card) -> None:
    step = card.step

    def rename(name: str) -> None:
        change(view, lambda story: edit(story, step.id, name=name.strip()))

    handed_on(
        st.text_input,
        _("Scene"),
        f"name-{view.slug}-{step.id}",
        step.name,
        rename,
        placeholder=step.id,
        max_chars=200,
    )
    facts = [kind_name(step.kind), card_line(card)]
    if card.asset is not None and card.asset.recipe.engine is EngineName.GEMINI:
        facts.append(card.asset.recipe.model)
    st.caption(plain(" · ".join(facts)))


def _picture(view: View, card: Card) -> None:
    if card.error is not None:
        show_error(card.error, ways_on_scene(view, card))
        offer_for_step(view.board, card, view.options, f"made-before-{view.slug}-{card.step.id}")
    if card.asset is None:
        with st.container(
            border=True, height=_EMPTY_HEIGHT, horizontal_alignment="center", vertical_alignment="center"
        ):
            st.text(
                _("It is being made.") if card.state is CardState.RUNNING else _("No picture yet."), width="content"
            )
        return
    previous = view.board.picture(card.place.follows) if card.place.follows else None
    _shown(view, card, card.asset, previous)


def _shown(view: View, card: Card, asset: Asset, previous: Asset | None) -> None:
    key = f"picture-{view.slug}-{card.step.id}"
    is_beside = previous is not None and kept(st.toggle, _("Beside the picture before it"), "sequencer/beside", False)
    if is_beside and previous is not None:
        before_after(view.workspace, previous, asset, key=f"{key}-pair", max_height=_HEIGHT)
    else:
        zoom_picture(view.workspace, asset, key=key, mark=card_mark(card), max_height=_HEIGHT)


def _actions(view: View, card: Card) -> None:
    cost = cards_price([card])
    is_locked = card.state is CardState.LOCKED
    with st.container(horizontal=True):
        if card.error is not None and card.is_to_make and len(view.board.needed((card.step.id,))) == 1:
            _button(view, card, "make", _("Try again · {price}").format(price=cost), "refresh", view.is_running)
        elif card.is_to_make:
            _button(view, card, "make", make_label(view.board, card), "brush", view.is_running)
        else:
            label = _("Make again · {price}").format(price=cost)
            _button(view, card, "again", label, "refresh", view.is_running or is_locked)
        if is_locked:
            _button(view, card, "unlock", _("Unlock"), "lock_open", False)
        else:
            _button(view, card, "lock", _("Lock"), "lock", card.asset is None)
        _button(view, card, "add", _("Add a scene after it"), "add", False)
        _more(view, card)
    if is_locked:
        st.caption(_("Locked: this picture stays, whatever changes before it."))


def _more(view: View, card: Card) -> None:
    with st.popover(_("More"), icon=":material/more_horiz:"):
        _button(view, card, "duplicate", _("Duplicate"), "content_copy", False)
        _button(view, card, "earlier", _("Move earlier"), "arrow_back", False)
        _button(view, card, "later", _("Move later"), "arrow_forward", False)
        _button(view, card, "delete", _("Delete the scene"), "delete", False)


def _button(view: View, card: Card, action: str, label: str, icon: str, is_off: bool) -> None:
    key = f"{action}-{view.slug}-{card.step.id}"
    if st.button(plain(label), key=key, icon=f":material/{icon}:", disabled=is_off):
        act_on(view, action, card.step.id)
        st.rerun()


def _parts(view: View, card: Card) -> None:
    parts = {
        "prompt": (_("Prompt"), show_prompt),
        "images": (_("Images"), show_sources),
        "settings": (_("Settings"), show_settings),
        "versions": (_("Versions"), show_versions),
    }
    chosen = kept(
        st.segmented_control,
        _("Part of the scene"),
        PART,
        "prompt",
        options=list(parts),
        format_func=lambda name: parts[name][0],
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    parts[chosen or "prompt"][1](view, card)
