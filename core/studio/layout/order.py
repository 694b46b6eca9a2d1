"""The second step of the layout: the order of the slots in each layer, with few crossings of threads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from core.studio.layout.layers import Slots

_SWEEPS = 24
_LEAST_SWEEPS = 4
_WORK = 250_000
_SWAP_ROUNDS = 4


def put_in_order(slots: Slots) -> None:
    """Sort the slots of every layer; the order with the fewest crossings of all sweeps is kept.

    Large graphs get fewer sweeps: the work is bounded by the number of slots, never by the clock.
    """
    sweeps = max(_LEAST_SWEEPS, min(_SWEEPS, _WORK // max(1, len(slots.names))))
    best, fewest = [list(layer) for layer in slots.layers], crossings(slots)
    for sweep in range(sweeps):
        if not fewest:
            break
        _sweep(slots, rightwards=sweep % 2 == 0)
        if sweep >= sweeps // 2:
            _swap_neighbours(slots)
        count = crossings(slots)
        if count < fewest:
            best, fewest = [list(layer) for layer in slots.layers], count
    slots.layers = best


def crossings(slots: Slots) -> int:
    """Return how many pairs of threads cross between neighbouring layers."""
    place = _places(slots)
    total = 0
    for layer, after in itertools.pairwise(slots.layers):
        ends = [end for slot in layer for end in sorted(place[joined] for joined in slots.right[slot])]
        total += _inversions(ends, len(after))
    return total


def _places(slots: Slots) -> list[int]:
    place = [0] * len(slots.names)
    for layer in slots.layers:
        for index, slot in enumerate(layer):
            place[slot] = index
    return place


def _inversions(ends: Sequence[int], size: int) -> int:
    """Count the pairs that stand in the wrong order, with a Fenwick tree."""
    tree = [0] * (size + 1)
    total = 0
    for seen, end in enumerate(ends):
        total += seen
        index = end + 1
        while index > 0:  # less those that end at or above this one
            total -= tree[index]
            index &= index - 1
        index = end + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return total


def _sweep(slots: Slots, rightwards: bool) -> None:
    """Sort each layer by the mean place of what its slots are joined with in the layer before."""
    place = _places(slots)
    joined = slots.left if rightwards else slots.right
    layers = slots.layers if rightwards else slots.layers[::-1]
    for before, layer in itertools.pairwise(layers):
        scale = len(layer) / len(before)  # layers differ in length: compare places as parts of a whole layer
        wish = {slot: _mean_place(joined[slot], place, scale, default=place[slot] + 0.5) for slot in layer}
        layer.sort(key=wish.__getitem__)
        for index, slot in enumerate(layer):
            place[slot] = index


def _mean_place(ends: Sequence[int], place: Sequence[int], scale: float, default: float) -> float:
    return scale * (sum(place[end] for end in ends) / len(ends) + 0.5) if ends else default


def _swap_neighbours(slots: Slots) -> None:
    """Swap neighbours in a layer wherever that saves a crossing."""
    place = _places(slots)
    for layer in slots.layers:
        for _ in range(_SWAP_ROUNDS):
            if not _swap_in_layer(slots, layer, place):
                break


def _swap_in_layer(slots: Slots, layer: list[int], place: list[int]) -> bool:
    has_swapped = False
    for index in range(len(layer) - 1):
        upper, lower = layer[index], layer[index + 1]
        saved = sum(
            _crossed(joined[upper], joined[lower], place) - _crossed(joined[lower], joined[upper], place)
            for joined in (slots.left, slots.right)
        )
        if saved > 0:
            layer[index], layer[index + 1] = lower, upper
            place[upper], place[lower] = place[lower], place[upper]
            has_swapped = True
    return has_swapped


def _crossed(upper: Sequence[int], lower: Sequence[int], place: Sequence[int]) -> int:
    return sum(place[low] < place[high] for high in upper for low in lower)
