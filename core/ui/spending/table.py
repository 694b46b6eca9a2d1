"""The ledger as a table: attempt by attempt, or put together, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.studio.spending import Row, moment, to_csv, totals
from core.ui.session import studio
from core.ui.spending.filters import Filter
from core.ui.spending.names import outcome_names
from core.ui.texts import _, ngettext
from core.ui.widgets import amount

MOST_ROWS = 20_000
_MOST_SHOWN = 1000


def show_sums() -> None:
    """Show what today has cost, and how much of the budget is left."""
    here = studio().studio
    spent, budget = here.ledger.spent_today(), here.settings.budget_usd
    said = _("Spent today: {amount}").format(amount=amount(spent))
    if budget is not None:
        said += " · " + _("{amount} of today's budget left").format(amount=f"${max(0.0, budget - spent):.2f}")
    st.text(said)


def show_ledger(filtered: Filter) -> None:
    """Show the attempts that are wanted."""
    rows = studio().studio.ledger.search(filtered.wanted, MOST_ROWS)
    if not rows:
        st.text(_("Nothing was called in this time, or nothing that fits the filters."))
        return
    cost = sum(row["burden_usd"] for row in rows)
    count = ngettext("{count} attempt", "{count} attempts", len(rows)).format(count=len(rows))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{count} · {amount(cost)}", width="stretch")
        st.download_button(
            _("CSV"),
            lambda: to_csv(rows),
            file_name="ledger.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    if filtered.group:
        _put_together(rows, filtered.group)
    else:
        _one_by_one(rows[:_MOST_SHOWN])
        if len(rows) > _MOST_SHOWN:
            words = _("The newest {count} are shown; the file holds all.")
            st.caption(words.format(count=_MOST_SHOWN))
    st.caption(_("Costs are list prices of images and tokens. An attempt of unknown outcome counts at its estimate."))


def _put_together(rows: Sequence[Row], group: str) -> None:
    heading = {"day": _("Day"), "project_title": _("Project"), "model": _("Model"), "user": _("User")}[group]
    found = [
        {
            heading: total[group],
            _("Attempts"): total["attempts"],
            _("Made"): total["images"],
            _("Cost"): total["cost_usd"],
            _("Time, s"): round(total["seconds"]),
        }
        for total in totals(rows, group)
    ]
    st.dataframe(found, hide_index=True, column_config=_money(_("Cost")))


def _one_by_one(rows: Sequence[Row]) -> None:
    names = outcome_names()
    found = [
        {
            _("When"): moment(row).replace(tzinfo=None),
            _("Project"): row["project_title"],
            _("Step"): row["step"],
            _("Model"): row["model"],
            _("Outcome"): names.get(row["outcome"], row["outcome"]),
            _("Reason"): row["error"],
            _("Cost"): row["burden_usd"],
            _("Time, s"): round(row["seconds"], 1),
            _("Tokens in"): row["input_tokens"],
            _("Tokens out"): row["output_tokens"],
            _("Run"): row["run"],
        }
        for row in rows
    ]
    st.dataframe(found, hide_index=True, height=min(38 + 35 * len(found), 560), column_config=_money(_("Cost")))


def _money(column: str) -> dict[str, Any]:
    return {column: st.column_config.NumberColumn(format="$%.3f")}
