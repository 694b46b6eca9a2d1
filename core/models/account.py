"""Which models an account has, as its service listed them at some moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.models.value import Moment, Value

_AGE = timedelta(days=1)


class AccountModels(Value):
    """The ids of an account's models, and when the service was asked."""

    ids: tuple[str, ...]
    asked: Moment

    @property
    def is_old(self) -> bool:
        """True when the service should be asked again."""
        return datetime.now(UTC) - self.asked > _AGE
