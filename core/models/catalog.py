"""What each model can do, what it costs and until when: the facts of catalog.toml as values.

Sizes are in pixels, prices in USD (of one output image, or of a million tokens).
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from core.errors import ConfigurationError, InvalidRequestError
from core.models.asset import EngineName, GenerationSettings, Role
from core.models.region import DetectionSettings
from core.models.value import Value

CATALOG_PATH = Path(__file__).with_name("catalog.toml")
SQUARE = "1:1"
SQUARE_PIXELS = (1024, 1024)
UNKNOWN_REFERENCES = 3
# what holds for every model that does not say otherwise
_GENERAL = ("batch_factor", "search_usd_per_1000", "searches_per_answer")


class Purpose(StrEnum):
    """What a model is used for."""

    IMAGE = "image"
    DETECTION = "detection"


class Thinking(StrEnum):
    """How the thinking of a model can be controlled."""

    NONE = "none"
    LEVELS = "levels"
    BUDGET = "budget"
    ALWAYS = "always"


class ReferenceLimits(Value):
    """How many reference images one request may carry; None means "no limit of its own"."""

    total: int | None = None
    objects: int | None = None
    characters: int | None = None
    styles: int | None = None


class ModelFacts(Value):
    """Everything known of one model. Prices in USD, token prices per million tokens.

    `is_known` is False for a model that the catalog does not list; what a batch makes costs the list price times
    `batch_factor`. `searches_per_answer` is how many searches are counted before they are known. `pixels_1k` maps a
    ratio to (width, height) at 1K, `thinking_budgets` a thinking level to tokens, `page_tokens` a media resolution (""
    for none) to a page's tokens.
    """

    id: str
    title: str
    engine: EngineName = EngineName.GEMINI
    purpose: Purpose = Purpose.IMAGE
    rank: int = 99
    is_known: bool = True
    released: date | None = None
    shutdown: date | None = None
    is_shutdown_unsure: bool = False
    replacement: str = ""
    notes: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    default_size: str = "1K"
    has_size_control: bool = True
    pixels_1k: Mapping[str, tuple[int, int]] = Field(default_factory=dict)
    size_factors: Mapping[str, float] = Field(default_factory=dict)
    references: ReferenceLimits = ReferenceLimits()
    inline_limit_bytes: int = 20_000_000
    batch_factor: float = 0.5
    search_usd_per_1000: float = 0.0
    searches_per_answer: int = 0
    thinking: Thinking = Thinking.NONE
    thinking_levels: tuple[str, ...] = ()
    default_thinking_level: str = ""
    thinking_budgets: Mapping[str, int] = Field(default_factory=dict)
    media_resolutions: tuple[str, ...] = ()
    page_tokens: Mapping[str, int] = Field(default_factory=dict)
    sampling: tuple[str, ...] = ()
    has_search: bool = False
    has_image_search: bool = False
    has_video_input: bool = False
    prices: Mapping[str, float] = Field(default_factory=dict)
    price_date: date | None = None
    is_price_unsure: bool = False
    image_token_price: float | None = None
    input_token_price: float | None = None
    output_token_price: float | None = None

    def is_past(self, today: date) -> bool:
        """Tell whether the model's shutdown date is reached (on `today` already)."""
        return self.shutdown is not None and self.shutdown <= today

    def pixels(self, aspect_ratio: str | None = None, image_size: str | None = None) -> tuple[int, int]:
        """Return (width, height) of an output image; ratio 1:1 and the default size where not given.

        A model the catalog does not list is taken to make 1024x1024.

        Raises:
            InvalidRequestError: the model has no such ratio or size.
        """
        self.check(GenerationSettings(aspect_ratio=aspect_ratio, image_size=image_size))
        factor = self.size_factors.get(image_size or self.default_size, 1.0)
        width, height = self.pixels_1k.get(aspect_ratio or SQUARE, SQUARE_PIXELS)
        return round(width * factor), round(height * factor)

    def check(self, settings: GenerationSettings) -> None:
        """Refuse a ratio, size or thinking level that the model does not have, and say which it has.

        A model the catalog does not list is not checked: the service decides.

        Raises:
            InvalidRequestError: a value is not among the allowed ones.
        """
        if not self.is_known:
            return
        self._check_value("aspect ratio", settings.aspect_ratio, self.ratios)
        self._check_value("image size", settings.image_size, self.sizes)
        if self.thinking_levels:
            self._check_value("thinking level", settings.thinking_level, self.thinking_levels)
        if settings.search and self.has_search and not self.has_image_search:
            self._check_value("search", settings.search, ("web",))

    def check_detection(self, settings: DetectionSettings) -> None:
        """Refuse a thinking level that the model does not have, and say which it has.

        Raises:
            InvalidRequestError: it is not among the allowed ones.
        """
        self.check(GenerationSettings(thinking_level=settings.thinking_level))

    def check_references(self, roles: Sequence[Role], others: Sequence[ModelFacts] = ()) -> None:
        """Refuse more reference images than the model takes, in all or of one kind; `roles` has one of each image.

        A kind that a model has no places for is not refused: the service takes such an image as any other. The first
        of the `others` that takes all of them is named as the way out.

        Raises:
            InvalidRequestError: they are over one of the model's limits.
        """
        if (over := self._over_limit(roles)) is None:
            return
        limit, kind, count = over
        able = next((facts.title for facts in others if facts.takes(roles)), "a model that takes more")
        raise InvalidRequestError(
            f"{self.title} takes at most {limit} {kind} images, and {count} were given. "
            f"Leave out {count - limit}, or switch to {able}."
        )

    def takes(self, roles: Sequence[Role]) -> bool:
        """Tell whether the model takes these reference images together; `roles` has one of each."""
        return self._over_limit(roles) is None

    def _over_limit(self, roles: Sequence[Role]) -> tuple[int, str, int] | None:
        """Return the first limit that so many images pass, the kind it is of, and their number."""
        limits = self.references
        counted = (
            (limits.total, "reference", len(roles)),
            (limits.characters or None, "character", roles.count(Role.CHARACTER)),
            (limits.objects or None, "object", roles.count(Role.OBJECT)),
            (limits.styles or None, "style", roles.count(Role.STYLE)),
        )
        return next(
            ((limit, kind, count) for limit, kind, count in counted if limit is not None and count > limit), None
        )

    def honoured(self, settings: GenerationSettings) -> GenerationSettings:
        """Return `settings` without those the model does not honour; only these are sent and stored."""
        return GenerationSettings(
            **{name: value for name, value in settings.set_values().items() if self.honours(name)}
        )

    def honoured_detection(self, settings: DetectionSettings) -> DetectionSettings:
        """Return a detection's `settings` without those the model does not honour; only these are sent and stored."""
        kept = settings.model_dump(exclude_none=True)
        return DetectionSettings(**{name: value for name, value in kept.items() if self.honours(name)})

    def honours(self, name: str) -> bool:
        """Tell whether the model honours the setting called `name` (of GenerationSettings or DetectionSettings)."""
        is_painter = self.engine is EngineName.GEMINI and self.purpose is Purpose.IMAGE
        honoured = {
            "aspect_ratio": bool(self.ratios) or not self.is_known,
            "image_size": (bool(self.sizes) and self.has_size_control) or not self.is_known,
            "thinking_level": bool(self.thinking_levels),
            "media_resolution": bool(self.media_resolutions) or not self.is_known,
            "thoughts": is_painter and self.thinking is not Thinking.NONE,
            "search": self.has_search,
            **dict.fromkeys(("video", "video_start", "video_end", "video_fps"), self.has_video_input),
            **dict.fromkeys(("output", "system_instruction", "safety"), is_painter),
        }
        return honoured.get(name, name in self.sampling)

    def unheeded(self, settings: GenerationSettings) -> dict[str, object]:
        """Return the settings that the model leaves out because it does not honour them: name -> value."""
        dropped = {name: value for name, value in settings.set_values().items() if not self.honours(name)}
        if dropped.get("image_size") == self.default_size:
            del dropped["image_size"]  # it makes no other size anyway
        return dropped

    def price(self, settings: GenerationSettings) -> float:
        """Return about what making one image costs in USD: its list price, and the searches it may take."""
        return self.image_price(settings) + self.search_price(settings)

    def batch_price(self, settings: GenerationSettings) -> float:
        """Return the same of an image that is made in a batch, where searches cost what they do elsewhere."""
        return self.batch_factor * self.image_price(settings) + self.search_price(settings)

    def image_price(self, settings: GenerationSettings) -> float:
        """Return the list price of one output image in USD; 0 for a model that is paid by the token only."""
        size = settings.image_size or self.default_size
        return self.prices.get(size, max(self.prices.values(), default=0.0))

    def search_price(self, settings: GenerationSettings) -> float:
        """Return up to about what looking things up for one image costs in USD; the month's free ones may cover it."""
        is_searching = self.has_search and settings.search is not None
        return self.search_cost(self.searches_per_answer) if is_searching else 0.0

    def search_cost(self, searches: int) -> float:
        """Return what so many searches cost in USD once the month's free ones are used up."""
        return searches * self.search_usd_per_1000 / 1000

    def token_cost(self, input_tokens: int, output_tokens: int) -> float:
        """Return what these text tokens cost in USD, as far as the catalog knows the prices."""
        cost = input_tokens * (self.input_token_price or 0.0) + output_tokens * (self.output_token_price or 0.0)
        return cost / 1_000_000

    def _check_value(self, what: str, value: str | None, allowed: Sequence[str]) -> None:
        if value is None or value in allowed:
            return
        if not allowed:
            raise InvalidRequestError(f"{self.title} has no {what} to set. Leave it out, or choose another model.")
        meant = next((known for known in allowed if known.lower() == value.strip().lower()), None)
        hint = f'write "{meant}".' if meant else f"choose one of: {', '.join(allowed)}."
        raise InvalidRequestError(f'{self.title} has no {what} "{value}": {hint}')


