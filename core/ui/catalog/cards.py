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
from core.ui.widgets import amount, plain


def show_models(account: AccountModels | None) -> None:
    """Show all models of the catalog, and those of the account that it does not list."""
    here = studio().studio
    with st.container(key="models"):
        _show_cards(here.catalog, account)
    with st.expander(_("What to know of all Gemini models that make images")):
        st.markdown("\n".join(f"- {plain(line)}" for line in _limits(here.catalog)))
    st.caption(
        _("Prices were seen on {date}. To correct an entry or add one, write it into {file} and start again.").format(
            date=here.catalog.price_date, file=plain(str(here.home / "catalog.toml"))
        )
    )


def _limits(catalog: Catalog) -> Iterator[str]:
    """Yield what holds of the service's models whatever their card says, a sentence each."""
    films = [facts.title for facts in catalog.models if facts.purpose is Purpose.IMAGE and facts.has_video_input]
    yield _("Every image that they make carries Google's SynthID watermark: unseen, it tells that a model made it.")
    yield _(
        "Prompts work best in English, Arabic (Egypt), Chinese, French, German, Hindi, Indonesian, Italian, Japanese, "
        "Korean, Portuguese (Brazil), Russian, Spanish (Mexico), Ukrainian and Vietnamese."
    )
    yield _("Sound is not taken in; a video only by: {titles}.").format(titles=", ".join(films) or "—")
    yield _("Asked in words for a number of images, a model may make more or fewer. Variants are always so many calls.")
    yield _("Words come out best when they are written first, and the image that holds them is asked for next.")
    yield _("What is searched for on the web brings no photographs of real people into an image.")


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
        lines = [[term, plain(said)] for term, said in _facts(facts, account) if said]
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


def _facts(facts: ModelFacts, account: AccountModels | None) -> Iterator[tuple[str, str]]:
    yield _("Released"), str(facts.released or "")
    yield _("Price"), _prices(facts)
    yield _("Sizes"), ", ".join(facts.sizes)
    yield _("Ratios"), ", ".join(facts.ratios)
    yield _("Reference images"), _references(facts)
    yield _("Thinking"), _thinking(facts)
    yield _("Search"), _("web and images") if facts.has_image_search else _("web") if facts.has_search else ""
    yield _("Price of a search"), _search_price(facts) if facts.has_search else ""
    yield _("Video input"), _("yes") if facts.has_video_input else ""
    yield _("Also heeds"), ", ".join(setting_name(name).lower() for name in facts.sampling)
    replacement = studio().studio.catalog.model(facts.replacement).title if facts.replacement else ""
    yield _("Replaced by"), replacement
    instead = _instead(facts, account)
    yield _("Use instead"), instead if instead != replacement else ""


def _instead(facts: ModelFacts, account: AccountModels | None) -> str:
    """Return the title of what to use in place of a model that this account has not got; "" where it has it."""
    here = studio().studio
    if account is None or facts.engine is EngineName.DRAFT or facts.id in account.ids:
        return ""
    found = here.catalog.stand_in(facts, here.today(), account.ids)
    return found.title if found else ""


def _search_price(facts: ModelFacts) -> str:
    words = _("{amount} a query; the month's first {free} prompts that search are free")
    free = studio().studio.catalog.search_free_per_month
    return words.format(amount=amount(facts.search_cost(1)), free=f"{free:,}")


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
