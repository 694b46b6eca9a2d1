"""How faithful a picture is to the one it was made from: measured once, then looked up."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from core.models.asset import Asset, Kind
from core.models.fidelity import Fidelity
from core.store.measures import Measures
from core.store.workspace import Workspace
from core.studio.context import Studio

# looks that redraw the picture on purpose are not held against it
MEASURED = (Kind.RESTORATION, Kind.COLOURISATION)


def known_fidelity(studio: Studio, before: Asset, after: Asset) -> Fidelity | None:
    """Return what was measured before, without its heat map, or None."""
    return Measures(studio.home).find(before.digest, after.digest)


def is_poor(studio: Studio, before: Asset | None, after: Asset | None) -> bool:
    """Tell whether a picture is known to stray from the one it was made from."""
    if before is None or after is None or after.recipe.kind not in MEASURED:
        return False
    known = known_fidelity(studio, before, after)
    return known is not None and known.is_poor


def measured(studio: Studio, workspace: Workspace, sources: Sequence[Asset], after: Asset) -> None:
    """Measure a picture just made against its first source where that counts; one that cannot be measured is left."""
    if sources and after.recipe.kind in MEASURED:
        # the picture is there and paid for: no failing measurement takes it away
        with contextlib.suppress(Exception):
            fidelity_of(studio, workspace, sources[0], after)


def fidelity_of(studio: Studio, workspace: Workspace, before: Asset, after: Asset) -> Fidelity:
    """Measure a picture against the one it was made from, once.

    Raises:
        InvalidImageError: one of them cannot be read.
        WorkspaceError: one of them is gone, or nothing can be written to the home.
    """
    known = known_fidelity(studio, before, after)
    if known is not None:
        return known
    # Imported here: OpenCV takes longer to load than a page.
    from core.engines.vision.fidelity import measure

    measured = measure(workspace.read(before), workspace.read(after))
    Measures(studio.home).keep(before.digest, after.digest, measured)
    return measured
