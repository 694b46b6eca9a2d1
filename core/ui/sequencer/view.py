"""What the page shows at this moment: the story, its board, its newest run, and which scene is selected."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.store.workspace import Workspace
from core.studio.background import RunView, latest_run
from core.studio.boards import Board, Card, read_board
from core.studio.planning import RunOptions
from core.studio.project_stories import OpenStory, open_story, story_options
from core.ui.session import studio

STEP = "step"


@dataclass(frozen=True)
class View:
    """One reading of a story for one showing of the page."""

    workspace: Workspace
    opened: OpenStory
    board: Board
    options: RunOptions
    run: RunView | None

    @property
    def slug(self) -> str:
        """The story's name in the project."""
        return self.opened.slug

    @property
    def is_running(self) -> bool:
        """True while a run of this story is under way."""
        return self.run is not None and self.run.is_active

    @property
    def selected(self) -> Card:
        """The selected card; the first one when none is, or when it is gone."""
        return self.board.card(st.query_params.get(STEP, "")) or self.board.cards[0]


def read_view(slug: str) -> View:
    """Read a story of the open project.

    Raises:
        StudioError: the story or the project cannot be read.
    """
    here = studio()
    workspace, catalog = here.workspace, here.studio.catalog
    opened = open_story(workspace, slug, catalog)
    options = story_options(here.studio, here.engine)
    run = latest_run(here.studio, str(workspace.folder), slug)
    return View(workspace, opened, read_board(workspace, opened.story, slug, options, catalog, run), options, run)


def select(step_id: str) -> None:
    """Select a scene; it stays in the address, so that a refresh comes back to it."""
    st.query_params[STEP] = step_id
