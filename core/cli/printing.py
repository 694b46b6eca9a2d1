"""How the terminal speaks: human text, or one JSON document. Text of people and models loses its control characters."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from core.models.catalog import Catalog
    from core.store.importing import Imported
    from core.studio.context import Studio
    from core.studio.orders import Priced
    from core.studio.planning import PlannedStep
    from core.studio.runs import Found, RunReport, Watcher
    from core.studio.specs import RunSpec, StepOutcome, StepWait

_MOST_NAMED = 5


def print_json(document: dict[str, Any]) -> None:
    """Print the one JSON document of a command."""
    # escapes of other terminals ("\\xe9") are no JSON: its own are used where not every letter can be shown
    is_ascii = "utf" not in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    click.echo(json.dumps(document, ensure_ascii=is_ascii, default=str))


def tell(text: str) -> None:
    """Say something on stderr; a terminal that is gone or full breaks no work off."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)


def plain(text: str) -> str:
    """Return text from people and models without control characters: a terminal acts on them."""
    return "".join(char if char.isprintable() else "·" for char in text)


def padded(text: str, width: int) -> str:
    """Return people's text as a column of a table: a wide letter (Chinese, Japanese, Korean) takes two places."""
    shown = plain(text)
    while width_of(shown) > width:
        shown = shown[:-1]
    return shown + " " * (width - width_of(shown))


def width_of(text: str) -> int:
    """Return how many places a text takes in a terminal."""
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)


