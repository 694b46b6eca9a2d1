"""What the web server does besides pages: pictures, security headers, and work that outlives a page."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import threading
from collections.abc import AsyncIterator
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import StudioError
from core.ui.desk import desk, is_visited, is_warm
from core.ui.libraries import VIS_ROUTE, serve_vis
from core.ui.pictures import ROUTE, serve_picture

# Streamlit's own page needs inline styles and scripts; nothing may come from, or go to, another host
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; frame-src 'self' blob: data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_VISITOR_COMES_WITHIN_SECONDS = 3.0
_BROWSER_LOADS_SECONDS = 1.0  # it still fetches parts of the page once its script has ended
# what every page needs, Streamlit's own lazy imports among them; loaded while the first visitor's browser starts up
_OF_EVERY_PAGE = (
    "numpy",
    "PIL.Image",
    "sqlalchemy.dialects.sqlite",
    "streamlit.emojis",
    "streamlit.material_icon_names",
    "yaml",
)
_is_ending = threading.Event()
_SECURITY = [
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]


class SecurityHeaders:
    """Adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                missing = [header for header in _SECURITY if header[0] not in present]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self._app(scope, receive, send_with_headers)


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Load what is heavy in a thread of its own, go on with interrupted runs, and stop cleanly at the end."""
    threading.Thread(target=_warm_up, name="studio-warm-up", daemon=True).start()
    yield {}
    _is_ending.set()
    await asyncio.to_thread(_shut_down)  # the runner refuses to be closed from an event loop


def on_script_error(error: Exception) -> bool:
    """Show a sentence where a page failed in a way nobody foresaw."""
    from core.ui.frame import show_unforeseen

    return show_unforeseen(error)


def _warm_up() -> None:
    try:
        for name in _OF_EVERY_PAGE:
            importlib.import_module(name)
        if is_visited.wait(_VISITOR_COMES_WITHIN_SECONDS):
            _is_ending.wait(_BROWSER_LOADS_SECONDS)

        from core.studio.background import resume_orphans
        from core.studio.runner import Runner

        with contextlib.suppress(StudioError):  # a page shows it to whoever comes
            Runner.obtain(desk())
            resume_orphans(desk())
    except Exception:
        if not _is_ending.is_set():  # else nobody needs it warm any more, and threads and imports fail at the end
            raise
    # Streamlit collects garbage after every run of a page, and would look through all libraries each time.
    gc.collect()
    gc.freeze()
    is_warm.set()


def _shut_down() -> None:
    from core.studio.runner import Runner

    if Runner.current is not None:
        Runner.current.close()


routes: list[BaseRoute] = [Route(ROUTE, serve_picture), Route(VIS_ROUTE, serve_vis)]
middleware = [Middleware(SecurityHeaders)]
