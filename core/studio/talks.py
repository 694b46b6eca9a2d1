"""Conversations: an image refined turn by turn. Each turn is an image; any of them can be gone on from again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.errors import AssetNotFoundError
from core.models.asset import Asset, EngineName, Kind, Recipe, Role, Source
from core.models.talk import Talk, Transport, Turn, carried
from core.store.workspace import Workspace
from core.studio.background import begin_recipes
from core.studio.context import Studio
from core.studio.lab import LabOrder, prepared, recipes_spec, reference_to, unheeded
from core.studio.prompts import first_words
from core.studio.single import model_for
from core.studio.talk_context import attached

# the story of turns; it has no file and no steps
CONVERSATION = "conversation"


@dataclass(frozen=True)
class Say:
    """What is said next: an order of one image, in a conversation ("" begins one) after one of its turns ("" for none).

    A model that is not named is that of the turn before. With `is_fresh` only the picture before goes along.
    """

    order: LabOrder
    talk: str = ""
    parent: str = ""
    transport: Transport = Transport.CHAT
    is_fresh: bool = False


@dataclass(frozen=True)
class Prepared:
    """What saying something comes to: the turn as it would be, its list price (USD), and what to know beforehand.

    `carried` is how many earlier turns go along, `is_picture_sent` whether the picture before is sent once more.
    """

    turn: Turn
    cost_usd: float
    warnings: tuple[str, ...]
    carried: int
    is_picture_sent: bool


@dataclass(frozen=True)
class Said:
    """A turn that was begun: its conversation, itself, and the run that makes its image."""

    talk: str
    turn: str
    run: str


def prepare(
    studio: Studio, workspace: Workspace, say: Say, is_only_priced: bool = False, talk: Talk | None = None
) -> Prepared:
    """Return what saying something comes to; with `is_only_priced` no account is needed, and nothing is asked.

    `talk` is the conversation, where it was read a moment ago.

    Raises:
        MissingApiKeyError: gemini is asked for and no account is configured.
        InvalidApiKeyError: the service does not accept the key.
        InvalidRequestError: nothing is said, or the model lacks a setting or takes fewer references.
        WorkspaceError: the conversation, or the picture to go on from, is not there.
    """
    talk = talk or (workspace.conversations.read(say.talk) if say.talk else None)
    before = talk.turns.get(say.parent) if talk else None
    order = _with_model(studio, say.order, before, is_only_priced)
    way = _way(say, order, before)
    earlier = carried(talk, way) if talk else ()
    previous = (_picture_before(workspace, before),) if before else ()
    sources = (*previous, *order.references)
    sent = replace(order, references=attached(sources, earlier))
    facts, recipe = prepared(studio, workspace, sent, is_only_priced)
    recipe = recipe.model_copy(update={"sources": sources, "story": CONVERSATION})
    return Prepared(
        turn=way.model_copy(update={"recipe": recipe}),
        cost_usd=facts.price(recipe.settings),
        warnings=unheeded(facts, order),
        carried=len(earlier),
        is_picture_sent=bool(previous and not earlier),
    )


def say_next(studio: Studio, workspace: Workspace, say: Say, user: str, key: str = "") -> Said:
    """Begin a turn, and the run that makes its image, and return at once; `key` names a key kept for a session.

    What was said is written before anything is asked for, and the reply with the image, whoever still looks on.

    Raises:
        StudioError: as `prepare`; nothing was begun.
    """
    turn = prepare(studio.with_key(key), workspace, say).turn
    talk_id = say.talk or workspace.conversations.begin(first_words(turn.recipe.prompt, count=8)).id
    begun = workspace.conversations.add(talk_id, turn)
    run = begin_recipes(studio, recipes_spec(studio, workspace, {"1": begun.recipe}, user, key))
    return Said(talk_id, begun.id, run)


def picture_of(workspace: Workspace, turn: Turn) -> Asset | None:
    """Return a turn's image; None while there is none, or when it is in the trash."""
    return next(iter(workspace.with_fingerprint(turn.recipe.fingerprint)), None)


def turn_of(asset: Asset) -> tuple[str, str] | None:
    """Return the conversation and the turn an image was made in, or None."""
    talk, _, turn = (asset.recipe.turn or "").partition("/")
    return (talk, turn) if turn else None


def _with_model(studio: Studio, order: LabOrder, before: Turn | None, is_only_priced: bool) -> LabOrder:
    is_same_engine = before is not None and before.recipe.engine is order.engine
    named = order.model or (before.recipe.model if before and is_same_engine else "")
    return replace(order, model=model_for(studio, order.engine, named, is_only_priced))


def _way(say: Say, order: LabOrder, before: Turn | None) -> Turn:
    """Return the turn as far as it decides what goes along with it."""
    return Turn(
        id="",
        parent=before.id if before else "",
        transport=say.transport if order.engine is EngineName.GEMINI else Transport.CHAT,
        is_fresh=say.is_fresh,
        recipe=Recipe(kind=Kind.IMAGE, engine=order.engine, model=order.model),
        begun=datetime.now(UTC),
    )


def _picture_before(workspace: Workspace, before: Turn) -> Source:
    if (picture := picture_of(workspace, before)) is None:
        raise AssetNotFoundError(
            "The picture to go on from is not in the project any more. Bring it back from the trash, or branch from "
            "another turn."
        )
    return reference_to(picture, Role.PLATE)
