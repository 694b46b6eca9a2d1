"""Many calls at once on one client: none is mixed up with another, and none is without a row in the ledger."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path

import pytest

from core.errors import BlockedError, EngineError, QuotaExceededError
from core.models.asset import Asset, EngineName, Kind, Recipe, Role, Source
from core.settings import load_settings
from core.store.importing import import_file
from core.store.ledger import STARTED
from core.studio.attempts import Errand
from core.studio.context import Studio
from core.studio.generation import generate_asset
from tests.contract.conftest import MODEL, Remembering, engine_for, picture, request, run
from tests.standin import StandIn

AT_ONCE = 64
IS_SOAK = bool(os.environ.get("THROUGHLINE_SOAK"))
IMAGES, SEEDS = (1000, range(5)) if IS_SOAK else (64, range(1))
PASSING = ("rate_limited", "server_error_503", "reset", "truncated_body", "truncated_image")
# of the faults a tenth is final, so that there are typed errors too
FAULTS = (*PASSING * 9, "rate_limited_daily", "blocked_safety", "bad_request_400", "no_image", "blocked_prompt")


def test_sixty_four_at_once_on_one_client(server: StandIn, observer: Remembering) -> None:
    """With 64 calls under way at the same moment each prompt and reference gets its own picture, by one call."""
    server.hold_until_together(AT_ONCE)
    asked = [request(f"Picture {at}.", picture(f"reference {at}")) for at in range(AT_ONCE)]

    async def work() -> list[bytes]:
        engine = engine_for(server)
        made = await asyncio.gather(*(engine.generate(one, observer) for one in asked))
        await engine.aclose()
        return [generation.data for generation in made]

    made = run(work())
    answered = {(sent.prompt, sent.images[0][1]): server.picture_for(sent).data for sent in server.requests}
    assert made == [answered[one.prompt, one.references[0].data] for one in asked]
    assert len(set(made)) == len(server.requests) == len(observer.reports) == AT_ONCE
    assert server.most_at_once == AT_ONCE
    assert observer.open == set()


def _recipes(source: Asset) -> list[Recipe]:
    sources = (Source(asset_id=source.id, role=Role.CHARACTER, digest=source.digest, name="robot"),)
    values = {"kind": Kind.SCENE, "sources": sources, "engine": EngineName.GEMINI, "model": MODEL, "story": "s"}
    return [
        Recipe(prompt=f"Scene {at}.", composed=f"Scene {at}.", step=f"scene-{at}", **values) for at in range(IMAGES)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_among_faults_each_ends_and_is_counted(server: StandIn, tmp_path: Path, seed: int) -> None:
    """When 30 of 100 calls fail in all ways, each recipe ends as its own image or a typed error of ours.

    The ledger has a finished row for every attempt that the server saw, and for no other.
    """
    server.fail_at_random(FAULTS, 0.3, seed)
    studio = Studio(load_settings())
    project = studio.workspace(tmp_path / "p")
    (tmp_path / "robot.png").write_bytes(picture())
    recipes = _recipes(import_file(project, tmp_path / "robot.png"))

    async def work() -> list[Asset | BaseException]:
        engine = engine_for(server, deadline_seconds=900)
        turns = asyncio.Semaphore(AT_ONCE)

        async def make(recipe: Recipe) -> Asset:
            async with turns:
                return await generate_asset(studio, project, recipe, Errand("run-1", "r", recipe.step), engine)

        ended = await asyncio.gather(*map(make, recipes), return_exceptions=True)
        await engine.aclose()
        return ended

    ended = run(work())
    pictures = {sent.prompt: server.picture_for(sent).data for sent in server.requests}
    failed = []
    for recipe, end in zip(recipes, ended, strict=True):
        if isinstance(end, Asset):
            assert end.recipe == recipe
            assert project.read(end) == pictures[recipe.composed]
        else:
            assert isinstance(end, EngineError)
            assert type(end) is not EngineError
            failed.append(end)
    rows = studio.ledger.rows("run-1")
    prompts = {recipe.fingerprint: recipe.composed for recipe in recipes}
    assert Counter(prompts[row["fingerprint"]] for row in rows) == Counter(sent.prompt for sent in server.requests)
    assert sum(bool(sent.fault) for sent in server.requests) == len(rows) - (IMAGES - len(failed)) > 0.2 * len(rows)
    outcomes = Counter(row["outcome"] for row in rows)
    assert outcomes["succeeded"] == IMAGES - len(failed)
    assert outcomes[STARTED] == 0
    assert outcomes["blocked"] == sum(isinstance(error, BlockedError) for error in failed)
    codes = Counter(row["error"] for row in rows)
    assert codes[QuotaExceededError.code] == sum(isinstance(error, QuotaExceededError) for error in failed)
    assert failed
