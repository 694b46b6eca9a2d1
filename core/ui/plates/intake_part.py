"""Bringing pages in: files, a ZIP, a PDF, a web address, a IIIF manifest, or the samples."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.store.importing import Imported
from core.studio.pages.archives import is_hidden, natural
from core.studio.pages.intake import Progress, bring_in_uploads, bring_in_url
from core.studio.pages.kinds import TAKEN_SUFFIXES
from core.studio.pages.samples import take_sample_pages
from core.ui.errors_text import error_text
from core.ui.plates.view import open_page
from core.ui.session import forget_kept, kept, kept_value, set_kept, studio
from core.ui.telling import attempt
from core.ui.texts import _, ngettext
from core.ui.widgets import main_type, plain, upload_types

_COUNT = "plates/intakes"
_BAD = "plates/bad"
_UNDER_WAY, _FILES = "plates/intake", "files"
_MOST_NAMED = 20
_Verb = Callable[[Callable[[Progress], None]], list[Imported]]


def show_intake(is_first: bool) -> None:
    """Show how pages come in; `is_first` when the project has none yet."""
    count = int(studio().notes.get(_COUNT, 0))
    files = st.file_uploader(
        _("Pictures, PDF, multi-page TIFF, HEIC, ZIP or a IIIF manifest; as many as you like"),
        type=upload_types(TAKEN_SUFFIXES),
        accept_multiple_files=True,
        key=f"plates/files/{count}",
    )
    folder = st.file_uploader(
        _("A whole folder"), accept_multiple_files="directory", key=f"plates/folder/{count}", label_visibility="visible"
    )
    url = kept(
        st.text_input,
        _("Web address of a picture, PDF, ZIP or IIIF manifest"),
        "plates/url",
        "",
        placeholder="https://",
    )
    st.caption(
        _(
            "Use pages that are yours, or that you may use. Keep this tab open until they are in; what came in stays, "
            "and the same files again go on with what is missing."
        )
    )
    # a system's own files in a folder are nobody's pages, and page 2 comes before page 10
    named = [(file.name, file) for file in (*(files or []), *(folder or [])) if not is_hidden(file.name)]
    named.sort(key=lambda item: natural(item[0]))
    verb: _Verb | None = None
    under_way = ""
    with st.container(horizontal=True):
        if st.button(
            _("Bring them in"),
            icon=":material/upload:",
            type=main_type(is_first and bool(named)),
            disabled=not named,
        ):
            verb, under_way = partial(bring_in_uploads, studio().workspace, named), _FILES
        if st.button(_("Fetch from the web"), icon=":material/download:", disabled=not url.strip()):
            verb, under_way = partial(bring_in_url, studio().workspace, url), url
        is_main = is_first and not named and not url.strip()
        if st.button(_("Take the sample pages"), icon=":material/auto_stories:", type=main_type(is_main)):
            verb = partial(take_sample_pages, studio().workspace, ())
    if verb is not None:
        _bring(verb, under_way)


def show_cut_off() -> None:
    """Say that an intake did not come to its end, as when its tab was closed, and go on with it at a click."""
    left = str(kept_value(_UNDER_WAY, ""))
    if not left:
        return
    with st.container(border=True, key="plates-cut-off"):
        if left == _FILES:
            st.text(_("Bringing files in did not come to its end. Choose them again: only what is missing is taken."))
        else:
            st.text(_("Bringing pages in from this address did not come to its end:"))
            st.text(left)
        with st.container(horizontal=True):
            if left != _FILES and st.button(_("Go on with what is missing"), icon=":material/download:"):
                _bring(partial(bring_in_url, studio().workspace, left), left)
            if st.button(_("Leave it"), type="tertiary", key="plates/leave-cut-off"):
                forget_kept(_UNDER_WAY)
                st.rerun()


def show_refused() -> None:
    """Show which files of the last intake were not taken, and why, once."""
    bad = studio().notes.pop(_BAD, [])
    if not bad:
        return
    title = ngettext("{count} file was not taken", "{count} files were not taken", len(bad)).format(count=len(bad))
    with st.container(border=True):
        st.markdown(f":material/report: **{title}**")
        st.text("\n".join(bad[:_MOST_NAMED]))


def _bring(verb: _Verb, under_way: str) -> None:
    """Bring pages in; `under_way` is kept until that has ended, for a closed tab ends it at once."""
    if under_way:
        set_kept(_UNDER_WAY, under_way)
    bar = st.progress(0.0, text=_("Bringing pages in"))

    def tell(progress: Progress) -> None:
        share = (progress.file - 1 + progress.page / max(1, progress.pages)) / max(1, progress.files)
        words = _("{name}: page {page} of {pages}")
        said = words.format(name=plain(progress.name), page=progress.page, pages=progress.pages)
        bar.progress(min(1.0, share), text=said)

    results: list[Imported] = []
    attempt(lambda: results.extend(verb(tell)))
    forget_kept(_UNDER_WAY)
    studio().notes[_BAD] = [error_text(result.error) for result in results if result.error is not None]
    studio().notes[_COUNT] = int(studio().notes.get(_COUNT, 0)) + 1
    taken = [result.asset for result in results if result.asset is not None]
    if taken:
        open_page(taken[0].id)
    st.rerun()
