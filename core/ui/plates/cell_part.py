"""One open cell: the picture beside what it was made from, how faithful it is, its words, its versions."""

from __future__ import annotations

import streamlit as st

from core.errors import BlockedError, NoImageError
from core.models.asset import Asset
from core.models.fidelity import Fidelity
from core.models.region import Region
from core.studio.boards import Card, CardState
from core.studio.plates.cutting import region_name
from core.studio.plates.fidelity import MEASURED, fidelity_of, known_fidelity
from core.studio.plates.matrix import Row, set_cell_prompt
from core.studio.plates.presets import presets
from core.studio.story_packs import start_story
from core.ui.character.form import NAME as SHEET
from core.ui.components.marks import name_of
from core.ui.components.pictures import before_after, picture_strip, zoom_picture
from core.ui.intake import choose_picture
from core.ui.made_before import offer_for_step
from core.ui.pictures import heat_url
from core.ui.places import go_to
from core.ui.plates.held_part import show_held
from core.ui.plates.matrix_part import is_crop_cell, price_of
from core.ui.plates.presets_part import show_presets
from core.ui.plates.variants_part import show_tries, show_tries_under_way
from core.ui.plates.view import CELL, View, choose
from core.ui.plates.ways import ways_on_cell
from core.ui.sequencer.board import card_line, card_mark, make_label
from core.ui.sequencer.stories import show_story
from core.ui.session import handed_on, studio
from core.ui.telling import attempt
from core.ui.texts import _
from core.ui.warning_texts import warning_text
from core.ui.widgets import kind_name, plain, price, show_error

_HEIGHT = 460


def show_cell(view: View) -> None:
    """Show the open cell, when one is open."""
    wanted = st.query_params.get(CELL, "")
    row = next((row for row in view.matrix.rows if is_crop_cell(row, wanted)), None)
    card = view.cell
    if row is None and card is None:
        return
    with st.container(border=True, key="plates-cell"):
        if row is not None:
            _crop(view, row)
        elif card is not None:
            _card(view, card)


def _crop(view: View, row: Row) -> None:
    _title(region_name(row.region), _("Cut-out"))
    if row.crop is None:
        st.text(_("This object was not cut out yet."))
        return
    zoom_picture(view.workspace, row.crop, key=f"crop-{row.crop.id}", caption=row.region.caption, max_height=_HEIGHT)
    _onward(view, row.crop)


def _card(view: View, card: Card) -> None:
    region = _region(view, card)
    _title(region_name(region), kind_name(card.step.kind) + " · " + card_line(card))
    picture, words = st.columns([3, 2], gap="large")
    with picture:
        _picture(view, card, region)
    with words:
        show_held(view, card)
        _actions(view, card)
        show_tries_under_way(view, card)
        _prompt(view, card)
        _versions(view, card)


