"""What the commands share: options, exit codes, and a studio for as long as a command runs."""

from __future__ import annotations

import math
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from core.settings import EngineChoice, is_model_name, load_settings

if TYPE_CHECKING:
    from core.store.workspace import Workspace
    from core.studio.context import Studio

DONE, SOME_FAILED, BAD_INPUT = 0, 1, 2


class NamedPath(click.Path):
    """A file or folder that is named: an empty name would be the folder one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if not str(value).strip():
            self.fail("the name is empty. Name a file or a folder; a dot is the folder you are in.", param, ctx)
        return super().convert(value, param, ctx)


class NumberRange(click.FloatRange):
    """A number within limits; "nan" is within any, and is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number that can be used.", param, ctx)
        return number


as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON document on stdout.")
project_folder = click.option(
    "--project", type=click.Path(path_type=Path), required=True, help="Project folder; made when missing or empty."
)
existing_project = click.option(
    "--project", type=click.Path(path_type=Path), required=True, help="Project folder, as a run or an import made it."
)
engine_choice = click.option(
    "--engine", type=click.Choice([choice.value for choice in EngineChoice]), help="Which engine does the work."
)


def model_name(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Refuse a name that no model can have; the callback of an option."""
    if value and not is_model_name(value):
        raise click.BadParameter("no model has such a name; `throughline models` lists them.")
    return value


@contextmanager
def opened_studio() -> Iterator[Studio]:
    """Hold a studio open, and close it and its runner at the end."""
    from core.studio.context import Studio

    studio = Studio(load_settings())
    with _stopped_like_ctrl_c():
        try:
            yield studio
        finally:
            _close_runner()
            studio.close()


@contextmanager
def _stopped_like_ctrl_c() -> Iterator[None]:
    """Let a service manager's stop be Ctrl-C: calls under way are dropped and recorded, and the report is printed."""
    is_ours = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if is_ours:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def opened_project(studio: Studio, project: Path) -> Workspace:
    """Return a project that is there already.

    Raises:
        WorkspaceError: there is none in this folder; nothing is made.
    """
    from core.errors import WorkspaceError
    from core.store.projects import is_project

    if not is_project(project):
        raise WorkspaceError(f"{project} is not a project yet. Run a story or import images into it first.")
    return studio.workspace(project)


def end(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise SystemExit(code)


def _close_runner() -> None:
    # only a command that started a run has loaded the module
    runners = sys.modules.get("core.studio.runner")
    if runners is not None and runners.Runner.current is not None and not runners.Runner.is_stuck:
        runners.Runner.current.close()
