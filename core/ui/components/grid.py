"""A matrix of pictures: rows and columns with names and buttons, cells that open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from core.ui.components.component import front, registered
from core.ui.components.marks import Mark
from core.ui.session import component_value

_matrix = registered(
    "matrix",
    *front("shared/base.css", "shared/marks.css", "matrix/view.html", "matrix/view.css", "matrix/view.js"),
)


@dataclass(frozen=True)
class GridAct:
    """A button of a row or column; `action` and `id` come back when it is pressed."""

    action: str
    id: str
    label: str
    is_off: bool = False


@dataclass(frozen=True)
class GridCell:
    """One cell: picture (its URL, "" for none), what the picture shows, state in words, and a warning ("" for none)."""

    id: str
    line: str
    mark: Mark
    alt: str
    thumbnail: str = ""
    blank: str = ""
    warning: str = ""


@dataclass(frozen=True)
class GridHead:
    """The head of a row or column."""

    name: str
    line: str = ""
    act: GridAct | None = None
    cells: tuple[GridCell, ...] = field(default=())


def picture_grid(
    columns: Sequence[GridHead],
    rows: Sequence[GridHead],
    *,
    key: str,
    label: str,
    chosen: str,
    below: str = "",
    arrival: str = "",
    on_act: Callable[[str, str], object],
) -> None:
    """Show the matrix; the first column's head stands over the rows' heads.

    `on_act` is called with the action ("open" for a cell) and the id, before the page runs again; ids that are not
    those of this matrix are ignored. `below` is the key of the container that shows the open cell: a click brings it
    into sight. So does every other `arrival` with the matrix: the name of what was begun last for it.
    """
    acts = [head.act for head in (*columns, *rows) if head.act]
    known = {(act.action, act.id) for act in acts} | {("open", cell.id) for row in rows for cell in row.cells}

    def call() -> None:
        sent = component_value(key, "act")
        if isinstance(sent, dict) and (pair := (sent.get("action"), sent.get("id"))) in known:
            on_act(*pair)

    data = {
        "columns": [asdict(column) for column in columns],
        "rows": [asdict(row) for row in rows],
        "label": label,
        "chosen": chosen,
        "below": below,
        "arrival": arrival,
    }
    _matrix(key=key, data=data, on_act_change=call)
