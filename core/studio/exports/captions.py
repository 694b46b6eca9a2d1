"""What an export says about an image, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from core.models.asset import Asset
from core.studio.exports.style import STATE_WORDS
from core.studio.lineage import Graph, present
from core.studio.states import State, state_of


def name_of(asset: Asset | None, asset_id: str) -> str:
    """Return the name of an image on one line, its id when it has none."""
    name = " ".join(asset.recipe.name.split()) if asset else ""
    return name or asset_id


def kind_of(asset: Asset | None) -> str:
    """Return what sort of image it is: "Character sheet"."""
    return words(asset.recipe.kind) if asset else STATE_WORDS[State.MISSING]


def kind_and_state(asset: Asset | None) -> str:
    """Return what sort of image it is and how it came to be: "Scene, draft"."""
    kind, state = kind_of(asset), STATE_WORDS[state_of(asset)]
    return kind if kind == state else f"{kind}, {state.lower()}"


def words(name: str) -> str:
    """Return an enum's or setting's name as words: character_sheet becomes "Character sheet"."""
    return name.replace("_", " ").capitalize()


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 image", "2 images"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def summary_of(graph: Graph) -> str:
    """Return how much a graph holds: "12 images, 16 threads"; nothing for an empty one."""
    images = len(present(graph))
    return f"{counted(images, 'image')}, {counted(graph.number_of_edges(), 'thread')}" if images else ""


def states_of(assets: Iterable[Asset | None]) -> list[State]:
    """Return the states that occur, in the order of the legend."""
    found = {state_of(asset) for asset in assets}
    return [state for state in State if state in found]


def facts_of(asset: Asset) -> list[tuple[str, str]]:
    """Return how an image was made, as pairs of a term and its text; what is not known is left out."""
    recipe, result = asset.recipe, asset.result
    settings = ", ".join(f"{words(name).lower()} {value}" for name, value in recipe.settings.set_values().items())
    pairs = [
        ("Engine", recipe.engine or ""),
        ("Model", recipe.model),
        ("Settings", settings),
        ("Attempt", str(recipe.attempt) if recipe.attempt > 1 else ""),
        ("Size", f"{result.width} × {result.height} px" if result.width else ""),
        ("Cost", cost_of(asset)),
        ("Time", f"{result.seconds:.1f} s" if result.seconds else ""),
        ("Made", f"{result.created:%Y-%m-%d %H:%M}" if result.created else ""),
    ]
    return [(term, text) for term, text in pairs if text]


def cost_of(asset: Asset) -> str:
    """Return what an image cost; nothing for one that was not made here."""
    if asset.recipe.engine is None:
        return ""
    return f"${asset.result.cost_usd:.3f}" if asset.result.cost_usd else "free"
