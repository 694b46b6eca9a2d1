"""Plates in the batch lane: of each object the image that waits for no other, at half the price."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.models.asset import Recipe
from core.store.workspace import Workspace
from core.studio.attempts import NamedWaiting
from core.studio.batches import Sent, check_lane, send_batch
from core.studio.context import Studio
from core.studio.plates.restoring import RestoreOrder, RestoreResult, restore_files
from core.studio.plates.runs import PlatesOrder, plates_spec, read_plate
from core.studio.ready import ready_recipes


def ready_on_pages(studio: Studio, workspace: Workspace, pages: Sequence[str], order: PlatesOrder) -> list[Recipe]:
    """Cut out what is not cut out yet on pages, by their ids, and return what waits for no other image on them.

    Raises:
        StudioError: an object cannot be cut out, or a model cannot do what a step asks.
    """
    plates = (read_plate(workspace, page) for page in dict.fromkeys(pages))
    specs = (plates_spec(studio, workspace, plate, order) for plate in plates if plate.regions)
    return [recipe for spec in specs for recipe in ready_recipes(studio, workspace, spec)]


def send_files(
    studio: Studio, order: RestoreOrder, ended: Callable[[RestoreResult], None], waits: NamedWaiting | None = None
) -> tuple[list[RestoreResult], Sent]:
    """Prepare files as `restore_files` does and send what waits for no other image as a batch.

    Raises:
        StudioError: as `restore_files` and `send_batch`.
    """
    check_lane(studio, studio.engine_name(order.engine))
    results = restore_files(studio, order, ended, waits)
    ready = [recipe for result in results for recipe in result.ready]
    return results, send_batch(studio, studio.workspace(order.project), ready)
