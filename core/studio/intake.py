"""Taking in a picture that came as bytes: an upload, a fetched one, the sample."""

from __future__ import annotations

import tempfile
from pathlib import Path

from core.errors import InvalidImageError
from core.models.asset import Asset
from core.store.ids import clean_id
from core.store.importing import import_file
from core.store.workspace import Workspace


def take_in(workspace: Workspace, data: bytes, stem: str) -> Asset:
    """Import a picture and return its asset, new or already there; `stem` is its file's name without ending.

    Raises:
        InvalidImageError: it is no image we can take.
        WorkspaceError: it cannot be stored.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-") as folder:
        path = Path(folder) / f"{clean_id(stem)}.image"
        path.write_bytes(data)
        try:
            return import_file(workspace, path)
        except InvalidImageError as error:
            # where the picture stood for a moment is of no use to anybody
            raise InvalidImageError(error.message.replace(str(path), path.stem)) from None


def take_sample(workspace: Workspace) -> Asset:
    """Import the built-in archive picture and return its asset.

    Raises:
        WorkspaceError: it cannot be stored.
    """
    # Imported here: drawing needs OpenCV, which takes longer to load than a page.
    from core.engines.drawing.picture import encode
    from core.studio.sample.archive import draw_archive

    return take_in(workspace, encode(draw_archive()), "archive")
