"""The catalog: what each model can do, what it costs and until when."""

from datetime import date
from pathlib import Path

import pytest

from core.errors import ConfigurationError, InvalidRequestError
from core.models.asset import EngineName, GenerationSettings, Role
from core.models.catalog import ModelFacts, Purpose, Thinking, load_catalog

NOVEMBER = date(2026, 11, 21)
IMAGE_IDS = [
    "gemini-nano-banana-2.1",
    "gemini-3.1-flash-image",
    "gemini-3-pro-image",
    "gemini-3.1-flash-lite-image",
    "gemini-2.5-flash-image",
]


def facts_of(model_id: str) -> ModelFacts:
    return load_catalog().model(model_id)


def settings(**values: object) -> GenerationSettings:
    return GenerationSettings.model_validate(values)


def test_lists_every_model_once():
    """Every image and detection model of the facts page is listed, each id once."""
    ids = [facts.id for facts in load_catalog().models]
    assert len(ids) == len(set(ids))
    assert {*IMAGE_IDS, "draft"} == {f.id for f in load_catalog().models if f.purpose is Purpose.IMAGE}
    assert len([f for f in load_catalog().models if f.purpose is Purpose.DETECTION]) == 6


def test_data_is_dated():
    """The catalog and every price in it carry a date."""
    catalog = load_catalog()
    assert catalog.as_of == date(2026, 11, 1)
    assert all(facts.price_date == catalog.price_date for facts in catalog.models)


def test_prices_cover_every_size():
    """An image model has a price for exactly the sizes it makes."""
    for facts in load_catalog().models:
        if facts.purpose is Purpose.IMAGE:
            assert set(facts.prices) == set(facts.sizes), facts.id


@pytest.mark.parametrize(
    ("model", "ratio", "size", "pixels"),
    [
        ("gemini-nano-banana-2.1", "16:9", "1K", (1376, 768)),
        ("gemini-nano-banana-2.1", "8:1", "1K", (3072, 384)),
        ("gemini-nano-banana-2.1", "21:9", "4K", (6336, 2688)),
        ("gemini-3.1-flash-image", "21:9", "512", (792, 336)),
        ("gemini-3.1-flash-image", "3:4", "512", (448, 600)),
        ("gemini-3.1-flash-image", "1:8", "512", (192, 1536)),
        ("gemini-3-pro-image", "4:5", "2K", (1856, 2304)),
        ("gemini-3-pro-image", "9:16", "4K", (3072, 5504)),
        ("gemini-2.5-flash-image", "21:9", "1K", (1536, 672)),
        ("gemini-2.5-flash-image", "2:3", None, (832, 1248)),
        ("gemini-3-pro-image", None, None, (1024, 1024)),
        ("draft", "16:9", "512", (688, 384)),
    ],
)
def test_pixels(model: str, ratio: str | None, size: str | None, pixels: tuple[int, int]):
    """A ratio and a size give the exact pixels of the service's tables."""
    assert facts_of(model).pixels(ratio, size) == pixels


def test_long_ratios_belong_to_flash():
    """Only Nano Banana 2 and 2.1 (and draft) make the four longest ratios."""
    long = {facts.id for facts in load_catalog().models if "1:8" in facts.ratios}
    assert long == {"gemini-nano-banana-2.1", "gemini-3.1-flash-image", "draft"}


def test_recommended_leaves_out_the_past():
    """The recommendation starts with 2.1 and has no model past its shutdown date."""
    ids = [facts.id for facts in load_catalog().recommended(NOVEMBER)]
    assert ids == ["gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.1-flash-lite-image"]


def test_recommended_before_the_shutdowns():
    """Before any shutdown all image models are recommended, in order."""
    assert [facts.id for facts in load_catalog().recommended(date(2026, 10, 1))] == IMAGE_IDS


def test_recommended_by_engine_and_purpose():
    """Each engine and purpose has a recommendation of its own."""
    catalog = load_catalog()
    assert [f.id for f in catalog.recommended(NOVEMBER, engine=EngineName.DRAFT)] == ["draft"]
    assert catalog.recommended(NOVEMBER, Purpose.DETECTION)[0].id == "gemini-3.8-flash"
    later = {f.id for f in catalog.recommended(date(2026, 12, 1), Purpose.DETECTION)}
    assert "gemini-2.5-flash" not in later


def test_replacements_are_listed():
    """A model with a shutdown date names a replacement that the catalog lists and that is not past its own date."""
    ending = [facts for facts in load_catalog().models if facts.shutdown]
    assert ending
    for facts in ending:
        replacement = facts_of(facts.replacement)
        assert replacement.is_known
        assert not replacement.is_past(facts.shutdown or NOVEMBER)


