"""Which steps of runs wait just now, and until when: a page shows it, whichever process carries the run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Engine, Float, MetaData, String, Table, delete, insert, select

from core.store.database import read, write
from core.store.run_ids import is_of_run


@dataclass(frozen=True)
class Wait:
    """A step that waits before its next attempt; `reason` is an error code."""

    step: str
    until: datetime
    reason: str

    @property
    def seconds(self) -> int:
        """How many seconds are left, a begun one counted whole; never less than one."""
        left = (self.until - datetime.now(UTC)).total_seconds()
        return max(1, int(-(-left // 1)))


def waits_table(metadata: MetaData) -> Table:
    """Return the table of waits, as a part of a database."""
    return Table(
        "waits",
        metadata,
        Column("run", String, primary_key=True),
        Column("step", String, primary_key=True),
        Column("until", Float, nullable=False),
        Column("reason", String, nullable=False),
    )


class Waits:
    """The waits of all runs of one home; one that is over is forgotten."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine = engine
        self._table = table

    def note(self, run: str, step: str, seconds: float, reason: str) -> None:
        """Note that a step waits from now on."""
        columns, now = self._table.c, time.time()
        mine = (columns.run == run) & (columns.step == step)
        with write(self._engine) as connection:
            connection.execute(delete(self._table).where(mine | (columns.until < now)))
            connection.execute(insert(self._table).values(run=run, step=step, until=now + seconds, reason=reason))

    def of_run(self, run: str) -> dict[str, Wait]:
        """Return what waits now in a run, and in the runs it started, by step."""
        columns = self._table.c
        statement = select(self._table).where(is_of_run(columns.run, run), columns.until > time.time())
        with read(self._engine) as connection:
            rows = connection.execute(statement.order_by(columns.until)).all()
        return {row.step: Wait(row.step, datetime.fromtimestamp(row.until, UTC), row.reason) for row in rows}
