"""What outcomes of attempts are called."""

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
