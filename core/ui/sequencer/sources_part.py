"""The images a scene is made from: their order, what each is for, one more or one less."""

from __future__ import annotations

import streamlit as st

from core.models.asset import Role
from core.models.story import StepSource, StorySource
from core.studio.boards import Card
from core.studio.characters import Character, list_characters
from core.studio.prompts import role_of
from core.studio.story_editing import add_picture, free_id, set_sources
from core.ui.labels import distinct, role_names
from core.ui.pictures import picture_url
from core.ui.sequencer.actions import change
from core.ui.sequencer.view import View
from core.ui.texts import _

_BY_KIND = ""


def show_sources(view: View, card: Card) -> None:
    """Show the images in their order; the prompt calls them Image 1, Image 2 and so on."""
    sources = list(card.step.sources)
    for number, source in enumerate(sources):
        with st.container(border=True):
            _source(view, card, sources, number, source)
    if not sources:
        st.text(_("This scene is made from its prompt alone."))
    _add(view, card, sources)


def _source(view: View, card: Card, sources: list[StepSource], number: int, source: StepSource) -> None:
    asset = view.board.picture(source.id)
    place = f"{view.slug}-{card.step.id}-{source.id}"
    with st.container(horizontal=True, vertical_alignment="center"):
        if asset is not None:
            st.image(picture_url(view.workspace, asset), width=84, alt=_title(view, source.id))
        title = _("Image {number}: {name}").format(number=number + 1, name=_title(view, source.id))
        st.text(title, width="stretch")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        role = _role(view, source, place)
        if role != source.role:
            _put(view, card, [*sources[:number], source.model_copy(update={"role": role}), *sources[number + 1 :]])
        if st.button(
            "", icon=":material/arrow_upward:", key=f"up-{place}", disabled=number == 0, help=_("Earlier in the order")
        ):
            _put(view, card, [*sources[: number - 1], source, sources[number - 1], *sources[number + 1 :]])
        if st.button("", icon=":material/close:", key=f"out-{place}", help=_("Take it out")):
            _put(view, card, [*sources[:number], *sources[number + 1 :]])


def _role(view: View, source: StepSource, place: str) -> Role | None:
    asset = view.board.picture(source.id)
    names = role_names()
    usual = names[role_of(asset.recipe.kind)] if asset else names[Role.OTHER]
    options = [_BY_KIND, *names]
    chosen = st.selectbox(
        _("What it is for"),
        options,
        index=options.index(source.role) if source.role else 0,
        format_func=lambda role: names[role] if role else _("{role} · by its kind").format(role=usual),
        key=f"role-{place}-{source.role}",
        width="stretch",
    )
    return Role(chosen) if chosen else None


def _add(view: View, card: Card, sources: list[StepSource]) -> None:
    taken = {card.step.id, *(source.id for source in sources), *_descendants(view, card)}
    names = [step.id for step in view.opened.story.steps] + [source.id for source in view.opened.story.sources]
    free = [name for name in names if name not in taken]
    characters = _characters(view)
    if not free and not characters:
        return
    titles = {name: _title(view, name) for name in free} | {name: found.name for name, found in characters.items()}
    chosen = st.selectbox(
        _("Add an image"),
        [*free, *characters],
        index=None,
        format_func=distinct(titles).__getitem__,
        placeholder=_("A scene, a character or a starting picture"),
        key=f"source-{view.slug}-{card.step.id}-{len(sources)}",
    )
    if chosen in characters:
        _add_character(view, card, characters[chosen])
    elif chosen:
        _put(view, card, [*sources, StepSource(id=chosen)])


def _characters(view: View) -> dict[str, Character]:
    """Return the kept characters that the story does not start from yet, by a key that no step or source has."""
    used = {asset.id for asset in view.board.starting.values() if asset is not None}
    return {f"/{found.step}": found for found in list_characters(view.workspace) if found.asset.id not in used}


def _add_character(view: View, card: Card, character: Character) -> None:
    asset = character.asset
    source = StorySource(id=free_id(view.opened.story, character.name), path=f"../assets/{asset.file_name}")
    view.workspace.choices.choose(view.slug, source.id, asset.id)
    change(view, lambda story: add_picture(story, card.step.id, source), _("images changed"))
    st.rerun()


def _put(view: View, card: Card, sources: list[StepSource]) -> None:
    change(view, lambda story: set_sources(story, card.step.id, sources), _("images changed"))
    st.rerun()


def _descendants(view: View, card: Card) -> set[str]:
    found: set[str] = set()
    frontier = [card]
    while frontier:
        following = [name for name in frontier.pop().following if name not in found]
        found.update(following)
        frontier.extend(other for name in following if (other := view.board.card(name)) is not None)
    return found


def _title(view: View, name: str) -> str:
    card = view.board.card(name)
    return " ".join((card.step.label if card else name).split())