@pytest.mark.parametrize(
    ("model", "values", "kept"),
    [
        (
            "gemini-nano-banana-2.1",
            {"temperature": 1.0, "top_p": 0.9, "thinking_level": "high"},
            {"thinking_level": "high"},
        ),
        ("gemini-3.1-flash-image", {"temperature": 1.0, "seed": 3}, {"temperature": 1.0}),
        ("gemini-3-pro-image", {"thinking_level": "high", "image_size": "2K"}, {"image_size": "2K"}),
        ("gemini-2.5-flash-image", {"image_size": "1K", "aspect_ratio": "1:1"}, {"aspect_ratio": "1:1"}),
        ("draft", {"temperature": 0.0, "seed": 1, "image_size": "4K"}, {"image_size": "4K"}),
        (
            "brand-new",
            {"image_size": "8K", "aspect_ratio": "7:5", "temperature": 1.0},
            {"image_size": "8K", "aspect_ratio": "7:5"},
        ),
    ],
)
def test_honoured(model: str, values: dict[str, object], kept: dict[str, object]):
    """Only what a model honours is kept; an unlisted model gets ratio and size as given."""
    assert facts_of(model).honoured(settings(**values)).set_values() == kept


def test_what_a_model_leaves_out():
    """A setting that is not honoured is named with its value; the only size there is counts as honoured."""
    fixed = facts_of("gemini-2.5-flash-image")
    assert fixed.unheeded(settings(image_size="2K", thinking_level="high")) == {
        "image_size": "2K",
        "thinking_level": "high",
    }
    assert fixed.unheeded(settings(image_size="1K", aspect_ratio="1:1")) == {}
    assert facts_of("draft").unheeded(settings(image_size="4K", seed=3)) == {"seed": 3}


def test_lower_case_size_names_the_right_one():
    """A size written in the wrong case is refused with the way to write it."""
    with pytest.raises(InvalidRequestError, match='write "2K"'):
        facts_of("gemini-nano-banana-2.1").check(settings(image_size="2k"))


def test_unknown_ratio_lists_the_allowed():
    """A ratio the model does not have is refused with the list of those it has."""
    with pytest.raises(InvalidRequestError, match=r"1:1, 2:3, 3:2.*21:9"):
        facts_of("gemini-3-pro-image").check(settings(aspect_ratio="1:8"))


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("gemini-3-pro-image", {"image_size": "512"}),
        ("gemini-2.5-flash-image", {"image_size": "2K"}),
        ("gemini-3.1-flash-image", {"thinking_level": "medium"}),
        ("gemini-3.8-flash", {"aspect_ratio": "1:1"}),
    ],
)
def test_check_refuses(model: str, values: dict[str, object]):
    """A value outside a model's own list is refused before any call."""
    with pytest.raises(InvalidRequestError):
        facts_of(model).check(settings(**values))


def test_unlisted_model_is_not_checked():
    """A model the catalog does not list takes any ratio and size, three references, and a price that errs upward."""
    facts = facts_of("brand-new")
    facts.check(settings(aspect_ratio="7:5", image_size="8K"))
    facts.check_references([Role.OTHER] * 3)
    with pytest.raises(InvalidRequestError, match="Leave out 1"):
        facts.check_references([Role.OTHER] * 4)
    assert not facts.is_known
    assert facts.is_price_unsure
    assert facts.price(settings()) == 0.134
    assert facts.price(settings(image_size="8K")) == 0.24


@pytest.mark.parametrize(
    ("model", "size", "price"),
    [
        ("gemini-3.1-flash-image", None, 0.067),
        ("gemini-3.1-flash-image", "512", 0.045),
        ("gemini-3-pro-image", "4K", 0.24),
        ("gemini-2.5-flash-image", "1K", 0.039),
        ("draft", "4K", 0.0),
    ],
)
def test_price(model: str, size: str | None, price: float):
    """An output image costs the list price of its size."""
    assert facts_of(model).price(settings(image_size=size)) == price


def test_token_cost():
    """Text tokens cost what a million of them cost, divided."""
    assert facts_of("gemini-3.8-flash").token_cost(1_000_000, 1_000_000) == pytest.approx(4.5)
    assert facts_of("gemini-3.1-flash-image").token_cost(1000, 1000) == 0.0


def test_thinking():
    """Levels, their default and the budget of the 2.5 family are told apart."""
    assert facts_of("gemini-nano-banana-2.1").default_thinking_level == "medium"
    assert facts_of("gemini-3.1-flash-image").thinking_levels == ("minimal", "high")
    assert facts_of("gemini-3-pro-image").thinking is Thinking.ALWAYS
    assert facts_of("gemini-2.5-flash").thinking is Thinking.BUDGET


