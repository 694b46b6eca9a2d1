"""The form of a character sheet: what is to be made, in which words, with which controls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from core.errors import StudioError
from core.models.asset import Asset, EngineName, Kind
from core.studio.characters import MOST_VARIANTS, SHEET_KINDS, SheetOrder, begin_sheet, composed, sheet_recipes
from core.studio.prompting.advice import Situation
from core.studio.prompts import count_words, role_of
from core.studio.sheet_prompts import SheetForm, View, write_prompt
from core.ui.advising import show_advice
from core.ui.batching import batch_button
from core.ui.components.marks import name_of
from core.ui.controls import KeptControls, model_controls
from core.ui.desk import desk
from core.ui.intake import choose_picture
from core.ui.session import forget_kept, kept, kept_value, set_kept, studio
from core.ui.texts import _, ngettext
from core.ui.tries import note_run
from core.ui.widgets import images, main_type, price, show_error

NAME = "sheet"
_VARIANTS = f"{NAME}/variants"
_USUAL_VARIANTS = 2
_SHEET_RATIO = "3:2"  # views stand side by side, whatever shape the picture has


@dataclass(frozen=True)
class Wanted:
    """A filled-in form: the order it makes, and what that costs in USD, at once and in a batch."""

    order: SheetOrder
    cost_usd: float
    batch_usd: float


def fill_form(made: Asset) -> None:
    """Fill the form in as it was when a try was made: its picture, name, kind and words."""
    recipe = made.recipe
    choose_picture(NAME, recipe.sources[0].asset_id if recipe.sources else "")
    for field, value in (("name", recipe.name), ("kind", recipe.kind.value), ("prompt", recipe.prompt)):
        set_kept(f"{NAME}/{field}", value)
    forget_kept(f"{NAME}/shown")


def show_form(source: Asset) -> Wanted:
    """Show the form for a picture and return what it asks for."""
    kind = _choose_kind()
    form = _fields(kind, source)
    prompt = _prompt(write_prompt(kind, form, studio().language), source)
    controls = model_controls(KeptControls(NAME, ratio="" if kind is Kind.CUTOUT else _SHEET_RATIO))
    variants = _wanted_variants()
    roles = (role_of(source.recipe.kind),)
    now = Situation(prompt, roles, variants=variants, most=MOST_VARIANTS)
    show_advice(NAME, now, partial(set_kept, f"{NAME}/prompt"), partial(set_kept, _VARIANTS))
    order = SheetOrder(
        name=form.name,
        kind=kind,
        prompt=prompt,
        source=source,
        engine=controls.engine,
        model=controls.model,
        settings=controls.settings,
        variants=variants,
    )
    cost = controls.price_usd * variants
    return Wanted(order, cost, controls.facts.batch_factor * cost)


def show_make_button(wanted: Wanted, is_running: bool) -> None:
    """Show the one button that makes what the form asks for, with its price."""
    label = _("Make {images} · {price}").format(images=images(wanted.order.variants), price=price(wanted.cost_usd))
    with st.container(key="go-bar", gap="small"):
        _choose_variants()
        is_wanted = st.button(
            label.replace("$", r"\$"),
            type=main_type(not is_running),
            width="stretch",
            icon=":material/brush:",
            disabled=is_running,
        )
        if wanted.order.engine is EngineName.GEMINI and not is_running:
            _show_batch_button(wanted)
        if not is_wanted:
            return
        try:
            run = begin_sheet(desk(), studio().workspace, wanted.order, studio().user, studio().key)
        except StudioError as error:
            show_error(error)
            return
    forget_kept(f"{NAME}/shown")
    note_run(NAME, run, wanted.cost_usd / wanted.order.variants)
    st.rerun()


def _show_batch_button(wanted: Wanted) -> None:
    here, order = studio(), wanted.order
    batch_button(
        order.variants,
        price(wanted.batch_usd),
        lambda: sheet_recipes(here.studio, here.workspace, order),
        "sheet-batch",
        "tertiary",
    )


def _choose_kind() -> Kind:
    titles = {
        Kind.CUTOUT: _("Clean cut-out"),
        Kind.CHARACTER_SHEET: _("Full sheet"),
        Kind.ACCESSORY_SHEET: _("Object sheet"),
    }
    kind = _choice(_("Make"), "kind", Kind.CHARACTER_SHEET.value, [*SHEET_KINDS], titles)
    explained = {
        Kind.CUTOUT: _("The figure as it is, on white: quick and closest to the original, but seen from one side."),
        Kind.CHARACTER_SHEET: _("The figure from several sides: scenes can turn it round and it stays the same."),
        Kind.ACCESSORY_SHEET: _("A thing that belongs to the figure, from several sides, to be used beside its sheet."),
    }
    st.caption(explained[Kind(kind)])
    return Kind(kind)


def _wanted_variants() -> int:
    """Return how many are wanted; they are chosen beside the button, whose price they change."""
    kept_count = kept_value(_VARIANTS, _USUAL_VARIANTS)
    return kept_count if 1 <= kept_count <= MOST_VARIANTS else _USUAL_VARIANTS


def _choose_variants() -> None:
    counts = list(range(1, MOST_VARIANTS + 1))
    _choice(_("Variants"), "variants", _USUAL_VARIANTS, counts, {count: str(count) for count in counts})


def _choice(label: str, name: str, default: Any, options: list[Any], titles: dict[Any, str]) -> Any:
    chosen = kept(
        st.segmented_control,
        label,
        f"{NAME}/{name}",
        default,
        options=options,
        format_func=titles.__getitem__,
        required=True,
        width="stretch",
    )
    return chosen or default


def _fields(kind: Kind, source: Asset) -> SheetForm:
    name = kept(st.text_input, _("Name"), f"{NAME}/name", "", max_chars=200, placeholder=_usual_name(source))
    subject = kept(
        st.text_input,
        _("Subject"),
        f"{NAME}/subject",
        "",
        placeholder=_("who or what it is, in a few words"),
        max_chars=4000,
    )
    views = _views() if kind is not Kind.CUTOUT else ()
    accessories = kept(
        st.text_input, _("Accessories"), f"{NAME}/accessories", "", placeholder=_("lantern, scarf"), max_chars=4000
    )
    style = kept(st.text_input, _("Style"), f"{NAME}/style", "", placeholder=_("as in the picture"), max_chars=4000)
    captions = ""
    if kind is not Kind.CUTOUT:
        captions = kept(
            st.text_area,
            _("Captions, one a line"),
            f"{NAME}/captions",
            "",
            placeholder=_("the name and the views"),
            height=68,
            max_chars=4000,
        )
    return SheetForm(name.strip() or _usual_name(source), subject, views, accessories, style, captions)


def _usual_name(source: Asset) -> str:
    """Return what a picture's figure is called until somebody names it: a file's name as people read it."""
    return " ".join(name_of(source).replace("_", " ").split()) or name_of(source)


def _views() -> tuple[View, ...]:
    titles = {
        View.FRONT: _("Front"),
        View.THREE_QUARTER: _("Three-quarter"),
        View.LEFT: _("Left"),
        View.RIGHT: _("Right"),
        View.BACK: _("Back"),
    }
    chosen = kept(
        st.pills,
        _("Views"),
        f"{NAME}/views",
        [View.FRONT.value, View.BACK.value],
        options=list(titles),
        format_func=titles.__getitem__,
        selection_mode="multi",
        wrap=True,
    )
    return tuple(View(view) for view in chosen or ())


def _prompt(written: str, source: Asset) -> str:
    """Show the prompt. It follows the form until somebody edits it, and again after it is set back."""
    if not _is_edited():
        _follow_form(written)
    prompt = kept(st.text_area, _("Prompt"), f"{NAME}/prompt", written, height="content")
    with st.container(horizontal=True, vertical_alignment="center"):
        count = count_words(prompt)
        st.caption(ngettext("{count} word", "{count} words", count).format(count=count), width="content")
        if prompt != written:
            st.button(
                _("Reset to the form"), type="tertiary", icon=":material/undo:", on_click=_follow_form, args=(written,)
            )
        with st.popover(_("What is sent"), type="tertiary"):
            st.code(composed(prompt, source), language=None, wrap_lines=True)
    return prompt


def _is_edited() -> bool:
    prompt = str(kept_value(f"{NAME}/prompt", ""))
    return bool(prompt.strip()) and prompt != kept_value(f"{NAME}/written", "")


def _follow_form(written: str) -> None:
    for name in ("prompt", "written"):
        if kept_value(f"{NAME}/{name}") != written:
            set_kept(f"{NAME}/{name}", written)
