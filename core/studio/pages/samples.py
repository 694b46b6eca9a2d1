"""The sample pages, one click away: drawn into a project as pages, and drawn once."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from core.errors import StudioError
from core.models.asset import Kind, Recipe
from core.store.importing import Imported, import_bytes
from core.store.workspace import Workspace
from core.studio.pages.intake import Progress, Tell
from core.studio.sample.pages import SamplePage, sample_pages


def take_sample_pages(workspace: Workspace, names: Collection[str] = (), tell: Tell | None = None) -> list[Imported]:
    """Draw sample pages into a project, those named or all, one result a page; those that are there stay."""
    wanted = [page for page in sample_pages() if not names or page.name in names]
    results = []
    for number, page in enumerate(wanted, 1):
        results.append(_taken(workspace, page))
        if tell is not None:
            tell(Progress(page.title, 1, 1, number, len(wanted), results[-1]))
    return results


def _taken(workspace: Workspace, page: SamplePage) -> Imported:
    path = Path(f"{page.name}.jpg")
    there = next((asset for asset in workspace.assets() if asset.recipe.origin == page.origin), None)
    if there is not None:
        return Imported(path, there, page=page.number)
    recipe = Recipe(kind=Kind.PAGE, name=page.title.partition(":")[0], origin=page.origin)
    try:
        asset, is_new = import_bytes(workspace, page.draw().data, f"sample-{page.name}", recipe)
    except StudioError as error:
        return Imported(path, error=error, page=page.number)
    return Imported(path, asset, is_new, page=page.number)
