"""The third step of the layout: how high each slot stands, so that threads run straight."""

from __future__ import annotations

from collections.abc import Sequence

from core.studio.layout.layers import Slots

_ROUNDS = 12
_LEAST_ROUNDS = 4
_WORK = 120_000
_FIRM = 1_000.0


def heights_of(slots: Slots, above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return the height of every slot; `above` and `below` are the room each needs, in pixels, gaps included.

    Every layer is moved as near to its neighbours' heights as its order and room allow, there and back.
    """
    height = [0.0] * len(slots.names)
    for layer in slots.layers:
        _settle(layer, dict.fromkeys(layer, 0.0), above, below, height, slots)
    rounds = max(_LEAST_ROUNDS, min(_ROUNDS, _WORK // max(1, len(slots.names))))
    for turn in range(rounds):
        for layer in slots.layers if turn % 2 == 0 else slots.layers[::-1]:
            wish = {slot: _wish(slots, slot, height, turn, is_last=turn >= rounds - 2) for slot in layer}
            _settle(layer, wish, above, below, height, slots)
    return height


def _wish(slots: Slots, slot: int, height: Sequence[float], turn: int, is_last: bool) -> float:
    """Return the height a slot would like: the mean height of what it is joined with."""
    ends = slots.left[slot] if turn % 2 == 0 else slots.right[slot]
    if is_last or not ends:
        ends = slots.left[slot] + slots.right[slot]
    # like follows like: results would pull a trunk aside a little in every layer, a trunk would bend a chain of scenes
    ends = [end for end in ends if (slots.names[end] is None) == (slots.names[slot] is None)] or ends
    return sum(height[end] for end in ends) / len(ends) if ends else height[slot]


def _settle(
    layer: Sequence[int],
    wish: dict[int, float],
    above: Sequence[float],
    below: Sequence[float],
    height: list[float],
    slots: Slots,
) -> None:
    """Set the heights of a layer: its order kept, no two slots too near, the sum of squared distances to wishes least.

    Pool adjacent violators: slots that would overlap become a block that stands where its members agree.
    """
    offset, offsets = 0.0, []
    for index, slot in enumerate(layer):
        offset += below[layer[index - 1]] + above[slot] if index else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # where it stands, its weight, its length
    for slot, shift in zip(layer, offsets, strict=True):
        block = (wish[slot] - shift, _weight(slots, slot), 1)
        while blocks and blocks[-1][0] > block[0]:
            block = _pooled(blocks.pop(), block)
        blocks.append(block)
    places = (place for place, _, length in blocks for _ in range(length))
    for slot, shift, place in zip(layer, offsets, places, strict=True):
        height[slot] = place + shift


def _weight(slots: Slots, slot: int) -> float:
    """Return how firmly a slot holds its wish: a trunk's bend hardly yields, or long trunks would drift."""
    return _FIRM if slots.names[slot] is None else 1.0 + len(slots.left[slot]) + len(slots.right[slot])


def _pooled(one: tuple[float, float, int], two: tuple[float, float, int]) -> tuple[float, float, int]:
    weight = one[1] + two[1]
    return ((one[0] * one[1] + two[0] * two[1]) / weight, weight, one[2] + two[2])