class Catalog(Value):
    """All models known on the day `as_of`; prices as seen on `price_date`."""

    as_of: date
    price_date: date
    models: tuple[ModelFacts, ...]
    search_usd_per_1000: float = 0.0
    search_free_per_month: int = 0
    searches_per_answer: int = 0

    def __hash__(self) -> int:
        """Return a number that equal catalogs share: what was read with one is remembered by it."""
        return hash((self.as_of, self.price_date, tuple(facts.id for facts in self.models)))

    def model(self, model_id: str) -> ModelFacts:
        """Return the facts of a model; one that is not listed gets careful facts with `is_known` False."""
        found = next((facts for facts in self.models if facts.id == model_id), None)
        return found or self._unknown(model_id)

    def recommended(
        self, today: date, purpose: Purpose = Purpose.IMAGE, engine: EngineName = EngineName.GEMINI
    ) -> tuple[ModelFacts, ...]:
        """Return an engine's models for a purpose, best first, without those past their shutdown date."""
        fitting = (facts for facts in self.models if facts.purpose == purpose and facts.engine == engine)
        return tuple(sorted((facts for facts in fitting if not facts.is_past(today)), key=lambda facts: facts.rank))

    def first_recommended(
        self, today: date, live: Collection[str] | None, purpose: Purpose = Purpose.IMAGE
    ) -> ModelFacts:
        """Return the first recommended Gemini model among the `live` ones of an account; None when they are not known.

        A model that is still live works, whatever date was reported for its end. Where none is live, or that is not
        known, it is the first recommended one.
        """
        past = self.recommended(date.min, purpose)
        listed = self.recommended(today, purpose) or past
        return next((facts for facts in (*listed, *past) if facts.id in (live or ())), listed[0])

    def stand_in(self, facts: ModelFacts, today: date, live: Collection[str] | None) -> ModelFacts | None:
        """Return what to use in place of a model; None where nothing is known.

        It is the model's replacement, or where an account has not got that, the first recommended one it has.
        """
        named = self.model(facts.replacement) if facts.replacement else None
        if not live or (named is not None and named.id in live):
            return named
        best = self.first_recommended(today, live, facts.purpose)
        return best if best.id in live and best.id != facts.id else named

    def text_cost(self, model_id: str, input_tokens: int, output_tokens: int) -> float:
        """Return what tokens of a model that answers in text cost in USD.

        A price that is not known is taken to be the dearest one known, so that a budget errs on the side of stopping.
        """
        facts = self.model(model_id)
        dearest_in = max((known.input_token_price or 0.0 for known in self.models), default=0.0)
        dearest_out = max((known.output_token_price or 0.0 for known in self.models), default=0.0)
        price_in = dearest_in if facts.input_token_price is None else facts.input_token_price
        price_out = dearest_out if facts.output_token_price is None else facts.output_token_price
        return (input_tokens * price_in + output_tokens * price_out) / 1_000_000

    def _unknown(self, model_id: str) -> ModelFacts:
        # The dearest price known stands in, so that a budget errs on the side of stopping.
        prices: dict[str, float] = {}
        for facts in self.models:
            for size, price in facts.prices.items():
                prices[size] = max(price, prices.get(size, 0.0))
        return ModelFacts(
            id=model_id,
            title=model_id,
            is_known=False,
            references=ReferenceLimits(total=UNKNOWN_REFERENCES),
            prices=prices,
            price_date=self.price_date,
            is_price_unsure=True,
            notes=("Not in the catalog: its price is not known, the dearest one known is assumed.",),
        )


