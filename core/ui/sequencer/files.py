"""Stories as files: begun from a character, opened from disk, downloaded."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import StudioError
from core.models.asset import Asset, Kind
from core.studio.characters import SHEET_KINDS, list_characters
from core.studio.story_editing import rename_story
from core.studio.story_packs import check_pack, open_files, pack_story, start_story
from core.ui.components.marks import name_of
from core.ui.labels import distinct
from core.ui.places import go_to
from core.ui.sequencer.actions import change
from core.ui.sequencer.stories import show_story
from core.ui.sequencer.view import STEP, View
from core.ui.session import forget_kept, handed_on, kept, kept_value, set_kept, studio
from core.ui.telling import attempt, show_said
from core.ui.texts import _
from core.ui.widgets import empty_place, show_error

_TITLE, _PROMPT, _CHARACTER = "sequencer/new/title", "sequencer/new/prompt", "sequencer/new/character"
_BEGIN = "begin"
DRAWING = Path(__file__).parents[1] / "components" / "start.svg"


def show_files(view: View) -> None:
    """Show what can be done with the story as a whole, behind one button."""
    with st.popover(_("Story"), icon=":material/auto_stories:"):
        handed_on(
            st.text_input,
            _("Title"),
            f"title-{view.slug}",
            view.opened.story.title,
            lambda title: change(view, lambda story: rename_story(story, title), _("story renamed"), typed="title"),
            max_chars=200,
        )
        _download(view)
    with st.popover(_("Another story"), icon=":material/add:"):
        st.markdown("**{}**".format(_("Open a story file")))
        st.caption(_("It stands beside this one, as a story of its own."))
        _open_form()
        st.markdown("**{}**".format(_("Start a story")))
        _start_form(_pictures(), is_first=False)


def begin_with(character: Asset) -> None:
    """Ask the sequencer for a new story that begins with this character."""
    set_kept(_CHARACTER, character.id)
    st.query_params[_BEGIN] = "1"


def is_beginning() -> bool:
    """Tell whether a new story was asked for, whatever stories there are."""
    return _BEGIN in st.query_params


def show_no_project() -> None:
    """Say what will stand here, and lead to where a project is made."""
    empty_place(
        _("Scenes belong to a project. Open one in the sidebar, or begin with a picture of your own."),
        _("Make a character"),
        lambda: go_to("character_sheet"),
        str(DRAWING),
    )


def show_new_story() -> None:
    """Show how a story begins, in a project that has none or when a new one was asked for."""
    show_said()
    pictures = _pictures()
    if not pictures:
        empty_place(
            _("A story begins with a character. Make one from a picture you own, and keep it."),
            _("Make a character"),
            lambda: go_to("character_sheet"),
            str(DRAWING),
        )
    else:
        st.subheader(_("Start a story"))
        _start_form(pictures, is_first=True)
    with st.expander(_("Open a story file")):
        _open_form()
    if is_beginning() and st.button(_("Leave it"), key="leave-story"):
        st.query_params.pop(_BEGIN, None)
        st.rerun()


def _download(view: View) -> None:
    try:
        check_pack(view.workspace, view.opened)  # what fails after the click can only say so in English
    except StudioError as error:
        show_error(error)
        return
    st.download_button(
        _("Download the story"),
        lambda: pack_story(view.workspace, view.opened),
        file_name=f"{view.slug}.zip",
        mime="application/zip",
        icon=":material/download:",
        help=_("A ZIP with the story file and the pictures it starts from. The terminal runs it too."),
        on_click="ignore",
    )


def _pictures() -> list[Asset]:
    """Return what a story can begin with: the kept characters, else every sheet, else every picture.

    The one that was asked for is among them in any case.
    """
    workspace = studio().workspace
    wanted = workspace.find(kept_value(_CHARACTER, ""))
    kept_ones = [character.asset for character in list_characters(workspace)]
    assets = workspace.assets()
    sheets = [asset for asset in assets if asset.recipe.kind in SHEET_KINDS]
    found = kept_ones or sheets or [asset for asset in assets if asset.recipe.kind is not Kind.SCENE]
    return found if wanted is None or wanted in found else [wanted, *found]


def _start_form(pictures: list[Asset], is_first: bool) -> None:
    if not pictures:
        return
    names = distinct({asset.id: name_of(asset) for asset in pictures})
    chosen = kept(
        st.selectbox, _("Character"), _CHARACTER, pictures[0].id, options=list(names), format_func=names.__getitem__
    )
    title = kept(st.text_input, _("Title of the story"), _TITLE, "", max_chars=200)
    prompt = kept(
        st.text_area,
        _("The first scene"),
        _PROMPT,
        "",
        height=160,
        placeholder=_("Where are we? What happens? How close is the view?"),
    )
    if st.button(_("Start the story"), type="primary" if is_first else "secondary"):
        if not prompt.strip():
            st.warning(_("Say what the first scene shows."))
            return
        asset = next(asset for asset in pictures if asset.id == chosen)
        if attempt(lambda: _show(start_story(studio().workspace, title, asset, prompt))):
            forget_kept(_TITLE, _PROMPT, _CHARACTER)
        st.rerun()


def _open_form() -> None:
    with st.form("open-story", clear_on_submit=True, border=False):
        files = st.file_uploader(
            _("A story as ZIP, or its .yaml file together with its pictures"),
            type=["zip", "yaml", "yml", "png", "jpg", "jpeg", "webp", "tif", "tiff", "gif", "bmp"],
            accept_multiple_files=True,
        )
        if st.form_submit_button(_("Open the story")) and files:
            given = [(file.name, file.getvalue()) for file in files]
            catalog = studio().studio.catalog
            attempt(lambda: _show(open_files(studio().workspace, given, catalog)))
            st.rerun()


def _show(slug: str) -> None:
    show_story(slug)
    for name in (STEP, _BEGIN):
        st.query_params.pop(name, None)
