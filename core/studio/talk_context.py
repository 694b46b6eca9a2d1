"""One turn of a conversation on its way: what goes along with it, and what is kept of its reply."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from core.engines.base import Conversation, Exchange, Generation, Speech
from core.errors import AssetNotFoundError, WorkspaceError
from core.models.asset import EngineName, Recipe, Source
from core.models.talk import Message, Reply, Talk, Transport, Turn, carried
from core.store import embedded
from core.store.workspace import Workspace


@dataclass(frozen=True)
class Context:
    """What an image is made from beside its words: the sources that are attached, and the conversation before it."""

    sources: tuple[Source, ...]
    conversation: Conversation | None = None


def find_context(workspace: Workspace, recipe: Recipe) -> Context:
    """Return what goes along with a recipe: of a turn, all that was said, or the picture before it.

    Raises:
        WorkspaceError: the conversation, or a picture of it, is not in the project any more.
    """
    if recipe.turn is None:
        return Context(recipe.sources)
    talk, turn = workspace.conversations.turn(recipe.turn)
    before = carried(talk, turn)
    sources = attached(recipe.sources, before)
    if recipe.engine is not EngineName.GEMINI:
        return Context(sources)
    if turn.transport is Transport.INTERACTIONS:
        previous = next((past.reply.interaction for past in before if past.reply), "")
        return Context(sources, Conversation(turn.transport, previous=previous))
    earlier = tuple(_exchange(workspace, talk, past.reply) for past in before if past.reply)
    return Context(sources, Conversation(turn.transport, earlier))


def attached(sources: tuple[Source, ...], before: tuple[Turn, ...]) -> tuple[Source, ...]:
    """Return the sources that a turn sends itself: the first, the picture it goes on from, is among what was said."""
    return sources[1:] if before else sources


def keep_reply(workspace: Workspace, recipe: Recipe, generation: Generation) -> tuple[str, ...]:
    """Keep what the next turn needs of this one, and return a warning when the conversation cannot take it."""
    if recipe.turn is None:
        return ()
    exchange = generation.exchange or Exchange()
    images = {digest: data for speech in exchange.speeches for digest, data in speech.images.items()}
    own = hashlib.sha256(embedded.strip(generation.data)).hexdigest()
    further = {name: data for name, data in images.items() if name != own and not workspace.with_digest(name)}
    asked, said = (_message(speech) for speech in (exchange.asked, exchange.said))
    reply = Reply(at=datetime.now(UTC), asked=asked, said=said, interaction=exchange.interaction)
    try:
        workspace.conversations.answer(recipe.turn, reply, further)
    except WorkspaceError:
        return ("The conversation could not take this turn in; go on from its picture.",)
    return ()


def _message(speech: Speech | None) -> Message | None:
    return Message(content=speech.content, images=tuple(speech.images)) if speech else None


def _exchange(workspace: Workspace, talk: Talk, reply: Reply) -> Exchange:
    asked, said = (
        Speech(message.content, dict(_images(workspace, talk, message))) if message else None
        for message in (reply.asked, reply.said)
    )
    return Exchange(asked, said, reply.interaction)


def _images(workspace: Workspace, talk: Talk, message: Message) -> Iterator[tuple[str, bytes]]:
    for digest in message.images:
        data = workspace.conversations.image(talk.id, digest)
        found = workspace.with_digest(digest) if data is None else []
        if data is None and not found:
            raise AssetNotFoundError(
                f"A picture of the conversation {talk.title!r} is not in the project any more. "
                "Bring it back from the trash, or go on from the last picture alone."
            )
        yield digest, workspace.read(found[0]) if data is None else data
