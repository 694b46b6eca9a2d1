"""Why the service says it stopped, in plain words with what to do next.

Each reason of the SDK's enums stands in exactly one table; a test fails when the SDK grows one that is in none.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import BlockedError

_REWORD = "Reword the prompt, leave out the reference image that may be the cause, or try another model."
_ORIGINAL = "Describe the picture in your own way rather than after a known work, then try again."
_ACCOUNT = "Ask the administrator of the account, or use another one."

# finish reasons: the picture was stopped by a rule
OUTPUT_BLOCKS = {
    "SAFETY": ("the safety rules", _REWORD),
    "RECITATION": ("the rule against copying known works", _ORIGINAL),
    "LANGUAGE": ("the list of supported languages", "Write the prompt in another language."),
    "BLOCKLIST": ("a list of forbidden words", "Find other words for the prompt."),
    "PROHIBITED_CONTENT": ("the rules on prohibited content", _REWORD),
    "SPII": ("the rules on personal information", "Leave names, addresses and numbers of real people out."),
    "IMAGE_SAFETY": ("the safety rules for pictures", _REWORD),
    "IMAGE_PROHIBITED_CONTENT": ("the rules on prohibited pictures", _REWORD),
    "IMAGE_RECITATION": ("the rule against copying known pictures", _ORIGINAL),
    "ESCALATION": ("an escalation rule", _REWORD),
    "PUP_LIMITED_DISABLED": ("a limit on this account after a breach of the use policy", _ACCOUNT),
    "MODEL_ARMOR": ("Model Armor, a filter of the Google Cloud project", _ACCOUNT),
}

# finish reasons: the model ended without a rule being named
WITHOUT_IMAGE = {
    "FINISH_REASON_UNSPECIFIED": "Try again.",
    "STOP": _REWORD,
    "MAX_TOKENS": "The answer grew too long: shorten the prompt or lower the thinking level.",
    "OTHER": "Reword the prompt or try again.",
    "IMAGE_OTHER": "Reword the prompt or try again.",
    "NO_IMAGE": _REWORD,
    "MALFORMED_FUNCTION_CALL": "Try again, or use another model.",
    "UNEXPECTED_TOOL_CALL": "Try again, or use another model.",
    "TOO_MANY_TOOL_CALLS": "Try again, or use another model.",
    "MISSING_THOUGHT_SIGNATURE": "Start the conversation anew.",
    "MALFORMED_RESPONSE": "Try again, or use another model.",
    "CONTINUATION": "The answer grew too long: shorten the prompt.",
}

# block reasons: the prompt itself was refused
PROMPT_BLOCKS = {
    "BLOCKED_REASON_UNSPECIFIED": ("a rule that it does not name", _REWORD),
    "SAFETY": ("the safety rules", _REWORD),
    "OTHER": ("a rule that it does not name", _REWORD),
    "BLOCKLIST": ("a list of forbidden words", "Find other words for the prompt."),
    "PROHIBITED_CONTENT": ("the rules on prohibited content", _REWORD),
    "IMAGE_SAFETY": ("the safety rules for pictures", _REWORD),
    "MODEL_ARMOR": ("Model Armor, a filter of the Google Cloud project", _ACCOUNT),
    "JAILBREAK": ("the rule against getting round the rules", _REWORD),
}

# how an interaction stands, where it holds no picture; a rule is named by its errors
INTERACTION_ENDS = {
    "completed": _REWORD,
    "failed": "Try again, or reword the prompt.",
    "incomplete": "The answer grew too long: shorten the prompt or lower the thinking level.",
    "requires_continuation": "The answer grew too long: shorten the prompt or lower the thinking level.",
    "budget_exceeded": "Lower the thinking level, or use another model.",
    "requires_action": "Try again, or use another model.",
    "cancelled": "Try again.",
    "in_progress": "Try again in a minute.",
    "queued": "Try again in a minute.",
}


def block_named(names: Iterable[str], text: str = "", is_refusal: bool = False) -> BlockedError | None:
    """Return the block of the first of these names (or addresses that end in one) that is a rule, or None.

    A rule that can stop both is taken to have stopped the output, or where the request was refused the prompt.
    """
    tables = ((PROMPT_BLOCKS, prompt_block), (OUTPUT_BLOCKS, output_block))
    for name in names:
        reason = name.rsplit("/", 1)[-1].rsplit("#", 1)[-1].upper()
        for rules, block in tables if is_refusal else reversed(tables):
            if reason in rules:
                return block(reason, text)
    return None


def prompt_block(reason: str, text: str) -> BlockedError:
    """Return the error of a refused prompt: which rule refused it, and what to try."""
    rule, advice = PROMPT_BLOCKS.get(reason, PROMPT_BLOCKS["OTHER"])
    said = f"Gemini refused the prompt or a reference image by {rule} ({reason}). {advice}"
    return BlockedError(said, reason=reason, text=text, blocked="prompt")


def output_block(reason: str, text: str) -> BlockedError:
    """Return the error of a finished picture that was held back: by which rule, and what to try."""
    rule, advice = OUTPUT_BLOCKS[reason]
    said = f"Gemini held the picture back by {rule} ({reason}). {advice}"
    return BlockedError(said, reason=reason, text=text, blocked="output")


def describe_no_image(reason: str, has_words: bool) -> str:
    """Say that no picture came and what to try; an unknown reason is named as it is."""
    how = "in words, without a picture" if has_words else "without a picture"
    advice = (WITHOUT_IMAGE | INTERACTION_ENDS).get(reason, _REWORD)
    return f"Gemini answered {how} ({reason or 'no reason given'}). {advice}"


def describe_unreadable(mime: str) -> str:
    """Say that the picture is of a kind that is not read here, and what to try."""
    return f"Gemini answered with a picture of a kind that is not read here ({mime}). {_REWORD}"


def describe_unreadable_list(reason: str, has_words: bool) -> str:
    """Say that no list of objects came, also when asked again, and what to try."""
    what = "something else than the list of objects it was asked for" if has_words else "nothing"
    if reason == "MAX_TOKENS":
        return (
            f"Gemini answered with {what}: the answer grew too long ({reason}). "
            "Lower the thinking level, leave out masks, or look for fewer kinds of objects."
        )
    return f"Gemini answered with {what} ({reason or 'no reason given'}). Try again, reword, or use another model."
