"""Our browser components: their HTML, CSS and JavaScript are files in `front/`, joined where components share them.

Everything a person or a model wrote reaches the browser as data and is shown with `textContent`, never as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.ui.session import component_value

FRONT = Path(__file__).with_name("front")


def registered(name: str, *files: Path) -> ComponentRenderer:
    """Register a component made of these files, in their order; called once a process, where a module begins."""
    html, css, js = (
        "\n".join(file.read_text(encoding="utf-8") for file in files if file.suffix == suffix) + "\n"
        for suffix in (".html", ".css", ".js")
    )
    return st.components.v2.component(f"throughline_{name}", html=html, css=css, js=js)


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
