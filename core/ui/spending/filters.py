"""Which attempts the ledger page shows."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.store.ledger import Wanted, midnight
from core.studio.context import LOCAL_USER
from core.ui.session import kept, studio
from core.ui.spending.names import outcome_names
from core.ui.texts import _

_DAY = 86_400.0
_PERIODS = {"today": 0, "week": 6, "month": 29}


@dataclass(frozen=True)
class Filter:
    """What was chosen: the attempts wanted, and how they are put together ("" is one by one)."""

    wanted: Wanted
    group: str


def choose_filter() -> Filter:
    """Show the filters and return what was chosen; a signed-in user sees only what was made for them."""
    here = studio()
    user = None if here.user == LOCAL_USER else here.user
    ledger = here.studio.ledger
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = _period()
        group = _group(is_shared=user is None)
    people = ledger.choices("user", None) if user is None else []
    projects, models, outcomes, *users = st.columns(4 if len(people) > 1 else 3)
    names = outcome_names()
    with projects:
        project = _several(_("Project"), "projects", ledger.choices("project_title", user))
    with models:
        model = _several(_("Model"), "models", ledger.choices("model", user))
    with outcomes:
        outcome = _several(_("Outcome"), "outcomes", ledger.choices("outcome", user), names)
    chosen: tuple[str, ...] = ()
    for place in users:
        with place:
            chosen = _several(_("User"), "users", people)
    since = midnight() - _PERIODS[period] * _DAY if period in _PERIODS else 0.0
    return Filter(Wanted(since, user, project, model, outcome, chosen), group)


def _period() -> str:
    titles = {"today": _("Today"), "week": _("7 days"), "month": _("30 days"), "all": _("All")}
    return str(_one(_("Period"), "period", "month", titles))


def _group(is_shared: bool) -> str:
    titles = {"": _("Each attempt"), "day": _("By day"), "project_title": _("By project"), "model": _("By model")}
    titles["outcome"] = _("By outcome")
    if is_shared:
        titles["user"] = _("By user")
    return str(_one(_("Show"), "group", "", titles))


def _one(label: str, name: str, default: str, titles: dict[str, str]) -> str:
    chosen = kept(
        st.segmented_control,
        label,
        f"ledger/{name}",
        default,
        options=list(titles),
        format_func=titles.__getitem__,
        required=True,
    )
    return default if chosen is None else chosen


def _several(label: str, name: str, options: list[str], titles: dict[str, str] | None = None) -> tuple[str, ...]:
    shown = titles or {}
    chosen = kept(
        st.multiselect,
        label,
        f"ledger/{name}",
        [],
        options=options,
        format_func=lambda value: shown.get(value, value),
        placeholder=_("All"),
    )
    return tuple(chosen or ())
