"""What a search sends, field by field, and what it may cost."""

import pytest

from core.errors import InvalidApiKeyError, InvalidRequestError
from core.images import verify
from core.models.asset import EngineName
from core.models.catalog import load_catalog
from core.models.region import Preset, Wish
from core.models.wishes import detection_price, detection_prompt
from tests.contract.conftest import FINDER, engine_for, picture, run, search
from tests.standin import StandIn

PRO, OLD, OLD_PRO = "gemini-3.1-pro-preview", "gemini-2.5-flash", "gemini-2.5-pro"
JSON = "application/json"


def _entry(**more):
    fields = {
        "box_2d": {
            "title": "Box 2D",
            "type": "ARRAY",
            "items": {"type": "INTEGER"},
            "minItems": 4,
            "maxItems": 4,
        },
        "caption": {"title": "Caption", "type": "STRING"},
        "label": {"title": "Label", "type": "STRING"},
        **more,
    }
    return {
        "title": "Entry",
        "type": "OBJECT",
        "properties": fields,
        "required": list(fields),
        "propertyOrdering": list(fields),
    }


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg"])
def test_the_page_then_the_prompt(find, server, mime):
    """The page goes first, as its exact bytes with their real type, then the prompt; nothing else is sent."""
    data = picture("page", mime=mime)
    find(search(data))
    sent = server.requests[0]
    assert sent.images == [(mime, data)]
    assert [set(part) for part in sent.parts] == [{"inlineData"}, {"text"}]
    assert sent.prompt == detection_prompt(Wish())
    assert set(sent.body) == {"contents", "generationConfig"}
    assert set(sent.config) == {"responseMimeType", "responseSchema"}


def test_a_list_is_asked_for_by_its_schema(find, server):
    """The answer is to be JSON: a list of entries with box, caption and label, all of them required."""
    find()
    config = server.requests[0].config
    assert config["responseMimeType"] == JSON
    assert config["responseSchema"]["type"] == "ARRAY"
    assert server.requests[0].schema == _entry()


def test_closed_labels_are_an_enum(find, server):
    """Closed labels are an enum of the schema, in order, and the prompt names them too."""
    wish = Wish(preset=Preset.COMPONENTS, labels=("resistor", "IC chip", "电容"))
    found = find(search(wish=wish))
    label = {"title": "Label", "type": "STRING", "enum": ["resistor", "IC chip", "电容"]}
    assert server.requests[0].schema == _entry(label=label)
    assert "resistor, IC chip, 电容" in server.requests[0].prompt
    assert {finding.label for finding in found.found} <= set(wish.labels)


def test_masks_are_asked_for_only_when_wished(find, server):
    """A wish for masks adds one text to the schema and one line to the prompt, and the masks come back as PNG."""
    found = find(search(wish=Wish(has_masks=True)))
    assert server.requests[0].schema == _entry(mask={"title": "Mask", "type": "STRING"})
    assert "mask" in server.requests[0].prompt
    assert {verify(finding.mask).mime for finding in found.found} == {"image/png"}
    assert all(not finding.mask for finding in find().found)
    assert "mask" not in server.requests[1].prompt


@pytest.mark.parametrize("resolution", ["low", "medium", "high", "ultra_high"])
def test_media_resolution_belongs_to_the_part(find, server, resolution):
    """The media resolution stands inside the page's part, and nowhere else."""
    find(search(media_resolution=resolution))
    page, words = server.requests[0].parts
    assert page["mediaResolution"] == {"level": f"MEDIA_RESOLUTION_{resolution.upper()}"}
    assert "mediaResolution" not in words
    assert "mediaResolution" not in server.requests[0].config


@pytest.mark.parametrize(
    ("model", "settings", "sent"),
    [
        (FINDER, {"thinking_level": "minimal"}, {"thinkingConfig": {"thinkingLevel": "MINIMAL"}}),
        (PRO, {"thinking_level": "high"}, {"thinkingConfig": {"thinkingLevel": "HIGH"}}),
        (OLD, {"thinking_level": "minimal"}, {"thinkingConfig": {"thinkingBudget": 0}}),
        (OLD, {"thinking_level": "high"}, {"thinkingConfig": {"thinkingBudget": 24576}}),
        (OLD_PRO, {"thinking_level": "minimal"}, {"thinkingConfig": {"thinkingBudget": 128}}),
        (PRO, {"temperature": 0.5}, {"temperature": 0.5}),
        (OLD, {"temperature": 0.0}, {"temperature": 0.0}),
        (FINDER, {"temperature": 0.5}, {}),
        (OLD, {"media_resolution": "high"}, {}),
    ],
)
def test_controls_in_the_way_each_model_takes_them(find, server, model, settings, sent):
    """Thinking is a level or a budget by family; what the model does not honour is not sent."""
    find(search(model=model, **settings))
    config = server.requests[0].config
    assert {name: config[name] for name in config.keys() - {"responseMimeType", "responseSchema"}} == sent
    assert all("mediaResolution" not in part for part in server.requests[0].parts)


