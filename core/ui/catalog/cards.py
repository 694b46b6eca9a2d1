"""Models as cards: what each can do, what it costs, until when, and whether this account has it."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.models.account import AccountModels
from core.models.asset import EngineName
from core.models.catalog import Catalog, ModelFacts, Purpose, Thinking
from core.studio.account_models import unlisted_image_models
from core.ui.known_texts import known_text
from core.ui.labels import level_name, setting_name
from core.ui.session import studio
from core.ui.texts import _
from core.ui.widgets import plain


def show_models(account: AccountModels | None) -> None:
    """Show all models of the catalog, and those of the account that it does not list."""
    here = studio().studio
    with st.container(key="models"):
        _show_cards(here.catalog, account)
    st.caption(
        _("Prices were seen on {date}. To correct an entry or add one, write it into {file} and start again.").format(
            date=here.catalog.price_date, file=plain(str(here.home / "catalog.toml"))
        )
    )


def _show_cards(catalog: Catalog, account: AccountModels | None) -> None:
    st.subheader(_("Make images"), anchor=False)
    for facts in catalog.models:
        if facts.purpose is Purpose.IMAGE:
            _card(facts, account)
    for facts in unlisted_image_models(studio().studio, account):
        _card(facts, account)
    st.subheader(_("Find pictures on pages"), anchor=False)
    for facts in catalog.models:
        if facts.purpose is Purpose.DETECTION:
            _card(facts, account)


def _card(facts: ModelFacts, account: AccountModels | None) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(facts.title)}**", width="content")
            st.caption(plain(facts.id), width="content")
            _badges(facts, account)
        lines = [[term, plain(said)] for term, said in _facts(facts) if said]
        if lines:
            st.table(lines, border="horizontal", hide_index=True, hide_header=True)
        for note in facts.notes:
            st.caption(plain(known_text(note)))


def _badges(facts: ModelFacts, account: AccountModels | None) -> None:
    if facts.is_past(studio().studio.today()):
        words = _("reported shut down on {date}") if facts.is_shutdown_unsure else _("shut down on {date}")
        st.badge(words.format(date=facts.shutdown), icon=":material/event_busy:", color="orange")
    elif facts.shutdown is not None:
        st.badge(_("until {date}").format(date=facts.shutdown), icon=":material/event:", color="grey")
    if facts.engine is EngineName.DRAFT:
        st.badge(_("built in"), icon=":material/check:", color="green")
    elif account is not None and facts.id in account.ids:
        st.badge(_("in this account"), icon=":material/check:", color="green")
    elif account is not None:
        st.badge(_("not in this account"), icon=":material/block:", color="grey")


def _facts(facts: ModelFacts) -> Iterator[tuple[str, str]]:
    yield _("Price"), _prices(facts)
    yield _("Sizes"), ", ".join(facts.sizes)
    yield _("Ratios"), ", ".join(facts.ratios)
    yield _("Reference images"), _references(facts)
    yield _("Thinking"), _thinking(facts)
    yield _("Search"), _("web and images") if facts.has_image_search else _("web") if facts.has_search else ""
    yield _("Video input"), _("yes") if facts.has_video_input else ""
    yield _("Also heeds"), ", ".join(setting_name(name).lower() for name in facts.sampling)
    replacement = studio().studio.catalog.model(facts.replacement).title if facts.replacement else ""
    yield _("Replaced by"), replacement


def _prices(facts: ModelFacts) -> str:
    unsure = " " + _("(unsure)") if facts.is_price_unsure else ""
    if facts.prices and not any(facts.prices.values()):
        return _("free")
    if facts.prices:
        each = [f"{size}: ${cost:.3f}" for size, cost in facts.prices.items()]
        return ", ".join(each) + unsure
    known = ((facts.input_token_price, _("in")), (facts.output_token_price, _("out")))
    tokens = [f"${cost:.2f} {way}" for cost, way in known if cost is not None]
    return _("a million tokens: {prices}").format(prices=", ".join(tokens)) + unsure if tokens else _("not known")


def _references(facts: ModelFacts) -> str:
    limits = facts.references
    kinds = (
        (limits.characters, _("{count} characters"), _("no characters")),
        (limits.objects, _("{count} objects"), _("no objects")),
        (limits.styles, _("{count} styles"), _("no styles")),
    )
    parts = [words.format(count=count) if count else none for count, words, none in kinds if count is not None]
    total = "" if limits.total is None else _("at most {count}").format(count=limits.total)
    return ": ".join(filter(None, [total, ", ".join(parts)]))


def _thinking(facts: ModelFacts) -> str:
    if facts.thinking is Thinking.ALWAYS:
        return _("always; the amount cannot be set")
    return ", ".join(map(level_name, facts.thinking_levels))
