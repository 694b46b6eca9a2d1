"""What is said of work that waits before it is tried again."""

from __future__ import annotations

from core.store.waits import Wait
from core.ui.texts import _


def wait_words(wait: Wait) -> str:
    """Return how long something waits from now, and why: "waits 12 s: rate limit"."""
    reasons = {"rate_limited": _("rate limit"), "unavailable": _("the service has trouble")}
    reason = reasons.get(wait.reason, _("it is tried again"))
    return _("waits {seconds} s: {reason}").format(seconds=wait.seconds, reason=reason)
