"""Blocks in the visitor's language: what was stopped, by which rule, and what the rule itself advises."""

from __future__ import annotations

from functools import cache

from core.errors import BlockedError, NoImageError
from core.ui.errors_text import error_text
from core.ui.session import language
from core.ui.texts import _


def block_lines(error: BlockedError | NoImageError) -> list[str]:
    """Return what was stopped and by which rule, or how the model ended without an image, a line each."""
    if isinstance(error, BlockedError) and error.blocked in _stopped(language()):
        rule = _rules(language()).get(error.reason, _("a rule that it does not name"))
        said = _("Rule: {rule} ({reason})").format(rule=rule, reason=error.reason)
        return [_stopped(language())[error.blocked], said]
    ended = _("It ended with: {reason}.").format(reason=error.reason) if error.reason else ""
    if isinstance(error, NoImageError) and language() != "en" and ended:
        return [error_text(error), ended]
    return [error_text(error)]


def block_advice(error: BlockedError | NoImageError) -> str:
    """Return what helps against the rule of a block, "" where that is the usual."""
    return _advice(language()).get(error.reason, "")


def usual_advice() -> str:
    """Return what helps against most blocks."""
    return _("Reword the prompt, leave out the reference that may be the cause, or take another model.")


@cache
def _stopped(_language: str) -> dict[str, str]:
    return {
        "prompt": _("Stopped before it was drawn: the prompt, or one of its reference images."),
        "output": _("Stopped after it was drawn: the picture that the model made."),
    }


@cache
def _rules(_language: str) -> dict[str, str]:
    """Return what the service's rules are called, by their enum names."""
    content = _("the rules on prohibited content")
    return {
        "SAFETY": _("the safety rules"),
        "IMAGE_SAFETY": _("the safety rules for pictures"),
        "PROHIBITED_CONTENT": content,
        "IMAGE_PROHIBITED_CONTENT": content,
        "RECITATION": _("the rule against copying known works"),
        "IMAGE_RECITATION": _("the rule against copying known works"),
        "LANGUAGE": _("the list of supported languages"),
        "BLOCKLIST": _("a list of forbidden words"),
        "SPII": _("the rules on personal information"),
        "ESCALATION": _("an escalation rule"),
        "PUP_LIMITED_DISABLED": _("a limit on this account after a breach of the use policy"),
        "MODEL_ARMOR": _("Model Armor, a filter of the Google Cloud project"),
        "JAILBREAK": _("the rule against getting round the rules"),
        "OTHER": _("a rule that it does not name"),
        "BLOCKED_REASON_UNSPECIFIED": _("a rule that it does not name"),
    }


@cache
def _advice(_language: str) -> dict[str, str]:
    """Return what helps against a rule where that is not the usual."""
    known_work = _("Describe the picture in your own way rather than after a known work.")
    account = _("Ask the administrator of the account, or use another one.")
    shorter = _("Shorten the prompt, or lower the thinking level.")
    return {
        "RECITATION": known_work,
        "IMAGE_RECITATION": known_work,
        "LANGUAGE": _("Write the prompt in another language."),
        "BLOCKLIST": _("Find other words for the prompt."),
        "SPII": _("Leave names, addresses and numbers of real people out."),
        "PUP_LIMITED_DISABLED": account,
        "MODEL_ARMOR": account,
        "MAX_TOKENS": shorter,
        "CONTINUATION": shorter,
    }
