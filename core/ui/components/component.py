"""Our browser components: their HTML, CSS and JavaScript are files in `front/`, joined where components share them.

Everything a person or a model wrote reaches the browser as data and is shown with `textContent`, never as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.ui.session import component_value

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component.state import ComponentResult

FRONT = Path(__file__).with_name("front")


def registered(name: str, *files: Path) -> Callable[..., ComponentResult]:
    """Register a component made of these files, in their order; called once a process, where a module begins.

    Its JavaScript gets what it is mounted with as the only item of a list: `{ data: [data] }`.
    """
    html, css, js = (
        "\n".join(file.read_text(encoding="utf-8") for file in files if file.suffix == suffix) + "\n"
        for suffix in (".html", ".css", ".js")
    )
    mount = st.components.v2.component(f"throughline_{name}", html=html, css=css, js=js)

    def mounted(*, data: object, **options: Any) -> ComponentResult:
        # Streamlit looks for data frames in a mapping, and loads pandas for that: a second of a server's first page
        return mount(data=[data], **options)

    return mounted


def front(*names: str) -> tuple[Path, ...]:
    """Return files of `front/`, such as "zoom/view.js"."""
    return tuple(FRONT / name for name in names)


def asset_handler(key: str, trigger: str, known: set[str], handler: Callable[[str], object]) -> Callable[[], None]:
    """Return a callback that hands on the asset id which a component sends, when it is one of those it was given.

    It runs before the page's script, as every callback of a widget does.
    """

    def call() -> None:
        sent = component_value(key, trigger)
        if isinstance(sent, str) and sent in known:
            handler(sent)

    return call
