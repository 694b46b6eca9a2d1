"""`throughline restore`: plates taken through steps, and `throughline plates`: what comes out of a project's pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.batch import print_sent
from core.cli.printing import counted, plain, print_json, tell, tell_wait
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
from core.errors import InvalidImageError
from core.models.plates import Framing
from core.settings import EngineChoice

if TYPE_CHECKING:
    from core.studio.plates.restoring import RestoreResult

FORMATS = ("zip", "pdf", "csv", "coco", "label-studio", "references")


def _steps(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(name for part in value.split(",") if (name := part.strip()))


@click.command()
@click.argument("paths", nargs=-1, required=True, type=NamedPath(path_type=Path))
@click.option("--steps", default="restore", callback=_steps, show_default=True, metavar="A,B", help="Steps by name.")
@engine_choice
@click.option("--model", default="", callback=model_name, help="Model that makes the images.")
@click.option("--find", "finds", is_flag=True, help="Each file is a page: find its pictures and cut them out first.")
@click.option("--margin", type=click.IntRange(0, 400), default=10, show_default=True, help="Pixels around a cut-out.")
@click.option(
    "--framing",
    type=click.Choice([framing.value for framing in Framing]),
    help="How pictures stand on their canvas; each step's own by default.",
)
@click.option(
    "--covered",
    "has_cover",
    is_flag=True,
    help="Something lies over the picture: restoring takes it away. Draft cannot complete what it hides.",
)
@click.option("--go-on", "goes_on", is_flag=True, help="Build further steps on a picture that strays too.")
@project_folder
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes of the draft engine (default 1).")
@click.option(
    "--batch", "is_sent", is_flag=True, help="Send what waits for no other image as a batch, at half the price."
)
@as_json
def restore(paths: tuple[Path, ...], engine: str | None, is_json: bool, project: Path, **asked: Any) -> None:
    """Take plates through steps, each made from the one before: image files, or folders of them.

    Steps: restore, colourise, watercolour, painting, graphic, photograph, cinematise, restore-tilted and more. What the
    project has already is used again, so a command that was stopped goes on where it stopped. Nothing is built on a
    restoration that strays from its plate until you looked at it: its further steps wait, the other plates go on.

    With --batch only pages are searched, and of each plate the first step that is missing is sent. Store the images
    with `throughline batch fetch`, then give the same command again for the next step.

    With --json: {"<path as given>": {"images": [{"object", "step", "asset_id", "strays", "status", "seconds",
    "cost_usd"}], "error"}}; a step that waits has the status "held" and no asset. With --batch {"files": that,
    "batches": [{"id", ...}], "reused": [asset id, ...], "under_way": N}.
    """
    from core.studio.plates.restoring import RestoreOrder, restore_files
    from core.studio.plates.sending import send_files

    order = RestoreOrder(
        paths=paths,
        steps=asked["steps"],
        project=project,
        engine=EngineChoice(engine) if engine else None,
        model=asked["model"],
        finds=asked["finds"],
        margin=asked["margin"],
        workers=asked["workers"],
        is_sent=asked["is_sent"],
        goes_on=asked["goes_on"],
        framing=Framing(asked["framing"]) if asked["framing"] else None,
        has_cover=asked["has_cover"],
    )
    failures: list[bool] = []

    def ended(result: RestoreResult) -> None:
        if result.error is not None:
            failures.append(isinstance(result.error, InvalidImageError) and not result.images)
            said = result.error.message
            tell(f"Error: {plain(said if said.startswith(str(result.path)) else f'{result.path}: {said}')}")
        if not is_json:
            _print(result)

    waits = None if is_json else tell_wait
    with opened_studio() as studio:
        if order.is_sent:
            results, sent = send_files(studio, order, ended, waits)
        else:
            results, sent = restore_files(studio, order, ended, waits), None
    files = {str(one.path): _entry(one) for one in results}
    if sent is not None:
        print_sent(sent, is_json, files)
    elif is_json:
        print_json(files)
    if not results and not is_json:
        tell("No image was found there. PNG, JPEG, WebP, TIFF, HEIC, AVIF, GIF and BMP are taken.")
    is_all_bad = len(failures) == len(results) and all(failures)
    is_held = any(image.asset is None for result in results for image in result.images)
    if is_held:
        tell("Some steps wait, because what they are made from strays. Look at it; --go-on builds on it all the same.")
    is_done = results and not failures and not is_held
    end(DONE if is_done else BAD_INPUT if is_all_bad else SOME_FAILED)


@click.command()
@existing_project
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="What is written.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option(
    "--plate",
    "chosen",
    multiple=True,
    metavar="PAGE/OBJECT",
    help="Only this plate, such as page-3/r1; can be given again. Of references there are up to three.",
)
@click.option("--pages/--no-pages", "has_pages", default=True, help="With zip: the pages themselves too (default).")
@as_json
def plates(project: Path, form: str, out: Path, chosen: tuple[str, ...], has_pages: bool, is_json: bool) -> None:
    """Write what was found and made on a project's pages: a ZIP, a book, or tables."""
    from core.studio.plates.gathering import Going, write_plates

    with opened_studio() as studio:
        count = write_plates(opened_project(studio, project), form, out, going=Going(chosen, has_pages))
    if is_json:
        print_json({"out": str(out), "plates": count})
    else:
        click.echo(f"{counted(count, 'plate')} written to {plain(str(out))}")


def _entry(result: RestoreResult) -> dict[str, Any]:
    return {
        "images": [
            {
                "object": image.object,
                "step": image.step,
                "asset_id": image.asset.id if image.asset else None,
                "strays": image.strays,
                "status": image.status,
                "seconds": image.asset.result.seconds if image.asset and image.is_new else 0.0,
                "cost_usd": image.asset.result.cost_usd if image.asset and image.is_new else 0.0,
            }
            for image in result.images
        ],
        "error": result.error.to_plain() if result.error else None,
    }


def _print(result: RestoreResult) -> None:
    from core.studio.planning import StepStatus

    new = sum(image.is_new for image in result.images)
    reused = sum(image.status is StepStatus.REUSED for image in result.images)
    again = f", {reused} as made before" if reused else ""
    ready = f", {counted(len(result.ready), 'image')} to send" if result.ready else ""
    click.echo(f"{plain(str(result.path))}: {counted(new, 'image')} made{again}{ready}")
    for image in result.images:
        name = f"{image.object} " if image.object else ""
        click.echo(f"  {plain(name + image.step)}: {plain(image.asset.id) if image.asset else 'waits'}")
    for image in result.images:
        if image.asset is None:
            continue
        for warning in image.asset.result.warnings if image.is_new else ():
            tell(f"Warning: {plain(image.asset.id)}: {plain(warning)}")
        if image.strays:
            tell(f"Warning: {plain(image.asset.id)} strays from what it was made from. Look at it before you go on.")
