"""What every value of ours is: frozen, compared by content, writable as text."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Value(BaseModel):
    """A frozen value; change means a new value (`model_copy(update=...)`). Numbers are finite."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    @field_validator("*", mode="after", check_fields=False)
    @classmethod
    def _writable(cls, value: Any) -> Any:
        """Put a question mark for half a surrogate pair: no file, database or terminal takes one."""
        return value.encode("utf-8", "replace").decode() if type(value) is str and not value.isascii() else value
