"""The models as a list: what each can do and costs, and whether this account has it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.engines.gemini import GeminiEngine
from core.errors import EngineError
from core.models.asset import EngineName
from core.models.catalog import Catalog, ModelFacts, Purpose
from core.settings import EngineChoice, Settings
from core.studio.context import Studio

_HEADINGS = {
    Purpose.IMAGE: "Make images (price of one image by its size)",
    Purpose.DETECTION: "Find illustrations on a page (text out; price of a million tokens)",
}


@dataclass(frozen=True)
class ModelList:
    """The catalog's models, and the account's model ids (None when it was not or could not be asked)."""

    catalog: Catalog
    account: tuple[str, ...] | None
    account_note: str
    engine: EngineChoice
    engine_note: str
    today: date

    def is_in_account(self, facts: ModelFacts) -> bool | None:
        """Tell whether the account has a model; None when that is not known."""
        if facts.engine is EngineName.DRAFT:
            return True
        return None if self.account is None else facts.id in self.account

    def to_json(self) -> dict[str, Any]:
        """Return the list as one JSON document."""
        models = [
            {
                **facts.model_dump(mode="json", exclude={"pixels_1k", "size_factors", "rank", "is_known"}),
                "is_past": facts.is_past(self.today),
                "in_account": self.is_in_account(facts),
                "use_instead": self._instead(facts),
            }
            for facts in self.catalog.models
        ]
        said = {"price_date": str(self.price_date), "engine": self.engine, "account": self.account_note}
        return {**said, "search_free_per_month": self.catalog.search_free_per_month, "models": models}

    def lines(self) -> Iterator[str]:
        """Yield the list as text under one heading a purpose, one model a line."""
        for purpose, heading in _HEADINGS.items():
            yield from ("", heading)
            for facts in self.catalog.models:
                if facts.purpose is purpose:
                    unsure = " (unsure)" if facts.is_price_unsure else ""
                    yield f"{facts.id:<28} {facts.title:<24} {_prices(facts)}{unsure}{self._state(facts)}"
        free = f"the month's first {self.catalog.search_free_per_month:,} prompts that search are free"
        yield from ("", f"A search is paid by the query; {free}.")

    def _state(self, facts: ModelFacts) -> str:
        notes = [f"a search {facts.search_cost(1):.3f}"] if facts.has_search else []
        if facts.released:
            notes.append(f"out since {facts.released}")
        if facts.is_past(self.today):
            said = "reported shut down" if facts.is_shutdown_unsure else "shut down"
            notes.append(f"{said} on {facts.shutdown}")
        if self.is_in_account(facts) is False:
            notes.append("not in this account")
        if instead := self._instead(facts):
            notes.append(f"use {instead}")
        return "".join(f"; {note}" for note in notes)

    def _instead(self, facts: ModelFacts) -> str:
        """Return what to use in place of a model that is past its date or not in the account; "" where nothing is."""
        if not facts.is_past(self.today) and self.is_in_account(facts) is not False:
            return ""
        found = self.catalog.stand_in(facts, self.today, self.account)
        return found.id if found else ""

    @property
    def price_date(self) -> date:
        """The day on which the prices were seen."""
        return self.catalog.price_date


def list_models(studio: Studio) -> ModelList:
    """Return the models; the account is asked when one is configured, and its failure is only noted."""
    account, note = None, "No account is configured."
    if studio.settings.has_account:
        service = studio.engine(EngineName.GEMINI)
        try:
            account = asyncio.run(_ask(service)) if isinstance(service, GeminiEngine) else None
            note = f"This account has {len(account or ())} models."
        except EngineError as error:
            note = f"The account could not be asked: {error.message}"
    catalog, engine = studio.catalog, studio.settings.resolved_engine()
    return ModelList(catalog, account, note, engine, _engine_note(studio.settings, engine), studio.today())


def _engine_note(settings: Settings, engine: EngineChoice) -> str:
    note = f"THROUGHLINE_ENGINE={settings.engine}: runs use the {engine} engine"
    if engine is EngineChoice.GEMINI and not settings.has_account:
        return f"{note}, which needs an account: set GEMINI_API_KEY."
    return f"{note}."


def _prices(facts: ModelFacts) -> str:
    if facts.prices:
        return ", ".join(f"{size} {price:.3f}" for size, price in facts.prices.items())
    known = ((facts.input_token_price, "in"), (facts.output_token_price, "out"))
    return ", ".join(f"{price:.2f} {way}" for price, way in known if price is not None) or "by the token"


async def _ask(engine: GeminiEngine) -> tuple[str, ...]:
    try:
        return await engine.account_models()
    finally:
        await engine.aclose()
