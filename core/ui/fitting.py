"""Whether a kept value can be shown by a widget: it may come from a file that others write, and options change."""

from typing import Any

_LARGEST_NUMBER = 1e15


def fits(value: Any, default: Any, options: dict[str, Any]) -> bool:
    """Tell whether a widget can show a value, given its default and its options."""
    if "options" in options:
        known = list(options["options"])
        chosen = value if isinstance(default, list) else [value]
        return isinstance(chosen, list) and all(item in known for item in chosen)
    if "max_value" in options:
        least, most = options["min_value"], options["max_value"]
        is_inside = type(value) is type(least) and is_like(value, least) and least <= value
        return (is_inside and (most is None or value <= most)) or value is default is None
    return is_like(value, default)


def is_like(value: Any, default: Any) -> bool:
    """Tell whether a value is of its default's type; numbers are finite, and a yes or no is no number."""
    if isinstance(value, bool) or isinstance(default, bool):
        return type(value) is type(default)
    if isinstance(default, int | float):
        return isinstance(value, int | float) and abs(value) <= _LARGEST_NUMBER
    return isinstance(value, type(default))
