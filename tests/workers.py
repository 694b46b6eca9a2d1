"""What tests let run in processes of their own; light to import, for every process imports it."""

from __future__ import annotations

import itertools
import os
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.engines.base import DetectionRequest, Finding, Findings
from core.errors import BlockedError, BudgetExceededError, InvalidImageError, StudioError
from core.images import prepare, shrink, verify
from core.models.asset import Result
from core.models.limits import Limits
from core.store.importing import image_files, import_files
from core.store.ledger import Ledger
from tests.samples import attempt, encoded, files, header_bombs, keep, open_project, picture, recipe


def refusal(use: Callable[[], object]) -> str:
    """Return the message something is refused with, "" when it is not; an error that is not ours is a failure."""
    try:
        use()
    except StudioError as error:
        return error.message
    return ""


def list_ids(folder: Path) -> list[str]:
    """Open a project and return its ids."""
    return sorted(asset.id for asset in open_project(folder).assets())


def open_all(folder: Path) -> str:
    """Open a project and both databases, and return the project's identity."""
    workspace = open_project(folder)
    Ledger(folder.parent / "home").close()
    return workspace.uuid


def save_robot(folder: Path, seed: int) -> str:
    """Save a picture as `robot` and return the id it got."""
    return keep(open_project(folder), "robot", seed).id


def choose_and_lock(folder: Path, name: str) -> None:
    """Choose fifteen versions, and leave every other one of those steps locked."""
    choices = open_project(folder).choices
    for number in range(15):
        choices.choose("story", f"{name}{number}", f"x{number}")
        choices.lock("story", f"{name}{number}", True)
        if number % 2:
            choices.lock("story", f"{name}{number}", False)


def save_past_the_limit(folder: Path) -> tuple[str, list[str]]:
    """Save a picture that does not fit, then one that does; return the refusal and the files that are there."""
    workspace = open_project(folder)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))
    big = encoded(picture().resize((1400, 1400)), "PNG", compress_level=0)
    message = refusal(lambda: workspace.save(recipe(), Result(), big, "big"))
    keep(workspace, "small")
    return message, files(folder)


def write_where_it_is_forbidden() -> list[str]:
    """Use a project whose folders are read-only, without root's rights; return the refusals."""
    folder = Path(tempfile.mkdtemp())
    forbidden = (folder / "p" / "assets", folder / "p", folder / "empty", folder)
    try:
        workspace = open_project(folder / "p", folder / "home")
        (folder / "empty").mkdir()
        for path in forbidden:
            path.chmod(0o555)
        if os.geteuid() == 0:
            (folder / "p" / ".lock").chmod(0o444)
            for path in (folder / "home", *(folder / "home").rglob("*")):
                os.chown(path, 65_534, -1)  # only the project is forbidden, not the databases
            os.seteuid(65_534)
        return [
            refusal(lambda: keep(workspace, "robot")),
            refusal(lambda: workspace.choices.choose("s", "x", "y")),
            refusal(lambda: workspace.save_story("s", "")),
            refusal(lambda: open_project(folder / "empty", folder / "home")),
            refusal(lambda: open_project(folder / "new", folder / "home")),
        ]
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        for path in reversed(forbidden):
            path.chmod(0o755)
        shutil.rmtree(folder)


def refuse_bombs_with_little_memory() -> dict[str, list[str]]:
    """Return by kind what each check refuses a header bomb with, while 200 MB are all that can be had."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + 200_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    checks: tuple[Callable[[bytes], Any], ...] = (prepare, verify, lambda data: shrink(data, 99))
    answers: dict[str, list[str]] = {}
    for kind, data in header_bombs().items():
        for check in checks:
            try:
                check(data)
            except InvalidImageError as error:
                answers.setdefault(kind, []).append(error.message)
    return answers


def spend(home: Path, calls: int) -> int:
    """Start attempts of 10 cents under a budget of one dollar; return how many were allowed."""
    ledger, allowed = Ledger(home), 0
    for _ in range(calls):
        try:
            ledger.start(attempt(), 0.1, Limits(day=1.0))
        except BudgetExceededError:
            continue
        allowed += 1
    return allowed


def save_without_end(folder: Path, seed: int) -> None:
    """Save larger and smaller assets, each made from the one before, until somebody ends this."""
    workspace = open_project(folder)
    made = [workspace.assets()[-1]] if workspace.assets() else []
    for number in itertools.count(seed):
        size = (40 * (number % 12 + 1), 200)
        data = encoded(picture(number, (40, 20)).resize(size), "PNG", compress_level=0)
        made = [workspace.save(recipe(f"scene {number}", *made), Result(), data, "scene")]
        workspace.choices.choose("story", "scene", made[0].id)


def import_folder(folder: Path, source: Path) -> list[tuple[str, str]]:
    """Import a folder and return (file name, id) of every picture."""
    done = import_files(open_project(folder), image_files([source]))
    return [(item.path.name, item.asset.id if item.asset else str(item.error)) for item in done]


def search_oddly(request: DetectionRequest) -> Findings:
    """Find one object on a page; a page's name may ask for an error, a flaw, or the death of the process."""
    name = request.page.name
    if name.startswith("blocked"):
        raise BlockedError("Not this page.", reason="SAFETY", text="no")
    if name.startswith("flawed"):
        raise ZeroDivisionError("secret")
    if name.startswith("deadly"):
        os._exit(9)
    return Findings((Finding((1, 2, 300, 400), label=str(os.getpid())),), prompt=name)


def frozen_when_warm(home: Path) -> int:
    """Let a studio's server load what is heavy, and return how many objects its garbage collector passes over."""
    import asyncio
    import gc

    os.environ["THROUGHLINE_HOME"] = str(home)
    from core.ui.desk import is_visited, is_warm
    from core.ui.server import lifespan

    async def warmed() -> int:
        async with lifespan(None):
            is_visited.set()
            await asyncio.to_thread(is_warm.wait, 60)
            return gc.get_freeze_count()

    return asyncio.run(warmed())


def carry_pages_run(home: Path, service: tuple[str, str], spec: str, is_first: bool) -> None:
    """Carry a run over pages to its end: the first process begins it, any later one goes on with what is left of it.

    `service` is the stand-in's key and address; `spec` is a DetectSpec or a PlatesSpec as JSON.
    """
    from core.settings import load_settings
    from core.studio.background import active_runs, begin_detection, begin_plates, resume_orphans
    from core.studio.context import LOCAL_USER, Studio
    from core.studio.runner import Runner
    from core.studio.specs import DetectSpec, PlatesSpec

    key, url = service
    studio = Studio(load_settings(THROUGHLINE_HOME=str(home), GEMINI_API_KEY=key, GOOGLE_GEMINI_BASE_URL=url))
    resume_orphans(studio)
    if is_first and not active_runs(studio, LOCAL_USER):
        if '"chain"' in spec:
            begin_plates(studio, PlatesSpec.model_validate_json(spec))
        else:
            begin_detection(studio, DetectSpec.model_validate_json(spec))
    while active_runs(studio, LOCAL_USER):
        time.sleep(0.02)
    if Runner.current is not None:
        Runner.current.close()
    studio.close()
