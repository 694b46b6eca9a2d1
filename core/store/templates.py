"""A person's own templates: `templates.json` in THROUGHLINE_HOME, or beside it one a signed-in user. Versions are kept.

The file is plain JSON of the same form that export writes and import reads.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from core.models.template import Template
from core.models.value import Moment, Value
from core.store.files import locked, make_folder, read_value, replace_json
from core.store.ids import clean_id, numbered
from core.store.records import stamp_of

_FORMAT = 1
MOST = 500
MOST_VERSIONS = 50


class Version(Value):
    """A template as it was saved at one moment."""

    template: Template
    saved: Moment


class Saved(Value):
    """All own templates by id, each with its versions, oldest first; a removed one keeps them."""

    format: int = _FORMAT
    templates: dict[str, Annotated[tuple[Version, ...], Field(min_length=1)]] = Field(default_factory=dict)
    removed: tuple[str, ...] = ()


class TemplatesFile:
    """Reads and changes one user's own templates; `user` "" is the local one."""

    def __init__(self, home: Path, user: str = "") -> None:
        mark = f"-{hashlib.sha256(user.encode()).hexdigest()[:16]}" if user else ""
        self._folder = home / "templates"
        self._path = self._folder / f"own{mark}.json"

    def read(self) -> Saved:
        """Return what was saved.

        Raises:
            WorkspaceError: the file is damaged, or of a newer format.
        """
        return _read(self._path, stamp_of(self._path))

    def current(self) -> tuple[Template, ...]:
        """Return the newest version of each template that was not removed, by title.

        Raises:
            WorkspaceError: as `read`.
        """
        saved = self.read()
        newest = [versions[-1].template for name, versions in saved.templates.items() if name not in saved.removed]
        return tuple(sorted(newest, key=lambda template: template.title.casefold()))

    def save(self, template: Template) -> Template:
        """Save a template as its newest version and return it; one without an id is new and gets one of its title.

        Raises:
            WorkspaceError: the file is damaged, full, or cannot be written.
        """
        with locked(make_folder(self._folder)):
            saved = self.read()
            wanted = clean_id(template.title.lower().replace(" ", "-"))
            name = template.id or next(free for free in numbered(wanted, "-") if free not in saved.templates)
            kept = template.model_copy(update={"id": name, "is_own": True})
            versions = (*saved.templates.get(name, ()), Version(template=kept, saved=datetime.now(UTC)))
            self._write(saved, {**saved.templates, name: versions[-MOST_VERSIONS:]}, {*saved.removed} - {name})
        return kept

    def remove(self, name: str, is_removed: bool = True) -> None:
        """Put a template away, or bring it back; its versions stay.

        Raises:
            WorkspaceError: the file is damaged or cannot be written.
        """
        with locked(make_folder(self._folder)):
            saved = self.read()
            removed = {*saved.removed, name} if is_removed else {*saved.removed} - {name}
            self._write(saved, saved.templates, removed & saved.templates.keys())

    def _write(self, saved: Saved, templates: dict[str, tuple[Version, ...]], removed: set[str]) -> None:
        changed = saved.model_copy(update={"templates": templates, "removed": tuple(sorted(removed))})
        replace_json(self._path, changed.model_dump(mode="json"))


@lru_cache(maxsize=64)
def _read(path: Path, _stamp: str) -> Saved:
    """Return what was saved; read once as long as its file stays the same.

    A form that was begun with a template looks it up many times at every click.

    Raises:
        WorkspaceError: as `TemplatesFile.read`.
    """
    return read_value(path, Saved, _FORMAT)
