"""Batches: recipes sent as one job at a lower price, whose images enter the project when they are there.

Every image has its row in the ledger before the job is sent, and is looked for again by whoever opens the project.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.engines.base import AttemptOutcome, AttemptReport, BatchItem, BatchState
from core.errors import (
    BatchGoneError,
    ConfigurationError,
    InvalidRequestError,
    StudioError,
    UnavailableError,
    from_plain,
)
from core.models.asset import Asset, EngineName, Recipe
from core.models.batch import Batch, BatchEntry
from core.models.story import CHARACTERS
from core.store.ledger import STARTED, UNKNOWN
from core.store.workspace import Workspace
from core.studio.attempts import Errand, LedgerObserver, completed
from core.studio.context import Studio
from core.studio.estimates import check_price
from core.studio.generation import keep_generation, request_for, result_of, subject_of
from core.studio.plates.fidelity import measured

MOST_IMAGES = 100  # of one job: all its images are answered at once
_LIFE = timedelta(days=2)  # every job has ended by then
_ARRIVAL = timedelta(hours=1)  # a job that is not at the service by then never got there


@dataclass(frozen=True)
class Sent:
    """What became of recipes that were to be sent: their batches, and those that are there or under way already."""

    batches: tuple[Batch, ...]
    reused: tuple[Asset, ...]
    under_way: int


def has_lane(studio: Studio) -> bool:
    """Tell whether the account takes batches: Google Cloud takes them from its own storage only."""
    return not studio.settings.is_enterprise


def check_lane(studio: Studio, engine: EngineName | None) -> None:
    """Refuse an engine, or an account, that takes no batches, before anything is prepared for one.

    Raises:
        InvalidRequestError: the draft engine has none.
        ConfigurationError: no account is configured, or Google Cloud is.
    """
    if engine is not EngineName.GEMINI:
        raise InvalidRequestError("The draft engine makes images at once, and has no batches. Choose gemini.")
    studio.gemini()
    if not has_lane(studio):
        raise ConfigurationError(
            "Google Cloud takes batches from its storage only. Use a Gemini API key, or make the images one by one."
        )


def batch_cost(studio: Studio, workspace: Workspace, recipes: Sequence[Recipe]) -> float:
    """Return what sending recipes as a batch would cost in USD; what is there or under way costs nothing."""
    return sum(_price(studio, recipe) for recipe in _to_send(workspace, recipes))


def send_batch(studio: Studio, workspace: Workspace, recipes: Sequence[Recipe]) -> Sent:
    """Send recipes that are neither made nor under way, one job a model, and return at once.

    Raises:
        ConfigurationError: no account is configured, or one that takes no batches.
        BudgetExceededError: a budget does not allow it; nothing was sent of the job it stopped.
        StudioError: a job was refused, and why.
    """
    for engine in {recipe.engine for recipe in recipes}:
        check_lane(studio, engine)
    with workspace.batches.sending():
        to_send = _to_send(workspace, recipes)
        check_price(studio, sum(_price(studio, recipe) for recipe in to_send))
        batches = tuple(_send(studio, workspace, group) for group in _jobs(to_send))
    made = [found[-1] for recipe in recipes if (found := workspace.with_fingerprint(recipe.fingerprint))]
    return Sent(batches, tuple(made), len(recipes) - len(to_send) - len(made))


def fetch_batch(studio: Studio, workspace: Workspace, batch_id: str) -> Batch:
    """Look how a batch stands, store the images that are there, and return it as it is now.

    Raises:
        StudioError: there is no such batch, or the service could not be asked.
    """
    with _held(studio, workspace, batch_id) as batch:
        return _with_results(studio, workspace, batch) if batch.is_open else batch


def cancel_batch(studio: Studio, workspace: Workspace, batch_id: str) -> Batch:
    """Ask the service to end a batch; images that it has made already can still be fetched, and are billed.

    One that is gone from the service is given up once it must have ended: else its images were under way for ever.

    Raises:
        StudioError: there is no such batch, or the service could not be asked.
    """
    with _held(studio, workspace, batch_id) as batch:
        return _cancelled(studio, workspace, batch) if batch.is_open else batch


def retry_batch(studio: Studio, workspace: Workspace, batch_id: str) -> Sent:
    """Send the images of a batch that came to nothing once more.

    Raises:
        StudioError: as `send_batch`, or there is no such batch.
    """
    failed = own_batch(studio, workspace, batch_id).failed
    return send_batch(studio, workspace, [entry.recipe for entry in failed])


def is_overdue(batch: Batch) -> bool:
    """Tell whether a batch must have ended by now: one that the service does not know can be given up then."""
    return datetime.now(UTC) - batch.created > _LIFE


def own_batch(studio: Studio, workspace: Workspace, batch_id: str) -> Batch:
    """Return a batch of this user.

    Raises:
        InvalidRequestError: there is none of this id, or another user sent it.
    """
    batch = workspace.batches.find(batch_id)
    if batch is None or batch.user != studio.user:
        raise InvalidRequestError("There is no such batch of yours in this project. `throughline batch list` has them.")
    return batch


def own_batches(studio: Studio, workspace: Workspace) -> list[Batch]:
    """Return this user's batches of a project, newest first."""
    return [batch for batch in workspace.batches.all() if batch.user == studio.user]