def counted(number: int, noun: str) -> str:
    """Return "1 image", "4 images"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def watcher(studio: Studio, is_json: bool) -> Watcher:
    """Return who tells on stderr what is begun, and where a person watches what is under way."""
    from core.studio.orders import warnings_of
    from core.studio.runs import Watcher

    def begun(found: Found) -> None:
        spec = found.spec
        for warning in warnings_of(studio, spec.story, spec.options):
            tell(f"Warning: {plain(warning)}")
        steps = counted(len(spec.story.steps), "step")
        stop = f"Stop with Ctrl-C, or: throughline cancel {found.run}"
        tell(f"{_beginning(found)}: {steps} with {plain(_engine(spec))}. {stop}")

    return Watcher(begun, tell_progress if sys.stderr.isatty() and not is_json else None)


def tell_progress(event: StepOutcome | StepWait) -> None:
    """Say on stderr that a step waits, and what became of it as soon as it has ended."""
    from core.studio.specs import StepWait

    if isinstance(event, StepWait):
        tell_wait(event.id, event.seconds, event.reason)
    else:
        tell(f"  {plain(event.id)}: {event.status}, {event.seconds:.1f} s")


def tell_wait(name: str, seconds: float, reason: str) -> None:
    """Say on stderr how long something waits before it is tried again, and why."""
    why = {"rate_limited": "rate limit", "unavailable": "the service has trouble"}.get(reason, reason)
    tell(f"  {plain(name)}: waits {math.ceil(seconds)} s: {why}")


def print_report(
    report: RunReport,
    is_json: bool,
    files: dict[str, str] | None = None,
    answers: dict[str, dict[str, Any]] | None = None,
    hints: Mapping[str, tuple[str, ...]] | None = None,
) -> None:
    """Print how a run went, and where its files are; `answers`, by image, only stand in the JSON document.

    `hints` say by step what can be done about a failure.
    """
    hints = hints or {}
    if is_json:
        more = {"files": files, "answers": answers, "hints": hints or None}
        print_json({**_report_json(report), **{name: value for name, value in more.items() if value is not None}})
        return
    width = max((width_of(step.id) for step in report.steps), default=0)
    for step in report.steps:
        cost = f"${step.cost_usd:.3f}" if step.cost_usd else "free" if step.asset_id else ""
        click.echo(
            f"{padded(step.id, width)}  {step.status:<9}  {step.seconds:6.1f} s  {cost:<7} {_note(step)}".rstrip()
        )
        if step.error and step.error.get("text"):
            click.echo(f"{'':<{width}}  the model said: {plain(str(step.error['text']))}")
        for hint in hints.get(step.id, ()):
            click.echo(f"{'':<{width}}  try: {plain(hint)}")
    done = "Everything was there already. " if not report.calls and report.is_complete else ""
    click.echo(
        f"\n{done}{counted(len(report.steps), 'step')}, {counted(report.calls, 'call')}, {report.seconds:.1f} s, "
        f"${report.cost_usd:.2f}  (run {report.run})"
    )
    for name, path in (files or {}).items():
        click.echo(f"{padded(name, max(14, width_of(name) + 2))}{plain(path)}")


def print_imported(imported: list[Imported], missing: dict[str, list[str]], is_json: bool) -> None:
    """Print what became of each file of an import, and what those images were made from that is not there."""
    good = [(item, item.asset) for item in imported if item.asset]
    bad = [(item, item.error) for item in imported if item.error]
    missing = {asset.id: missing[asset.id] for _, asset in good if asset.id in missing}
    if is_json:
        print_json(
            {
                "imported": [{**_place(item), "asset_id": asset.id, "is_new": item.is_new} for item, asset in good],
                "failed": [{**_place(item), "error": error.to_plain()} for item, error in bad],
                "missing_sources": missing,
            }
        )
        return
    for item, asset in good:
        how = "imported from" if item.is_new else "is there already, the same picture as"
        page = f", page {item.page}" if item.page else ""
        click.echo(f"{plain(asset.id)}  {how} {plain(str(item.path))}{page}")
    print_missing(missing)
    for _, error in bad:
        tell(f"Error: {plain(error.message)}")
    if not imported:
        tell("No image was found there. PNG, JPEG, WebP, TIFF, HEIC, AVIF, GIF, BMP and PDF are taken.")


def _place(item: Imported) -> dict[str, Any]:
    return {"path": str(item.path), **({"page": item.page} if item.page else {})}


def print_unreadable(names: list[str]) -> None:
    """Say on stderr which files of a project are damaged."""
    for name in names:
        tell(f"Damaged, left out: assets/{plain(name)}. Put back a good copy.")


def print_missing(missing: dict[str, list[str]]) -> None:
    """Say of each image on stderr which of its sources are not there; of very many only the first."""
    for asset_id, names in missing.items():
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        verb = "is" if len(names) == 1 else "are"
        named = ", ".join(f"{name:.80}" for name in names[:_MOST_NAMED])
        tell(f"{plain(asset_id)} was made from {plain(named)}{more}, which {verb} not here.")


def print_plan(studio: Studio, priced: Priced, is_json: bool) -> None:
    """Print what a run would make and cost."""
    from core.studio.estimates import limit_warnings
    from core.studio.orders import warnings_of

    plan = priced.steps
    calls = sum(line.asset is None for line in plan)
    total, search = sum(line.cost_usd for line in plan), sum(line.search_usd for line in plan)
    warnings = warnings_of(studio, priced.story, priced.options) + limit_warnings(studio, priced.uuid, total)
    warnings += _waiting_warnings(studio, priced)
    if is_json:
        steps = [
            {
                "id": line.step.id,
                "status": line.status,
                "asset_id": line.asset.id if line.asset else None,
                "seconds": 0.0,
                "cost_usd": line.cost_usd,
                "search_usd": round(line.search_usd, 6),
                "price_date": line.price_date,
                "is_price_unsure": line.is_price_unsure,
                "error": None,
            }
            for line in plan
        ]
        document = {"dry_run": True, "engine": priced.options.engine, "steps": steps, "calls": calls}
        prices = {"price_date": _price_date(plan), "is_price_unsure": any(line.is_price_unsure for line in plan)}
        costs = {"cost_usd": round(total, 6), "search_usd": round(search, 6)}
        print_json({**document, "seconds": 0.0, **costs, **prices, "warnings": warnings})
        return
    for warning in warnings:
        tell(f"Warning: {plain(warning)}")
    width = max((width_of(line.step.id) for line in plan), default=0)
    for line in plan:
        cost = about(line.cost_usd, line.search_usd)
        price = "reused" if line.asset else f"{cost}{_seen([line])}" if line.cost_usd else cost
        click.echo(f"{padded(line.step.id, width)}  {'' if line.asset else 'to make, '}{price}")
    whole = about(total, search, 2) if total else "about $0.00"
    click.echo(
        f"\n{counted(calls, 'image')} to make with {priced.options.engine}, {whole}{_seen(plan)}; "
        f"{len(plan) - calls} reused. Nothing was made."
    )
    if search:
        click.echo(f"Search: {search_terms(studio.catalog)}")


def about(usd: float, search_usd: float, places: int = 3) -> str:
    """Return a price before the call: "free", "about $0.067", "about $0.109 (search up to $0.042 of it)"."""
    search = f" (search up to ${search_usd:.{places}f} of it)" if search_usd else ""
    return f"about ${usd:.{places}f}{search}" if usd else "free"


def search_terms(catalog: Catalog) -> str:
    """Return what searches cost, and what of them is free."""
    return (
        f"${catalog.search_usd_per_1000 / 1000:.3f} a query after the month's first "
        f"{catalog.search_free_per_month:,} prompts that search; {catalog.searches_per_answer} queries an image are "
        "counted here, and those that were made in the ledger."
    )


def _beginning(found: Found) -> str:
    from core.studio.runs import Beginning

    if not found.is_wanted:
        return "Waiting for another run of this story, already under way"
    said = {Beginning.JOINED: "Joined, already under way", Beginning.CONTINUED: "Continued, where it had stopped"}
    return said.get(found.beginning, "Started")


def _seen(plan: Sequence[PlannedStep]) -> str:
    """Return when the prices of an estimate were seen, and whether one of them is unsure; "" when all is free."""
    seen = _price_date(plan)
    unsure = ", unsure" if any(line.is_price_unsure for line in plan) else ""
    return f" (price of {seen}{unsure})" if seen else ""


def _price_date(plan: Sequence[PlannedStep]) -> date | None:
    """Return the day on which the oldest price of a plan was seen."""
    return min((line.price_date for line in plan if line.price_date), default=None)


def _engine(spec: RunSpec) -> str:
    from core.studio.planning import model_of

    models = sorted({model_of(spec.story, step, spec.options, "") for step in spec.story.steps})
    return (
        str(spec.options.engine)
        if models == [str(spec.options.engine)]
        else f"{spec.options.engine}, {', '.join(models)}"
    )


def _note(step: StepOutcome) -> str:
    if step.error:
        return plain(str(step.error["message"]))
    return "" if step.asset_id in (None, step.id) else f"as {plain(str(step.asset_id))}"


def _report_json(report: RunReport) -> dict[str, Any]:
    return {
        "run": report.run,
        "steps": [step.model_dump(mode="json") for step in report.steps],
        "calls": report.calls,
        "seconds": report.seconds,
        "cost_usd": report.cost_usd,
    }


def _waiting_warnings(studio: Studio, priced: Priced) -> list[str]:
    from core.studio.runs import under_way

    run = under_way(studio, priced)
    if run is None:
        return []
    return [f"The run {run} of this story is under way; it would be waited for, and its cost reported too."]
