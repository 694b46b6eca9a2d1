"""Steps for plates that nobody has to write first: restore, colourise, transform, cinematise. Data in presets.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.models.asset import GenerationSettings, Kind
from core.models.plates import Chain, ChainStep, Framing

FIRST_CHAIN = ("restore-flat", "colourise", "cinematise")
# little chance: a restoration is to repeat the plate, not to vary it; models that do not honour it are not sent it
_CAREFUL = GenerationSettings(temperature=0.2, top_p=0.5)


@dataclass(frozen=True)
class StepPreset:
    """One step ready for use. `plate` is flat, tilted or warped, and `wording` imperative or descriptive, "" for both.

    Names and prompts are by language, "en" or "zh".
    """

    id: str
    kind: Kind
    plate: str
    wording: str
    framing: Framing
    is_careful: bool
    names: dict[str, str]
    prompts: dict[str, str]

    def name(self, language: str) -> str:
        """Return the step's name in a language of the interface ("en", "zh_CN")."""
        return self.names[_spoken(language)]

    def prompt(self, language: str, framing: Framing | None = None, has_cover: bool = False) -> str:
        """Return the prompt; `has_cover` asks to complete what something on the page hides."""
        spoken = _spoken(language)
        words = _document()
        text = self.prompts[spoken].replace("{framing}", words["framing"][str(framing or self.framing)][spoken])
        hidden = f"- {words['hidden'][spoken]}\n" if has_cover else ""
        return text.replace("{hidden}\n", hidden).strip()

    def is_in(self, prompt: str) -> bool:
        """Tell whether a prompt begins with this preset's words, in whatever language."""
        return any(prompt.startswith(text.splitlines()[0]) for text in self.prompts.values())

    def step(
        self, language: str, step_id: str = "", framing: Framing | None = None, has_cover: bool = False
    ) -> ChainStep:
        """Return a step of a chain."""
        return ChainStep(
            id=step_id or self.id,
            kind=self.kind,
            name=self.name(language),
            prompt=self.prompt(language, framing, has_cover),
            settings=_CAREFUL if self.is_careful else GenerationSettings(),
        )


@cache
def presets() -> tuple[StepPreset, ...]:
    """Return all presets, in the order in which a chain uses them."""
    return tuple(_preset(entry) for entry in _document()["preset"])


def preset(preset_id: str) -> StepPreset:
    """Return one preset; KeyError when there is none."""
    return {known.id: known for known in presets()}[preset_id]


def untried_preset(kind: Kind, prompts: Collection[str]) -> StepPreset | None:
    """Return the first preset of a kind whose words none of the prompts begins with; None when all were tried."""
    known = (found for found in presets() if found.kind is kind)
    return next((found for found in known if not any(found.is_in(prompt) for prompt in prompts)), None)


def first_chain(language: str) -> Chain:
    """Return the chain a project begins with: restore, colourise, cinematise."""
    return Chain(steps=tuple(preset(name).step(language) for name in FIRST_CHAIN))


def _preset(entry: dict[str, Any]) -> StepPreset:
    return StepPreset(
        id=entry["id"],
        kind=Kind(entry["kind"]),
        plate=entry.get("plate", ""),
        wording=entry.get("wording", ""),
        framing=Framing(entry["framing"]),
        is_careful=entry.get("is_careful", False),
        names=entry["name"],
        prompts={language: text.strip() for language, text in entry["prompt"].items()},
    )


def _spoken(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("presets.toml").read_text(encoding="utf-8"))
