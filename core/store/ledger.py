"""The ledger: one row for every attempt, written before its call and completed after. It is never cleared.

Costs in USD. A row that was started and never completed belongs to a process that died: its outcome is unknown, and
the service may have billed it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    case,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from core.models.limits import Limit, Limits, check_call
from core.store.database import open_database, read, write
from core.store.run_ids import is_of_run
from core.store.waits import Waits, waits_table

STARTED = "started"
UNKNOWN = "unknown"
# what attempts can be put together by
GROUPS = ("day", "project_title", "model", "outcome", "user")

_metadata = MetaData()
_attempts = Table(
    "attempts",
    _metadata,
    Column("id", String, primary_key=True),
    Column("time", Float, nullable=False, index=True),
    Column("project", String, nullable=False),
    Column("project_title", String, nullable=False),
    Column("user", String, nullable=False),
    Column("run", String, nullable=False, index=True),
    Column("runner", String, nullable=False),
    Column("story", String, nullable=False),
    Column("step", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("engine", String, nullable=False),
    Column("model", String, nullable=False),
    Column("estimate_usd", Float, nullable=False),
    Column("outcome", String, nullable=False),
    Column("error", String, nullable=False, default=""),
    Column("status", Integer),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("searches", Integer),
    Column("cost_usd", Float, nullable=False, default=0.0),
    Column("may_be_billed", Boolean, nullable=False, default=True),
    Column("seconds", Float, nullable=False, default=0.0),
)
_waits = waits_table(_metadata)
# what a row takes from the budget: its cost when it is known, else its estimate, as long as it may be billed
_burden: ColumnElement[float] = case(
    (_attempts.c.outcome == "succeeded", _attempts.c.cost_usd),
    (_attempts.c.may_be_billed, func.coalesce(func.nullif(_attempts.c.cost_usd, 0.0), _attempts.c.estimate_usd)),
    else_=_attempts.c.cost_usd,
)


@dataclass(frozen=True)
class Wanted:
    """Which attempts are looked for: since a time (seconds since 1970), of a user, and of these values ("" for none).

    An empty choice means all; `users` are chosen among those who may be seen, `user` is the only one.
    """

    since: float = 0.0
    user: str | None = None
    projects: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    users: tuple[str, ...] = ()

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what rows have to fulfil."""
        yield _attempts.c.time >= self.since
        if self.user is not None:
            yield _attempts.c.user == self.user
        chosen = ((_attempts.c.project_title, self.projects), (_attempts.c.model, self.models))
        for column, values in (*chosen, (_attempts.c.outcome, self.outcomes), (_attempts.c.user, self.users)):
            if values:
                yield column.in_(values)


