"""A local server that speaks the Gemini REST interface as far as the SDK uses it, and fails on request.

    with StandIn() as server:
        server.fail_next("rate_limited", times=2)
        ...                      # point the engine to server.url with server.key
        server.requests          # everything that came in

It is strict: a request the real service would refuse is refused here too.
"""

from tests.standin.faults import FAULTS
from tests.standin.records import Recorded
from tests.standin.searches import SEARCH_FAULTS
from tests.standin.server import StandIn

__all__ = ["FAULTS", "SEARCH_FAULTS", "Recorded", "StandIn"]
