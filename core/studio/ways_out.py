"""What may help after a block: other words, one reference less, or another model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import BlockedError, NoImageError
from core.models.asset import EngineName, Role
from core.models.catalog import ModelFacts
from core.studio.account_models import known_models
from core.studio.context import Studio

_OF_THE_ACCOUNT = {"PUP_LIMITED_DISABLED"}
_OF_THE_WORDS = {"LANGUAGE", "BLOCKLIST", "JAILBREAK"}
_OF_THE_LENGTH = {"MAX_TOKENS", "CONTINUATION"}


@dataclass(frozen=True)
class WaysOut:
    """Whether other words may help, or one of the references less; and the next recommended model, None for none."""

    is_reworded: bool
    is_reference_dropped: bool
    model: ModelFacts | None


def ways_out(studio: Studio, error: BlockedError | NoImageError, model: str, roles: Sequence[Role]) -> WaysOut:
    """Return what may help an image that `model` did not make; `roles` are what its references were for."""
    if error.reason in _OF_THE_ACCOUNT:
        return WaysOut(False, False, None)
    may_drop = bool(roles) and error.reason not in _OF_THE_WORDS | _OF_THE_LENGTH
    return WaysOut(True, may_drop, next_model(studio, model, roles))


def next_model(studio: Studio, model: str, roles: Sequence[Role]) -> ModelFacts | None:
    """Return the recommended model after another that takes these references and that the account has, or None."""
    known = known_models(studio)
    listed = studio.catalog.recommended(studio.today())
    place = next((number for number, facts in enumerate(listed) if facts.id == model), -1)
    for facts in (*listed[place + 1 :], *listed[: max(place, 0)]):
        is_there = known is None or facts.id in known.ids
        if is_there and facts.engine is EngineName.GEMINI and facts.takes(roles):
            return facts
    return None


def advice(ways: WaysOut, references: Sequence[tuple[str, Role]]) -> tuple[str, ...]:
    """Return the ways out as sentences for a terminal; `references` are called by name, in the order they were sent."""
    said = ["Reword the prompt."] if ways.is_reworded else []
    if ways.is_reference_dropped:
        named = [f"image {number}, {name} ({role})" for number, (name, role) in enumerate(references, 1)]
        said.append(f"Leave out {named[0]}." if len(named) == 1 else f"Leave one out: {'; '.join(named)}.")
    if ways.model is not None:
        said.append(f"Take another model: --model {ways.model.id} ({ways.model.title}).")
    return tuple(said)