class Ledger:
    """Every attempt of one home; `waits` are what waits before its next one."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._engine: Engine = open_database(home, "ledger", _metadata, url)
        self.waits = Waits(self._engine, _waits)

    def start(self, row: Mapping[str, Any], estimate_usd: float, limits: Limits | None) -> str:
        """Write an attempt's row before its call and return its id.

        Raises:
            BudgetExceededError: with this call its run, the day or its project would pass its limit; no row is written.
        """
        attempt_id = uuid.uuid4().hex
        with write(self._engine) as connection:
            if limits is not None and estimate_usd > 0:
                _check_limits(connection, row, estimate_usd, limits)
            values = {**row, "id": attempt_id, "time": time.time(), "estimate_usd": estimate_usd, "outcome": STARTED}
            connection.execute(insert(_attempts).values(**values))
        return attempt_id

    def finish(self, attempt_id: str, values: Mapping[str, Any]) -> None:
        """Complete an attempt's row."""
        with write(self._engine) as connection:
            connection.execute(update(_attempts).where(_attempts.c.id == attempt_id).values(**values))

    def mark_unknown(self, runner: str) -> int:
        """Mark what a dead process left open as of unknown outcome; return how many rows that were."""
        with write(self._engine) as connection:
            open_rows = (_attempts.c.runner == runner) & (_attempts.c.outcome == STARTED)
            return int(connection.execute(update(_attempts).where(open_rows).values(outcome=UNKNOWN)).rowcount)

    def found_saved(self, run: str, fingerprint: str, cost_usd: float) -> None:
        """Complete a dead process's row whose image turned out to be saved after all."""
        unknown = (_attempts.c.run == run) & (_attempts.c.fingerprint == fingerprint) & (_attempts.c.outcome == UNKNOWN)
        newest = select(_attempts.c.id).where(unknown).order_by(_attempts.c.time.desc()).limit(1)
        with write(self._engine) as connection:
            row = connection.execute(newest).scalar()
            changes = {"outcome": "succeeded", "cost_usd": cost_usd}
            connection.execute(update(_attempts).where(_attempts.c.id == row).values(**changes))

    def runners_with_open_rows(self) -> list[str]:
        """Return the runners that have attempts under way, or died with them."""
        statement = select(_attempts.c.runner).where(_attempts.c.outcome == STARTED).distinct()
        with read(self._engine) as connection:
            return list(connection.execute(statement).scalars())

    def run_totals(self, run: str, step: str | None = None) -> tuple[int, float]:
        """Return how many attempts a run (or one step of it) has made and what they cost.

        Estimates are counted where the cost is not known.
        """
        statement = select(func.count(), func.coalesce(func.sum(_burden), 0.0)).where(_attempts.c.run == run)
        if step is not None:
            statement = statement.where(_attempts.c.step == step)
        with read(self._engine) as connection:
            calls, cost = connection.execute(statement).one()
        return int(calls), float(cost)

    def spent_today(self) -> float:
        """Return what today has cost since local midnight, estimates counted where the cost is not known."""
        with read(self._engine) as connection:
            return _spent(connection, _attempts.c.time >= midnight())

    def searched_this_month(self) -> int:
        """Return how many prompts looked something up since the month's first local midnight."""
        searching = (_attempts.c.time >= midnight(is_of_month=True)) & (_attempts.c.searches > 0)
        with read(self._engine) as connection:
            return int(connection.execute(select(func.count()).where(searching)).scalar_one())

    def spent_on(self, project: str) -> float:
        """Return what a project has cost since it was made, estimates counted where the cost is not known."""
        with read(self._engine) as connection:
            return _spent(connection, _attempts.c.project == project)

    def totals(self) -> list[dict[str, Any]]:
        """Return calls and cost by day, project, model and outcome, newest day first."""
        day = self._day()
        keys = [
            day.label("day"),
            _attempts.c.project_title.label("project"),
            _attempts.c.engine,
            _attempts.c.model,
            _attempts.c.outcome,
        ]
        statement = (
            select(*keys, func.count().label("calls"), func.coalesce(func.sum(_burden), 0.0).label("cost_usd"))
            .group_by(*keys)
            .order_by(day.desc(), _attempts.c.project_title, _attempts.c.model)
        )
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def rows(self, run: str | None = None) -> list[dict[str, Any]]:
        """Return attempts, oldest first: all, or those of one run."""
        statement = select(_attempts).order_by(_attempts.c.time)
        if run is not None:
            statement = statement.where(_attempts.c.run == run)
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def put_together(self, wanted: Wanted, group: str) -> list[dict[str, Any]]:
        """Return attempts, images, cost (USD) and seconds of what is wanted by one of GROUPS, or "" for all in one.

        The dearest comes first, of days the newest.
        """
        key = self._day() if group == "day" else _attempts.c[group] if group else literal("")
        cost = func.coalesce(func.sum(_burden), 0.0)
        statement = select(
            key.label("name"),
            func.count().label("attempts"),
            func.coalesce(func.sum(case((_attempts.c.outcome == "succeeded", 1), else_=0)), 0).label("images"),
            cost.label("cost_usd"),
            func.coalesce(func.sum(_attempts.c.seconds), 0.0).label("seconds"),
        ).where(*wanted.conditions())
        if group:
            statement = statement.group_by(key).order_by(key.desc() if group == "day" else cost.desc(), key)
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def _day(self) -> ColumnElement[str]:
        """Return the local day of an attempt, as in "2026-11-28"."""
        if self._engine.dialect.name == "sqlite":
            return func.date(_attempts.c.time, "unixepoch", "localtime")
        # written out: a database that is handed the format apart does not know the group's key for the column
        return func.to_char(func.to_timestamp(_attempts.c.time), literal_column("'YYYY-MM-DD'"))

    def search(self, wanted: Wanted, limit: int | None = None) -> list[dict[str, Any]]:
        """Return attempts that are wanted, newest first, at most `limit`; each with its `burden_usd`.

        The burden is what an attempt takes from the budget: its cost when known, else its estimate as long as it may
        be billed.
        """
        statement = (
            select(_attempts, _burden.label("burden_usd"))
            .where(*wanted.conditions())
            .order_by(_attempts.c.time.desc())
            .limit(limit)
        )
        with read(self._engine) as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def choices(self, column: str, user: str | None) -> list[str]:
        """Return the values a column has: "project_title", "model", "outcome" or "user"; by name."""
        statement = select(_attempts.c[column]).distinct().order_by(_attempts.c[column])
        if user is not None:
            statement = statement.where(_attempts.c.user == user)
        with read(self._engine) as connection:
            return [value for value in connection.execute(statement).scalars() if value]

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()


def midnight(is_of_month: bool = False) -> float:
    """Return the last local midnight, or that of the month's first day, in seconds since 1970."""
    # a local time without its offset: on a day the clocks change, midnight's offset is not that of now
    day = datetime.fromtimestamp(time.time()).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day.replace(day=1) if is_of_month else day).timestamp()


def _check_limits(connection: Connection, row: Mapping[str, Any], estimate_usd: float, limits: Limits) -> None:
    """Refuse an attempt over a limit; of a project there is none where there is no project."""
    project = _attempts.c.project == row["project"]
    counted = {
        Limit.RUN: project & is_of_run(_attempts.c.run, row["run"]),
        Limit.DAY: _attempts.c.time >= midnight(),
        Limit.PROJECT: project,
    }
    for limit, allowed in limits.set_limits():
        if limit is not Limit.PROJECT or row["project"]:
            check_call(limit, estimate_usd, _spent(connection, counted[limit]), allowed)


def _spent(connection: Connection, which: ColumnElement[bool]) -> float:
    return float(connection.execute(select(func.coalesce(func.sum(_burden), 0.0)).where(which)).scalar_one())
