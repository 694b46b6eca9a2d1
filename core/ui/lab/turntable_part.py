"""A turntable on the bench: its views as a list, the one button with the price of the whole, the views side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import StudioError
from core.models.template import open_blanks
from core.studio.lab import LabOrder
from core.studio.turntables import Turntable, ViewState, begin_turntable, last_words, read_views
from core.ui.components.pictures import zoom_picture
from core.ui.desk import desk
from core.ui.lab.template_in_use import series_blank, series_in_use, views_place
from core.ui.session import forget_kept, kept, kept_value, studio
from core.ui.texts import _, ngettext
from core.ui.tries import note_run
from core.ui.widgets import images, main_type, plain, price, show_error, state_badge

_A_ROW = 4
_TALLEST = 300


def choose_views(name: str) -> None:
    """Show the views of the template in use, to be changed; nothing where it is no series."""
    series = series_in_use(name)
    if series is None:
        return
    kept(
        st.text_area,
        _("Views, one a line"),
        views_place(name),
        "\n".join(series.views),
        height="content",
        max_chars=1000,
        help=_("They are made in this order, each from the sheet and the views before it."),
    )
    blank = series_blank(name, series)
    if blank not in open_blanks(str(kept_value(f"{name}/prompt", ""))):
        words = _("Write {blank} in the prompt, where the view goes.")
        st.caption(plain(words.format(blank=f"{{{blank}}}")))


def left_blank(name: str, prompt: str) -> tuple[str, ...]:
    """Return the blanks that a prompt still has for a person to fill in."""
    series = series_in_use(name)
    filled_later = series_blank(name, series) if series else ""
    return tuple(blank for blank in open_blanks(prompt) if blank != filled_later)


def wanted_turntable(name: str, order: LabOrder) -> Turntable | None:
    """Return the turntable that a form asks for; None where its template is no series."""
    series = series_in_use(name)
    if series is None:
        return None
    lines = str(kept_value(views_place(name), "\n".join(series.views))).splitlines()
    views = tuple(dict.fromkeys(view for line in lines if (view := " ".join(line.split()))))
    return Turntable(order, series_blank(name, series), views)


def words_of_last_view(name: str, order: LabOrder) -> str:
    """Return what is sent for the last view, in words; "" where there is no series, or it lacks something."""
    wanted = wanted_turntable(name, order)
    try:
        return last_words(studio().studio, studio().workspace, wanted) if wanted else ""
    except StudioError:
        return ""


def views_now(wanted: Turntable) -> tuple[ViewState, ...]:
    """Return how the views stand; none while something is missing, which a click tells."""
    try:
        return read_views(studio().studio, studio().workspace, wanted)
    except StudioError:
        return ()


def show_turntable_button(
    name: str, wanted: Turntable, states: Sequence[ViewState], price_usd: float, is_running: bool
) -> None:
    """Show the one button that makes the views that are missing, all of them again when none is.

    `states` are how the views stand, `price_usd` is what each of them costs.
    """
    with st.container(key="go-bar", gap="small"):
        is_wanted = st.button(
            _label(wanted, states, price_usd).replace("$", r"\$"),
            type=main_type(not is_running and bool(wanted.order.references)),
            width="stretch",
            icon=":material/360:",
            disabled=is_running,
            shortcut="Mod+Enter",
            key=f"{name}-turn",
        )
        # the browser may send one keystroke twice, and the second time must not be paid
        if not is_wanted or is_running:
            return
        try:
            run = begin_turntable(desk(), studio().workspace, wanted, studio().user, studio().key)
        except StudioError as error:
            show_error(error)
            return
    forget_kept(f"{name}/shown")
    note_run(name, run, price_usd)
    st.rerun()


def show_views(states: Sequence[ViewState]) -> None:
    """Show the views beside each other as they stand; nothing before the first of them is there."""
    if not any(state.asset for state in states):
        return
    with st.container(border=True, key="turntable"):
        for start in range(0, len(states), _A_ROW):
            row = states[start : start + _A_ROW]
            for place, state in zip(st.columns(min(_A_ROW, len(states))), row, strict=False):
                with place:
                    _view(state)


def _view(state: ViewState) -> None:
    if state.asset is not None:
        key = f"turntable-{state.asset.id}"
        zoom_picture(studio().workspace, state.asset, key=key, caption=state.view, max_height=_TALLEST)
        state_badge(state.asset, is_stale=not state.is_current)
        return
    st.text(state.view)
    state_badge(None)


def _label(wanted: Turntable, states: Sequence[ViewState], price_usd: float) -> str:
    count = sum(not state.is_current for state in states) if states else len(wanted.views)
    if not count:
        words, count = _("Make {images} again · {price}"), len(states)
        return words.format(images=images(count), price=_cost(wanted, count * price_usd))
    label = _("Make {images} · {price}").format(images=images(count), price=_cost(wanted, count * price_usd))
    if not (reused := len(wanted.views) - count):
        return label
    return ngettext("{label}, {count} reused", "{label}, {count} reused", reused).format(label=label, count=reused)


def _cost(wanted: Turntable, usd: float) -> str:
    return price(usd, has_search=wanted.order.settings.search is not None)
