"""What to look for on the pages, with what, and what it costs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import streamlit as st

from core.models.asset import EngineName
from core.models.catalog import ModelFacts, Purpose
from core.models.region import DetectionSettings, Preset, Wish
from core.models.wishes import detection_price, detection_prompt, words_of
from core.settings import EngineChoice
from core.studio.account_models import default_model
from core.studio.background import begin_detection
from core.studio.detection import Search, resolved
from core.studio.specs import DetectSpec
from core.ui.known_texts import known_text
from core.ui.labels import level_name
from core.ui.plates.view import View
from core.ui.session import kept, kept_value, remember_place, set_kept, studio
from core.ui.telling import attempt
from core.ui.texts import _, ngettext
from core.ui.widgets import main_type, plain, price

_NAME = "plates/find"
_DETECTION_MODEL = "draft"


def show_detection(view: View) -> None:
    """Show the form and the button that searches this page, or all pages."""
    with st.popover(_("What to find"), icon=":material/search:"):
        wish = _wish()
        model, settings = _means(wish)
    engine = _engine()
    each = detection_price(studio().studio.catalog, engine, model, wish, settings)
    search = Search(wish=wish, engine=engine, model=model, settings=settings)
    label = _("Find objects · {price}") if view.detection is None else _("Find again · {price}")
    is_first = view.detection is None
    if st.button(
        plain(label.format(price=price(each))),
        type=main_type(is_first and not view.is_searching),
        icon=":material/frame_inspect:",
        disabled=view.is_searching,
        key="plates/find-one",
    ):
        _begin(view, (view.page.id,), search, is_again=not is_first)
    unsearched = view.to_search
    if len(view.pages) > 1 and unsearched:
        words = ngettext("Find on {count} page · {price}", "Find on {count} pages · {price}", len(unsearched))
        said = words.format(count=len(unsearched), price=price(each * len(unsearched)))
        if st.button(plain(said), disabled=view.is_searching, key="plates/find-all"):
            _begin(view, unsearched, search)


def _engine() -> EngineName:
    here = studio()
    return EngineName(here.studio.settings.resolved_engine(here.engine))


def _wish() -> Wish:
    titles = {
        Preset.ILLUSTRATIONS: _("Illustrations"),
        Preset.ENGRAVINGS: _("Engravings"),
        Preset.PHOTOGRAPHS: _("Photographs"),
        Preset.COMPONENTS: _("Electronic components"),
    }
    preset = Preset(
        kept(
            st.segmented_control,
            _("Look for"),
            f"{_NAME}/preset",
            Preset.ILLUSTRATIONS.value,
            options=[item.value for item in Preset],
            format_func=lambda value: titles[Preset(value)],
            required=True,
        )
    )
    ready = words_of(Wish(preset=preset))
    what = kept(
        st.text_area, _("In your own words"), f"{_NAME}/what", "", placeholder=known_text(ready.what), height=90
    )
    caption = kept(
        st.text_input, _("A caption is"), f"{_NAME}/caption", "", placeholder=known_text(ready.caption_means)
    )
    label = kept(st.text_input, _("A label is"), f"{_NAME}/label", "", placeholder=known_text(ready.label_means))
    labels = kept(
        st.text_input, _("Only these labels, separated by commas"), f"{_NAME}/labels", "", placeholder=_("any label")
    )
    is_exhaustive = kept(st.checkbox, _("Find all, exhaustively: the tiny and the faint too"), f"{_NAME}/all", False)
    has_masks = kept(st.checkbox, _("Outlines too (segmentation masks)"), f"{_NAME}/masks", False)
    wish = Wish(
        preset=preset,
        what=what,
        caption_means=caption,
        label_means=label,
        labels=tuple(dict.fromkeys(word.strip() for word in labels.split(",") if word.strip()))[:50],
        is_exhaustive=bool(is_exhaustive),
        has_masks=bool(has_masks),
    )
    with st.expander(_("What is sent after the page")):
        st.code(detection_prompt(wish), language=None, wrap_lines=True, height=260)
    return wish


def _means(wish: Wish) -> tuple[str, DetectionSettings]:
    """Show model and controls where the engine has some; return the model and what it honours."""
    if _engine() is EngineName.DRAFT:
        st.caption(
            _("The draft engine finds by shape, on this machine. It reads captions only where Tesseract is installed.")
        )
        return _DETECTION_MODEL, DetectionSettings()
    catalog, today = studio().studio.catalog, studio().studio.today()
    models = {facts.id: f"{facts.title} · {facts.id}" for facts in catalog.recommended(today, Purpose.DETECTION)}
    default = default_model(studio().studio, Purpose.DETECTION)
    models.setdefault(default.id, f"{default.title} · {default.id}")
    if kept_value(f"{_NAME}/model") not in models:
        set_kept(f"{_NAME}/model", default.id)
    model = str(
        kept(
            st.selectbox,
            _("Model"),
            f"{_NAME}/model",
            default.id,
            options=list(models),
            format_func=models.__getitem__,
        )
    )
    st.caption(_("Some models find objects at no charge on a free tier; images are always paid as you go."))
    return model, _controls(catalog.model(model))


def _controls(facts: ModelFacts) -> DetectionSettings:
    sizes = {"": _("Default"), "low": _("low"), "medium": _("medium"), "high": _("high"), "ultra_high": _("ultra high")}
    levels = {"": _("Default"), **{level: level_name(level) for level in facts.thinking_levels}}
    resolution = kept(
        st.selectbox,
        _("Detail in which the page is read (ultra high for tiny things)"),
        f"{_NAME}/resolution",
        "",
        options=list(sizes),
        format_func=sizes.__getitem__,
    )
    level = temperature = None
    if facts.thinking_levels:
        if kept_value(f"{_NAME}/thinking", "") not in levels:
            set_kept(f"{_NAME}/thinking", "")
        level = kept(
            st.selectbox, _("Thinking"), f"{_NAME}/thinking", "", options=list(levels), format_func=levels.__getitem__
        )
    if "temperature" in facts.sampling:
        temperature = kept(
            st.number_input,
            _("Temperature"),
            f"{_NAME}/temperature",
            None,
            min_value=0.0,
            max_value=2.0,
            step=0.1,
            value=None,
            placeholder=_("Default"),
        )
    return DetectionSettings.model_validate(
        {"media_resolution": resolution or None, "thinking_level": level or None, "temperature": temperature}
    )


def _begin(view: View, pages: tuple[str, ...], search: Search, is_again: bool = False) -> None:
    here = studio()

    def act() -> None:
        here.studio.engine_name(EngineChoice(search.engine))
        wanted = asyncio.run(resolved(here.studio, search))
        spec = DetectSpec(
            project=str(view.workspace.folder),
            title=_("Finding objects"),
            pages=pages,
            wish=wanted.wish,
            engine=wanted.engine,
            model=wanted.model,
            settings=wanted.settings,
            concurrency=here.studio.settings.concurrency,
            user=here.user,
            key=here.key,
            again_since=datetime.now(UTC) if is_again else None,
        )
        here.run = begin_detection(here.studio, spec)
        remember_place()

    attempt(act)
    st.rerun()
