"""The index: what every project's files say, in a database. Only a cache: `reindex` rebuilds it from the files."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Delete,
    Engine,
    Float,
    Index,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.engine import Row

from core.models.asset import Asset
from core.store.database import open_database, read, write
from core.store.documents import from_json, to_json

_metadata = MetaData()
_projects = Table(
    "projects",
    _metadata,
    Column("path", String, primary_key=True),
    Column("uuid", String, nullable=False),
    Column("title", String, nullable=False),
    Column("opened", Float, nullable=False),
)
_assets = Table(
    "assets",
    _metadata,
    Column("project", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("stamp", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("plan", String, nullable=False),
    Column("story", String, nullable=False),
    Column("step", String, nullable=False),
    Column("document", String, nullable=False),
    Index("assets_by_digest", "project", "digest"),
    Index("assets_by_plan", "project", "plan"),
    Index("assets_by_step", "project", "story", "step"),
)


class AssetIndex:
    """Assets of all projects of one home. A project is named by its folder's path."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._engine: Engine = open_database(home, "index", _metadata, url, is_cache=True)

    def opened(self, project: Path, uuid: str, title: str) -> None:
        """Note that a project was opened now."""
        with write(self._engine) as connection:
            connection.execute(delete(_projects).where(_projects.c.path == str(project)))
            connection.execute(insert(_projects).values(path=str(project), uuid=uuid, title=title, opened=time.time()))

    def recent_projects(self) -> list[Path]:
        """Return the folders of the projects opened so far that still exist, last opened first."""
        with read(self._engine) as connection:
            paths = connection.execute(select(_projects.c.path).order_by(_projects.c.opened.desc())).scalars().all()
        return [Path(path) for path in paths if (Path(path) / "project.json").is_file()]

    def opened_at(self) -> dict[Path, datetime]:
        """Return when each project was opened last, by its folder."""
        with read(self._engine) as connection:
            rows = connection.execute(select(_projects.c.path, _projects.c.opened)).all()
        return {Path(path): datetime.fromtimestamp(opened, UTC) for path, opened in rows}

    def folder_of(self, uuid: str) -> Path | None:
        """Return the folder of the project with this uuid that was opened last, or None."""
        statement = select(_projects.c.path).where(_projects.c.uuid == uuid).order_by(_projects.c.opened.desc())
        with self._engine.connect() as connection:
            paths = [Path(path) for path in connection.execute(statement).scalars()]
        return next((path for path in paths if (path / "project.json").is_file()), None)

    def put(self, project: Path, entries: Iterable[tuple[Asset, str]]) -> None:
        """Write assets with their files' stamps; what was known of the same ids is replaced."""
        rows = [_row(project, asset, stamp) for asset, stamp in entries]
        if not rows:
            return
        with write(self._engine) as connection:
            connection.execute(_removal(project), [{"gone": row["id"]} for row in rows])
            connection.execute(insert(_assets), rows)

    def remove(self, project: Path, ids: Iterable[str]) -> None:
        """Forget assets of a project."""
        gone = [{"gone": asset_id} for asset_id in ids]
        if gone:
            with write(self._engine) as connection:
                connection.execute(_removal(project), gone)

    def clear(self, project: Path) -> None:
        """Forget all assets of a project."""
        with write(self._engine) as connection:
            connection.execute(delete(_assets).where(_assets.c.project == str(project)))

    def stamps(self, project: Path) -> dict[str, str]:
        """Return id -> stamp of every asset known in a project."""
        with read(self._engine) as connection:
            rows = connection.execute(select(_assets.c.id, _assets.c.stamp).where(_assets.c.project == str(project)))
            return {row.id: row.stamp for row in rows}

    def assets(self, project: Path) -> list[Asset]:
        """Return every asset of a project, oldest first."""
        return self._select(_assets.c.project == str(project))

    def get(self, project: Path, asset_id: str) -> Asset | None:
        """Return one asset, or None; a name that is no text, as a command line can give one, is nobody's."""
        known = asset_id.encode("utf-8", "replace").decode()
        return next(iter(self._select(_assets.c.project == str(project), _assets.c.id == known)), None)

    def with_digest(self, project: Path, digest: str) -> list[Asset]:
        """Return the assets whose files have this digest, oldest first."""
        return self._select(_assets.c.project == str(project), _assets.c.digest == digest)

    def with_fingerprint(self, project: Path, fingerprint: str) -> list[Asset]:
        """Return the assets made from this very recipe, oldest first."""
        return self._select(_assets.c.project == str(project), _assets.c.fingerprint == fingerprint)

    def with_plan(self, project: Path, plan: str) -> list[Asset]:
        """Return the assets made from this recipe in any attempt, oldest first."""
        return self._select(_assets.c.project == str(project), _assets.c.plan == plan)

    def of_step(self, project: Path, story: str, step: str) -> list[Asset]:
        """Return the assets made for a step, oldest first."""
        return self._select(_assets.c.project == str(project), _assets.c.story == story, _assets.c.step == step)

    def _select(self, *conditions: object) -> list[Asset]:
        statement = select(_assets.c.id, _assets.c.digest, _assets.c.document).where(*conditions)  # type: ignore[arg-type]
        with read(self._engine) as connection:
            found = [_asset(row) for row in connection.execute(statement)]
        return sorted(found, key=lambda asset: (_created(asset), asset.id))

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()


def _removal(project: Path) -> Delete:
    # one statement a row: a database takes only so many values in one
    return delete(_assets).where(_assets.c.project == str(project), _assets.c.id == bindparam("gone"))


def _created(asset: Asset) -> float:
    return asset.result.created.timestamp() if asset.result.created else 0.0


def _row(project: Path, asset: Asset, stamp: str) -> dict[str, object]:
    return {
        "project": str(project),
        "id": asset.id,
        "stamp": stamp,
        "digest": asset.digest,
        "fingerprint": asset.recipe.fingerprint,
        "plan": asset.recipe.plan,
        "story": asset.recipe.story,
        "step": asset.recipe.step,
        "document": to_json(asset.recipe, asset.result),
    }


def _asset(row: Row[*tuple[Any, ...]]) -> Asset:
    recipe, result = from_json(row.document)
    return Asset(id=row.id, digest=row.digest, recipe=recipe, result=result)
