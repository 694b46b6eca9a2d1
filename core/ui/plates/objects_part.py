"""What was found: the page with its boxes, a table, the chosen object's words, and what was odd about the answer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.models.region import Detection, Flag, Region
from core.store.workspace import Workspace
from core.studio import detection as verbs
from core.studio.plates import objects
from core.studio.plates.composite import known_composite, make_composite
from core.ui.components.boxes import Heard, Version, box_editor, chosen_box, edited_boxes
from core.ui.components.pictures import zoom_picture
from core.ui.plates.table_part import show_rows
from core.ui.plates.view import OBJECT, View, choose, wanted_cut
from core.ui.session import handed_on, studio
from core.ui.telling import attempt
from core.ui.texts import _
from core.ui.warning_texts import warning_text
from core.ui.widgets import plain

_STAMP = "plates/stamp"
_NAMED = "plates/named/"


def show_editor(view: View) -> None:
    """Show the page and its boxes; a change becomes a new version of what was found."""
    key = f"boxes-{view.page.id}"
    box_editor(
        view.workspace,
        view.page,
        view.regions,
        key=key,
        version=Version(
            f"{view.page.id}/{view.detection.number if view.detection else 0}",
            int(studio().notes.get(f"{_STAMP}/{view.page.id}", 0)),
        ),
        chosen=view.region.id if view.region else "",
        heard=Heard(
            edited=lambda: _take_edit(view, key),
            chosen=lambda: choose(OBJECT, _known(view, chosen_box(key) or "")),
            stepped=lambda is_back: attempt(
                lambda: (verbs.undo if is_back else verbs.redo)(view.workspace, view.page.id)
            ),
        ),
    )


def show_versions(view: View) -> None:
    """Show undo and redo of what was found."""
    found = view.detection
    is_edit = found is not None and found.basis is not None
    _step(view, _("Undo"), "undo", verbs.undo, is_off=not is_edit)
    _step(view, _("Redo"), "redo", verbs.redo, is_off=found is None or not verbs.can_redo(view.workspace, found))


def show_table(view: View) -> None:
    """Show the objects as a table and by label; a click on a row chooses an object."""
    found = view.detection
    if found is None:
        st.text(_("Nothing was looked for on this page yet. Find objects, or draw boxes by hand."))
        return
    if not found.regions:
        st.text(_("Nothing was found on this page. Draw a box by hand, or look for something else."))
    else:
        show_rows(view, found)
    _notes(found)


def show_object(view: View) -> None:
    """Show the chosen object's words and place in the reading order."""
    region = view.region
    if region is None:
        if view.regions:
            st.caption(_("Choose an object to change its label and caption."))
        return
    place = [known.id for known in view.regions].index(region.id)
    version = view.detection.number if view.detection else 0

    def save(label: str | None = None, caption: str | None = None) -> None:
        words = (region.label if label is None else label, region.caption if caption is None else caption)
        _edit(view, lambda regions: objects.relabelled(regions, region.id, *words))

    with st.container(border=True):
        handed_on(
            st.text_input, _("Label"), f"label/{region.id}/{version}", region.label, lambda text: save(label=text)
        )
        handed_on(
            st.text_area,
            _("Caption, letter for letter"),
            f"caption/{region.id}/{version}",
            region.caption,
            lambda text: save(caption=text),
            height=96,
        )
        with st.container(horizontal=True):
            _order_button(view, region, _("Earlier"), "arrow_upward", place - 1, place == 0)
            _order_button(view, region, _("Later"), "arrow_downward", place + 1, place == len(view.regions) - 1)
            if st.button(_("Delete"), icon=":material/delete:", key=f"plates/delete/{region.id}"):
                _edit(view, lambda regions: objects.without(regions, region.id))
                choose(OBJECT, "")
                st.rerun()


def _take_edit(view: View, key: str) -> None:
    sent = edited_boxes(key, view.page)
    if sent is None:
        return
    stamp, drawn = sent
    studio().notes[f"{_STAMP}/{view.page.id}"] = stamp
    boxes = [(_known(view, name), box) for name, box in drawn]
    new: list[str] = []

    def drawn_into(regions: objects.Regions) -> objects.Regions:
        known = {region.id for region in regions}
        new.extend(name for name, _box in boxes if name not in known)
        return objects.with_boxes(regions, boxes)

    done = _edit(view, drawn_into)
    if done is None:
        return
    named = dict(zip(new, [region.id for region in done.regions[-len(new) :]], strict=True)) if new else {}
    studio().notes.setdefault(_NAMED + view.page.id, {}).update(named)
    if new:  # the box just drawn is the one to be named
        choose(OBJECT, named[new[-1]])


def _known(view: View, name: str) -> str:
    """Return the id that a box drawn here was given; the browser's own name for it is good until it hears of that."""
    return str(studio().notes.get(_NAMED + view.page.id, {}).get(name, name))


def _edit(view: View, change: Callable[[objects.Regions], objects.Regions]) -> Detection | None:
    """Store a change of what counts now, which another tab may have changed meanwhile; None when that fails."""
    done: list[Detection] = []

    def act() -> None:
        known = view.workspace.detections.current(view.page.id) or verbs.begin_by_hand(view.workspace, view.page)
        done.append(verbs.edited(view.workspace, known, change(known.regions)))

    attempt(act)
    return done[0] if done else None


def _step(view: View, label: str, icon: str, verb: Callable[[Workspace, str], object], is_off: bool) -> None:
    if st.button("", icon=f":material/{icon}:", help=label, disabled=is_off, key=f"plates/{icon}"):
        attempt(lambda: verb(view.workspace, view.page.id))
        st.rerun()


def _order_button(view: View, region: Region, label: str, icon: str, place: int, is_off: bool) -> None:
    if st.button(label, icon=f":material/{icon}:", disabled=is_off, key=f"plates/{icon}/{region.id}"):
        _edit(view, lambda regions: objects.reordered(regions, region.id, place))
        st.rerun()


def _notes(found: Detection) -> None:
    for flag, count in found.repairs.items():
        st.caption(plain(flag_text(flag, count)))
    for warning in found.warnings:
        st.caption(plain(warning_text(warning)))


def flag_text(flag: Flag, count: int) -> str:
    """Return what was wrong with an answer's boxes, and what became of them."""
    words = {
        Flag.REVERSED: _("Corners swapped, turned round: {count}"),
        Flag.OUT_OF_RANGE: _("Beyond the page, cut at its edge: {count}"),
        Flag.EMPTY: _("Without an area, left out: {count}"),
        Flag.DUPLICATE: _("Answered twice, left out: {count}"),
        Flag.WHOLE_PAGE: _("Box over the whole page, look at it: {count}"),
        Flag.SWALLOWED: _("Box inside another one, look at it: {count}"),
        Flag.UNREADABLE: _("Not four numbers, left out: {count}"),
        Flag.LABEL_NOT_ALLOWED: _("Label not in your list, taken off: {count}"),
    }
    return words[flag].format(count=count)


def show_composite(view: View) -> None:
    """Show the page with nothing but the objects on it, on white."""
    made = known_composite(view.workspace, view.plate, wanted_cut())
    if made is not None:
        zoom_picture(view.workspace, made, key=f"composite-{made.id}", max_height=520)
        return
    st.text(_("The page with nothing but its objects, on white."))
    if st.button(_("Put it together · free"), icon=":material/select_all:", disabled=not view.regions):
        attempt(lambda: make_composite(view.workspace, view.plate, wanted_cut()))
        st.rerun()
