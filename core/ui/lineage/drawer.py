"""The selected image beside the graph: the picture, its words, what it was made from and became, what to do with it."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Asset, EngineName, Kind
from core.models.story import CHARACTERS
from core.studio.lab import is_of_lab
from core.studio.lineage import Graph, asset_of
from core.studio.pages.origins import credit_of
from core.studio.plates.cutting import is_plates_slug, page_of_slug
from core.studio.project_stories import story_slugs
from core.ui.answers import show_answer_quietly
from core.ui.character.form import NAME as SHEET
from core.ui.character.form import fill_form
from core.ui.components.marks import Mark, name_of
from core.ui.components.pictures import picture_strip, zoom_picture
from core.ui.intake import choose_picture
from core.ui.lab.form import fill_form as fill_lab
from core.ui.lab.form import show_on_bench
from core.ui.lab.talk_place import is_turn_here, open_turn
from core.ui.labels import settings_words
from core.ui.lineage.reading import Reading
from core.ui.lineage.selection import select
from core.ui.lineage.trash import put_away
from core.ui.original import original_button
from core.ui.places import go_to
from core.ui.plates.matrix_part import CROP
from core.ui.sequencer.files import begin_with
from core.ui.sequencer.stories import show_story
from core.ui.session import studio
from core.ui.texts import _
from core.ui.warning_texts import warning_text
from core.ui.widgets import ago, images, kind_name, plain, price, state_badge

_LONG_PROMPT = 400  # characters
_TALLEST_PROMPT = 260


def show_drawer(asset: Asset, graph: Graph, reading: Reading) -> None:
    """Show an image's details."""
    workspace, mark = studio().workspace, reading.mark(asset)
    with st.container(key="lineage-drawer"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(name_of(asset)), anchor=False, width="stretch")
            st.button(_("Close"), icon=":material/close:", on_click=select, args=("",), type="tertiary")
        zoom_picture(workspace, asset, key="lineage-picture", mark=mark, max_height=320)
        with st.container(horizontal=True):
            state_badge(asset, mark is Mark.STALE, mark is Mark.LOCKED)
            st.text(kind_name(asset.recipe.kind), width="content")
        _actions(asset)
        _prompt(asset)
        _relatives(_("Made from {images}"), _sources(asset, graph), "lineage-sources", reading)
        _relatives(_("Used in {images}"), _results(asset, graph), "lineage-results", reading)
        _recipe(asset)
        show_answer_quietly(asset, "lineage")
        for warning in asset.result.warnings:
            st.text(warning_text(warning))


def _actions(asset: Asset) -> None:
    with st.container(horizontal=True):
        if page_of_slug(asset.recipe.story):
            _plate_actions(asset)
        elif asset.recipe.story == CHARACTERS:
            _character_actions(asset)
        elif is_turn_here(asset):
            _turn_actions(asset)
        elif is_of_lab(asset):
            _lab_actions(asset)
        elif asset.recipe.step and asset.recipe.story in _told(story_slugs(studio().workspace)):
            _scene_actions(asset)
        elif st.button(_("Use in a character sheet"), icon=":material/person:", type="primary"):
            choose_picture(SHEET, asset.id)
            go_to("character_sheet")
        original_button(studio().workspace, asset)
        st.button(_("Trash"), icon=":material/delete:", on_click=put_away, args=(asset,))


def _character_actions(asset: Asset) -> None:
    if st.button(
        _("Use in a scene"),
        icon=":material/add_photo_alternate:",
        type="primary",
        help=_("Begin a story with this character"),
    ):
        begin_with(asset)
        go_to("scene_sequencer")
    if st.button(_("Make again"), icon=":material/replay:", help=_("Go to its sheet, where its price stands")):
        fill_form(asset)
        go_to("character_sheet")


def _lab_actions(asset: Asset) -> None:
    if st.button(
        _("Open in the prompt lab"), icon=":material/science:", type="primary", help=_("With its words and references")
    ):
        fill_lab(asset.recipe)
        show_on_bench(asset.id)
        go_to("prompt_lab")


