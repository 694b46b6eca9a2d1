"""What outcomes of attempts, and the reasons for them, are called."""

from __future__ import annotations

from core.ui.texts import _


def outcome_names() -> dict[str, str]:
    """Return how an attempt can have ended, in the visitor's language."""
    return {
        "succeeded": _("made"),
        "failed": _("failed"),
        "blocked": _("blocked"),
        "no_image": _("no image"),
        "cancelled": _("cancelled"),
        "started": _("under way"),
        "unknown": _("unknown, may be billed"),
    }


def reason_names() -> dict[str, str]:
    """Return why an attempt made no image, in the visitor's language; "" where the outcome says it already."""
    return {
        "": "",
        **dict.fromkeys(("blocked", "no_image", "cancelled"), ""),
        "rate_limited": _("rate limit"),
        "quota_exceeded": _("quota used up"),
        "unavailable": _("the service has trouble"),
        "invalid_api_key": _("key not accepted"),
        "invalid_request": _("request refused"),
        "conversation_gone": _("earlier turns not kept"),
        "unreadable_answer": _("answer not readable"),
        "configuration": _("wrong setting"),
        "workspace": _("could not be saved"),
    }
