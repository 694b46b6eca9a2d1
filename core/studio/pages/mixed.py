"""An import from the terminal: pictures as they always came, documents of pages by their pages, in the order named."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from core.store.importing import Imported, image_files, import_files
from core.store.workspace import Workspace
from core.studio.pages.intake import bring_in_files
from core.studio.pages.kinds import is_document


def import_mixed(
    workspace: Workspace, paths: Iterable[Path], is_pages: bool = False, is_pictures: bool = False
) -> list[Imported]:
    """Import files and folders: all as pages, all as pictures, or each as what it is."""
    wanted = [(path, is_pages or (not is_pictures and is_document(path))) for path in paths]
    if not any(is_page for _, is_page in wanted):
        return import_files(workspace, image_files(path for path, _ in wanted))
    done: list[Imported] = []
    for is_page, group in groupby(wanted, key=lambda item: item[1]):
        named = [path for path, _ in group]
        done += bring_in_files(workspace, named) if is_page else import_files(workspace, image_files(named))
    return done
