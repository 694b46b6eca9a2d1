"""A test fails when the SDK, or the network library below it, grows something we do not map."""

import inspect
import subprocess
import sys
import typing
from enum import Enum
from pathlib import Path
from typing import Any

import httpx2
from google.genai import errors, types
from google.genai._gaos.types import interactions

from core.engines.gemini.contents import HARMS, THRESHOLDS
from core.engines.gemini.failures import BAD_ADDRESS, LOST, NOT_SENT, UNSENDABLE, classify
from core.engines.gemini.interactions import THRESHOLDS as INTERACTION_THRESHOLDS
from core.engines.gemini.reasons import OUTPUT_BLOCKS, PROMPT_BLOCKS, WITHOUT_IMAGE
from core.engines.gemini.redactor import Redactor
from core.errors import ConfigurationError, InvalidRequestError, UnavailableError
from core.models.asset import EngineName, Harm, Threshold
from core.models.catalog import load_catalog

ROOT = Path(__file__).parents[2]
LIGHT = """
import sys
from core.engines.gemini import GeminiAccount, GeminiEngine
from core.models.asset import GenerationSettings
from core.models.catalog import load_catalog
GeminiEngine(GeminiAccount(api_key="k"), load_catalog()).price("gemini-3-pro-image", GenerationSettings())
print([name for name in ("google.genai", "httpx2", "PIL") if name in sys.modules])
"""


def test_every_finish_reason_is_mapped_once():
    """Each finish reason of the SDK is either a block or an end without image, never both, and none is made up."""
    assert {reason.value for reason in types.FinishReason} == set(OUTPUT_BLOCKS) | set(WITHOUT_IMAGE)
    assert not set(OUTPUT_BLOCKS) & set(WITHOUT_IMAGE)


def test_every_block_reason_is_mapped():
    """Each block reason of the SDK has a rule and an advice, and none is made up."""
    assert {reason.value for reason in types.BlockedReason} == set(PROMPT_BLOCKS)


def _values(enum: type[Enum]) -> set[str]:
    return {item.value for item in enum}


# what the SDK has and we leave out on purpose, and why: {enum: {value: reason}}
LEFT_OUT = {
    types.HarmCategory: {
        "HARM_CATEGORY_UNSPECIFIED": "names no harm",
        "HARM_CATEGORY_CIVIC_INTEGRITY": "deprecated: the SDK says this filter is supported no longer",
        "HARM_CATEGORY_JAILBREAK": "about prompts that get round the rules, which nobody here means to allow",
        **{
            f"HARM_CATEGORY_IMAGE_{harm}": "the SDK says the Gemini API does not support it"
            for harm in ("HATE", "DANGEROUS_CONTENT", "HARASSMENT", "SEXUALLY_EXPLICIT")
        },
    },
    types.HarmBlockThreshold: {"HARM_BLOCK_THRESHOLD_UNSPECIFIED": "the same as leaving the harm out"},
    types.ThinkingLevel: {
        "THINKING_LEVEL_UNSPECIFIED": "the same as leaving the level out",
        "XHIGH": "no model of the catalog takes it",
    },
    types.PartMediaResolutionLevel: {"MEDIA_RESOLUTION_UNSPECIFIED": "the same as leaving it out"},
    types.MediaModality: {
        "IMAGE": "an output image costs its list price, not its tokens",
        "MODALITY_UNSPECIFIED": "counted with what is no text",
        "VIDEO": "no model answers with it",
        "AUDIO": "no model answers with it",
        "DOCUMENT": "no model answers with it",
    },
}


def test_every_harm_can_be_set():
    """Each harm and each threshold of the SDK can be asked for, or is left out for a reason; none is made up."""
    assert {category.value for category in HARMS.values()} | set(LEFT_OUT[types.HarmCategory]) == _values(
        types.HarmCategory
    )
    assert {limit.value for limit in THRESHOLDS.values()} | set(LEFT_OUT[types.HarmBlockThreshold]) == _values(
        types.HarmBlockThreshold
    )
    assert (set(HARMS), set(THRESHOLDS)) == (set(Harm), set(Threshold))


def test_every_thinking_level_is_of_some_model():
    """Each thinking level of the SDK is one of the catalog's, or is left out for a reason; none is made up."""
    ours = {level.upper() for facts in load_catalog().models for level in facts.thinking_levels}
    assert ours | set(LEFT_OUT[types.ThinkingLevel]) == _values(types.ThinkingLevel)
    assert not ours & set(LEFT_OUT[types.ThinkingLevel])


def test_every_media_resolution_is_of_some_model():
    """Each resolution a page can be looked at in is one of the catalog's, or is left out for a reason."""
    ours = {f"MEDIA_RESOLUTION_{name.upper()}" for facts in load_catalog().models for name in facts.media_resolutions}
    assert ours | set(LEFT_OUT[types.PartMediaResolutionLevel]) == _values(types.PartMediaResolutionLevel)


def test_every_kind_of_token_was_looked_at():
    """Text tokens of an answer are priced; the other kinds are known, and left out for a reason."""
    assert {"TEXT"} | set(LEFT_OUT[types.MediaModality]) == _values(types.MediaModality)


