"""`throughline batch`: jobs that were sent at half the price, looked at, fetched, cancelled and sent again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.answers import print_answers, read_answers
from core.cli.printing import counted, plain, print_json, tell
from core.cli.shared import DONE, SOME_FAILED, as_json, end, opened_project, opened_studio
from core.errors import EngineError, InvalidRequestError, StudioError, WorkspaceError

if TYPE_CHECKING:
    from core.models.batch import Batch
    from core.store.workspace import Workspace
    from core.studio.batches import Sent
    from core.studio.context import Studio
    from core.studio.specs import RunSpec

Found = list[tuple["Workspace", "Batch"]]
_any_project = click.option(
    "--project", type=click.Path(path_type=Path), help="Only batches of this project; all projects by default."
)


@click.group()
def batch() -> None:
    """Jobs of many images at half the price, made within a day. `generate --batch` sends one."""


@batch.command("list")
@_any_project
@as_json
def list_batches(project: Path | None, is_json: bool) -> None:
    """List the batches that were sent, newest first; nothing is asked over the network.

    With --json: {"batches": [{"id", "job", "state", "model", "images", "made", "failed", "open", ...}]}.
    """
    with opened_studio() as studio:
        found = _batches(studio, project)
    if is_json:
        print_json({"batches": [_as_json(workspace, one) for workspace, one in found]})
        return
    if not found:
        click.echo("No batch yet. Send one with `throughline generate PROMPT --batch --project DIR`.")
    for workspace, one in found:
        click.echo(f"{_line(one)}  {plain(str(workspace.folder))}")


@batch.command()
@click.argument("batch_ids", nargs=-1, metavar="[BATCH]...")
@_any_project
@as_json
def fetch(batch_ids: tuple[str, ...], project: Path | None, is_json: bool) -> None:
    """Look how batches stand and store the images that are there: those named, or all that are under way.

    With --json: {"batches": [{"id", "state", "images": N, "files": {"<id>": path}, "answers": {"<id>": {"text", ...}},
    "errors": [...]}]}. The exit code is 1 when an image came to nothing.
    """
    from core.studio.batches import fetch_batch

    errors: dict[str, StudioError] = {}
    with opened_studio() as studio:
        wanted = _chosen(_batches(studio, project), batch_ids)
        fetched: Found = []
        for workspace, one in wanted:
            try:
                fetched.append((workspace, fetch_batch(studio, workspace, one.id)))
            except (EngineError, WorkspaceError) as error:
                errors[one.id] = error
                fetched.append((workspace, one))
        found = [] if is_json else [_hints(studio, workspace, one) for workspace, one in fetched]
    if is_json:
        said = [
            {**_as_json(workspace, one, errors.get(one.id)), "answers": read_answers(workspace, one.made)}
            for workspace, one in fetched
        ]
        print_json({"batches": said})
    else:
        _print_fetched(fetched, errors, found)
    is_whole = not errors and not any(one.failed for _, one in fetched)
    end(DONE if is_whole else SOME_FAILED)


@batch.command()
@click.argument("batch_id", metavar="BATCH")
@_any_project
@as_json
def cancel(batch_id: str, project: Path | None, is_json: bool) -> None:
    """Ask for a batch's end. Images that are made by then can still be fetched, and are billed."""
    from core.studio.batches import cancel_batch

    with opened_studio() as studio:
        ((workspace, one),) = _chosen(_batches(studio, project), (batch_id,))
        is_open = one.is_open
        one = cancel_batch(studio, workspace, batch_id)
    if is_json:
        print_json(_as_json(workspace, one))
    elif is_open:
        click.echo(f"Cancelled {plain(batch_id)}. `throughline batch fetch` stores what was made before.")
    else:
        click.echo(f"{plain(batch_id)} had ended already.")


@batch.command()
@click.argument("batch_id", metavar="BATCH")
@_any_project
@as_json
def retry(batch_id: str, project: Path | None, is_json: bool) -> None:
    """Send the images of a batch that came to nothing once more, and no other.

    With --json: {"batches": [{"id", "state", ...}], "reused": [asset id, ...], "under_way": N}.
    """
    from core.studio.batches import retry_batch

    with opened_studio() as studio:
        ((workspace, _one),) = _chosen(_batches(studio, project), (batch_id,))
        sent = retry_batch(studio, workspace, batch_id)
    print_sent(sent, is_json)


