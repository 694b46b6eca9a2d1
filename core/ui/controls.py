"""The controls of an image: model, ratio, size, thinking and sampling, as far as the chosen model honours them.

Where values are kept is the caller's: with the project, or in a step of a story. What the chosen model does not have is
listed as it is in a story's step, which only a person changes; elsewhere it counts as "not set".
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.models.account import AccountModels
from core.models.asset import LARGEST_SEED, EngineName, GenerationSettings
from core.models.catalog import Catalog, ModelFacts
from core.studio.account_models import default_model, known_models, unlisted_image_models
from core.ui.fitting import is_like
from core.ui.further_controls import FURTHER, choose_further
from core.ui.keeping import Keeping
from core.ui.labels import level_name
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import plain, price, search_terms

_NOT_SET = ""
_RANGES = {"temperature": (0.0, 2.0, 0.1), "top_p": (0.05, 1.0, 0.05)}  # least, most, step


@dataclass(frozen=True)
class Controls:
    """What was chosen. `model` is "" for the default, whose facts these are; `price_usd` is of one image.

    `search_usd` is how much of the price is for searches, which the month's free ones may cover.
    """

    engine: EngineName
    model: str
    settings: GenerationSettings
    price_usd: float
    facts: ModelFacts
    search_usd: float = 0.0


@dataclass(frozen=True)
class KeptControls:
    """Keeps the values with the project; `name` keeps these controls apart from others.

    `ratio` is proposed until another is chosen; choices under one proposal are kept apart from those under another.
    """

    name: str
    ratio: str = _NOT_SET
    is_fixed: bool = False
    model: str = ""

    @property
    def place(self) -> str:
        """What tells these controls apart from others on the page."""
        return self.name

    def value(self, field: str, default: Any) -> Any:
        """Return a field's value."""
        return kept_value(self._place(field), self._default(field, default))

    def show(self, widget: Any, label: str, field: str, default: Any, **options: Any) -> Any:
        """Show a field's widget and return its value."""
        default = self._default(field, default)
        if "options" in options and default not in options["options"]:
            default = _NOT_SET
        return kept(widget, label, self._place(field), default, **options)

    def put(self, field: str, value: Any) -> None:
        """Give a field another value."""
        set_kept(self._place(field), value)

    def _default(self, field: str, default: Any) -> Any:
        return self.ratio if field == "aspect_ratio" else default

    def _place(self, field: str) -> str:
        proposal = f"/{self.ratio}" if field == "aspect_ratio" and self.ratio else ""
        return f"{self.name}/{field}{proposal}"


def engine_in_use() -> EngineName:
    """Return the engine that makes this visit's images."""
    here = studio()
    return EngineName(here.studio.settings.resolved_engine(here.engine))


def model_controls(keeping: Keeping, is_full: bool = False, below: GenerationSettings | None = None) -> Controls:
    """Show the controls for the engine in use and return what was chosen; with `is_full` every one there is.

    `below` are the settings that count where nothing is chosen: the price is of these too.
    """
    engine, catalog = engine_in_use(), studio().studio.catalog
    model = _NOT_SET if engine is EngineName.DRAFT else _choose_model(keeping, catalog)
    facts = catalog.model(model or _default_model(engine, catalog, keeping))
    chosen = {**_choose_format(keeping, facts), **_choose_more(keeping, facts, is_full)}
    settings = facts.honoured(GenerationSettings(**chosen))
    whole = facts.honoured(settings.over(below)) if below else settings
    controls = Controls(engine, model, settings, facts.price(whole), facts, facts.search_price(whole))
    st.caption(_price_line(controls))
    if controls.search_usd:
        st.caption(plain(search_terms(catalog, facts)))
    return controls


def _default_model(engine: EngineName, catalog: Catalog, keeping: Keeping) -> str:
    studio_ = studio().studio
    if engine is EngineName.GEMINI:
        return keeping.model or studio_.settings.model or default_model(studio_).id
    return catalog.recommended(studio_.today(), engine=engine)[0].id


