"""What the browser draws the graph with, served from the installed package; nothing is fetched from outside."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from core.studio.exports.vis import VIS_VERSION, vis_library

VIS_ROUTE = "/app/static/vis-network.min.js"
VIS_URL = f"{VIS_ROUTE}?v={VIS_VERSION}"
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


async def serve_vis(_request: Request) -> Response:
    """Answer with vis-network; its URL names the version, so that browsers keep it."""
    return FileResponse(vis_library(), media_type="text/javascript", headers=_HEADERS)
