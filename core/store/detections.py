"""What was found on each page: `detections/<page>/<number>.json`, plain files that are never overwritten.

An edit is a new number with the one before as its `basis`. The current one is the newest, unless `current.json` brings
another one back; that holds only until a newer one is written. Masks stand beside, named by their digest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from core.errors import WorkspaceError
from core.models.region import Detection
from core.store.files import locked, make_folder, publish, read_json, replace_json, write_part

FORMAT = 1
FOLDER = "detections"
_NUMBER = re.compile(r"([1-9][0-9]{0,8})\.json")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CURRENT = "current.json"


@dataclass(frozen=True)
class PageDetections:
    """What a page's folder holds: the detections that can be read, oldest first, and what is wrong with the others."""

    readable: tuple[Detection, ...]
    damaged: tuple[WorkspaceError, ...]


class DetectionsFolder:
    """Reads and adds to one project's detections; whatever is written is written under the project's lock."""

    def __init__(self, folder: Path) -> None:
        self._project = folder

    def pages(self) -> list[str]:
        """Return the ids of the pages that have been searched, by name."""
        folder = self._project / FOLDER
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def read(self, page: str) -> PageDetections:
        """Return all detections of a page; damaged files are named and left out."""
        readable, damaged = [], []
        for number in self._numbers(page):
            try:
                readable.append(self.get(page, number))
            except WorkspaceError as error:
                damaged.append(error)
        return PageDetections(tuple(readable), tuple(damaged))

    def get(self, page: str, number: int) -> Detection:
        """Return one detection.

        Raises:
            WorkspaceError: there is none of this number, its file is damaged, or of a newer format.
        """
        path = self._folder(page) / f"{number}.json"
        document = read_json(path, {})
        if not document:
            raise WorkspaceError(f"{path} is not there. Choose another detection of the page, or search it again.")
        version = document.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise WorkspaceError(f"{path} was written by a newer Throughline. Update Throughline to open it.")
        try:
            detection = Detection.model_validate(document)
        except ValidationError:
            raise WorkspaceError(f"{path} is damaged. Put back a good copy of it, or search the page again.") from None
        # a page that was given another id takes its folder along, and a copied file its name
        return detection.model_copy(update={"page": page, "number": number})

    def current(self, page: str) -> Detection | None:
        """Return the detection in use: the one brought back, else the newest that can be read; None without any."""
        numbers = self._numbers(page)
        chosen = self._chosen(page, numbers)
        for number in ([] if chosen is None else [chosen]) + numbers[::-1]:
            try:
                return self.get(page, number)
            except WorkspaceError:
                continue
        return None

    def save(self, detection: Detection, masks: Iterable[bytes] = ()) -> Detection:
        """Store a detection under the page's next number, which is then the current one, and return it as stored.

        Raises:
            WorkspaceError: the disk is full or the folder cannot be written; nothing of it is left behind.
        """
        folder = make_folder(self._folder(detection.page))
        with locked(self._project):
            for mask in masks:
                self._save_mask(folder, mask)
            number = max(self._numbers(detection.page), default=0) + 1
            created = detection.created or datetime.now(UTC)
            stored = detection.model_copy(update={"number": number, "created": created})
            part = write_part(folder, [_document(stored)])
            try:
                publish(part, folder / f"{number}.json")
            finally:
                part.unlink(missing_ok=True)
        return stored

    def choose(self, page: str, number: int) -> Detection:
        """Make a detection the current one, until a newer one is written.

        Raises:
            WorkspaceError: it cannot be read, or nothing can be written.
        """
        detection = self.get(page, number)
        with locked(self._project):
            newest = max(self._numbers(page), default=0)
            replace_json(self._folder(page) / _CURRENT, {"format": FORMAT, "number": number, "newest": newest})
        return detection

    def mask(self, page: str, digest: str) -> bytes:
        """Return a mask's PNG.

        Raises:
            WorkspaceError: it is gone or damaged.
        """
        path = self._folder(page) / "masks" / f"{digest}.png"
        try:
            data = path.read_bytes() if _DIGEST.fullmatch(digest) else b""
        except OSError:
            data = b""
        if mask_digest(data) != digest:
            raise WorkspaceError(f"{path} is gone or damaged. Put back a good copy of it, or use the box alone.")
        return data

    def _save_mask(self, folder: Path, mask: bytes) -> None:
        masks = make_folder(folder / "masks")
        target = masks / f"{mask_digest(mask)}.png"
        if not target.exists():
            publish(write_part(masks, [mask]), target)

    def _numbers(self, page: str) -> list[int]:
        """Return the numbers that are taken, smallest first, whether their files can be read or not."""
        folder = self._folder(page)
        if not folder.is_dir():
            return []
        found = (_NUMBER.fullmatch(path.name) for path in folder.iterdir())
        return sorted(int(match.group(1)) for match in found if match)

    def _chosen(self, page: str, numbers: list[int]) -> int | None:
        """Return the number that was brought back, unless a newer one was written since; a damaged file says none."""
        try:
            said: Mapping[str, object] = read_json(self._folder(page) / _CURRENT, {})
        except WorkspaceError:
            return None
        number = said.get("number")
        is_valid = isinstance(number, int) and number in numbers and said.get("newest") == max(numbers)
        return number if is_valid and isinstance(number, int) else None

    def _folder(self, page: str) -> Path:
        if not page or page in (".", "..") or Path(page).name != page:
            raise WorkspaceError(f"{page!r} cannot be the id of a page.")
        return self._project / FOLDER / page


def mask_digest(mask: bytes) -> str:
    """Return the name of a mask: the sha256 of its file."""
    return hashlib.sha256(mask).hexdigest()


def _document(detection: Detection) -> bytes:
    content = {"format": FORMAT, **detection.model_dump(mode="json", exclude_none=True)}
    return (json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "replace")
