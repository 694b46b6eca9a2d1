"""Taking a picture in: from the project, from a file, from the web."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from core.errors import StudioError
from core.models.asset import Asset, Kind
from core.store.importing import IMAGE_SUFFIXES
from core.studio.fetching import fetch_picture
from core.studio.intake import take_in
from core.ui.components.marks import name_of
from core.ui.components.pictures import MOST_IN_GALLERY, picture_strip
from core.ui.session import kept, kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import plain, show_error, upload_types

_PROJECT, _UPLOAD, _WEB = "project", "upload", "web"


def take_picture(name: str) -> Asset | None:
    """Show how a picture is chosen and return the chosen one, or None; `name` keeps this choice apart from others."""
    chosen = chosen_picture(name)
    if chosen is None:
        _ways(name)
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        size = f"{chosen.result.width} × {chosen.result.height}"
        st.caption(f"{plain(name_of(chosen))} · {size}", width="stretch")
        # another key after each choice: the popover closes
        with st.popover(_("Change picture"), icon=":material/image:", key=f"{name}/change/{_count(name)}"):
            _ways(name)
    return chosen


def chosen_picture(name: str) -> Asset | None:
    """Return the picture that was chosen before, or None."""
    return studio().workspace.find(str(kept_value(f"{name}/picture", "")))


def choose_picture(name: str, asset_id: str) -> None:
    """Make a picture of the project the chosen one."""
    set_kept(f"{name}/picture", asset_id)
    studio().notes[f"{name}/choices"] = _count(name) + 1


def _count(name: str) -> int:
    return int(studio().notes.get(f"{name}/choices", 0))


def _ways(name: str) -> None:
    titles = {_PROJECT: _("Project"), _UPLOAD: _("Upload"), _WEB: _("Web address")}
    default = _PROJECT if studio().workspace.assets() else _UPLOAD
    way = kept(
        st.segmented_control,
        _("Picture from"),
        f"{name}/way",
        default,
        options=list(titles),
        format_func=titles.__getitem__,
        required=True,
        width="stretch",
    )
    {_PROJECT: _pick, _UPLOAD: _upload, _WEB: _fetch}[way or default](name)


def _pick(name: str) -> None:
    newest = studio().workspace.assets()[::-1]
    # a picture somebody owns is what a character comes from
    assets = sorted(newest, key=lambda asset: asset.recipe.kind is not Kind.ARCHIVE)
    if not assets:
        st.text(_("This project holds no picture yet. Upload one, or paste its web address."))
        return
    with st.container(height=320 if len(assets) > 4 else "content", border=False):
        picture_strip(
            studio().workspace,
            assets[:MOST_IN_GALLERY],
            key=f"{name}-pick",
            selected=str(kept_value(f"{name}/picture", "")),
            label=_("Pictures of this project, archive pictures first"),
            look="grid",
            on_pick=lambda asset_id: choose_picture(name, asset_id),
        )


def _upload(name: str) -> None:
    file = st.file_uploader(
        _("A picture file"),
        type=upload_types(IMAGE_SUFFIXES),
        key=f"{name}/file/{_count(name)}",
        label_visibility="collapsed",
    )
    _rights()
    if file is not None:
        _take(name, file.getvalue(), PurePath(file.name).stem)


def _fetch(name: str) -> None:
    url = kept(st.text_input, _("Address of a picture"), f"{name}/url", "", placeholder="https://")
    _rights()
    if st.button(_("Take this picture"), icon=":material/download:", disabled=not url.strip()):
        try:
            with st.spinner(_("Fetching the picture")):
                data, stem = fetch_picture(url)
        except StudioError as error:
            show_error(error)
            return
        _take(name, data, stem)


def _take(name: str, data: bytes, stem: str) -> None:
    try:
        asset = take_in(studio().workspace, data, stem)
    except StudioError as error:
        show_error(error)
        return
    choose_picture(name, asset.id)
    st.rerun()


def _rights() -> None:
    st.caption(_("Use pictures that are yours, or that you may use."))
