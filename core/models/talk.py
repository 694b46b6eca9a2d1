"""Conversations: an image refined turn by turn. Turns form a tree, for any of them can be gone on from again."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.models.asset import EngineName, Recipe
from core.models.value import Moment, Value


class Transport(StrEnum):
    """How an engine is told what was said before: all of it with each turn, or by the name of what the service kept."""

    CHAT = "chat"
    INTERACTIONS = "interactions"


class Message(Value):
    """What one side said in a turn, as its engine wants it back: JSON of its own, in which images stand by digest."""

    content: str
    images: tuple[str, ...] = ()


class Reply(Value):
    """That a turn was answered, and what the next one needs of it.

    `asked` and `said` are what both sides said, None where nobody wants it back; `interaction` is the name under which
    the service keeps the turn, "" for none.
    """

    at: Moment
    asked: Message | None = None
    said: Message | None = None
    interaction: str = ""


class Turn(Value):
    """One turn: what was asked for, and the reply once there is one. `parent` is the turn before it, "" at the start.

    With `is_fresh` nothing but the picture of the turn before goes along.
    """

    id: str
    parent: str = ""
    transport: Transport = Transport.CHAT
    is_fresh: bool = False
    recipe: Recipe
    begun: Moment
    reply: Reply | None = None


class Talk(Value):
    """One conversation with all its turns by id, in the order they were begun."""

    id: str
    title: str
    created: Moment
    turns: dict[str, Turn] = Field(default_factory=dict)

    def path(self, turn_id: str) -> tuple[Turn, ...]:
        """Return the turns from the start to a turn, itself included; none for one that is not there."""
        found: list[Turn] = []
        while (turn := self.turns.get(turn_id)) is not None and turn not in found:
            found.append(turn)
            turn_id = turn.parent
        return tuple(reversed(found))

    def branches(self, turn_id: str) -> tuple[Turn, ...]:
        """Return the answered turns that go on from a turn; "" for those that begin the conversation."""
        return tuple(turn for turn in self.turns.values() if turn.parent == turn_id and turn.reply)

    def end(self, turn_id: str) -> str:
        """Return the answered turn in which going on from a turn came to its newest end."""
        seen = {turn_id}
        while branches := [turn for turn in self.branches(turn_id) if turn.id not in seen]:
            turn_id = max(branches, key=lambda turn: turn.begun).id
            seen.add(turn_id)
        return turn_id


def carried(talk: Talk, turn: Turn) -> tuple[Turn, ...]:
    """Return the earlier turns that a turn carries along; none where only the last picture goes along.

    By chat those that the same model answered by chat, without a gap up to this turn: what a model noted of its
    thoughts is no other model's to read. By interactions the last one, under whose name the service keeps the rest.
    """
    earlier = talk.path(turn.parent)
    if turn.is_fresh or turn.recipe.engine is not EngineName.GEMINI:
        return ()
    if turn.transport is Transport.INTERACTIONS:
        return tuple(last for last in earlier[-1:] if last.reply and last.reply.interaction)
    found: list[Turn] = []
    for past in reversed(earlier):
        is_ours = past.transport is Transport.CHAT and past.recipe.model == turn.recipe.model
        if not (is_ours and past.reply and past.reply.said):
            break
        found.append(past)
        if past.is_fresh:
            break
    return tuple(reversed(found))