def known_batches(studio: Studio) -> Iterator[tuple[Workspace, Batch]]:
    """Yield this user's batches of all projects that were opened here, each project's newest first."""
    for workspace in studio.known_projects():
        yield from ((workspace, batch) for batch in own_batches(studio, workspace))


def reasons(batch: Batch) -> list[tuple[StudioError, Recipe]]:
    """Return why images of a batch came to nothing, each reason once, with the recipe of one that it stopped."""
    return list({error.message: (error, recipe) for error, recipe in failures(batch)}.values())


def failures(batch: Batch) -> list[tuple[StudioError, Recipe]]:
    """Return why each image of a batch that came to nothing did, with its recipe."""
    return [(from_plain(entry.error or {}), entry.recipe) for entry in batch.failed]


def _to_send(workspace: Workspace, recipes: Iterable[Recipe]) -> list[Recipe]:
    open_entries = (entry for batch in workspace.batches.all() for entry in batch.entries if entry.is_open)
    under_way = {entry.recipe.fingerprint for entry in open_entries}
    wanted = {recipe.fingerprint: recipe for recipe in recipes if recipe.fingerprint not in under_way}
    return [recipe for fingerprint, recipe in wanted.items() if not workspace.with_fingerprint(fingerprint)]


def _jobs(recipes: Iterable[Recipe]) -> Iterator[list[Recipe]]:
    """Yield recipes by model, as many at a time as one job takes."""
    by_model: dict[str, list[Recipe]] = defaultdict(list)
    for recipe in recipes:
        by_model[recipe.model].append(recipe)
    for group in by_model.values():
        yield from (group[start : start + MOST_IMAGES] for start in range(0, len(group), MOST_IMAGES))


def _price(studio: Studio, recipe: Recipe) -> float:
    return studio.catalog.model(recipe.model).batch_price(recipe.settings)


def _send(studio: Studio, workspace: Workspace, recipes: list[Recipe]) -> Batch:
    requests = [request_for(workspace, recipe) for recipe in recipes]
    batch_id = f"batch-{uuid.uuid4().hex[:12]}"
    batch = Batch(
        id=batch_id,
        created=datetime.now(UTC),
        user=studio.user,
        account=studio.account_mark,
        model=recipes[0].model,
        entries=tuple(BatchEntry(recipe=recipe, attempt="") for recipe in recipes),
        cost_usd=sum(_price(studio, recipe) for recipe in recipes),
    )
    try:
        # before its rows and before it is sent: a crash must lose neither a job that is paid nor a row that is open
        workspace.batches.put(batch)
        batch = batch.model_copy(update={"entries": tuple(_started(studio, workspace, batch))})
        workspace.batches.put(batch)
        job = asyncio.run(studio.gemini().send_batch(requests, batch_id))
    except StudioError as error:
        _give_up(studio, batch_id, error)
        workspace.batches.remove(batch_id)
        raise
    batch = batch.model_copy(update={"job": job, "state": "waiting" if job else "sending"})
    workspace.batches.put(batch)
    return batch


def _started(studio: Studio, workspace: Workspace, batch: Batch) -> Iterator[BatchEntry]:
    """Yield a job's entries, each with its row written into the ledger.

    Raises:
        BudgetExceededError: a budget does not allow them all.
    """
    for number, entry in enumerate(batch.entries, 1):
        recipe = entry.recipe
        errand = Errand(batch.id, batch.id, recipe.step or f"{number}")
        observer = LedgerObserver(studio, subject_of(workspace, recipe), errand)
        yield entry.model_copy(update={"attempt": observer.attempt_started(_price(studio, recipe))})


def _give_up(studio: Studio, batch_id: str, error: StudioError, may_be_billed: bool = False) -> None:
    """Complete the open rows of a job that will never answer: one that was not taken in costs nothing."""
    report = AttemptReport(AttemptOutcome.FAILED, error.code, may_be_billed=may_be_billed)
    for row in studio.ledger.rows(batch_id):
        if row["outcome"] in (STARTED, UNKNOWN):
            studio.ledger.finish(row["id"], completed(report))