def _turn_actions(asset: Asset) -> None:
    if st.button(
        _("Open the conversation"), icon=":material/forum:", type="primary", help=_("At the turn that made this image")
    ):
        open_turn(asset)
        go_to("prompt_lab")


def _scene_actions(asset: Asset) -> None:
    if st.button(
        _("Use in a scene"),
        icon=":material/add_photo_alternate:",
        type="primary",
        help=_("Add a scene that is made from this one"),
    ):
        _open_scene(asset, add=asset.recipe.step)
    if st.button(_("Make again"), icon=":material/replay:", help=_("Go to its scene, where its price stands")):
        _open_scene(asset)


def _told(slugs: list[str]) -> list[str]:
    """Return the stories that somebody tells, without those of plates."""
    return [slug for slug in slugs if not is_plates_slug(slug)]


def _plate_actions(asset: Asset) -> None:
    if st.button(_("Open on its page"), icon=":material/menu_book:", type="primary"):
        cell = (CROP if asset.recipe.kind is Kind.CROP else "") + asset.recipe.step
        st.query_params.update({"page": page_of_slug(asset.recipe.story), "cell": cell})
        go_to("book_pages")


def _open_scene(asset: Asset, **place: str) -> None:
    show_story(asset.recipe.story)
    st.query_params.update({"step": asset.recipe.step, **place})
    go_to("scene_sequencer")


def _prompt(asset: Asset) -> None:
    recipe = asset.recipe
    if not recipe.prompt:
        return
    st.caption(_("Prompt"))
    _show_prompt(recipe.prompt)
    if recipe.composed and recipe.composed != recipe.prompt:
        with st.expander(_("As it was sent")):
            _show_prompt(recipe.composed)


def _show_prompt(text: str) -> None:
    st.code(text, language=None, wrap_lines=True, height=_TALLEST_PROMPT if len(text) > _LONG_PROMPT else "content")


def _sources(asset: Asset, graph: Graph) -> list[Asset]:
    found = [asset_of(graph, source) for source in dict.fromkeys(asset.source_ids) if source in graph]
    return [source for source in found if source is not None]


def _results(asset: Asset, graph: Graph) -> list[Asset]:
    found = [asset_of(graph, node) for node in graph.successors(asset.id)] if asset.id in graph else []
    return [result for result in found if result is not None]


def _relatives(title: str, assets: list[Asset], key: str, reading: Reading) -> None:
    if assets:
        label = title.format(images=images(len(assets)))
        st.caption(label)
        marks = {asset.id: reading.mark(asset) for asset in assets}
        picture_strip(studio().workspace, assets, key=key, marks=marks, label=label, on_pick=select)


def _recipe(asset: Asset) -> None:
    st.caption(_("Recipe"))
    facts = [[plain(term), plain(text)] for term, text in _facts(asset) if text]
    st.table(facts, border="horizontal", hide_index=True, hide_header=True)


def _facts(asset: Asset) -> list[tuple[str, str]]:
    recipe, result = asset.recipe, asset.result
    origin = credit_of(studio().workspace, asset)
    cost = price(result.cost_usd, is_actual=True) if recipe.engine else ""
    return [
        (_("Engine"), str(recipe.engine or "")),
        (_("Model"), recipe.model if recipe.engine is EngineName.GEMINI else ""),
        (_("Settings"), ", ".join(settings_words(recipe.settings))),
        (_("Attempt"), str(recipe.attempt) if recipe.engine else ""),
        (_("Size"), _("{width} × {height} px").format(width=result.width, height=result.height)),
        (_("Cost"), cost),
        (_("Time"), _("{seconds} s").format(seconds=f"{result.seconds:.1f}") if result.seconds else ""),
        (_("Made"), ago(result.created)),
        (_("Story"), "" if recipe.turn or is_of_lab(asset) else recipe.story),
        (_("Title"), origin.title),
        (_("Source"), origin.source),
        (_("Credit line"), origin.credit),
        (_("Rights"), origin.rights),
        (_("File"), asset.file_name),
        (_("Fingerprint"), recipe.fingerprint[:16] if recipe.engine else ""),
    ]
