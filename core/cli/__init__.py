"""The studio's verbs from a terminal: human text by default; with `--json` exactly one JSON document on stdout.

What a command does not bear, `core.__main__` turns into a sentence and an exit code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.answers import print_answers, read_answers
from core.cli.batch import batch, print_sent, send_story
from core.cli.detect import detect
from core.cli.generate import generate
from core.cli.printing import (
    counted,
    padded,
    plain,
    print_imported,
    print_json,
    print_missing,
    print_plan,
    print_report,
    print_unreadable,
    watcher,
    width_of,
)
from core.cli.restore import plates, restore
from core.cli.shared import (
    BAD_INPUT,
    DONE,
    SOME_FAILED,
    NamedPath,
    as_json,
    end,
    engine_choice,
    existing_project,
    model_name,
    opened_project,
    opened_studio,
    project_folder,
)
from core.settings import EngineChoice

if TYPE_CHECKING:
    from core.studio.context import Studio


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="throughline-studio", prog_name="throughline")
def cli() -> None:
    """Images that must stay consistent: character sheets, scenes, and the graph of how they were made."""


cli.add_command(detect)
cli.add_command(generate)
cli.add_command(batch)
cli.add_command(restore)
cli.add_command(plates)


@cli.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the sample project.")
@engine_choice
@as_json
def demo(out: Path, engine: str | None, is_json: bool) -> None:
    """Make the built-in sample story, with its lineage and a contact sheet. Free with the draft engine."""
    from core.studio.demo import make_demo

    with opened_studio() as studio:
        report, files = make_demo(studio, out, EngineChoice(engine or EngineChoice.DRAFT), watcher(studio, is_json))
    print_report(report, is_json, {name: str(path) for name, path in files.items()})
    end(DONE if report.is_complete else SOME_FAILED)


@cli.group()
def story() -> None:
    """Run stories."""


@story.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@project_folder
@engine_choice
@click.option("--model", default="", callback=model_name, help="Model for every step; beats what the story says.")
@click.option("--concurrency", type=click.IntRange(1, 64), help="How many steps are made side by side (default 8).")
@click.option("--again", multiple=True, metavar="STEP", help="Make this step again although it is current; repeatable.")
@click.option(
    "--batch", "is_batch", is_flag=True, help="Send what waits for no other step as a batch, at half the price."
)
@click.option("--dry-run", is_flag=True, help="Say what would be made and what it costs; make nothing.")
@as_json
def story_run(
    file: Path,
    project: Path,
    engine: str | None,
    model: str,
    concurrency: int | None,
    again: tuple[str, ...],
    is_json: bool,
    **how: bool,
) -> None:
    """Make a story's images, or what changed since the last run.

    With --batch the images that wait for no other are sent as a job that is made within a day; fetch it with
    `throughline batch fetch`, then run the story again for those that follow.

    With --json: {"run", "steps": [...], "answers": {"<image>": {"text", "blocks", "queries", "links", ...}}, ...}.
    """
    from core.studio import orders, runs
    from core.studio.hints import hints_of_run
    from core.studio.planning import StepStatus

    order = orders.Order(
        story_path=file,
        project=project,
        engine=EngineChoice(engine) if engine else None,
        model=model,
        concurrency=concurrency,
        again=again,
    )
    with opened_studio() as studio:
        if how["dry_run"]:
            print_plan(studio, orders.dry_run(studio, order), is_json)
            end(DONE)
        if how["is_batch"]:
            print_sent(send_story(studio, orders.prepare(studio, order)), is_json)
            end(DONE)
        report = runs.run_story(studio, order, watcher(studio, is_json))
        made = [step.asset_id for step in report.steps if is_json or step.status is StepStatus.GENERATED]
        answers = read_answers(studio.workspace(project), made)
        found = hints_of_run(studio, report)
    print_report(report, is_json, answers=answers, hints=found)
    if not is_json:
        print_answers(answers)
    end(DONE if report.is_complete else SOME_FAILED)


@story.command("resume")
@click.argument("run")
@as_json
def story_resume(run: str, is_json: bool) -> None:
    """Go on with a run that stopped; make what failed or was cancelled in it."""
    from core.studio import runs
    from core.studio.hints import hints_of_run

    with _studio_with_runs() as studio:
        report = runs.resume_run(studio, run, watcher(studio, is_json))
        found = hints_of_run(studio, report)
    print_report(report, is_json, hints=found)
    end(DONE if report.is_complete else SOME_FAILED)


@cli.command("runs")
@as_json
def list_runs(is_json: bool) -> None:
    """List runs, newest first."""
    from core.studio import runs

    with _studio_with_runs() as studio:
        found = runs.list_runs(studio)
    if is_json:
        print_json({"runs": [{**vars(run), "started": run.started.isoformat()} for run in found]})
        return
    if not found:
        click.echo("No run yet. Start one with `throughline story run FILE --project DIR`.")
    width = max((width_of(run.id) for run in found), default=0)
    titles = min(40, max((width_of(run.title) for run in found), default=0))
    for run in found:
        started = run.started.astimezone().strftime("%Y-%m-%d %H:%M")
        done = f"{run.finished_steps}/{run.steps}"
        name, title = padded(run.id, width), padded(run.title, titles)
        click.echo(f"{name}  {run.state:<10} {done:>7}  {started}  {title}  {plain(run.project)}")


@cli.command()
@click.argument("run")
@as_json
def cancel(run: str, is_json: bool) -> None:
    """Cancel a run by its id; open calls are dropped within a second."""
    from core.studio import runs

    with _studio_with_runs() as studio:
        is_cancelled = runs.cancel_run(studio, run)
    if is_json:
        print_json({"run": run, "status": "cancelled" if is_cancelled else "ended"})
    elif is_cancelled:
        click.echo(
            f"Cancelled {plain(run)}. Calls that were under way may still be billed; `throughline usage` shows them."
        )
    else:
        click.echo(f"{plain(run)} had ended already.")


@cli.command("import")
@click.argument("paths", nargs=-1, required=True, type=NamedPath(path_type=Path))
@project_folder
@click.option(
    "--as", "kind", type=click.Choice(["picture", "page"]), help="What images are; documents are always pages."
)
@as_json
def import_paths(paths: tuple[Path, ...], project: Path, kind: str | None, is_json: bool) -> None:
    """Import images with the recipes inside them, or book pages, one by one or by the folder.

    PNG, JPEG, WebP, TIFF, HEIC, AVIF, GIF and BMP are taken, and as pages also PDF, TIFF of many pages, ZIP and IIIF
    manifests. With `--as page` folders are taken with all folders in them.
    """
    from core.studio.pages.mixed import import_mixed

    with opened_studio() as studio:
        workspace = studio.workspace(project)
        imported = import_mixed(workspace, paths, is_pages=kind == "page", is_pictures=kind == "picture")
        missing = workspace.missing_sources()
    print_imported(imported, missing, is_json)
    is_whole = bool(imported) and not any(item.error for item in imported)
    end(DONE if is_whole else BAD_INPUT)


@cli.command("export")
@existing_project
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="A new or empty folder.")
@as_json
def export_project(project: Path, folder: Path, is_json: bool) -> None:
    """Write the chosen versions, and all they were made from, as PNGs that carry prompt and sources."""
    from core.store.exporting import export_folder
    from core.studio.versions import chosen_assets

    with opened_studio() as studio:
        workspace = opened_project(studio, project)
        files = export_folder(workspace, chosen_assets(workspace), folder)
        unreadable = workspace.unreadable()
    if is_json:
        print_json({"files": [str(path) for path in files], "unreadable": unreadable})
    else:
        click.echo(f"{counted(len(files), 'image')} written to {plain(str(folder))}.")
        print_unreadable(unreadable)


@cli.command()
@existing_project
@click.option("--format", "form", type=click.Choice(["html", "png", "json"]), default="html", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; json goes to stdout without it.")
@as_json
def lineage(project: Path, form: str, out: Path | None, is_json: bool) -> None:
    """Write the graph of what was made from what."""
    from core.studio.lineage_files import write_lineage

    if out is None and form != "json":
        raise click.UsageError(f"Name the file to write with --out, for example --out lineage.{form}.")
    with opened_studio() as studio:
        text = write_lineage(opened_project(studio, project), form, out)
    if out is None:
        print_json(json.loads(text))
    elif is_json:
        print_json({"file": str(out)})
    else:
        click.echo(f"Lineage written to {plain(str(out))}.")


@cli.command()
@existing_project
@as_json
def reindex(project: Path, is_json: bool) -> None:
    """Build the index of a project anew from its files."""
    with opened_studio() as studio:
        workspace = opened_project(studio, project)
        count = workspace.reindex()
        unreadable, missing = workspace.unreadable(), workspace.missing_sources()
    if is_json:
        print_json({"assets": count, "unreadable": unreadable, "missing_sources": missing})
        return
    click.echo(f"{counted(count, 'image')} indexed.")
    print_unreadable(unreadable)
    print_missing(missing)


@cli.command()
@as_json
def models(is_json: bool) -> None:
    """List the models, what they cost, and whether this account has them."""
    from core.studio.models_list import list_models

    with opened_studio() as studio:
        listing = list_models(studio)
    if is_json:
        print_json(listing.to_json())
        return
    click.echo(f"{listing.engine_note} {plain(listing.account_note)}\nPrices in USD, seen {listing.price_date}.")
    for line in listing.lines():
        click.echo(plain(line))


@cli.command()
@as_json
def usage(is_json: bool) -> None:
    """Say what was called and what it cost, by day, project and model."""
    from core.studio.spending import note_unknown

    with opened_studio() as studio:
        note_unknown(studio)
        rows, today, limits = studio.ledger.totals(), studio.ledger.spent_today(), studio.limits
    if is_json:
        budgets = {"budget_usd": limits.day, "run_budget_usd": limits.run, "project_budget_usd": limits.project}
        print_json({"today_usd": round(today, 6), **budgets, "totals": rows})
        return
    click.echo(f"Today: ${today:.2f}" + (f" of ${limits.day:.2f}" if limits.day is not None else ", no budget set"))
    for what, most in (("A run", limits.run), ("A project", limits.project)):
        if most is not None:
            click.echo(f"{what} may cost at most ${most:.2f}.")
    for row in rows:
        click.echo(
            f"{row['day']}  {padded(row['project'], 24)}  {padded(row['model'], 28)} {row['outcome']:<10}"
            f" {row['calls']:>5}  ${row['cost_usd']:.3f}"
        )


@contextmanager
def _studio_with_runs() -> Iterator[Studio]:
    from core.store.database import check_home

    with opened_studio() as studio:
        # without a home there would be no runs, which is not the same as none yet
        check_home(studio.home)
        yield studio