def _title(name: str, line: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            st.subheader(plain(name), anchor=False)
            st.caption(plain(line))
        if st.button(_("Close"), icon=":material/close:", key="plates/close"):
            choose(CELL, "")
            st.rerun()


def _region(view: View, card: Card) -> Region:
    rows = (row for row in view.matrix.rows if card.step.id in {cell.step.id for cell in row.cells})
    return next(rows).region


def _picture(view: View, card: Card, region: Region) -> None:
    if card.error is not None:
        show_error(card.error, ways_on_cell(view, card))
        if view.matrix.board is not None:
            offer_for_step(view.matrix.board, card, view.options, f"plates/made-before/{card.step.id}")
    _tell_billing(view, card)
    if card.asset is None:
        with st.container(border=True, height=240, horizontal_alignment="center", vertical_alignment="center"):
            waiting = card.state is CardState.RUNNING
            st.text(_("It is being made.") if waiting else _("No picture yet."), width="content")
        return
    before = view.matrix.board.picture(card.step.sources[0].id) if view.matrix.board else None
    if before is None:
        zoom_picture(view.workspace, card.asset, key=f"cell-{card.step.id}", mark=card_mark(card), max_height=_HEIGHT)
    else:
        measured = _fidelity(view, card, before, card.asset)
        heat = heat_url(view.workspace, card.asset, before) if measured is not None else ""
        before_after(view.workspace, before, card.asset, key=f"cell-{card.step.id}", max_height=_HEIGHT, heat=heat)
        if measured is not None:
            show_fidelity(measured)
    for warning in card.asset.result.warnings:
        st.caption(plain(warning_text(warning)))
    _onward(view, card.asset)


def _tell_billing(view: View, card: Card) -> None:
    """Say that a try which brought no picture may cost money all the same; a receipt says so itself."""
    is_told = isinstance(card.error, (BlockedError, NoImageError))
    if view.run is not None and card.step.id in view.run.maybe_billed and card.is_to_make and not is_told:
        words = _("The attempt may still be billed.") if card.error else _("Stopped, may be billed")
        st.caption(words)


def _fidelity(view: View, card: Card, before: Asset, after: Asset) -> Fidelity | None:
    """Return how faithful a restoration is; it is measured when its cell is first opened."""
    if card.step.kind not in MEASURED:
        return None
    here = studio().studio
    found: list[Fidelity] = []
    known = known_fidelity(here, before, after)
    if known is not None:
        return known
    with st.spinner(_("Comparing it with what it was made from")):
        attempt(lambda: found.append(fidelity_of(here, view.workspace, before, after)))
    return found[0] if found else None


def show_fidelity(fidelity: Fidelity) -> None:
    """Show the meter: how much of the structure is kept, missing and invented, and how far the shape has drifted."""
    figures = {
        _("Lines kept"): f"{fidelity.edge_agreement:.0%}",
        _("Missing"): f"{fidelity.missing:.0%}",
        _("Invented"): f"{fidelity.invented:.0%}",
        # unknown where the two do not lie over each other
        _("Shape drift"): f"{fidelity.aspect_drift:.1%}" if fidelity.is_aligned else "–",
    }
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        for name, figure in figures.items():
            st.metric(name, figure, width="content")
    st.caption(_("In the picture of differences orange is what is missing, blue what was invented, grey what is kept."))
    if not fidelity.is_aligned:
        st.caption(_("The two pictures could not be laid over each other exactly; read the figures with care."))
    if fidelity.is_poor:
        st.warning(
            _(
                "This one strays from what it was made from. Look at the differences, and try another preset before "
                "further steps build on it."
            ),
            icon=":material/difference:",
        )


def _actions(view: View, card: Card) -> None:
    is_locked = card.state is CardState.LOCKED
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if card.step.id not in view.held:
            show_tries(view, card, _make_words(view, card))
        label, icon = (_("Unlock"), "lock_open") if is_locked else (_("Lock"), "lock")
        if st.button(label, icon=f":material/{icon}:", disabled=card.asset is None, key=f"plates/lock/{card.step.id}"):
            attempt(lambda: view.workspace.choices.lock(view.matrix.slug, card.step.id, not is_locked))
            st.rerun()


def _make_words(view: View, card: Card) -> str:
    if not card.is_to_make or view.matrix.board is None:
        return _("Another try · {price}").format(price=price(card.price_usd))
    if card.error:
        return _("Try again · {price}").format(price=price_of(view, (card,)))
    return make_label(view.matrix.board, card)


def _prompt(view: View, card: Card) -> None:
    def save(prompt: str) -> None:
        chain = view.matrix.chain
        shared = next((step.prompt for step in chain.steps if card.step.id.endswith(f"-{step.id}")), "")
        set_cell_prompt(view.workspace, view.page, card.step.id, "" if prompt.strip() == shared else prompt)

    handed_on(
        st.text_area,
        _("Prompt for this object alone"),
        f"plates/own/{card.step.id}/{hash(card.step.prompt)}",
        card.step.prompt,
        save,
        height=180,
        help=_("Empty it to go back to the step's own prompt."),
    )
    if any(known.kind is card.step.kind for known in presets()):
        with st.popover(_("Use a preset for this object"), icon=":material/auto_stories:"):
            show_presets(view, card.step.kind, card.step.id, lambda _found, prompt: save(prompt))


def _versions(view: View, card: Card) -> None:
    if len(card.versions) < 2 or card.asset is None:
        return
    st.caption(_("Tries: click one to choose it"))

    def pick(asset_id: str) -> None:
        attempt(lambda: view.workspace.choices.choose(view.matrix.slug, card.step.id, asset_id))

    picture_strip(
        view.workspace,
        card.versions,
        key=f"tries-{card.step.id}",
        selected=card.asset.id,
        label=_("Versions"),
        look="versions",
        on_pick=pick,
    )


def _onward(view: View, asset: Asset) -> None:
    with st.container(horizontal=True):
        if st.button(_("Make a character sheet of it"), icon=":material/person:", key=f"plates/character/{asset.id}"):
            choose_picture(SHEET, asset.id)
            go_to("character_sheet")
        if st.button(_("Begin a scene with it"), icon=":material/view_carousel:", key=f"plates/scene/{asset.id}"):
            attempt(lambda: _begin_scene(view, asset))
        if st.button(_("Lineage"), icon=":material/account_tree:", key=f"plates/lineage/{asset.id}"):
            st.query_params["asset"] = asset.id
            go_to("lineage")


def _begin_scene(view: View, asset: Asset) -> None:
    prompt = _(
        "- The picture comes to life: its figures in the place it shows, seen from near.\n- Light: soft daylight."
    )
    show_story(start_story(view.workspace, name_of(asset), asset, prompt))
    go_to("scene_sequencer")
