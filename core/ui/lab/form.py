"""The lab's form: the prompt, what it works on, the controls the model really has, and the one button."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.errors import StudioError
from core.models.asset import EngineName, Harm, Recipe, read_safety
from core.studio.lab import MOST_VARIANTS, LabOrder, advance, begin_lab, composed, earlier_words, placeless
from core.studio.prompting.advice import Situation
from core.studio.prompts import count_words
from core.studio.turntables import Turntable
from core.ui.advising import show_advice
from core.ui.batching import batch_button
from core.ui.controls import KeptControls, engine_in_use, model_controls, model_in_use
from core.ui.desk import desk
from core.ui.lab.references import choose_references, fill_references, references
from core.ui.lab.talk_place import BENCH, MODE
from core.ui.lab.template_in_use import leave_template
from core.ui.lab.templates_part import show_suited_models, show_templates
from core.ui.lab.turntable_part import choose_views, left_blank, wanted_turntable, words_of_last_view
from core.ui.lab.video_part import VIDEO_FIELDS, choose_video
from core.ui.labels import role_names
from core.ui.session import forget_kept, kept, kept_value, set_kept, studio
from core.ui.texts import _, ngettext
from core.ui.tries import note_run
from core.ui.widgets import images, main_type, plain, price, show_error

NAME = "lab"
VARIANTS = f"{NAME}/variants"
PROMPT = f"{NAME}/prompt"
_TEXTS = ("aspect_ratio", "image_size", "thinking_level", "search", "system_instruction")
_NUMBERS = ("temperature", "top_p", "seed")


@dataclass(frozen=True)
class Wanted:
    """A filled-in form: the order it makes, and what one of its images costs in USD, alone and in a batch.

    With `has_search` that is the most to reckon with.
    `turntable` has the views that the order's prompt is made in one after another, None for single images.
    """

    order: LabOrder
    price_usd: float
    batch_usd: float
    has_search: bool
    turntable: Turntable | None = None


def fill_form(recipe: Recipe) -> None:
    """Fill the form in as it was for an image."""
    leave_template(NAME)
    set_kept(PROMPT, recipe.prompt)
    fill_references(NAME, recipe.sources)
    fill_controls(NAME, recipe)


def fill_controls(name: str, recipe: Recipe) -> None:
    """Set a form's controls as a recipe has them."""
    settings = recipe.settings
    values = {
        **{field: getattr(settings, field) or "" for field in _TEXTS},
        **{field: getattr(settings, field) for field in _NUMBERS},
        **{field: getattr(settings, field) for field in VIDEO_FIELDS},
        "video": settings.video or "",
        "model": recipe.model,
        "thoughts": bool(settings.thoughts),
        "output": settings.output is not None,
    }
    limits = read_safety(settings.safety)
    values |= {f"safety/{harm}": limits[harm].value if harm in limits else "" for harm in Harm}
    for field, value in values.items():
        set_kept(f"{name}/{field}", value)


def show_on_bench(asset_id: str) -> None:
    """Have the prompt lab show an image among the single ones."""
    set_kept(f"{NAME}/shown", asset_id)
    set_kept(MODE, BENCH)


def show_form(is_first: bool) -> Wanted:
    """Show the form and return what it asks for; `is_first` when nothing was made here yet."""
    show_templates(NAME)
    prompt = _prompt()
    choose_views(NAME)
    found = choose_references(NAME)
    show_suited_models(NAME)
    controls = model_controls(KeptControls(NAME), is_full=True)
    settings = controls.settings.model_copy(update=choose_video(NAME, controls.facts))
    order = LabOrder(prompt, found, controls.engine, controls.model, settings, _wanted_variants())
    for role in placeless(controls.facts, order):
        words = _("{title} keeps no places for this kind of image, it counts as any other: {role}")
        st.caption(plain(words.format(title=controls.facts.title, role=role_names()[role])))
    turntable = wanted_turntable(NAME, order)
    _advise(order, is_first, most=MOST_VARIANTS if turntable is None else 1)
    batch_usd = controls.facts.batch_price(controls.settings)
    return Wanted(order, controls.price_usd, batch_usd, bool(controls.search_usd), turntable)


def _advise(order: LabOrder, is_first: bool, most: int) -> None:
    workspace = studio().workspace
    roles = tuple(source.role for source in order.references)
    before = earlier_words(workspace, order.references)
    now = Situation(order.prompt, roles, composed(workspace, order), order.variants, is_first, before, most)
    show_advice(NAME, now, partial(set_kept, PROMPT), partial(set_kept, VARIANTS))


def show_make_button(wanted: Wanted, is_running: bool) -> None:
    """Show the one button that makes what the form asks for, with its price."""
    count = wanted.order.variants
    cost = price(count * wanted.price_usd, has_search=wanted.has_search)
    label = _("Make {images} · {price}").format(images=images(count), price=cost)
    with st.container(key="go-bar", gap="small"):
        _choose_variants()
        # not disabled while the prompt is empty: the shortcut has to take words that the server has not seen yet
        is_wanted = st.button(
            label.replace("$", r"\$"),
            type=main_type(not is_running and bool(wanted.order.prompt.strip())),
            width="stretch",
            icon=":material/brush:",
            disabled=is_running,
            shortcut="Mod+Enter",
            key="lab-make",
        )
        if wanted.order.engine is EngineName.GEMINI and not is_running:
            _show_batch_button(wanted)
        # the browser may send one keystroke twice, and the second time must not be paid
        if not is_wanted or is_running:
            return
        try:
            run = begin_lab(desk(), studio().workspace, wanted.order, studio().user, studio().key)
        except StudioError as error:
            show_error(error)
            return
    forget_kept(f"{NAME}/shown")
    note_run(NAME, run, wanted.price_usd)
    st.rerun()


def _show_batch_button(wanted: Wanted) -> None:
    here, order = studio(), wanted.order
    cost = price(order.variants * wanted.batch_usd, has_search=wanted.has_search)
    batch_button(
        order.variants, cost, lambda: advance(here.studio, here.workspace, order).recipes, "lab-batch", "tertiary"
    )


def _prompt() -> str:
    prompt = kept(
        st.text_area,
        _("Prompt"),
        PROMPT,
        "",
        height=160,
        placeholder=_("What does the picture show? Who, doing what, where, in which light?"),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        count = count_words(prompt)
        st.caption(ngettext("{count} word", "{count} words", count).format(count=count), width="content")
        if blanks := left_blank(NAME, prompt):
            st.caption(_("Still blank: {names}").format(names=plain(", ".join(blanks))), width="content")
        with st.popover(_("What is sent"), type="tertiary"):
            order = LabOrder(prompt, references(NAME), engine_in_use(), model_in_use(NAME))
            sent = words_of_last_view(NAME, order) or composed(studio().workspace, order)
            st.code(sent or " ", language=None, wrap_lines=True)
    return prompt


def _wanted_variants() -> int:
    count = kept_value(VARIANTS, 1)
    return count if 1 <= count <= MOST_VARIANTS else 1


def _choose_variants() -> None:
    counts = list(range(1, MOST_VARIANTS + 1))
    kept(
        st.segmented_control,
        _("Variants"),
        VARIANTS,
        1,
        options=counts,
        format_func=str,
        required=True,
        width="stretch",
    )