@cache
def load_catalog(path: Path = CATALOG_PATH, own: Path | None = None) -> Catalog:
    """Read the catalog from a TOML file, once a path; entries of `own` correct or add to those of the same id.

    Raises:
        ConfigurationError: `own` is no catalog.
    """
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    if own is not None:
        try:
            raw = _with_own(raw, tomllib.loads(own.read_text(encoding="utf-8")))
            return _read_catalog(raw)
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise ConfigurationError(
                f"Your list of models, {own}, cannot be used ({reason:.200}). Correct it, or move it away."
            ) from None
    return _read_catalog(raw)


def _read_catalog(raw: Mapping[str, Any]) -> Catalog:
    return Catalog(**{**raw, "models": tuple(_read_model(entry, raw) for entry in raw["models"])})


def _with_own(raw: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return the catalog's document with another's entries over it; what an entry leaves out stays as it was."""
    entries = {entry["id"]: entry for entry in raw["models"]}
    for entry in own.get("models", []):
        known = entries.get(entry["id"], {"title": entry["id"], "references": {"total": UNKNOWN_REFERENCES}})
        entries[entry["id"]] = {**known, **entry}
    tables = {name: {**raw[name], **own.get(name, {})} for name in ("ratios", "pixels", "size_factors")}
    return {**raw, **tables, "models": list(entries.values())}


def _read_model(entry: Mapping[str, Any], raw: Mapping[str, Any]) -> ModelFacts:
    """Put an entry together with the tables it names."""
    ratios = raw["ratios"][entry["ratios"]] if "ratios" in entry else []
    table = raw["pixels"][entry["pixels"]] if "pixels" in entry else {}
    general = {name: raw[name] for name in ("default_size", "inline_limit_bytes", "price_date")}
    general |= {name: raw[name] for name in _GENERAL if name in raw}
    tables = {
        "ratios": ratios,
        "pixels_1k": {ratio: table[ratio] for ratio in ratios},
        "size_factors": {size: raw["size_factors"][size] for size in entry.get("sizes", ())},
    }
    return ModelFacts(**{**general, **entry, **tables})
