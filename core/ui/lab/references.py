"""What the prompt works on: pictures in order, each with what it is for; dropped in, or picked from the project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import streamlit as st

from core.errors import StudioError
from core.models.asset import Role, Source
from core.store.importing import IMAGE_SUFFIXES
from core.studio.intake import take_in
from core.studio.lab import reference_to
from core.studio.prompts import role_of
from core.ui.components.marks import name_of
from core.ui.components.pictures import MOST_IN_GALLERY, picture_strip
from core.ui.lab.template_in_use import add_words, place_of_next, template_in_use
from core.ui.labels import role_names
from core.ui.pictures import picture_url
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import plain, show_error, upload_types

_BY_KIND = ""
MOST = 14


def references(name: str) -> tuple[Source, ...]:
    """Return the references of a form in their order; those whose picture is gone are left out."""
    found = []
    for asset_id, role in _entries(name):
        asset = studio().workspace.find(asset_id)
        if asset is not None:
            wanted = Role(role) if role else role_of(asset.recipe.kind)
            found.append(reference_to(asset, wanted, _name(name, asset_id)))
    return tuple(found)


def fill_references(name: str, sources: Sequence[Source]) -> None:
    """Make these the references of a form, with their roles and names."""
    _put(name, [(source.asset_id, source.role.value) for source in sources])
    for source in sources:
        asset = studio().workspace.find(source.asset_id)
        is_own = asset is not None and source.name != reference_to(asset, source.role).name
        set_kept(_name_place(name, source.asset_id), source.name if is_own else "")


def add_reference(name: str, asset_id: str) -> None:
    """Put a picture of the project where the form's template misses one, else behind the others.

    One that is among them stays where it is.
    """
    entries = _there(name)
    if asset_id in [known for known, _role in entries]:
        return
    place, role = place_of_next(template_in_use(name), _roles(entries)) or (len(entries), _BY_KIND)
    _put(name, [*entries[:place], (asset_id, str(role)), *entries[place:]])


def give_roles(name: str, roles: Sequence[Role]) -> None:
    """Say what a form's references are for, in their order; further ones keep what they have."""
    entries = _there(name)
    given = [(asset_id, str(role)) for (asset_id, _role), role in zip(entries, roles, strict=False)]
    _put(name, [*given, *entries[len(given) :]])


def drop_reference(name: str, asset_id: str) -> None:
    """Take a picture out of a form's references; the others keep their order."""
    _put(name, [entry for entry in _entries(name) if entry[0] != asset_id])


def choose_references(name: str) -> tuple[Source, ...]:
    """Show the references, which ones the form's template misses, and how one more is taken; return them."""
    entries = _there(name)
    for number, (asset_id, role) in enumerate(entries):
        _reference(name, entries, number, asset_id, role)
    _show_missing(name, entries)
    _take(name, len(entries))
    return references(name)


def _show_missing(name: str, entries: list[tuple[str, str]]) -> None:
    template = template_in_use(name)
    if template is None:
        return
    for place in template.open_places(_roles(entries)):
        number, wish = place + 1, add_words(template.places[place])
        words = _("Image {number}: {wish}") if place < len(template.roles) else _("Image {number}: {wish}, if you like")
        st.caption(f":material/add_photo_alternate: {plain(words.format(number=number, wish=wish))}")


