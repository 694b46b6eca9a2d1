"""Templates: choose one, fill its blanks, and go on from there."""

from __future__ import annotations

import streamlit as st

from core.models.template import Template
from core.studio.prompting.templates import built_in
from core.ui.lab.own_templates import own_templates, show_own
from core.ui.labels import role_names
from core.ui.session import kept_value, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import plain


def show_templates(name: str) -> None:
    """Show the templates behind one button."""
    mine = own_templates()
    found = {template.id: template for template in built_in(studio().language)} | mine
    count = int(studio().notes.get(f"{name}/templates", 0))  # another key after each use: the popover closes
    with st.popover(_("Begin with a template"), icon=":material/edit_note:", key=f"{name}/templates/{count}"):
        chosen = st.selectbox(
            _("Template"),
            list(found),
            format_func=lambda template_id: _title(found[template_id]),
            key=f"{name}-template",
        )
        _fill(name, found[str(chosen)])
        show_own(name, mine, mine.get(str(chosen)))


def _title(template: Template) -> str:
    if not template.is_own:
        return template.title
    return " · ".join([template.title, *(template.tags or (_("your own"),))])


def _fill(name: str, template: Template) -> None:
    if template.hint:
        st.caption(plain(template.hint))
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
    values = {
        blank: st.text_input(
            plain(blank[:1].upper() + blank[1:]),
            key=f"{name}-blank-{template.id}-{blank}",
            placeholder=template.example.get(blank, ""),
        )
        for blank in template.blanks
    }
    with st.container(horizontal=True):
        st.button(
            _("Use it"),
            type="primary",
            key=f"{name}-use-template",
            on_click=_use,
            args=(name, template, template.filled(values)),
        )
        if not template.example:
            return
        st.button(
            _("Use its example"),
            key=f"{name}-use-example",
            on_click=_use,
            args=(name, template, template.filled(template.example)),
        )


def _use(name: str, template: Template, prompt: str) -> None:
    set_kept(f"{name}/prompt", prompt)
    if template.search and not kept_value(f"{name}/search", ""):
        set_kept(f"{name}/search", template.search)
    studio().notes[f"{name}/templates"] = int(studio().notes.get(f"{name}/templates", 0)) + 1