def test_is_past_on_the_day():
    """A model counts as past on its shutdown day, and not the day before."""
    facts = facts_of("gemini-2.5-flash-image")
    assert facts.is_past(date(2026, 10, 2))
    assert not facts.is_past(date(2026, 10, 1))


def test_loads_a_catalog_of_ones_own(tmp_path: Path):
    """A catalog can be read from another file."""
    file = tmp_path / "mine.toml"
    file.write_text(
        'as_of = 2027-01-01\nprice_date = 2027-01-01\ndefault_size = "1K"\ninline_limit_bytes = 1\n'
        '[size_factors]\n"1K" = 1.0\n[pixels.p]\n"1:1" = [10, 20]\n[ratios]\nr = ["1:1"]\n'
        '[[models]]\nid = "m"\ntitle = "M"\nratios = "r"\npixels = "p"\nsizes = ["1K"]\n'
    )
    assert load_catalog(file).model("m").pixels("1:1", "1K") == (10, 20)


def test_own_entries_correct_and_add(tmp_path: Path):
    """A person's own list changes what it names, keeps the rest, and adds models with careful limits."""
    own = tmp_path / "catalog.toml"
    own.write_text(
        '[[models]]\nid = "gemini-nano-banana-2.1"\nhas_search = true\nprices = { "1K" = 0.05 }\n'
        '[[models]]\nid = "gemini-new-image"\nengine = "gemini"\nratios = "common"\npixels = "gemini_3"\n'
        'sizes = ["1K"]\n'
    )
    catalog = load_catalog(own=own)
    corrected, added = catalog.model("gemini-nano-banana-2.1"), catalog.model("gemini-new-image")
    assert corrected.has_search
    assert corrected.price(settings()) == 0.05
    assert corrected.thinking_levels == ("minimal", "medium", "high")
    assert added.is_known
    assert added.references.total == 3
    assert added.pixels("16:9") == (1376, 768)


@pytest.mark.parametrize(
    "text", ["[[models", "models = 3", "[[models]]\ntitle = 'x'", "[[models]]\nid = 'x'\nratios = 'none'"]
)
def test_an_own_list_that_is_none_is_told(tmp_path: Path, text: str):
    """What cannot be read says which file, and that it can be moved away."""
    own = tmp_path / "catalog.toml"
    own.write_text(text)
    with pytest.raises(ConfigurationError, match="move it away") as caught:
        load_catalog(own=own)
    assert str(own) in caught.value.message


def test_a_search_has_its_price():
    """An image that may be looked things up for costs some searches more, in a batch too; of others nothing is said."""
    flash, plain = facts_of("gemini-3.1-flash-image"), facts_of("gemini-nano-banana-2.1")
    searching = settings(search="web", image_size="2K")
    assert flash.search_price(searching) == pytest.approx(3 * 0.014)
    assert flash.price(searching) == pytest.approx(0.101 + 0.042)
    assert flash.batch_price(searching) == pytest.approx(0.0505 + 0.042)
    assert flash.price(settings(image_size="2K")) == flash.image_price(searching) == pytest.approx(0.101)
    assert flash.search_cost(5) == pytest.approx(0.07)
    assert plain.search_price(searching) == 0
    assert load_catalog().search_free_per_month == 5000


@pytest.mark.parametrize(
    ("model", "live", "instead"),
    [
        ("gemini-3.1-flash-image", None, "gemini-nano-banana-2.1"),
        ("gemini-3.1-flash-image", ("gemini-nano-banana-2.1", "gemini-3-pro-image"), "gemini-nano-banana-2.1"),
        ("gemini-3.1-flash-image", ("gemini-3-pro-image",), "gemini-3-pro-image"),
        ("gemini-3-pro-image", None, None),
        ("gemini-3-pro-image", ("gemini-3.1-flash-lite-image", "gemini-3.8-flash"), "gemini-3.1-flash-lite-image"),
        ("gemini-3.8-flash", ("gemini-3-pro-image", "gemini-3.5-flash-lite"), "gemini-3.5-flash-lite"),
        ("gemini-3-pro-image", ("gemini-9-text",), None),
    ],
)
def test_what_stands_in_for_a_model(model: str, live: tuple[str, ...] | None, instead: str | None):
    """In place of a model is used its replacement, or the account's best one of its kind; else none is named."""
    found = load_catalog().stand_in(facts_of(model), NOVEMBER, live)
    assert (found.id if found else None) == instead
