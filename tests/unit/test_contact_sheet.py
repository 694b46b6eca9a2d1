"""The contact sheet of a project: its pictures in the order in which the stories tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.models.asset import Asset, Kind, Recipe, Result
from core.settings import load_settings
from core.store.workspace import Workspace
from core.studio.context import Studio
from core.studio.exports import contact_sheet
from core.studio.lineage_files import write_sheet
from tests.standin.pictures import draw_picture

STORY = """title: t
sources: {print: ../assets/print.png}
steps:
  - {id: one, kind: scene, from: [print], prompt: one}
  - {id: two, kind: scene, from: [one], prompt: two}
  - {id: three, kind: scene, from: [one], prompt: three}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Studio(load_settings()).workspace(tmp_path / "p")


def keep(workspace: Workspace, name: str, story: str = "") -> None:
    recipe = Recipe(kind=Kind.SCENE, story=story, step=name if story else "")
    workspace.save(recipe, Result(), draw_picture(name, (32, 24)), name)


def test_pictures_stand_in_story_order(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was made first, sources come before steps, steps as the story is written, and what is in none last."""
    for name in ("alone", "three", "two", "one", "print"):
        keep(workspace, name, "tale" if name in ("one", "two", "three") else "")
    workspace.choices.choose("tale", "print", "print")
    workspace.save_story("tale", STORY)
    shown: list[str] = []

    def note(assets: list[Asset], *_: object) -> None:
        shown.extend(asset.id for asset in assets)

    monkeypatch.setattr(contact_sheet, "write_contact_sheet", note)
    write_sheet(workspace, Path("sheet.png"))
    assert shown == ["print", "one", "two", "three", "alone"]
    workspace.save_story("tale", "steps: [")
    write_sheet(workspace, Path("sheet.png"))
    assert sorted(shown[5:]) == sorted(shown[:5])
