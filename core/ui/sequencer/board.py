"""The story as cards on lanes, joined by the thread: one component, whatever the number of scenes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.models.asset import Asset
from core.studio.boards import Board, Card, CardState
from core.ui.components.component import front, registered
from core.ui.components.marks import Mark, mark_name, mark_of, name_of
from core.ui.pictures import picture_url
from core.ui.sequencer.actions import act_on
from core.ui.sequencer.view import View
from core.ui.texts import _, ngettext
from core.ui.widgets import kind_name, price

_HERE = Path(__file__).parent
_board = registered(
    "board",
    *front("shared/base.css", "shared/marks.css"),
    *(_HERE / f"board.{suffix}" for suffix in ("html", "css", "js")),
)
_MARKS = {
    CardState.STALE: Mark.STALE,
    CardState.DRAFTED: Mark.DRAFT,
    CardState.MISSING: Mark.MISSING,
    CardState.LOCKED: Mark.LOCKED,
    CardState.RUNNING: Mark.RUNNING,
    CardState.FAILED: Mark.FAILED,
}


def show_board(view: View) -> None:
    """Show the board and do what was clicked on it."""
    labels = _labels()  # once for all cards: there may be a hundred
    data = {
        "cards": [*_starting(view), *(_card(view, card, labels) for card in view.board.cards)],
        "selected": view.selected.step.id,
        "words": {"board": _("The story's scenes"), "more": _("More for {name}")},
    }
    sent = _board(key="board", data=data, on_act_change=lambda: None).get("act")
    if isinstance(sent, dict):
        act_on(view, str(sent.get("action", "")), str(sent.get("step", "")))
        st.rerun()


def card_mark(card: Card) -> Mark:
    """Return a card's mark: what it needs, or how its picture came to be."""
    return _MARKS.get(card.state) or mark_of(card.asset)


def card_line(card: Card) -> str:
    """Return a card's state in words, with what making it costs when it is to be made."""
    if card.state is CardState.MISSING:
        return _("to be made · {price}").format(price=cards_price([card]))
    if card.state in (CardState.STALE, CardState.DRAFTED):
        words = _("stale · {price}") if card.state is CardState.STALE else _("draft · final {price}")
        return words.format(price=cards_price([card] if card.is_to_make else []))
    if card.state in _MARKS:
        return mark_name(_MARKS[card.state])
    paid = card.asset.result.cost_usd if card.asset else 0.0
    made = mark_name(mark_of(card.asset))
    return f"{made} · {price(paid, is_actual=True)}" if paid else made


def cards_price(cards: Sequence[Card]) -> str:
    """Return what making the images of some cards costs, in words."""
    return price(sum(card.price_usd for card in cards), has_search=any(card.search_usd for card in cards))


def make_label(board: Board, card: Card) -> str:
    """Return what making a card's image is called: with those before it that are not up to date, and the price."""
    needed = [other for other in board.needed((card.step.id,)) if other.is_to_make]
    cost = cards_price(needed)
    before = len(needed) - 1
    if before < 1:
        return _("Make this image · {price}").format(price=cost)
    return ngettext(
        "Make this and {count} before it · {price}", "Make this and {count} before it · {price}", before
    ).format(count=before, price=cost)


def _card(view: View, card: Card, labels: dict[str, str]) -> dict[str, Any]:
    place = card.place
    return {
        "id": card.step.id,
        "name": " ".join(card.step.label.split()),
        "line": card_line(card),
        "mark": card_mark(card).value,
        "blank": _("being made") if card.state is CardState.RUNNING else _("no picture yet"),
        "is_faded": card.asset is not None and card.state is CardState.RUNNING,
        "column": place.column,
        "lane": place.lane,
        "follows": place.follows,
        "sources": [source.id for source in card.step.sources],
        "menu": _menu(view, card, labels),
        **_picture(view, card.asset, kind_name(card.step.kind), card.step.label),
    }


def _starting(view: View) -> list[dict[str, Any]]:
    cards = []
    for source in view.opened.story.sources:
        asset, place = view.board.starting[source.id], view.board.places[source.id]
        name = name_of(asset) if asset else source.id
        cards.append(
            {
                "id": source.id,
                "is_start": True,
                "name": name,
                "line": _("the story starts here") if asset else _("not in this project"),
                "mark": mark_of(asset).value,
                "blank": _("not in this project"),
                "column": place.column,
                "lane": place.lane,
                "sources": [],
                **_picture(view, asset, _("Starting picture"), name),
            }
        )
    return cards


def _picture(view: View, asset: Asset | None, kind: str, name: str) -> dict[str, Any]:
    if asset is None:
        return {"thumbnail": "", "alt": "", "width": 16, "height": 9}
    return {
        "thumbnail": picture_url(view.workspace, asset),
        "alt": _("{kind}: {name}").format(kind=kind, name=name),
        "width": max(1, asset.result.width),
        "height": max(1, asset.result.height),
    }


def _menu(view: View, card: Card, labels: dict[str, str]) -> list[dict[str, Any] | None]:
    """Return the card's menu; None draws a line."""
    is_locked = card.state is CardState.LOCKED
    make = "make" if card.is_to_make else "again"
    is_off = {
        make: view.is_running or (is_locked and not card.is_to_make),
        "lock": card.asset is None,
        "replace": card.asset is None,
    }
    filled = {"again": labels["again"].format(price=cards_price([card]))}
    if card.is_to_make:
        filled["make"] = make_label(view.board, card)
    filled["versions"] = labels["versions"].format(count=len(card.versions))
    lock = "unlock" if is_locked else "lock"
    order = [make, lock, "", "add", "duplicate", "earlier", "later", "", "versions", "replace", "", "delete"]
    return [
        {"action": name, "label": filled.get(name, labels[name]), "is_off": is_off.get(name, False)} if name else None
        for name in order
    ]


def _labels() -> dict[str, str]:
    return {
        "make": "",  # says what else is made, so each card has its own
        "again": _("Make again · {price}"),
        "lock": _("Lock this picture"),
        "unlock": _("Unlock"),
        "add": _("Add a scene after it"),
        "duplicate": _("Duplicate"),
        "earlier": _("Move earlier"),
        "later": _("Move later"),
        "versions": _("Versions · {count}"),
        "replace": _("Replace with my edited file"),
        "delete": _("Delete the scene"),
    }
