"""The lab before there is a project."""

from __future__ import annotations

from pathlib import Path

from core.ui.projects import show_first_project
from core.ui.texts import _

_DRAWING = Path(__file__).parents[1] / "components" / "lab.svg"


def show_no_project() -> None:
    """Offer to make a project right here."""
    show_first_project(
        _("What you try lives in a project, so that nothing is lost. Name one, and begin."),
        _DRAWING,
        _("Words that become a picture"),
    )