def test_an_unlisted_model_is_tried(find, server):
    """A model the catalog does not list is asked, with the media resolution as it was written."""
    server.models = ("brand-new",)
    assert find(search(model="brand-new", media_resolution="high")).found
    assert server.requests[0].parts[0]["mediaResolution"] == {"level": "MEDIA_RESOLUTION_HIGH"}


@pytest.mark.parametrize(
    ("model", "settings"), [(PRO, {"thinking_level": "minimal"}), (FINDER, {"thinking_level": "x"})]
)
def test_a_wrong_value_is_never_sent(find, server, observer, model, settings):
    """A thinking level the model does not have is refused before any call or attempt."""
    with pytest.raises(InvalidRequestError, match="choose one of"):
        find(search(model=model, **settings))
    assert server.requests == []
    assert observer.estimates == []


@pytest.mark.parametrize("model", ["", "../x", "a b"])
def test_a_name_that_is_no_model_is_never_sent(find, server, model):
    """A name that cannot be a model's is refused before the call."""
    with pytest.raises(InvalidRequestError):
        find(search(model=model))
    assert server.requests == []


def test_a_page_too_large_is_searched_in_a_copy(find, server, monkeypatch):
    """A page over the limit of one request is sent smaller, and the findings say so."""
    monkeypatch.setattr("core.engines.gemini.engine.SEARCHED_EDGE", 64)
    heavy = picture("heavy", (96, 60)) + bytes(16_000_000)  # what follows a PNG's end is not looked at
    found = find(search(heavy))
    ((mime, sent),) = server.requests[0].images
    assert (mime, verify(sent).width) == ("image/webp", 64)
    assert "too large to be sent" in found.warnings[0]
    assert len(found.found) == 3


def test_what_comes_back(find, server, observer):
    """The findings carry the entries, the prompt, the tokens and their price; one attempt is on record."""
    found = find()
    first = found.found[0]
    assert first.box_2d == (20.0, first.box_2d[1], 260.0, first.box_2d[3])
    assert first.caption == "Fig. 1.\nThe castle."
    assert (first.label != "", first.score, first.mask) == (True, None, b"")
    assert found.prompt == server.requests[0].prompt
    assert (found.input_tokens, found.output_tokens) == (1500, 300)
    assert found.cost_usd == pytest.approx((1500 * 0.75 + 300 * 3.75) / 1e6)
    assert found.warnings == ()
    (report,) = observer.reports
    assert (report.outcome, report.error, report.status, report.may_be_billed) == ("succeeded", "", 200, True)
    assert (report.input_tokens, report.output_tokens, report.cost_usd) == (1500, 300, found.cost_usd)


def test_the_estimate_is_told_before_the_call(find, observer):
    """What the observer is told before the call is what a page shows, and more is expected of a harder search."""
    catalog = load_catalog()
    wish = Wish(is_exhaustive=True)
    asked = search(wish=wish, media_resolution="ultra_high", thinking_level="high")
    find(asked)
    assert observer.estimates == [detection_price(catalog, EngineName.GEMINI, FINDER, wish, asked.settings)]
    assert observer.estimates[0] > detection_price(catalog, EngineName.GEMINI, FINDER, Wish(), search().settings) > 0


def test_a_model_past_its_date_is_tried_with_a_warning(find, server):
    """A model that was shut down is tried, and the findings name its replacement."""
    from datetime import date

    found = find(search(model=OLD), today=lambda: date(2026, 12, 2))
    assert "2026-12-01" in found.warnings[0]
    assert FINDER in found.warnings[0]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (None, FINDER),
        (("gemini-2.5-pro", PRO), PRO),
        (("gemini-nano-banana-2.1", OLD), OLD),
        (("something-else",), FINDER),
    ],
)
def test_the_default_is_what_the_account_has(server, models, expected):
    """The model for searches is the first recommended one that the account has."""
    server.models = models or server.models
    assert run(engine_for(server).default_detection_model()) == expected


def test_the_default_without_a_connection():
    """Without an answer the first recommended model for searches is taken, and a refused key is said."""
    from core.engines.gemini import GeminiAccount

    with StandIn() as server:
        wrong = GeminiAccount(api_key="wrong", base_url=server.url)
        with pytest.raises(InvalidApiKeyError):
            run(engine_for(server, account=wrong).default_detection_model())
    assert run(engine_for(server).default_detection_model()) == FINDER
