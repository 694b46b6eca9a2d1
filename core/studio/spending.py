"""What was called and what it cost, put together for people: totals by day, project, model or user, and a CSV file."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
GROUPS = ("day", "project_title", "model", "outcome", "user")
_COLUMNS = (
    *("time", "user", "project_title", "story", "step", "engine", "model", "outcome", "error", "status"),
    *("input_tokens", "output_tokens", "estimate_usd", "cost_usd", "may_be_billed", "seconds", "run", "fingerprint"),
)
# what a table program would run as a formula when a cell begins with it
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def moment(row: Row) -> datetime:
    """Return when an attempt began, in local time."""
    return datetime.fromtimestamp(row["time"]).astimezone()


def totals(rows: Iterable[Row], group: str) -> list[dict[str, Any]]:
    """Return attempts, images and cost (USD) by one of GROUPS, the dearest first; days newest first."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"attempts": 0, "images": 0, "cost_usd": 0.0, "seconds": 0.0}
    )
    for row in rows:
        name = moment(row).date().isoformat() if group == "day" else str(row[group])
        total = found[name]
        total["attempts"] += 1
        total["images"] += row["outcome"] == "succeeded"
        total["cost_usd"] += row["burden_usd"]
        total["seconds"] += row["seconds"]
    named = [{group: name, **total} for name, total in found.items()]
    if group == "day":
        return sorted(named, key=lambda total: str(total[group]), reverse=True)
    return sorted(named, key=lambda total: (-total["cost_usd"], str(total[group])))


def to_csv(rows: Iterable[Row]) -> bytes:
    """Return attempts as a CSV file (UTF-8 with a mark for table programs); no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {**{name: _plain(row[name]) for name in _COLUMNS}, "time": moment(row).isoformat("T", "seconds")}
        )
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
