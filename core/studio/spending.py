"""What was called and what it cost, for people: attempts that nobody finished, and a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.studio.context import Studio
from core.studio.exports.plates.tables import safe_cell
from core.studio.runners import Runners

Row = Mapping[str, Any]
_COLUMNS = (
    *("time", "user", "project_title", "story", "step", "engine", "model", "outcome", "error", "status"),
    *("input_tokens", "output_tokens", "searches", "estimate_usd", "cost_usd", "may_be_billed", "seconds", "run"),
    "fingerprint",
)


def moment(row: Row) -> datetime:
    """Return when an attempt began, in local time."""
    return datetime.fromtimestamp(row["time"]).astimezone()


def note_unknown(studio: Studio) -> None:
    """Mark what killed processes left open as of unknown outcome: nobody will ever say how it ended."""
    runners = Runners(studio.home)
    for runner in studio.ledger.runners_with_open_rows():
        if runners.is_dead(runner):
            studio.ledger.mark_unknown(runner)


def to_csv(rows: Iterable[Row]) -> bytes:
    """Return attempts as a CSV file (UTF-8 with a mark for table programs); no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {**{name: safe_cell(row[name]) for name in _COLUMNS}, "time": moment(row).isoformat("T", "seconds")}
        )
    return text.getvalue().encode("utf-8-sig")
