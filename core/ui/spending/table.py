"""The ledger as a table: attempt by attempt, or put together, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.studio.spending import Row, moment, to_csv
from core.ui.session import studio
from core.ui.spending.filters import Filter
from core.ui.spending.names import outcome_names, reason_names
from core.ui.texts import _, ngettext
from core.ui.widgets import amount, images

_MOST_SHOWN = 1000


def show_sums() -> None:
    """Show what today and the open project have cost, and what is left of their limits."""
    here = studio().studio
    limits, project = here.limits, studio().project
    said = [_with_rest(_("Spent today: {amount}"), here.ledger.spent_today(), limits.day)]
    if project is not None:
        words = _with_rest(_("On {project}: {amount}"), here.ledger.spent_on(project.uuid), limits.project)
        said.append(words.replace("{project}", project.title))
    if limits.run is not None:
        said.append(_("A run may cost {amount} at most").format(amount=f"${limits.run:.2f}"))
    if searched := here.ledger.searched_this_month():
        words = _("Prompts that searched this month: {count} here, of {free} that are free")
        said.append(words.format(count=searched, free=f"{here.catalog.search_free_per_month:,}"))
    st.text("\n".join(said))


def _with_rest(words: str, spent: float, limit: float | None) -> str:
    said = words.replace("{amount}", amount(spent))
    if limit is None:
        return said
    rest = _("{amount} of {limit} left").format(amount=f"${max(0.0, limit - spent):.2f}", limit=f"${limit:.2f}")
    return f"{said} · {rest}"


def show_ledger(filtered: Filter) -> None:
    """Show the attempts that are wanted."""
    ledger, wanted = studio().studio.ledger, filtered.wanted
    (total,) = ledger.put_together(wanted, "")
    if not total["attempts"]:
        st.text(_("Nothing was called in this time, or nothing that fits the filters."))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_sum(total), width="stretch")
        st.download_button(
            _("CSV"),
            lambda: to_csv(ledger.search(wanted)),
            file_name="ledger.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    if filtered.group:
        _put_together(ledger.put_together(wanted, filtered.group), filtered.group)
    else:
        _one_by_one(ledger.search(wanted, _MOST_SHOWN))
        if total["attempts"] > _MOST_SHOWN:
            words = _("The newest {count} are shown; the file holds all.")
            st.caption(words.format(count=_MOST_SHOWN))
    st.caption(
        _(
            "Costs are list prices of images, tokens and searches; the month's first searches, which are free, are "
            "counted like the others. An attempt that may have been billed without saying what it cost counts at its "
            "estimate. Images that were used again cost nothing: no call was made, so they have no row."
        )
    )


def _sum(total: Row) -> str:
    count = total["attempts"]
    attempts = ngettext("{count} attempt", "{count} attempts", count).format(count=count)
    return f"{attempts} · {images(total['images'])} · {amount(total['cost_usd'])}"


def _put_together(totals: Sequence[Row], group: str) -> None:
    headings = {"day": _("Day"), "project_title": _("Project"), "model": _("Model"), "outcome": _("Outcome")}
    names = outcome_names() if group == "outcome" else {}
    found = [
        {
            headings.get(group, _("User")): names.get(total["name"], total["name"]),
            _("Attempts"): total["attempts"],
            _("Made"): total["images"],
            _("Cost"): total["cost_usd"],
            _("Time, s"): round(total["seconds"]),
        }
        for total in totals
    ]
    st.dataframe(found, hide_index=True, column_config=_money(_("Cost")))


def _one_by_one(rows: Sequence[Row]) -> None:
    names, reasons = outcome_names(), reason_names()
    found = [
        {
            _("When"): moment(row).replace(tzinfo=None),
            _("Project"): row["project_title"],
            _("Step"): row["step"],
            _("Model"): row["model"],
            _("Outcome"): names.get(row["outcome"], row["outcome"]),
            _("Reason"): reasons.get(row["error"], row["error"]),
            _("Cost"): row["burden_usd"],
            _("Billed"): _billed(row),
            _("Time, s"): round(row["seconds"], 1),
            _("Searches"): row["searches"] or None,
            _("Tokens in"): row["input_tokens"],
            _("Tokens out"): row["output_tokens"],
            _("Run"): row["run"],
        }
        for row in rows
    ]
    height = min(38 + 35 * len(found), 560)
    st.dataframe(found, hide_index=True, height=height, column_config=_columns(), placeholder="")


def _columns() -> dict[str, Any]:
    reason = st.column_config.TextColumn(width=130)  # by itself it is cut off before its last word
    return {**_money(_("Cost")), _("Reason"): reason}


def _billed(row: Row) -> str:
    if row["outcome"] == "succeeded":
        return _("yes") if row["cost_usd"] else _("free")
    return _("maybe") if row["may_be_billed"] else _("no")


def _money(column: str) -> dict[str, Any]:
    return {column: st.column_config.NumberColumn(format="$%.3f")}
