"""The grid from its form to an open cell."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import StudioError
from core.models.asset import EngineName
from core.studio.grids import GridOrder, Unheeded
from core.ui import batching
from core.ui.errors_text import error_text
from core.ui.lab.grid.cell import show_cell
from core.ui.lab.grid.form import show_form
from core.ui.lab.grid.matrix import cells_price, show_matrix
from core.ui.lab.grid.view import View, begin_all, read_view
from core.ui.labels import level_name, setting_name
from core.ui.session import studio
from core.ui.texts import _, ngettext
from core.ui.under_way import show_under_way
from core.ui.widgets import empty_place, images, main_type, plain, price, search_terms, show_error


def show_grid(to_bench: Callable[[], None]) -> None:
    """Show the form, the one button, the matrix and the open cell; `to_bench` leads to the form for single images."""
    with st.container(key="grid-work"):
        with st.container():
            order = show_form()
            view = _view(order)
        if view is not None:
            # on a phone pictures come before the form, as soon as there are some
            is_begun = view.is_running or len(view.grid.missing) < len(view.grid.cells)
            with st.container(key="grid-pictures" if is_begun else "grid-plan"):
                _show(view, to_bench)


def _show(view: View, to_bench: Callable[[], None]) -> None:
    _notes(view)
    _make_button(view)
    with st.container():  # always there, so that the matrix keeps its place
        batching.show_batches_under_way()
        if view.run is not None and view.run.is_active:
            show_under_way(view.run.id)
    show_matrix(view)
    show_cell(view, to_bench)


def _view(order: GridOrder) -> View | None:
    """Return the grid, or say why there is none."""
    if not any(prompt.strip() for prompt in order.prompts):
        empty_place(_("Write a prompt or two: every model and setting you choose draws each of them, side by side."))
        return None
    try:
        return read_view(order)
    except StudioError as error:
        show_error(error)
        return None


def _make_button(view: View) -> None:
    missing, reused = len(view.to_make), len(view.grid.cells) - len(view.grid.missing)
    label = _("Make {images} · {price}").format(images=images(missing), price=cells_price(view.to_make))
    if reused:
        label = ngettext("{label}, {count} reused", "{label}, {count} reused", reused).format(label=label, count=reused)
    if not view.grid.missing:
        label = _("All {images} are made").format(images=images(reused))
    is_on = bool(missing) and not view.is_running
    with st.container(key="go-bar", gap="small"):
        st.button(
            label.replace("$", r"\$"),
            type=main_type(is_on),
            width="stretch",
            icon=":material/grid_view:",
            disabled=not is_on,
            shortcut="Mod+Enter",
            key="grid-make",
            on_click=begin_all,
        )
        if is_on and view.order.engine is EngineName.GEMINI:
            _batch_button(view)


def _batch_button(view: View) -> None:
    recipes = [cell.recipe for cell in view.to_make]
    catalog = studio().studio.catalog
    usd = sum(catalog.model(recipe.model).batch_price(recipe.settings) for recipe in recipes)
    cost = price(usd, has_search=any(recipe.settings.search for recipe in recipes))
    batching.batch_button(len(recipes), cost, lambda: recipes, "grid-batch", "tertiary")


def _notes(view: View) -> None:
    """Say which columns that were asked for are not there, and how sure the prices are."""
    lines = [error_text(error) for error in view.grid.left_out] + [_unheeded(found) for found in view.grid.unheeded]
    paid = {column.facts.id: column.facts for column in view.grid.columns if column.price_usd}.values()
    dates = [facts.price_date for facts in paid if facts.price_date]
    if dates:
        lines.append(_("Prices of {date}.").format(date=min(dates)))
    searching = [column.facts for column in view.grid.columns if column.settings.search]
    if searching:
        lines.append(search_terms(studio().studio.catalog, searching[0]))
    unsure = [facts.title for facts in paid if facts.is_price_unsure]
    if unsure:
        lines.append(_("The price of {titles} is unsure.").format(titles=", ".join(unsure)))
    run = view.run
    if run is not None and run.is_cancelled and any(cell.id in run.maybe_billed for cell in view.grid.missing):
        lines.append(_("Stopped. A call that was under way may still be billed."))
    if lines:
        st.caption(plain(" ".join(lines)))


def _unheeded(found: Unheeded) -> str:
    words = _("{title} does not heed {setting} ({values}): it is left out, and nothing is made twice for it.")
    values = ", ".join(level_name(str(value)) for value in found.values)
    return words.format(title=found.title, setting=setting_name(found.setting).lower(), values=values)
