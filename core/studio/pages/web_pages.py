"""One page of a book on the web: its addresses are tried in their order, within one time limit."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence

from core.errors import InvalidImageError
from core.images import sniff
from core.studio.fetching import MAX_BYTES, Wanted, WayOut, fetch

PAGE_SECONDS = 90.0
_PICTURE = Wanted(2 * MAX_BYTES, lambda head: sniff(head) is not None)


def fetched_page(addresses: Sequence[str], way: WayOut | None, seconds: float = PAGE_SECONDS) -> bytes:
    """Return the picture at the first address that has one.

    Raises:
        InvalidImageError: none of them has; it says what was wrong with the first.
    """
    deadline = time.monotonic() + seconds
    first: InvalidImageError | None = None
    for address in addresses:
        data = io.BytesIO()
        try:
            fetch(address, data, _PICTURE, way, max(0.001, deadline - time.monotonic()))
        except InvalidImageError as error:
            first = first or error
            continue
        return data.getvalue()
    raise first or InvalidImageError("The manifest names no address for this page's picture.")
