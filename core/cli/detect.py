"""`throughline detect`: what is on each page, for people or as one JSON document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.printing import counted, plain, print_json, tell, tell_wait
from core.cli.shared import (
    BAD_INPUT,
    DONE,
    SOME_FAILED,
    NamedPath,
    NumberRange,
    as_json,
    end,
    engine_choice,
    model_name,
    opened_studio,
)
from core.errors import InvalidImageError
from core.models.region import DetectionSettings, Flag, Preset, Wish
from core.settings import EngineChoice

if TYPE_CHECKING:
    from core.models.region import Region
    from core.studio.page_files import PageResult

_LONGEST_LINE = 100
_REPAIRS = {
    Flag.REVERSED: "with corners swapped (turned round)",
    Flag.OUT_OF_RANGE: "beyond the page (cut at its edge)",
    Flag.EMPTY: "without an area (left out)",
    Flag.DUPLICATE: "answered twice (left out)",
    Flag.UNREADABLE: "not four numbers (left out)",
    Flag.WHOLE_PAGE: "over the whole page (look at it)",
    Flag.SWALLOWED: "inside another one (look at it)",
    Flag.LABEL_NOT_ALLOWED: "with a label not in your list (label taken off)",
}


def _labels(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for part in value.split(",") if (label := part.strip())))


@click.command()
@click.argument("paths", nargs=-1, required=True, type=NamedPath(path_type=Path))
@engine_choice
@click.option("--model", default="", callback=model_name, help="Model that searches; the account's best by default.")
@click.option(
    "--preset",
    type=click.Choice([preset.value for preset in Preset]),
    default=Preset.ILLUSTRATIONS.value,
    show_default=True,
    help="What is looked for.",
)
@click.option("--prompt", default="", help="What is looked for, in your own words.")
@click.option("--labels", default="", callback=_labels, metavar="A,B", help="The only labels there may be.")
@click.option("--exhaustive", is_flag=True, help="Find all, down to the smallest.")
@click.option("--thinking", "thinking_level", help="How much the model thinks: minimal, low, medium, high.")
@click.option(
    "--media-resolution",
    type=click.Choice(["low", "medium", "high", "ultra_high"]),
    help="How closely the model looks at a page; ultra_high for tiny things.",
)
@click.option("--temperature", type=NumberRange(0, 2), help="How freely the model answers, where it honours that.")
@click.option("--masks", is_flag=True, help="Find each object's outline too; with --project it is kept.")
@click.option("--project", type=click.Path(path_type=Path), help="Project that keeps pages and what is found on them.")
@click.option("--again", is_flag=True, help="Search again what the project has already.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes of the draft engine (default 1).")
@as_json
def detect(
    paths: tuple[Path, ...],
    engine: str | None,
    is_json: bool,
    project: Path | None,
    again: bool,
    workers: int,
    **asked: Any,
) -> None:
    """Find pictures, or other things, on pages: image files, or folders of them.

    With --json: {"<path as given>": [{"box_2d": [ymin, xmin, ymax, xmax], "label", "caption", "score"}]} on a scale of
    0 to 1000. Pages that failed are named on stderr and left out. With a project, what was found before is used again.
    """
    from core.studio.page_files import PagesOrder, search_files

    order = PagesOrder(
        paths=paths,
        engine=EngineChoice(engine) if engine else None,
        model=asked["model"],
        wish=Wish(
            preset=asked["preset"],
            what=asked["prompt"],
            labels=asked["labels"],
            is_exhaustive=asked["exhaustive"],
            has_masks=asked["masks"],
        ),
        settings=DetectionSettings(
            thinking_level=asked["thinking_level"],
            media_resolution=asked["media_resolution"],
            temperature=asked["temperature"],
        ),
        project=project,
        is_again=again,
        workers=workers,
    )
    failures: list[bool] = []
    warned: set[str] = set()

    def ended(result: PageResult) -> None:
        if result.error is not None:
            failures.append(isinstance(result.error, InvalidImageError))
            said = result.error.message
            tell(f"Error: {plain(said if said.startswith(str(result.path)) else f'{result.path}: {said}')}")
        elif not is_json:
            _print_page(result)
            for warning in result.warnings:
                if warning not in warned:  # what holds for thousands of pages is said once
                    warned.add(warning)
                    tell(f"Warning: {plain(warning)}")

    with opened_studio() as studio:
        results = search_files(studio, order, ended, None if is_json else tell_wait)
    if is_json:
        print_json({str(one.path): [_entry(region) for region in one.regions] for one in results if one.error is None})
    elif not results:
        tell("No image was found there. PNG, JPEG, WebP, TIFF, HEIC, AVIF, GIF and BMP are taken.")
    end(
        DONE
        if results and not failures
        else BAD_INPUT
        if len(failures) == len(results) and all(failures)
        else SOME_FAILED
    )


def _entry(region: Region) -> dict[str, Any]:
    return {
        "box_2d": region.box.box_2d,
        "label": region.label,
        "caption": region.caption,
        "score": None if region.score is None else round(region.score, 4),
    }


def _print_page(result: PageResult) -> None:
    again = ", as found before" if not result.is_new else ""
    click.echo(f"{plain(str(result.path))}: {counted(len(result.regions), 'object')}{again}")
    for region in result.regions:
        box = ", ".join(map(str, region.box.box_2d))
        caption = plain(region.caption.replace("\n", " / "))
        line = f"  [{box}]  {plain(region.label)}  {caption}".rstrip()
        flags = f"  ({', '.join(region.flags)})" if region.flags else ""
        click.echo(f"{line:.{_LONGEST_LINE}}{flags}")
    if result.repairs:
        said = ", ".join(f"{count} {_REPAIRS[flag]}" for flag, count in result.repairs.items())
        click.echo(f"  boxes: {said}")
