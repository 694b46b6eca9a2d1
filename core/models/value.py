"""What every value of ours is: frozen, compared by content, writable as text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, field_validator


def _in_utc(moment: datetime) -> datetime:
    """Return a moment of a file in UTC, so that any two can be compared; one without a time zone is taken for UTC."""
    if not 1900 <= moment.year <= 9000:
        raise ValueError("no calendar holds this moment in every time zone")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class Value(BaseModel):
    """A frozen value; change means a new value (`model_copy(update=...)`). Numbers are finite."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    @field_validator("*", mode="after", check_fields=False)
    @classmethod
    def _writable(cls, value: Any) -> Any:
        """Put a question mark for half a surrogate pair: no file, database or terminal takes one."""
        return _without_halves(value)


def _without_halves(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if kind is tuple or kind is list:
        return kind(map(_without_halves, value))
    if kind is dict:
        return {_without_halves(key): _without_halves(part) for key, part in value.items()}
    return value
