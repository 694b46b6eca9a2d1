"""Which conversation is looked at, and where: its names in what is kept with the project."""

from __future__ import annotations

import time

from core.models.asset import Asset
from core.models.talk import Talk
from core.studio.talks import turn_of
from core.ui.lab.video_part import VIDEO_FIELDS
from core.ui.session import forget_kept, kept_value, set_kept, studio

MODE, BENCH, CHAT = "lab/mode", "bench", "chat"
NEW = ""
CURRENT = "talk/current"
_ECHO_SECONDS = 10.0


def form_name(talk_id: str) -> str:
    """Return the name of a conversation's form; each has its own, and the one not yet begun has one too."""
    return f"talk/{talk_id or 'new'}"


def current_talk() -> str:
    """Return the id of the conversation that is looked at, "" for one not yet begun."""
    return str(kept_value(CURRENT, NEW))


def look_at(talk_id: str, turn_id: str = "") -> None:
    """Look at a conversation up to one of its turns, "" for its newest end."""
    set_kept(CURRENT, talk_id)
    set_kept(_leaf(talk_id), turn_id)


def leaf_of(talk: Talk) -> str:
    """Return the turn that what is said next goes on from: the one chosen, else the newest end; "" at the start."""
    chosen = str(kept_value(_leaf(talk.id), ""))
    turn = talk.turns.get(chosen)
    return chosen if turn is not None and turn.reply else talk.end("")


def is_turn_here(asset: Asset) -> bool:
    """Tell whether an image was made in a conversation that this project has."""
    place = turn_of(asset)
    return place is not None and place[0] in {talk.id for talk in studio().workspace.conversations.list()}


def open_turn(asset: Asset) -> None:
    """Have the prompt lab show the conversation that an image was made in, at its turn."""
    if place := turn_of(asset):
        set_kept(MODE, CHAT)
        look_at(*place)


def refine(asset: Asset) -> None:
    """Have the prompt lab begin a conversation about an image."""
    set_kept(MODE, CHAT)
    set_kept(CURRENT, NEW)
    set_kept(f"{form_name(NEW)}/references", [[asset.id, ""]])


def forget_said(name: str, prompt: str) -> None:
    """Empty a form after what it said was answered; words that were typed since stay."""
    studio().notes[f"{name}/said"] = (prompt, time.monotonic())
    forget_echo(name)
    # a video was looked at in the turn it came with; it goes along with the next one when it is attached again
    forget_kept(f"{name}/references", f"{name}/run", f"{name}/pending", *(f"{name}/{field}" for field in VIDEO_FIELDS))


def forget_echo(name: str) -> None:
    """Empty a form of words that were answered a moment ago: the browser may tell of one keystroke twice."""
    said, moment = studio().notes.get(f"{name}/said", ("", 0.0))
    is_echo = bool(said) and str(kept_value(f"{name}/prompt", "")).strip() == said
    if is_echo and time.monotonic() - moment < _ECHO_SECONDS:
        forget_kept(f"{name}/prompt")


def _leaf(talk_id: str) -> str:
    return f"{form_name(talk_id)}/leaf"