def send_story(studio: Studio, spec: RunSpec) -> Sent:
    """Send what of a story waits for no other of its images."""
    from core.studio.batches import send_batch
    from core.studio.ready import ready_recipes

    workspace = studio.workspace(Path(spec.project))
    return send_batch(studio, workspace, ready_recipes(studio, workspace, spec))


def print_sent(sent: Sent, is_json: bool, files: dict[str, Any] | None = None) -> None:
    """Print what was sent, and what did not have to be; as JSON with what became of `files`, where there were some."""
    if is_json:
        batches = [_facts(one) for one in sent.batches]
        document = {"batches": batches, "reused": [asset.id for asset in sent.reused], "under_way": sent.under_way}
        print_json({**({} if files is None else {"files": files}), **document})
        return
    for one in sent.batches:
        click.echo(_line(one))
    if sent.reused:
        click.echo(f"{counted(len(sent.reused), 'image')} there already, at no cost.")
    if sent.under_way:
        click.echo(f"{counted(sent.under_way, 'image')} under way in a batch already.")
    if not (sent.batches or sent.reused or sent.under_way):
        click.echo("There is nothing to send: everything is there, or waits for an image that is not.")
    if sent.batches:
        tell("Made within a day, at half the price. Look for them with: throughline batch fetch")


def _batches(studio: Studio, project: Path | None) -> Found:
    from core.studio.batches import known_batches, own_batches

    if project is None:
        return sorted(known_batches(studio), key=lambda pair: pair[1].created, reverse=True)
    workspace = opened_project(studio, project)
    return [(workspace, one) for one in own_batches(studio, workspace)]


def _chosen(found: Found, batch_ids: Iterable[str]) -> Found:
    """Return the batches that are named, or without names those that are under way.

    Raises:
        InvalidRequestError: one that is named is not there.
    """
    names = tuple(batch_ids)
    if not names:
        return [(workspace, one) for workspace, one in found if one.is_open]
    if missing := [name for name in names if name not in {one.id for _, one in found}]:
        raise InvalidRequestError(
            f'There is no batch "{missing[0]}" of yours here. `throughline batch list` has them with their projects.'
        )
    return [(workspace, one) for workspace, one in found if one.id in names]


def _hints(studio: Studio, workspace: Workspace, one: Batch) -> list[tuple[str, ...]]:
    """Return what can be done about each image of a batch that came to nothing."""
    from core.studio.batches import failures
    from core.studio.hints import hints

    return [hints(studio, workspace, recipe, error) for error, recipe in failures(one)]


def _print_fetched(fetched: Found, errors: dict[str, StudioError], found: list[list[tuple[str, ...]]]) -> None:
    if not fetched:
        click.echo("No batch is under way.")
    for (workspace, one), advised in zip(fetched, found, strict=True):
        click.echo(_line(one))
        answers = read_answers(workspace, one.made)
        for asset_id in one.made:
            if asset := workspace.find(asset_id):
                click.echo(f"  {plain(asset_id)}  {plain(str(workspace.path(asset)))}")
        for entry, ways in zip(one.failed, advised, strict=True):
            click.echo(f"  {plain(entry.recipe.name)}: {plain(str((entry.error or {}).get('message', '')))}")
            for way in ways:
                click.echo(f"    try: {plain(way)}")
        if one.id in errors:
            tell(f"Error: {plain(errors[one.id].message)}")
        print_answers(answers)


def _line(one: Batch) -> str:
    sent = one.created.astimezone().strftime("%Y-%m-%d %H:%M")
    state = one.state.replace("_", " ")
    count = f"{len(one.made)} of {counted(len(one.entries), 'image')} there"
    failed = f", {len(one.failed)} failed" if one.failed else ""
    return f"{plain(one.id)}  {state:<12}  {sent}  {plain(one.model)}  {count}{failed}"


def _facts(one: Batch) -> dict[str, Any]:
    return {
        "id": one.id,
        "job": one.job,
        "state": one.state,
        "model": one.model,
        "created": one.created.isoformat(),
        "images": len(one.entries),
        "open": sum(entry.is_open for entry in one.entries),
        "cost_usd": round(one.cost_usd, 6),
    }


def _as_json(workspace: Workspace, one: Batch, error: StudioError | None = None) -> dict[str, Any]:
    found = [asset for asset_id in one.made if (asset := workspace.find(asset_id))]
    return {
        **_facts(one),
        "project": str(workspace.folder),
        "files": {asset.id: str(workspace.path(asset)) for asset in found},
        "errors": [entry.error for entry in one.failed],
        **({"error": error.to_plain()} if error else {}),
    }