def model_in_use(name: str) -> str:
    """Return the model that the kept controls of this name are set to; the default one where none is chosen."""
    keeping = KeptControls(name)
    return str(keeping.value("model", _NOT_SET)) or _default_model(engine_in_use(), studio().studio.catalog, keeping)


def model_titles() -> dict[str, str]:
    """Return the gemini models that make images by id: the current ones, the account's own, then those shut down."""
    here = studio().studio
    catalog, today, account = here.catalog, here.today(), known_models(here)
    past = [facts for facts in catalog.recommended(today.min) if facts.is_past(today)]
    titles = {facts.id: _title(facts, account) for facts in catalog.recommended(today)}
    titles |= {facts.id: _title(facts, account) for facts in unlisted_image_models(here, account)}
    return titles | {facts.id: _past_title(facts, catalog) for facts in past}


def like_known(facts: ModelFacts) -> ModelFacts:
    """Return the facts to choose by: a model the catalog does not list takes what the recommended ones take."""
    here = studio().studio
    return facts if facts.is_known else here.catalog.recommended(here.today().min)[0]


def _choose_model(keeping: Keeping, catalog: Catalog) -> str:
    default = catalog.model(_default_model(EngineName.GEMINI, catalog, keeping))
    unset = _("The story's: {title}") if keeping.model else _("Recommended: {title}")
    titles = {_NOT_SET: unset.format(title=default.title), **model_titles()}
    chosen = _select(keeping, _("Model"), "model", titles, _("{value} · not in the list of models"))
    if chosen and (trouble := _trouble(catalog.model(chosen), catalog)):
        st.caption(plain(trouble))  # the box above is too narrow for all its words
    return chosen


def _title(facts: ModelFacts, account: AccountModels | None) -> str:
    if not facts.is_known:
        return _("{id} · not in the list of models, careful limits").format(id=facts.id)
    if account is not None and facts.id not in account.ids:
        return _("{title} · not in this account").format(title=facts.title)
    return f"{facts.title} · {facts.id}"


def _past_title(facts: ModelFacts, catalog: Catalog) -> str:
    words = (
        _("{title} · reported shut down, use {replacement}")
        if facts.is_shutdown_unsure
        else _("{title} · shut down, use {replacement}")
    )
    replacement = catalog.model(facts.replacement).title if facts.replacement else "—"
    return words.format(title=facts.title, replacement=replacement)


def _trouble(facts: ModelFacts, catalog: Catalog) -> str:
    """Return what speaks against a model, and what to use in place of it; "" where nothing does."""
    here, said = studio().studio, []
    account = known_models(here)
    if facts.is_past(here.today()):
        words = _("Reported shut down on {date}.") if facts.is_shutdown_unsure else _("Shut down on {date}.")
        said.append(words.format(date=facts.shutdown))
    if account is not None and facts.id not in account.ids:
        said.append(_("Not in this account."))
    instead = catalog.stand_in(facts, here.today(), account.ids if account else None) if said else None
    if instead is not None:
        said.append(_("Use {replacement} instead.").format(replacement=instead.title))
    return " ".join(said)


def _choose_format(keeping: Keeping, facts: ModelFacts) -> dict[str, Any]:
    """Show ratio and size side by side."""
    like = like_known(facts)  # the service decides
    shown = [setting for setting in ("aspect_ratio", "image_size") if facts.honours(setting)]
    chosen: dict[str, Any] = {}
    for setting, column in zip(shown, st.columns(len(shown) or 1), strict=False):
        with column:
            if setting == "aspect_ratio":
                size = keeping.value("image_size", _NOT_SET) if facts.honours("image_size") else _NOT_SET
                chosen[setting] = _choose_ratio(keeping, like, size, facts.is_known)
            else:
                chosen[setting] = _choose_size(keeping, like, facts.is_known)
    return {setting: value or None for setting, value in chosen.items()}


def _choose_ratio(keeping: Keeping, like: ModelFacts, size: str, is_known: bool) -> str:
    size = size if size in like.sizes else _NOT_SET
    titles = {_NOT_SET: _("As the last input")}
    for ratio in like.ratios:
        width, height = like.pixels(ratio, size or None)
        titles[ratio] = f"{ratio} · {width} × {height}"
    return _select(keeping, _("Ratio"), "aspect_ratio", titles, _unlisted(is_known))


