"""A file that was sent ahead to the service, which keeps it for a while under a name of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.models.value import Moment, Value


class SentFile(Value):
    """What the service calls a file, where requests name it, of which type it is, and until when it is kept."""

    name: str
    uri: str
    mime: str
    expires: Moment

    def lasts(self, time: timedelta) -> bool:
        """Tell whether the service keeps it for so long yet."""
        return self.expires - time > datetime.now(UTC)
