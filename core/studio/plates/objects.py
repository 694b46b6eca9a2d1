"""Changing the objects of a page: regions in, regions out. What the order of the tuple says is the reading order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.models.region import Box, Region
from core.models.repair import LONGEST_CAPTION

_LONGEST_LABEL = 80
_SAME = 0.05  # thousandths of the page: what a browser's arithmetic may be off by

Regions = tuple[Region, ...]


def with_boxes(regions: Regions, boxes: Sequence[tuple[str, Box]]) -> Regions:
    """Return the regions with the boxes as they were drawn: moved, resized, added, or taken away.

    A box that moved loses its mask and what was odd about it, for a person has looked; a new one has no id yet.
    """
    drawn = dict(boxes)
    known = {region.id for region in regions}
    kept = [_moved(region, drawn[region.id]) for region in regions if region.id in drawn]
    return (*kept, *(Region(id="", box=box) for name, box in boxes if name not in known))


def relabelled(regions: Regions, region_id: str, label: str, caption: str) -> Regions:
    """Return the regions with one region's words changed; line breaks of a caption stay."""
    words = {"label": " ".join(label.split())[:_LONGEST_LABEL], "caption": caption.strip()[:LONGEST_CAPTION]}
    return tuple(region.model_copy(update=words) if region.id == region_id else region for region in regions)


def without(regions: Regions, region_id: str) -> Regions:
    """Return the regions without one."""
    return tuple(region for region in regions if region.id != region_id)


def reordered(regions: Regions, region_id: str, place: int) -> Regions:
    """Return the regions with one of them at a place of the reading order, from 0."""
    moving = [region for region in regions if region.id == region_id]
    others = [region for region in regions if region.id != region_id]
    place = min(max(0, place), len(others))
    return (*others[:place], *moving, *others[place:])


def by_label(regions: Regions) -> Mapping[str, int]:
    """Return how many regions there are of each label, the most frequent first; "" counts those without one."""
    counts: dict[str, int] = {}
    for region in regions:
        counts[region.label] = counts.get(region.label, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def grouped(regions: Regions) -> list[tuple[str, Regions]]:
    """Return the regions by label, the most frequent label first, each group in reading order."""
    return [(label, tuple(each for each in regions if each.label == label)) for label in by_label(regions)]


def _moved(region: Region, box: Box) -> Region:
    pairs = zip(_values(region.box), _values(box), strict=True)
    if all(abs(one - other) <= _SAME for one, other in pairs):
        return region
    return region.model_copy(update={"box": box, "mask": "", "flags": (), "score": None})


def _values(box: Box) -> tuple[float, ...]:
    return box.ymin, box.xmin, box.ymax, box.xmax
