"""Servers forked from one process that has loaded what a studio needs."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.forked import Forked
from tests.processes import CONTEXT, PRELOADED

CONTEXT.set_forkserver_preload(
    [*PRELOADED, "streamlit.web.cli", "streamlit.web.server.starlette.starlette_app", "core.ui.server", "core.ui.frame"]
)


class ForkedServer(Forked):
    """A forked process that runs a `streamlit` command and writes all it says to `log`."""

    def __init__(self, words: list[str], folder: Path, env: dict[str, str], log: Path) -> None:
        super().__init__(_serve, (words,), folder, env, (log, log))


def _serve(words: list[str]) -> None:
    from streamlit.web.cli import main

    sys.argv = ["streamlit", *words]
    main(prog_name="streamlit")
