"""Runs that another run started are told by their ids, which end like its own."""

from __future__ import annotations

from sqlalchemy import ColumnElement


def is_of_run(column: ColumnElement[str], run: str) -> ColumnElement[bool]:
    """Return what the rows of a run, and of the runs it started, fulfil; `column` holds the run's id."""
    _head, dash, end = run.rpartition("-")
    return column.endswith(f"{dash}{end}", autoescape=True)
