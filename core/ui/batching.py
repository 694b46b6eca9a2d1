"""Batches as pages see them: a button that sends one, and what is under way, whose results are looked for."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Sequence
from typing import Literal

import streamlit as st

from core.errors import StudioError
from core.models.asset import EngineName, Recipe
from core.models.batch import Batch
from core.studio.batches import Sent, fetch_batch, has_lane, own_batches, send_batch
from core.studio.boards import Board, Card
from core.studio.planning import RunOptions, model_of
from core.studio.ready import ready_recipes
from core.studio.specs import RunSpec
from core.ui.session import studio
from core.ui.telling import attempt, noted_button, say
from core.ui.texts import _, ngettext
from core.ui.widgets import images, price

_LOOK_SECONDS = 60.0  # between two looks at a batch: it takes minutes to a day
_looked: dict[str, float] = {}


def batch_button(
    count: int,
    cost: str,
    recipes: Callable[[], Sequence[Recipe]],
    key: str,
    look: Literal["secondary", "tertiary"] = "secondary",
    label: str = "",
) -> None:
    """Show the button that sends images as a batch, with their price; `recipes` are asked for when it is clicked.

    Where the account takes no batches a line says so instead.
    """
    if not has_lane(studio().studio):
        st.caption(_("Batches at half the price need a Gemini API key: Google Cloud takes none from here."))
        return
    label = label or _("Send {images} as a batch · {price}").format(images=images(count), price=cost)
    told = _("Half the price; they arrive within a day, and enter the project by themselves.")
    icon = ":material/schedule_send:"
    if noted_button(label.replace("$", r"\$"), key, True, icon=icon, help=told, type=look):
        attempt(lambda: tell_sent(send_batch(studio().studio, studio().workspace, recipes())))
        st.rerun()


def story_batch_button(
    board: Board, options: RunOptions, spec: Callable[[], RunSpec], key: str, held: Collection[str] = ()
) -> None:
    """Show the button that sends what of a story waits for no other image; the rest can be sent once that is there.

    Nothing is shown where nothing can be sent. `spec` is the run that would make it, asked for at the click; steps
    that are `held` wait for a person.
    """
    ready = [card for card in board.ready if card.step.id not in held]
    if not ready or options.engine is not EngineName.GEMINI:
        return
    here = studio()
    models = [here.studio.catalog.model(model_of(board.story, card.step, options, "")) for card in ready]
    alone = sum(
        (card.price_usd - card.search_usd) * facts.batch_factor for card, facts in zip(ready, models, strict=True)
    )
    search = sum(card.search_usd for card in ready)  # costs in a batch what it does elsewhere
    cost = price(alone + search, has_search=bool(search))
    batch_button(len(ready), cost, lambda: ready_recipes(here.studio, here.workspace, spec()), key)


def tell_sent(sent: Sent) -> None:
    """Say on the next showing what was sent, and what did not have to be."""
    count = sum(len(batch.entries) for batch in sent.batches)
    parts = [ngettext("{count} image sent as a batch.", "{count} images sent as a batch.", count)] if count else []
    if sent.under_way:
        parts.append(_("{under_way} under way in a batch already."))
    if sent.reused:
        parts.append(_("{reused} there already, at no cost."))
    say(" ".join(parts).format(count=count, under_way=sent.under_way, reused=len(sent.reused)))


def open_batches() -> list[Batch]:
    """Return this person's batches of the open project that have images under way."""
    return [batch for batch in own_batches(studio().studio, studio().workspace) if batch.is_open]


def warn_of_paying_twice(cards: Sequence[Card]) -> None:
    """Say which of a story's images are on their way in a batch: who makes them now pays for them a second time."""
    steps = {entry.recipe.step for batch in open_batches() for entry in batch.entries if entry.is_open}
    count = sum(card.step.id in steps for card in cards)
    if count:
        words = ngettext(
            "{count} of these is on its way in a batch: made now, it is paid for twice.",
            "{count} of these are on their way in a batch: made now, they are paid for twice.",
            count,
        )
        st.caption(words.format(count=count))


def show_batches_under_way() -> None:
    """Say how many images are under way in batches, and look for them now and then."""
    if open_batches():
        st.fragment(_watch, run_every=_LOOK_SECONDS / 2)()


def look(batch: Batch) -> Batch:
    """Look how a batch stands, and store what is there.

    Raises:
        StudioError: the service could not be asked.
    """
    _looked[batch.id] = time.monotonic()
    return fetch_batch(studio().studio, studio().workspace, batch.id)


def _watch() -> None:
    batches = open_batches()
    count = sum(entry.is_open for batch in batches for entry in batch.entries)
    words = ngettext("{count} image under way in a batch", "{count} images under way in a batch", count)
    st.caption(words.format(count=count))
    if any(_look_again(batch) for batch in batches):
        st.rerun()


def _look_again(batch: Batch) -> bool:
    """Look at a batch that nobody has looked at for a while; tell whether something came of it."""
    if time.monotonic() - _looked.get(batch.id, -_LOOK_SECONDS) < _LOOK_SECONDS:
        return False
    # what went wrong is told where the batches are listed, when somebody looks on purpose
    with contextlib.suppress(StudioError):
        return look(batch).entries != batch.entries
    return False
