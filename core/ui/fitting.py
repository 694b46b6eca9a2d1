"""Whether a kept value can be shown by a widget: it may come from a file that others write, and options change."""

from collections.abc import Callable
from typing import Any

_LARGEST_NUMBER = 1e15
_BY_PLACE, _BY_OPTION = ("selectbox", "radio"), ("segmented_control", "pills", "multiselect")


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


def start_of(widget: Callable[..., object], value: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return the argument that makes a widget begin with a value it has already.

    A browser makes what stands in a closed popover only when that is opened, maybe many runs after the one that told
    it the value: a widget that began with nothing would show that, and send it.
    """
    name = getattr(widget, "__name__", "")
    known = list(options.get("options", ()))
    if name in _BY_PLACE:
        return {"index": known.index(value)} if value in known else {}
    if name in _BY_OPTION:
        chosen = value if isinstance(value, list) else [value]
        return {"default": value} if all(item in known for item in chosen) else {}
    is_fraction = any(isinstance(options.get(limit), float) for limit in ("min_value", "max_value", "step"))
    return {"value": float(value) if is_fraction and type(value) is int else value}
