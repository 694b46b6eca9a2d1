"""Which widgets the browser holds; what it does not hold has to be told its value."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Shown:
    """The widgets that the browser holds: those of the last run, when it was of this page and nothing cut it off."""

    page: str = ""
    held: set[str] = field(default_factory=set)
    now: set[str] = field(default_factory=set)
    is_whole: bool = False

    def begin(self, page: str) -> None:
        """Note that a page begins to be shown."""
        self.held = self.now if self.is_whole and page == self.page else set()
        self.page, self.now, self.is_whole = page, set(), False

    def add(self, key: str) -> bool:
        """Note that a widget is shown, and tell whether the browser held it before."""
        is_held = key in self.held or key in self.now
        self.now.add(key)
        return is_held
