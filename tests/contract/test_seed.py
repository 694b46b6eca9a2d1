"""A seed: sent by either transport to a model whose entry in one's own list says that it heeds one, and to no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.engines.base import Conversation
from core.models.asset import EngineName, GenerationSettings, Recipe
from core.models.catalog import Catalog, load_catalog
from core.models.talk import Transport
from core.studio.lab import LabOrder, advance
from tests.contract.conftest import request
from tests.standin import StandIn
from tests.unit.conftest import keyed

PRO, FLASH = "gemini-3-pro-image", "gemini-nano-banana-2.1"
OWN = """
[[models]]
id = "gemini-3-pro-image"
sampling = ["temperature", "top_p", "seed"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A person's own list, in which one model heeds a seed."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "catalog.toml").write_text(OWN)
    return home / "catalog.toml"


@pytest.fixture
def catalog(own: Path) -> Catalog:
    return load_catalog(own=own)


@pytest.fixture
def server(catalog: Catalog) -> Iterator[StandIn]:
    """A strict service that takes what that list says, and nothing else."""
    with StandIn(catalog=catalog) as running:
        yield running


def saying(model, transport):
    return replace(request(model=model, seed=7), conversation=Conversation(transport))


def test_it_goes_over_the_wire_by_itself(make, server, catalog):
    """Alone and in a chat it is a field of the configuration; in an interaction too."""
    make(request(model=PRO, seed=7), catalog=catalog)
    for transport in (Transport.CHAT, Transport.INTERACTIONS):
        make(saying(PRO, transport), catalog=catalog)
    alone, chat, interaction = server.requests
    assert (alone.config["seed"], chat.config["seed"]) == (7, 7)
    assert interaction.raw["generation_config"] == {"seed": 7}


@pytest.mark.parametrize("transport", list(Transport))
def test_where_it_is_not_heeded_it_is_not_sent(make, server, catalog, transport):
    """A model beside it in the same list is sent none, whichever way."""
    make(saying(FLASH, transport), catalog=catalog)
    assert "seed" not in str(server.requests[0].raw)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(("model", "kept"), [(PRO, 7), (FLASH, None)])
def test_the_recipe_keeps_what_is_sent(server: StandIn, tmp_path: Path, model: str, kept: int | None) -> None:
    """A recipe has the seed where it counts, and another seed is another image; elsewhere both are one."""
    studio = keyed(server, tmp_path)
    project = studio.workspace(tmp_path / "trials", "Trials")

    def recipe(seed: int) -> Recipe:
        order = LabOrder("A lamp", (), EngineName.GEMINI, model, GenerationSettings(seed=seed))
        return advance(studio, project, order).recipes[0]

    assert recipe(7).settings.seed == kept
    assert (recipe(7).fingerprint == recipe(8).fingerprint) is (kept is None)
