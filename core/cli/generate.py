"""`throughline generate`: images from a prompt and references."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from core.cli.answers import print_answers, read_answers
from core.cli.batch import print_sent
from core.cli.printing import about, plain, print_json, print_report, search_terms, tell, tell_progress
from core.cli.shared import (
    DONE,
    SOME_FAILED,
    NumberRange,
    as_json,
    end,
    engine_choice,
    model_name,
    opened_studio,
    project_folder,
)
from core.models.asset import LARGEST_SEED, GenerationSettings, Role
from core.settings import EngineChoice

if TYPE_CHECKING:
    from core.models.asset import Source
    from core.models.catalog import Catalog
    from core.store.workspace import Workspace
    from core.studio.context import Studio
    from core.studio.lab import Advance
    from core.studio.runs import RunReport

_ROLES = ", ".join(role.value for role in Role)
References = tuple[tuple[Role, Path], ...]


def _references(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> References:
    return tuple(_reference(value) for value in values)


def _reference(value: str) -> tuple[Role, Path]:
    role, found, path = value.partition("=")
    if not found:
        return Role.OTHER, Path(value)
    if role not in set(Role):
        raise click.BadParameter(f"there is no role {role!r}. Choose one of: {_ROLES}; as in character=robot.png.")
    return Role(role), Path(path)


@click.command()
@click.argument("prompt")
@click.option(
    "--ref",
    "references",
    multiple=True,
    callback=_references,
    metavar="ROLE=PATH",
    help="An image to work on, and what it is for: a file, or an image of the project by its id; repeatable.",
)
@project_folder
@engine_choice
@click.option("--model", default="", callback=model_name, help="Model that makes the images.")
@click.option("--aspect", "aspect_ratio", help="Ratio, such as 16:9; as the last reference by default.")
@click.option("--size", "image_size", help="Size: 512, 1K, 2K or 4K, as the model has them.")
@click.option("--variants", type=click.IntRange(1, 8), default=1, show_default=True, help="How many, side by side.")
@click.option("--thinking", "thinking_level", help="How much the model thinks, such as minimal or high.")
@click.option("--thoughts", is_flag=True, help="Keep the model's thoughts, words and pictures.")
@click.option("--search", help="What the model may look up: web, image, or web,image.")
@click.option("--temperature", type=NumberRange(0, 2), help="How freely the model answers, where it heeds that.")
@click.option("--top-p", type=NumberRange(0, 1, min_open=True), help="Nucleus sampling, where it is heeded.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), help="The same seed for the same picture, where heeded.")
@click.option("--image-only", is_flag=True, help="Ask for no words beside the image.")
@click.option("--system", "system_instruction", help="What the model is told beforehand.")
@click.option("--safety", metavar="HARM=LEVEL,...", help="From where on harm is blocked: harassment=high,...")
@click.option("--video", help="A video to look at, where the model can: a YouTube address, or a file.")
@click.option("--video-start", type=NumberRange(0), help="From which second on.")
@click.option("--video-end", type=NumberRange(0, min_open=True), help="Up to which second.")
@click.option("--video-fps", type=NumberRange(0, 24, min_open=True), help="How many frames a second.")
@click.option("--again", is_flag=True, help="Make new ones although the project has what is asked for.")
@click.option("--batch", "is_batch", is_flag=True, help="Send them as one job at half the price, made within a day.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent and what it costs; make nothing.")
@as_json
def generate(
    prompt: str, references: References, project: Path, engine: str | None, is_json: bool, **asked: Any
) -> None:
    """Make images from PROMPT; what the project has already is used again at no cost.

    With --json: {"run", "steps": [{"id", "status", "asset_id", "cost_usd", "error"}], "files": {"<id>": path},
    "answers": {"<id>": {"text", "blocks": [{"kind", "text" or "file"}], "queries", "links", "suggestions"}}, ...};
    with --batch as well: {"batches": [{"id", "state", ...}], "reused": [asset id, ...], "under_way": N}.
    """
    from core.studio import batches, lab
    from core.studio.estimates import limit_warnings
    from core.studio.hints import hints_of_run

    variants, is_new, is_dry = asked.pop("variants"), asked.pop("again"), asked.pop("dry_run")
    is_batch = asked.pop("is_batch")
    model, film = asked.pop("model"), _film(asked["video"])
    settings = _settings({**asked, "video": None} if film else asked)
    with opened_studio() as studio, _workspace(studio, project, is_dry) as workspace:
        if film:
            settings = settings.model_copy(update={"video": _taken_in(workspace, film, is_dry)})
        name = studio.engine_name(EngineChoice(engine) if engine else None, is_only_priced=is_dry)
        sources = tuple(_source(workspace, role, path, is_dry) for role, path in references)
        order = lab.LabOrder(prompt, sources, name, model, settings, variants)
        ahead = lab.advance(studio, workspace, order, is_new, is_only_priced=is_dry)
        for warning in ahead.warnings:
            tell(f"Warning: {plain(warning)}")
        if is_dry:
            cost = batches.batch_cost(studio, workspace, ahead.recipes) if is_batch else ahead.cost_usd
            for warning in limit_warnings(studio, workspace.uuid, cost):
                tell(f"Warning: {plain(warning)}")
            _print_ahead(replace(ahead, cost_usd=cost, search_usd=min(cost, ahead.search_usd)), studio.catalog, is_json)
            end(DONE)
        if is_batch:
            print_sent(batches.send_batch(studio, workspace, ahead.recipes), is_json)
            end(DONE)
        done = lab.make_lab(studio, workspace, ahead.recipes, None if is_json else tell_progress)
        files, found = _files(workspace, done), hints_of_run(studio, done)
        answers = read_answers(workspace, (step.asset_id for step in done.steps))
    print_report(done, is_json, files, answers, found)
    if not is_json:
        print_answers(answers)
    end(DONE if done.is_complete else SOME_FAILED)


@contextmanager
def _workspace(studio: Studio, project: Path, is_dry: bool) -> Iterator[Workspace]:
    """Hold the project open; a dry run makes none."""
    from core.store.projects import is_project

    if not is_dry or is_project(project):
        yield studio.workspace(project)
        return
    with TemporaryDirectory(prefix="throughline-") as folder:
        yield studio.listed(Path(folder))


def _settings(asked: dict[str, Any]) -> GenerationSettings:
    from pydantic import ValidationError

    flags = {"thoughts": asked.pop("thoughts") or None, "output": "image" if asked.pop("image_only") else None}
    try:
        return GenerationSettings(**asked, **flags)
    except ValidationError as error:
        wrong = str(error.errors()[0]["loc"][0])
        allowed = {
            "search": "Write web, image, or web,image.",
            "video": "Give a YouTube address such as https://youtu.be/..., or an MP4, MOV or WebM file.",
            "video_end": "A part of a video ends after it starts.",
            "safety": "Write HARM=LEVEL pairs with commas between: harassment, hate_speech, sexually_explicit, "
            "dangerous_content; low, medium, high, none, off.",
        }
        options = click.get_current_context().command.params
        flag = next(option.opts[0] for option in options if option.name == wrong)
        said = f"{flag} cannot be {asked[wrong]!r:.80}. {allowed.get(wrong, '')}".strip()
        raise click.UsageError(said) from None


def _film(video: str | None) -> Path | None:
    """Return the file that a video is, or None for an address."""
    return Path(video) if video and _is_file(Path(video)) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no name that a disk takes, or behind a closed folder
        return False


def _taken_in(workspace: Workspace, film: Path, is_dry: bool) -> str:
    """Return the name of a video file; a dry run keeps no copy."""
    try:
        data = film.read_bytes()
    except OSError as error:
        raise click.UsageError(f"--video: {plain(str(film))} cannot be read ({error.strerror}).") from None
    return workspace.videos.name_of(data) if is_dry else workspace.videos.keep(data)


def _source(workspace: Workspace, role: Role, path: Path, is_dry: bool) -> Source:
    """Return a reference: a file that is imported, or an image the project has by that id."""
    from core.store.importing import as_imported, import_file
    from core.studio.lab import reference_to

    known = None if _is_file(path) else workspace.find(str(path))
    take = as_imported if is_dry else import_file
    return reference_to(known or take(workspace, path), role)


def _files(workspace: Workspace, done: RunReport) -> dict[str, str]:
    ids = dict.fromkeys(step.asset_id for step in done.steps if step.asset_id)
    return {asset_id: str(workspace.path(workspace.get(asset_id))) for asset_id in ids}


def _print_ahead(ahead: Advance, catalog: Catalog, is_json: bool) -> None:
    first = ahead.recipes[0]
    if is_json:
        document = {"dry_run": True, "engine": first.engine, "model": first.model, "prompt": first.composed}
        costs = {"cost_usd": round(ahead.cost_usd, 6), "search_usd": round(ahead.search_usd, 6)}
        print_json({**document, "images": len(ahead.recipes), **costs})
        return
    count, price = len(ahead.recipes), about(ahead.cost_usd, ahead.search_usd)
    click.echo(f"{plain(first.composed)}\n\n{count} of {plain(first.model)}, {price}. Nothing was made.")
    if ahead.search_usd:
        click.echo(f"Search: {search_terms(catalog)}")
