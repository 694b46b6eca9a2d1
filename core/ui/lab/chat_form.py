"""What is said next in a conversation: words, new references, controls, what goes along, and the one button."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.errors import StudioError
from core.models.asset import EngineName, Role
from core.models.talk import Talk, Transport
from core.studio.lab import LabOrder
from core.studio.prompting.advice import Situation
from core.studio.talks import Prepared, Say, prepare, say_next
from core.ui.advising import show_advice
from core.ui.controls import KeptControls, engine_in_use, model_controls
from core.ui.desk import desk
from core.ui.lab.form import fill_controls
from core.ui.lab.references import choose_references, fill_references, references
from core.ui.lab.talk_place import NEW, forget_echo, form_name, look_at
from core.ui.lab.video_part import choose_video
from core.ui.session import forget_kept, kept, set_kept, studio
from core.ui.texts import _, ngettext
from core.ui.tries import note_run
from core.ui.widgets import images, main_type, plain, price, show_error

_CHAT, _INTERACTIONS, _PICTURE = Transport.CHAT.value, Transport.INTERACTIONS.value, "picture"


def show_chat_form(talk: Talk | None, leaf: str, is_running: bool) -> None:
    """Show what is said next, after the turn `leaf` ("" at the start)."""
    name = form_name(talk.id if talk else NEW)
    forget_echo(name)
    prompt = _words(name, has_before=bool(leaf))
    roles = (*((Role.PLATE,) if leaf else ()), *(source.role for source in references(name)))
    show_advice(name, Situation(prompt, roles, most=1), partial(set_kept, f"{name}/prompt"))
    way = _choose_way(name, has_before=bool(leaf))
    attached = choose_references(name)
    controls = model_controls(KeptControls(name), is_full=True)
    # the service that keeps a conversation takes no video in it
    video = {} if way == _INTERACTIONS else choose_video(name, controls.facts)
    settings = controls.settings.model_copy(update=video)
    say = Say(
        order=LabOrder(prompt, attached, controls.engine, controls.model, settings),
        talk=talk.id if talk else "",
        parent=leaf,
        transport=Transport.INTERACTIONS if way == _INTERACTIONS else Transport.CHAT,
        is_fresh=way == _PICTURE,
    )
    cost = price(controls.price_usd, has_search=bool(controls.search_usd))
    label = _("Make {images} · {price}").format(images=images(1), price=cost)
    is_off = is_running or not prompt.strip()
    with st.container(key="go-bar", horizontal=True, vertical_alignment="center"):
        is_clicked = st.button(
            label.replace("$", r"\$"),
            type=main_type(not is_off),
            width="stretch",
            icon=":material/send:",
            disabled=is_off,
            shortcut="Mod+Enter",
            key="talk-say",
        )
        _show_sent(say, talk)
    if is_clicked:
        _say(say, name, controls.price_usd)


def _words(name: str, has_before: bool) -> str:
    if not has_before:
        words = _("What does the picture show? Who, doing what, where, in which light?")
        return kept(st.text_area, _("Prompt"), f"{name}/prompt", "", height=120, placeholder=words)
    words = _("Make the sky darker and leave the rest as it is")
    return kept(st.text_area, _("What should change?"), f"{name}/prompt", "", height=120, placeholder=words)


def _choose_way(name: str, has_before: bool) -> str:
    """Let it be chosen how the service is told what was said before; the draft engine is told nothing."""
    if engine_in_use() is EngineName.DRAFT:
        if has_before:
            st.caption(_("A draft is drawn from the last image alone."))
        return _CHAT
    titles = {
        _CHAT: _("All that was said · chat history"),
        _INTERACTIONS: _("All that was said · Interactions API"),
        _PICTURE: _("The last image alone"),
    }
    return str(
        kept(
            st.selectbox,
            _("What goes along"),
            f"{name}/way",
            _CHAT,
            options=list(titles),
            format_func=lambda way: titles[way],
            help=_("Chat history is kept in this project and sent each time; with Interactions the service keeps it."),
        )
    )


def _show_sent(say: Say, talk: Talk | None) -> None:
    with st.popover(_("What is sent"), type="tertiary"):
        if not say.order.prompt.strip():
            st.text(_("The words, once there are some."))
            return
        try:
            prepared = prepare(desk(), studio().workspace, say, is_only_priced=True, talk=talk)
        except StudioError as error:
            show_error(error)
            return
        st.code(prepared.turn.recipe.composed, language=None, wrap_lines=True)
        st.caption(_along(prepared))
        for warning in prepared.warnings:
            st.caption(plain(warning))


def _along(prepared: Prepared) -> str:
    if prepared.is_picture_sent:
        return _("The image before goes along, and nothing else of what was said.")
    if prepared.turn.transport is Transport.INTERACTIONS and prepared.carried:
        return _("The service goes on from the turn before, which it keeps.")
    if not prepared.carried:
        return _("Nothing was said before.")
    words = ngettext("{count} earlier turn goes along.", "{count} earlier turns go along.", prepared.carried)
    return words.format(count=prepared.carried)


def _say(say: Say, name: str, price_usd: float) -> None:
    try:
        said = say_next(desk(), studio().workspace, say, studio().user, studio().key)
    except StudioError as error:
        show_error(error)
        return
    begun = form_name(said.talk)
    if begun != name:
        _move_form(name, begun, say, said.talk, said.turn)
    set_kept(f"{begun}/pending", said.turn)
    note_run(begun, said.run, price_usd)
    look_at(said.talk, say.parent)
    st.rerun()


def _move_form(name: str, begun: str, say: Say, talk_id: str, turn_id: str) -> None:
    """Give a conversation that has just begun the form it was begun with."""
    recipe = studio().workspace.conversations.read(talk_id).turns[turn_id].recipe
    fill_controls(begun, recipe)
    set_kept(f"{begun}/prompt", say.order.prompt)
    set_kept(f"{begun}/way", say.transport.value)
    fill_references(begun, recipe.sources)
    forget_kept(f"{name}/prompt", f"{name}/references")