def _given_up(studio: Studio, batch: Batch, error: StudioError, may_be_billed: bool = False) -> Batch:
    """Return a batch whose open images came to nothing, and complete their rows."""
    _give_up(studio, batch.id, error, may_be_billed)
    told = error.to_plain()
    entries = tuple(entry.model_copy(update={"error": told}) if entry.is_open else entry for entry in batch.entries)
    return batch.model_copy(update={"entries": entries, "state": BatchState.FAILED.value})


def _found(studio: Studio, workspace: Workspace, batch: Batch) -> Batch:
    """Return a batch with its name at the service, looked for where its sending was cut off.

    Raises:
        BatchGoneError: it was sent with another account, which alone can say whether it arrived.
    """
    if batch.job:
        return batch
    if batch.account not in ("", studio.account_mark):
        raise BatchGoneError(
            "This batch was being sent with another account when that was cut off. Look for it with that key; after "
            "two days, cancel it and send its images again."
        )
    job = asyncio.run(studio.gemini().find_batch(batch.id))
    if job:
        batch = batch.model_copy(update={"job": job, "state": "waiting"})
    elif datetime.now(UTC) - batch.created > _ARRIVAL:
        lost = UnavailableError("This batch never reached Gemini. Nothing was made; send it again.")
        batch = _given_up(studio, batch, lost)
    workspace.batches.put(batch)
    return batch


@contextmanager
def _held(studio: Studio, workspace: Workspace, batch_id: str) -> Iterator[Batch]:
    """Hold a batch of this user for a `with` block."""
    with workspace.batches.held(batch_id):
        yield own_batch(studio, workspace, batch_id)


def _with_results(studio: Studio, workspace: Workspace, batch: Batch) -> Batch:
    """Return a batch as the service has it now, with each image that is there stored before the next."""
    batch = _found(studio, workspace, batch)
    if not batch.job:
        return batch
    asked = [(entry.recipe.model, entry.recipe.settings) for entry in batch.entries]
    reading = asyncio.run(studio.gemini().read_batch(batch.job, asked))
    batch = batch.model_copy(update={"state": reading.state.value})
    workspace.batches.put(batch)
    for number, item in enumerate(reading.items):
        if batch.entries[number].is_open:
            batch = _with_entry(batch, number, _settled(studio, workspace, batch, number, item))
            workspace.batches.put(batch)
    return batch


def _cancelled(studio: Studio, workspace: Workspace, batch: Batch) -> Batch:
    try:
        batch = _found(studio, workspace, batch)
        if not batch.job:
            raise UnavailableError("It is not known yet whether Gemini has this batch. Try again in a few minutes.")
        asyncio.run(studio.gemini().cancel_batch(batch.job))
    except BatchGoneError as gone:
        if not is_overdue(batch):
            raise
        batch = _given_up(studio, batch, gone, may_be_billed=True)
    batch = batch.model_copy(update={"is_cancelled": True})
    workspace.batches.put(batch)
    return batch


def _with_entry(batch: Batch, number: int, entry: BatchEntry) -> Batch:
    return batch.model_copy(update={"entries": (*batch.entries[:number], entry, *batch.entries[number + 1 :])})


def _settled(studio: Studio, workspace: Workspace, batch: Batch, number: int, item: BatchItem) -> BatchEntry:
    """Return an entry with its image stored, or with the reason why there is none."""
    entry = batch.entries[number]

    def confirm(error: str) -> None:
        studio.ledger.finish(entry.attempt, {**completed(item.report), "error": error or item.report.error})

    if item.generation is None:
        confirm("")
        error = item.error or UnavailableError("The batch has no answer for this image. Try it again.")
        return entry.model_copy(update={"error": error.to_plain()})
    # a crash may have come between storing the image and noting it
    there = workspace.with_digest(hashlib.sha256(item.generation.data).hexdigest())
    for asset in there:
        if asset.recipe.fingerprint == entry.recipe.fingerprint:
            confirm("")
            return entry.model_copy(update={"asset_id": asset.id})
    seconds = (datetime.now(UTC) - batch.created).total_seconds()
    result = result_of(item.generation, seconds)
    asset = keep_generation(studio, workspace, entry.recipe, result, item.generation, confirm)
    _choose(studio, workspace, asset)
    return entry.model_copy(update={"asset_id": asset.id})


def _choose(studio: Studio, workspace: Workspace, asset: Asset) -> None:
    """Let an image be what its step shows, and measure it, as a run does; of a character a person keeps one."""
    recipe = asset.recipe
    if recipe.step and recipe.story != CHARACTERS and not workspace.choices.read().is_locked(recipe.story, recipe.step):
        workspace.choices.choose(recipe.story, recipe.step, asset.id)
        sources = [source for name in asset.source_ids if (source := workspace.find(name))]
        measured(studio, workspace, sources, asset)