def _reference(name: str, entries: list[tuple[str, str]], number: int, asset_id: str, role: str) -> None:
    asset = studio().workspace.get(asset_id)
    names = role_names()
    usual = names[role_of(asset.recipe.kind)]
    place = f"{name}-ref-{asset_id}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=place):
        st.image(picture_url(studio().workspace, asset), width=64, alt=name_of(asset))
        called = _name(name, asset_id) or name_of(asset)
        words = _("Image {number}: {name}").format(number=number + 1, name=called)
        options = [_BY_KIND, *names]
        chosen = st.selectbox(
            plain(words),
            options,
            index=options.index(Role(role)) if role else 0,
            format_func=lambda value: names[value] if value else _("{role} · by its kind").format(role=usual),
            key=f"{place}-{role}",
            width="stretch",
        )
        if (chosen or _BY_KIND) != role:
            _put(name, [*entries[:number], (asset_id, str(chosen)), *entries[number + 1 :]])
            st.rerun()
        with st.popover("", icon=":material/edit:", type="tertiary", key=f"{place}-name", help=_("Name it")):
            kept(
                st.text_input,
                _("What the prompt calls it"),
                _name_place(name, asset_id),
                "",
                max_chars=200,
                placeholder=name_of(asset),
            )
        if number and _small(f"{place}-up", ":material/arrow_upward:", _("Earlier in the order")):
            _put(name, [*entries[: number - 1], entries[number], entries[number - 1], *entries[number + 1 :]])
            st.rerun()
        if _small(f"{place}-out", ":material/close:", _("Take it out")):
            _put(name, [*entries[:number], *entries[number + 1 :]])
            st.rerun()


def _small(key: str, icon: str, words: str) -> bool:
    """Show a button that leaves its row's width to what the image is for."""
    return st.button("", icon=icon, key=key, help=words, type="tertiary")


def _take(name: str, count: int) -> None:
    label = _("Add a reference image") if count else _("Reference images")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        files = st.file_uploader(
            label,
            type=upload_types(IMAGE_SUFFIXES),
            accept_multiple_files=True,
            key=f"{name}/files/{_round(name)}",
            width="stretch",
        )
    with st.popover(_("From this project"), icon=":material/photo_library:", key=f"{name}/pick/{_round(name)}"):
        assets = studio().workspace.assets()[-MOST_IN_GALLERY:][::-1]
        if not assets:
            st.text(_("This project holds no picture yet."))
        else:
            with st.container(height=320 if len(assets) > 4 else "content", border=False):
                picture_strip(
                    studio().workspace,
                    assets,
                    key=f"{name}-pick",
                    label=_("Pictures of this project"),
                    look="grid",
                    on_pick=lambda asset_id: _picked(name, asset_id),
                )
    for problem in studio().notes.get(f"{name}/wrong", []):
        show_error(problem)
    if files:
        _take_files(name, files)
        st.rerun()


def _picked(name: str, asset_id: str) -> None:
    add_reference(name, asset_id)
    studio().notes[f"{name}/round"] = _round(name) + 1


def _take_files(name: str, files: list[Any]) -> None:
    """Take what was dropped; a bad file is named until the next ones come, and the rest goes on."""
    wrong: list[StudioError] = []
    for file in files:
        try:
            add_reference(name, take_in(studio().workspace, file.getvalue(), PurePath(file.name).stem).id)
        except StudioError as error:
            wrong.append(error)
    studio().notes |= {f"{name}/wrong": wrong, f"{name}/round": _round(name) + 1}


def _round(name: str) -> int:
    return int(studio().notes.get(f"{name}/round", 0))


def _name(name: str, asset_id: str) -> str:
    """Return what a person called a reference, "" when they did not."""
    return str(kept_value(_name_place(name, asset_id), "")).strip()


def _name_place(name: str, asset_id: str) -> str:
    return f"{name}/name/{asset_id}"


def _entries(name: str) -> list[tuple[str, str]]:
    """Return asset id and role ("" for that of its kind) as they were kept; others may have written the file."""
    found = []
    for entry in kept_value(f"{name}/references", []):
        if isinstance(entry, list) and len(entry) == 2 and all(isinstance(item, str) for item in entry):
            asset_id, role = entry
            found.append((asset_id, role if role in set(Role) else _BY_KIND))
    return found[: 2 * MOST]


def _there(name: str) -> list[tuple[str, str]]:
    """Return the entries whose picture is in the project."""
    return [(known, role) for known, role in _entries(name) if studio().workspace.find(known) is not None]


def _roles(entries: Sequence[tuple[str, str]]) -> list[Role]:
    """Return what each entry is for; its picture is in the project."""
    return [Role(role) if role else role_of(studio().workspace.get(known).recipe.kind) for known, role in entries]


def _put(name: str, entries: list[tuple[str, str]]) -> None:
    set_kept(f"{name}/references", [list(entry) for entry in entries])
