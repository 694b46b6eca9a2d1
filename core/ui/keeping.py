"""Where the values of an image's controls come from and go to."""

from __future__ import annotations

from typing import Any, Protocol


class Keeping(Protocol):
    """Where the values of controls come from and go to. A field is "model" or one of GenerationSettings."""

    @property
    def is_fixed(self) -> bool:
        """True when a value that is not offered stays until a person chooses another."""

    @property
    def model(self) -> str:
        """What counts where no model is chosen; "" for the recommended one."""

    @property
    def place(self) -> str:
        """What tells these controls apart from others on the page."""

    def value(self, field: str, default: Any) -> Any:
        """Return a field's value, `default` where it is not set."""

    def show(self, widget: Any, label: str, field: str, default: Any, **options: Any) -> Any:
        """Show a field's widget and return its value."""

    def put(self, field: str, value: Any) -> None:
        """Give a field another value."""
