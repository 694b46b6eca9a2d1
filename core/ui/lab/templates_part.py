"""Templates: choose one, fill its blanks, and go on from there."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.models.asset import EngineName
from core.models.template import Template
from core.studio.prompting.templates import built_in
from core.ui.controls import engine_in_use, model_in_use
from core.ui.lab.own_templates import show_own
from core.ui.lab.references import give_roles
from core.ui.lab.template_in_use import leave_template, own_templates, put_in_use, template_in_use
from core.ui.labels import role_names
from core.ui.session import kept_value, set_kept, set_widget_value, studio, widget_value
from core.ui.texts import _
from core.ui.widgets import plain


def show_templates(name: str) -> None:
    """Show the templates behind one button, and which one is in use."""
    mine = own_templates()
    found = {template.id: template for template in built_in(studio().language)} | mine
    count = int(studio().notes.get(f"{name}/templates", 0))  # another key after each use: the popover closes
    with st.popover(_("Begin with a template"), icon=":material/edit_note:", key=f"{name}/templates/{count}"):
        offered = _tagged(name, found)
        _stay(name, offered)
        chosen = st.selectbox(
            _("Template"),
            list(offered),
            format_func=lambda template_id: _title(found[template_id]),
            key=_choice_key(name),
        )
        studio().notes[f"{name}/chosen-template"] = (str(chosen), _title(found[str(chosen)]))
        _fill(name, found[str(chosen)], found)
        show_own(name, mine, mine.get(str(chosen)))
    _show_in_use(name)


def show_suited_models(name: str) -> None:
    """Show which models suit the template in use, each a click away; nothing where the chosen one does."""
    template = template_in_use(name)
    if template is None or engine_in_use() is not EngineName.GEMINI:
        return
    here = studio().studio
    suited = [here.catalog.model(model) for model in template.models]
    current = [facts for facts in suited if not facts.is_past(here.today())]
    if not current:
        return
    if model_in_use(name) in template.models:
        title = here.catalog.model(model_in_use(name)).title
        st.caption(_("{title} suits this template.").format(title=plain(title)))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("This template comes out better with"), width="content")
        for facts in current:
            st.button(
                plain(facts.title),
                key=f"{name}-suits-{facts.id}",
                icon=":material/check:",
                type="tertiary",
                on_click=set_kept,
                args=(f"{name}/model", facts.id),
            )


def _show_in_use(name: str) -> None:
    template = template_in_use(name)
    if template is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Template: {title}").format(title=plain(template.title)), width="content")
        st.button(
            "",
            icon=":material/close:",
            key=f"{name}-leave-template",
            type="tertiary",
            help=_("Go on without the template; prompt and references stay"),
            on_click=leave_template,
            args=(name,),
        )


def _tagged(name: str, found: Mapping[str, Template]) -> Mapping[str, Template]:
    """Let a tag be chosen where there are some, and return the templates that have it."""
    tags = sorted({tag for template in found.values() for tag in template.tags}, key=str.casefold)
    if not tags:
        return found
    tag = st.pills(_("Tag"), tags, format_func=plain, key=f"{name}-template-tag", wrap=True)
    return {template_id: one for template_id, one in found.items() if tag in (None, *one.tags)}


def _stay(name: str, offered: Mapping[str, Template]) -> None:
    """Keep a template chosen that is called otherwise by now: the browser sends what it was called."""
    key = _choice_key(name)
    last, title = studio().notes.get(f"{name}/chosen-template", ("", ""))
    held = widget_value(key)
    if last not in offered or held is None:
        return
    if held not in offered or (held == last and title != _title(offered[last])):
        set_widget_value(key, last)


def _title(template: Template) -> str:
    if not template.is_own:
        return template.title
    return " · ".join([template.title, *(template.tags or (_("your own"),))])


def _fill(name: str, template: Template, found: Mapping[str, Template]) -> None:
    if template.hint:
        st.caption(plain(template.hint))
    _say_needs(template)
    for blank in template.fields:
        st.text_input(
            plain(blank[:1].upper() + blank[1:]),
            key=_blank_key(name, template, blank),
            placeholder=template.example.get(blank, ""),
        )
    with st.container(horizontal=True):
        st.button(
            _("Use it"),
            type="primary",
            key=f"{name}-use-template",
            on_click=_use,
            args=(name, template, found),
        )
        if not template.example:
            return
        st.button(
            _("Use its example"),
            key=f"{name}-use-example",
            on_click=_use,
            args=(name, template, found, True),
        )


def _say_needs(template: Template) -> None:
    if template.roles:
        names = role_names()
        needed = ", ".join(
            _("Image {number}: {name}").format(number=number, name=names[role])
            for number, role in enumerate(template.roles, 1)
        )
        st.caption(_("Needs {images}.").format(images=plain(needed)))
    if template.models:
        titles = [studio().studio.catalog.model(model).title for model in template.models]
        st.caption(_("Suits {models}.").format(models=plain(", ".join(titles))))


def _choice_key(name: str) -> str:
    return f"{name}-template"


def _blank_key(name: str, template: Template, blank: str) -> str:
    return f"{name}-blank-{template.id}-{blank}"


def _use(name: str, shown: Template, found: Mapping[str, Template], is_example: bool = False) -> None:
    """Begin with the template that is chosen now: the click may come before the page showed the choice."""
    template = found.get(str(widget_value(_choice_key(name))), shown)
    typed = {blank: widget_value(_blank_key(name, template, blank), "") for blank in template.fields}
    set_kept(f"{name}/prompt", template.filled(template.example if is_example else typed))
    if template.search and not kept_value(f"{name}/search", ""):
        set_kept(f"{name}/search", template.search)
    put_in_use(name, template)
    give_roles(name, template.places)
    studio().notes[f"{name}/templates"] = int(studio().notes.get(f"{name}/templates", 0)) + 1
