"""Pictures by signed URL: thumbnail, preview and original, served from their files, never through session state.

The path begins with /app/static/ because Streamlit takes only such paths for pictures of its own server. What is
served there needs no sign-in, so every URL is signed and expires.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from functools import cache
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from core.errors import StudioError
from core.models.asset import Asset
from core.store.files import make_folder, publish, write_part
from core.store.measures import Measures
from core.store.workspace import PREVIEW_EDGE, THUMBNAIL_EDGE, Workspace
from core.ui.desk import desk, project_by_uuid

ROUTE = "/app/static/picture/{project}/{asset}/{size}"
THUMBNAIL, PREVIEW, ORIGINAL = "t", "p", "o"
_EDGES = {THUMBNAIL: THUMBNAIL_EDGE, PREVIEW: PREVIEW_EDGE}
_HEAT, _ANSWER = "h", "a"
_DAY = 86_400
_SECRET_BYTES = 32
_HEADERS = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def picture_url(workspace: Workspace, asset: Asset, size: str = THUMBNAIL) -> str:
    """Return the URL of an asset's picture; the same all day, so that browsers keep it."""
    expires = str((int(time.time()) // _DAY + 2) * _DAY)
    version = asset.digest[:16]
    signature = _sign(workspace.uuid, asset.id, size, version, expires)
    path = f"/app/static/picture/{workspace.uuid}/{quote(asset.id, safe='')}/{size}"
    return f"{path}?v={version}&e={expires}&s={signature}"


def heat_url(workspace: Workspace, asset: Asset, before: Asset) -> str:
    """Return the URL of the picture of what differs between an asset and the one it was made from."""
    return picture_url(workspace, asset, f"{_HEAT}{before.digest[:32]}")


def answer_url(workspace: Workspace, asset: Asset, file: str) -> str:
    """Return the URL of one of the further images of an asset's answer."""
    return picture_url(workspace, asset, f"{_ANSWER}{file}")


async def serve_picture(request: Request) -> Response:
    """Answer a picture's URL; anything unsigned, expired or unknown is simply not found."""
    project, asset, size = (request.path_params[name] for name in ("project", "asset", "size"))
    version, expires, given = (request.query_params.get(name, "") for name in ("v", "e", "s"))
    wanted = _sign(project, asset, size, version, expires)
    if not (hmac.compare_digest(given.encode(), wanted.encode()) and expires.isdecimal()):
        return Response(status_code=404)
    if int(expires) < time.time():
        return Response(status_code=404)
    found = await run_in_threadpool(_find, project, asset, size)
    if found is None:
        return Response(status_code=404)
    path, mime = found
    return FileResponse(path, media_type=mime, headers=_HEADERS)


def _find(project: str, asset_id: str, size: str) -> tuple[Path, str] | None:
    try:
        workspace = project_by_uuid(project)
        asset = workspace.find(asset_id) if workspace else None
        if workspace is None or asset is None:
            return None
        if size.startswith(_HEAT):
            return Measures(desk().home).heat_map(size.removeprefix(_HEAT), asset.digest), "image/png"
        if size.startswith(_ANSWER):
            further = workspace.answers.image(asset.id, size.removeprefix(_ANSWER))
            return (further, "image/png" if further.suffix == ".png" else "image/jpeg") if further else None
        if size == ORIGINAL:
            path = workspace.path(asset)
            return (path, asset.result.mime) if path.is_file() else None
        return workspace.thumbnail(asset, _EDGES[size]), "image/webp"
    except (StudioError, KeyError):
        return None


def _sign(*parts: str) -> str:
    return hmac.new(_secret(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


@cache
def _secret() -> bytes:
    """Return the server's signing secret, made once a home so that several servers of one home agree.

    Raises:
        WorkspaceError: it cannot be written.
    """
    path = make_folder(desk().home) / "url.secret"
    if not path.is_file() or path.stat().st_size != _SECRET_BYTES:
        _make_secret(path)
    return path.read_bytes()


def _make_secret(path: Path) -> None:
    """Write a new secret, unless another server has just done so; a file that is none is replaced."""
    if path.is_file() and path.stat().st_size != _SECRET_BYTES:
        path.unlink(missing_ok=True)
    part = write_part(path.parent, [secrets.token_bytes(_SECRET_BYTES)])
    part.chmod(0o600)
    try:
        publish(part, path)
    except FileExistsError:
        part.unlink(missing_ok=True)
