"""Where pictures come from: as their files record it, as people corrected it, and as it passes to what is made of them.

`origin_of` speaks of one picture, `credit_of` of a picture and all it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.models.asset import Asset, Origin, Role
from core.store.workspace import Workspace

_WORDS = ("title", "source", "credit", "rights")
_FIRST = (Role.PAGE, Role.PLATE, Role.ARCHIVE)


class Origins:
    """What a project knows of its pictures' origins at one time: read once, asked for many pictures."""

    def __init__(self, workspace: Workspace) -> None:
        """Read the project's notes.

        Raises:
            WorkspaceError: they are damaged, or of a newer format.
        """
        self._workspace = workspace
        self._edited: Mapping[str, Origin] = workspace.notes.origins()

    def of(self, asset: Asset) -> Origin:
        """Return a picture's own origin: what people said of it, else what its file records."""
        recorded, edited = asset.recipe.origin or Origin(), self._edited.get(asset.id)
        if edited is None:
            return recorded
        # where a page was in its document is a fact of the file, and stays
        kept = {"place": recorded.place or edited.place, "page": recorded.page or edited.page}
        return edited.model_copy(update=kept)

    def credit(self, asset: Asset) -> Origin:
        """Return the origin of a picture or of the nearest one it was made from that has one."""
        found = (self.of(each) for each in self._line(asset))
        return next((origin for origin in found if origin != Origin()), Origin())

    def _line(self, asset: Asset) -> Iterator[Asset]:
        """Yield a picture and what it was made from, nearest first, pages and plates before other sources."""
        seen, waiting = {asset.id}, [asset]
        while waiting:
            current = waiting.pop(0)
            yield current
            ranked = sorted(current.recipe.sources, key=lambda source: source.role not in _FIRST)
            for source in ranked:
                found = self._workspace.find(source.asset_id)
                if found is not None and found.id not in seen:
                    seen.add(found.id)
                    waiting.append(found)


def origin_of(workspace: Workspace, asset: Asset) -> Origin:
    """Return a picture's own origin, what people said of it before what its file records.

    Raises:
        WorkspaceError: the project's notes are damaged, or of a newer format.
    """
    return Origins(workspace).of(asset)


def credit_of(workspace: Workspace, asset: Asset) -> Origin:
    """Return the origin of a picture, or of the nearest one it was made from that has one.

    Raises:
        WorkspaceError: the project's notes are damaged, or of a newer format.
    """
    return Origins(workspace).credit(asset)


def edit_origin(workspace: Workspace, asset: Asset, origin: Origin) -> None:
    """Say where a picture comes from; saying what its file records takes an earlier word back.

    Raises:
        WorkspaceError: the project's notes are damaged, of a newer format, or cannot be written.
    """
    recorded = asset.recipe.origin or Origin()
    is_recorded = all(getattr(origin, word).strip() == getattr(recorded, word) for word in _WORDS)
    workspace.notes.set_origin(asset.id, None if is_recorded else origin)
