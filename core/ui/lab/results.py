"""What came of the prompts: the image looked at with all its answer said, and the history below it."""

from __future__ import annotations

import streamlit as st

from core.models.answer import Block, BlockKind, Grounding
from core.models.asset import Asset, EngineName
from core.ui.components.pictures import before_after, picture_strip, zoom_picture
from core.ui.components.suggestions import search_suggestions
from core.ui.lab.form import NAME, fill_form
from core.ui.lab.references import add_reference
from core.ui.lab.talk_place import refine
from core.ui.original import original_button
from core.ui.pictures import answer_url
from core.ui.places import go_to
from core.ui.sequencer.files import begin_with
from core.ui.session import kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import ago, empty_place, plain, price, state_badge

_TALLEST = 460
_MOST_SHOWN = 200


def show_results(made: list[Asset]) -> None:
    """Show the image that was made last, or the one picked from the history, which is `made`, newest first."""
    if not made:
        empty_place(_("Write a prompt, or begin with a template: what is made of it appears here and stays."))
        return
    wanted = kept_value(f"{NAME}/shown", "")
    shown = next((asset for asset in made if asset.id == wanted), made[0])
    _picture(shown)
    show_facts(shown)
    _actions(shown)
    show_answer(shown)
    st.caption(_("History, newest first"))
    picture_strip(
        studio().workspace,
        made[:_MOST_SHOWN],
        key="lab-history",
        selected=shown.id,
        label=_("History, newest first"),
        on_pick=lambda asset_id: set_kept(f"{NAME}/shown", asset_id),
    )


def _picture(shown: Asset) -> None:
    workspace = studio().workspace
    before = workspace.find(shown.source_ids[0]) if shown.source_ids else None
    is_compared = before is not None and st.toggle(_("Beside its first reference"), key="lab-beside")
    if is_compared and before is not None:
        before_after(workspace, before, shown, key="lab-pair", max_height=_TALLEST)
    else:
        zoom_picture(workspace, shown, key="lab-picture", max_height=_TALLEST)


def show_facts(shown: Asset) -> None:
    """Show an image's state, model, size, settings, price and age, and what to know of it."""
    recipe, result = shown.recipe, shown.result
    with st.container(horizontal=True, vertical_alignment="center"):
        state_badge(shown)
        values = recipe.settings.set_values()
        settings = [name if value is True else f"{name.replace('_', ' ')} {value}" for name, value in values.items()]
        size = f"{result.width} × {result.height}"
        seconds = _("{seconds} s").format(seconds=f"{result.seconds:.1f}")
        cost = price(result.cost_usd, is_actual=True)
        model = [recipe.model] if recipe.engine is EngineName.GEMINI else []  # a draft's badge says so already
        st.caption(plain(" · ".join([*model, size, *settings, cost, seconds, ago(result.created)])))
    for warning in result.warnings:
        st.caption(plain(warning))


def _actions(shown: Asset) -> None:
    with st.container(horizontal=True):
        st.button(
            _("Work on it"),
            icon=":material/add_photo_alternate:",
            key="lab-use",
            help=_("Take it as a reference of the next prompt"),
            on_click=add_reference,
            args=(NAME, shown.id),
        )
        st.button(
            _("Use its words"),
            icon=":material/edit_note:",
            key="lab-words",
            help=_("Fill the form in as it was for this image"),
            on_click=fill_form,
            args=(shown,),
        )
        if st.button(
            _("Use in a scene"),
            icon=":material/arrow_forward:",
            key="lab-scene",
            help=_("Begin a story with this picture"),
        ):
            begin_with(shown)
            go_to("scene_sequencer")
        st.button(
            _("Refine it"),
            icon=":material/forum:",
            key="lab-refine",
            help=_("Begin a conversation about it, and change it turn by turn"),
            on_click=refine,
            args=(shown,),
        )
        original_button(studio().workspace, shown)
    with st.expander(_("Prompt")):
        st.code(shown.recipe.composed, language=None, wrap_lines=True)


def show_answer(shown: Asset) -> None:
    """Show all that was answered, in its order; the thoughts apart from it."""
    answer = studio().workspace.answers.find(shown.id)
    if answer is None:
        if shown.result.text:
            with st.expander(_("The model's words")):
                st.text(shown.result.text)
        return
    said = [block for block in answer.blocks if block.kind in (BlockKind.TEXT, BlockKind.IMAGE)]
    thoughts = [block for block in answer.blocks if block.kind in (BlockKind.THOUGHT, BlockKind.THOUGHT_IMAGE)]
    if len(said) > 1:
        with st.expander(_("The whole answer"), expanded=sum(block.kind is BlockKind.IMAGE for block in said) > 1):
            _blocks(shown, said)
    if thoughts:
        with st.expander(_("The model's thoughts")):
            _blocks(shown, thoughts)
    if answer.grounding is not None:
        _grounding(shown, answer.grounding)


def _blocks(shown: Asset, blocks: list[Block]) -> None:
    for number, block in enumerate(blocks):
        if block.text:
            st.text(block.text)
        elif block.file:
            st.image(answer_url(studio().workspace, shown, block.file), width=360, alt=_("An image of the answer"))
        else:
            zoom_picture(studio().workspace, shown, key=f"lab-block-{number}", max_height=240)


def _grounding(shown: Asset, grounding: Grounding) -> None:
    if grounding.suggestions:
        st.caption(_("Search suggestions"))
        search_suggestions(grounding.suggestions, key=f"lab-suggestions-{shown.id}")
    if grounding.links:
        with st.expander(_("Sources")):
            for link in grounding.links:
                st.link_button(plain(link.title or link.uri), link.uri, icon=":material/link:", type="tertiary")
