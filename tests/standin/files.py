"""The stand-in's Files API: resumable uploads, files that are processed for a moment, and names that must be known."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.standin.replies import Reply, as_error, as_json

START = re.compile(r"^/upload/v1(?:beta)?/files$")
SESSION = re.compile(r"^/upload/session/(?P<number>\d+)$")
FILE = re.compile(r"^/v1(?:beta)?/files/(?P<name>[\w-]+)$")


@dataclass
class Stored:
    """One uploaded file; `looks` counts how often its state was asked for."""

    mime: str
    data: bytes = b""
    expires: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(hours=48))
    looks: int = 0


class Files:
    """All files of the stand-in. The first `processing` looks at one see it being processed; `fails` fails them all.

    The next `refused` uploads are answered with 503, and whoever names a file that is not there with `gone`.
    """

    def __init__(self) -> None:
        self.stored: dict[str, Stored] = {}
        self.life = timedelta(hours=48)
        self.processing = 1
        self.fails = False
        self.refused = 0
        self.gone = 403
        self._lock = threading.Lock()

    def answer(self, url: str, path: str, headers: dict[str, str], raw: bytes) -> Reply | None:
        """Answer a request of the Files API; None when it is none."""
        if START.match(path) and self.refused:
            self.refused -= 1
            return as_error(503, "UNAVAILABLE", "The service is currently unavailable.")
        if START.match(path):
            return self._start(url, headers)
        if found := SESSION.match(path):
            return self._finish(url, f"file-{found['number']}", headers, raw)
        if found := FILE.match(path):
            return self._look(url, found["name"])
        return None

    def data_of(self, uri: str) -> tuple[str, bytes] | None:
        """Return type and bytes of a file by the address it is named with in a request."""
        stored = self.stored.get(uri.rsplit("/", 1)[-1])
        return (stored.mime, stored.data) if stored and stored.expires > datetime.now(UTC) else None

    def _start(self, url: str, headers: dict[str, str]) -> Reply:
        if headers.get("x-goog-upload-protocol") != "resumable" or headers.get("x-goog-upload-command") != "start":
            return as_error(400, "INVALID_ARGUMENT", "Only resumable uploads are taken.")
        mime = headers.get("x-goog-upload-header-content-type", "")
        if not mime.startswith(("image/", "video/")):
            return as_error(400, "INVALID_ARGUMENT", f"Unsupported MIME type: {mime}")
        with self._lock:
            number = len(self.stored) + 1
            self.stored[f"file-{number}"] = Stored(mime, expires=datetime.now(UTC) + self.life)
        return as_json({}, X_Goog_Upload_URL=f"{url}/upload/session/{number}", X_Goog_Upload_Status="active")

    def _finish(self, url: str, name: str, headers: dict[str, str], raw: bytes) -> Reply:
        if "finalize" not in headers.get("x-goog-upload-command", ""):
            self.stored[name].data += raw
            return as_json({}, X_Goog_Upload_Status="active")
        self.stored[name].data += raw
        return as_json({"file": self._shown(url, name)}, X_Goog_Upload_Status="final")

    def _look(self, url: str, name: str) -> Reply:
        if name not in self.stored:
            return as_error(self.gone, "PERMISSION_DENIED", f"You do not have permission to access the File {name}.")
        self.stored[name].looks += 1
        return as_json(self._shown(url, name))

    def _shown(self, url: str, name: str) -> dict[str, Any]:
        stored = self.stored[name]
        state = "FAILED" if self.fails else "ACTIVE" if stored.looks >= self.processing else "PROCESSING"
        return {
            "name": f"files/{name}",
            "uri": f"{url}/v1beta/files/{name}",
            "mimeType": stored.mime,
            "sizeBytes": str(len(stored.data)),
            "sha256Hash": hashlib.sha256(stored.data).hexdigest(),
            "state": state,
            "expirationTime": stored.expires.isoformat().replace("+00:00", "Z"),
        }