def _choose_size(keeping: Keeping, like: ModelFacts, is_known: bool) -> str:
    titles = {_NOT_SET: _("Default · {size}").format(size=like.default_size), **{size: size for size in like.sizes}}
    return _select(keeping, _("Size"), "image_size", titles, _unlisted(is_known))


def _unlisted(is_known: bool) -> str:
    """Return what is said of a value that is not listed; what a model that we do not know offers, nobody knows."""
    return _("{value} · not offered by this model") if is_known else "{value}"


def _choose_more(keeping: Keeping, facts: ModelFacts, is_full: bool) -> dict[str, Any]:
    """Show what is seldom changed behind one button; nothing when the model honours none of it."""
    sampling = [setting for setting in _RANGES if facts.honours(setting)]
    further = [setting for setting in FURTHER if is_full and facts.honours(setting)]
    has_seed = facts.honours("seed")
    if not (sampling or further or has_seed or facts.honours("thinking_level")):
        return {}
    chosen: dict[str, Any] = {}
    with st.popover(_("More"), icon=":material/tune:"):
        if facts.honours("thinking_level"):
            default = _("Default · {size}").format(size=level_name(facts.default_thinking_level))
            levels = {_NOT_SET: default, **{level: level_name(level) for level in facts.thinking_levels}}
            level = _select(keeping, _("Thinking"), "thinking_level", levels, _unlisted(is_known=True))
            chosen["thinking_level"] = level or None
        for setting in sampling:
            chosen[setting] = _choose_number(keeping, setting)
        if has_seed:
            chosen["seed"] = _choose_seed(keeping)
        chosen |= choose_further(keeping, facts, further)
    return chosen


def choose_top_p(keeping: Keeping) -> float | None:
    """Show top p alone."""
    return _choose_number(keeping, "top_p")


def _choose_number(keeping: Keeping, setting: str) -> float | None:
    least, most, step = _RANGES[setting]
    label = {"temperature": _("Temperature"), "top_p": _("Top p")}[setting]
    known = keeping.value(setting, None)
    least = min(least, known or least) if is_like(known, least) else least  # a story may ask for less than they reach
    options = {"min_value": least, "max_value": most, "step": step, "value": None, "placeholder": _("Default")}
    value = keeping.show(st.number_input, label, setting, None, **options)
    return None if value is None else float(value)


def _choose_seed(keeping: Keeping) -> int | None:
    """Show the seed, random until one is given, and a way to draw one."""
    options = {"min_value": 0, "max_value": LARGEST_SEED, "step": 1, "value": None, "placeholder": _("Random")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        value = keeping.show(
            st.number_input,
            _("Seed"),
            "seed",
            None,
            help=_("With one seed the same words and settings come out alike. Empty is another one each time."),
            width="stretch",
            **options,
        )
        st.button(
            _("New seed"),
            icon=":material/casino:",
            key=f"new-seed-{keeping.place}",
            on_click=lambda: keeping.put("seed", random.randint(0, LARGEST_SEED)),  # noqa: S311 - no secret
        )
    return None if value is None else int(value)


def _select(keeping: Keeping, label: str, field: str, titles: dict[str, str], unlisted: str) -> str:
    value = keeping.value(field, _NOT_SET)
    if keeping.is_fixed and value not in titles:
        titles = {**titles, value: unlisted.format(value=value)}
    return str(keeping.show(st.selectbox, label, field, _NOT_SET, options=list(titles), format_func=titles.__getitem__))


def _price_line(controls: Controls) -> str:
    facts = controls.facts
    if not controls.price_usd:
        return _("Each image is free.") if controls.engine is EngineName.DRAFT else _("Paid by the token.")
    words = (
        _("Each image {price}. The price of {date} is unsure.")
        if facts.is_price_unsure
        else _("Each image {price}. Price of {date}.")
    )
    cost = price(controls.price_usd, has_search=bool(controls.search_usd))
    return words.format(price=plain(cost), date=plain(str(facts.price_date)))