# what the Interactions API says of itself, and what we make of it: {value: why it is left out, or "" where it is used}
STEPS = {
    **dict.fromkeys(("model_output", "thought", "google_search_call", "google_search_result"), ""),
    "user_input": "what a person said themselves comes back in it",
    **{
        f"{tool}_{end}": "of a tool that is never sent along"
        for tool in (
            *("code_execution", "file_search", "function", "google_maps", "mcp_server_tool", "processing"),
            *("retrieval", "tool_search", "url_context"),
        )
        for end in ("call", "result")
    },
}
CONTENTS = {
    **dict.fromkeys(("text", "image"), ""),
    **dict.fromkeys(("audio", "document", "video"), "no model of the catalog answers with it"),
}
FORMAT_FIELDS = {
    **dict.fromkeys(("type", "aspect_ratio", "image_size"), ""),
    "mime_type": "JPEG alone can be asked for, which is smaller and worse than what comes unasked",
    "delivery": "pictures come with the answer; an address would have to be fetched, and expires",
}
SAFETY_FIELDS = {**dict.fromkeys(("type", "threshold"), ""), "method": "the service's own is used"}
SEARCHES = {
    **dict.fromkeys(("web_search", "image_search"), ""),
    "enterprise_web_search": "of Google Cloud's own contracts",
}
SUMMARIES = {"auto": "", "none": "the same as leaving it out"}


def _variants(union: Any) -> set[str]:
    """Return the types that an open union of the SDK tells apart."""
    _union, validator = typing.get_args(union)
    return set(validator.func.keywords["variants"])


def _literals(union: Any) -> set[str]:
    """Return the values that an open list of words of the SDK has."""
    return set(typing.get_args(typing.get_args(union)[0]))


def test_every_step_and_content_of_an_interaction_was_looked_at():
    """Each type of step and of content in the SDK's interactions is read, or is left out for a reason."""
    assert _variants(interactions.Step) == set(STEPS)
    assert _variants(interactions.Content) == set(CONTENTS)
    assert _variants(interactions.ThoughtSummaryContent) == {name for name, reason in CONTENTS.items() if not reason}


def test_every_harm_of_an_interaction_can_be_set():
    """Harms and thresholds by the Interactions API are those by chat, in its own spelling; none more can be set."""
    left_out = {name.removeprefix("HARM_CATEGORY_").lower() for name in LEFT_OUT[types.HarmCategory]} - {"unspecified"}
    assert _literals(interactions.HarmCategory) == {harm.value for harm in Harm} | left_out
    assert _literals(interactions.Threshold) == set(INTERACTION_THRESHOLDS.values())
    assert set(INTERACTION_THRESHOLDS) == set(Threshold)
    assert set(interactions.SafetySetting.model_fields) == set(SAFETY_FIELDS)


def test_every_format_of_an_interaction_is_of_some_model():
    """Each ratio, size and level that the Interactions API has is one of the catalog's, and none is made up."""
    painters = [facts for facts in load_catalog().models if facts.engine is EngineName.GEMINI and facts.sizes]
    assert _literals(interactions.ImageResponseFormatAspectRatio) == {one for facts in painters for one in facts.ratios}
    assert _literals(interactions.ImageResponseFormatImageSize) == {size for facts in painters for size in facts.sizes}
    assert _literals(interactions.ImageResponseFormatMimeType) == {"image/jpeg"}
    assert _literals(interactions.ImageResponseFormatDelivery) == {"inline", "uri"}
    assert set(interactions.ImageResponseFormat.model_fields) == set(FORMAT_FIELDS)
    levels = {level for facts in load_catalog().models for level in facts.thinking_levels}
    assert _literals(interactions.ThinkingLevel) == levels | {"xhigh"}
    assert _literals(interactions.ThinkingSummaries) == set(SUMMARIES)
    assert _literals(interactions.GoogleSearchSearchType) == set(SEARCHES)


def test_every_state_of_a_file_was_looked_at():
    """A file sent ahead is waited for while it is prepared, used once it is there, and given up on when it failed."""
    assert _values(types.FileState) == {"STATE_UNSPECIFIED", "PROCESSING", "ACTIVE", "FAILED"}


def test_every_error_of_the_sdk_is_known():
    """The SDK's error classes are those we looked at when the mapping was written."""
    found = {
        name
        for name, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, Exception) and cls.__module__ == errors.__name__
    }
    assert found == {
        *("APIError", "ClientError", "ServerError", "UnknownApiResponseError"),
        # about function calls, and about continuations by the Interactions API, which this engine does not use
        *("UnknownFunctionCallArgumentError", "UnsupportedFunctionError", "FunctionInvocationError"),
        "ContinuationInterruptedError",
    }


def test_every_network_error_is_mapped():
    """Each exception of the network library becomes an error of ours by its type, and the sure ones are not billed."""
    known = (*NOT_SENT, *BAD_ADDRESS, *LOST)
    found = [
        cls
        for _, cls in inspect.getmembers(httpx2, inspect.isclass)
        if issubclass(cls, Exception) and not issubclass(cls, Warning) and cls is not httpx2.CookieConflict
    ]
    assert len(found) > 20
    for cls in found:
        assert issubclass(cls, known), cls
        failed = classify(cls.__new__(cls), "m", Redactor())
        is_ours = issubclass(cls, (*BAD_ADDRESS, *UNSENDABLE))
        assert isinstance(failed.error, UnavailableError) is not is_ours
        assert isinstance(failed.error, ConfigurationError) is issubclass(cls, BAD_ADDRESS)
        assert isinstance(failed.error, InvalidRequestError) is issubclass(cls, UNSENDABLE)
        assert failed.is_transient is not is_ours
        assert failed.may_be_billed is not (is_ours or issubclass(cls, NOT_SENT))


def test_an_unknown_exception_is_ours_too():
    """An exception nobody foresaw becomes unavailable, is not tried again, and says its type but not its words."""

    class Surprise(Exception):
        pass

    failed = classify(Surprise("key=secret"), "m", Redactor())
    assert isinstance(failed.error, UnavailableError)
    assert not failed.is_transient
    assert "Surprise" in failed.error.message
    assert "secret" not in failed.error.message


def test_the_sdk_is_loaded_at_the_first_call_only():
    """Importing the engine and making one loads neither the SDK nor its network library."""
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
