"""A person's own templates: saved from the prompt at hand, changed, put away, carried to another machine."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.models.asset import Role
from core.models.template import Template, open_blanks
from core.studio.prompting.templates import from_file, own, to_file
from core.ui.controls import model_titles
from core.ui.lab.references import references
from core.ui.lab.template_in_use import series_blank, series_in_use
from core.ui.session import kept_value, studio
from core.ui.telling import attempt, say
from core.ui.texts import _, ngettext
from core.ui.widgets import ago, plain

_UNDO = "lab/removed-template"


def show_own(name: str, mine: dict[str, Template], chosen: Template | None) -> None:
    """Show how the prompt at hand becomes a template, and what can be done with the chosen one of one's own."""
    prompt = str(kept_value(f"{name}/prompt", ""))
    _restore()
    if chosen is not None:
        _change(name, chosen, prompt)
    with st.expander(_("Save the prompt as a template")):
        model = str(kept_value(f"{name}/model", ""))
        roles = tuple(source.role for source in references(name))
        save_form(name, prompt, roles, (model,) if model else ())
    with st.expander(_("Carry templates over")):
        _carry(name, tuple(mine.values()))


def save_form(name: str, prompt: str, roles: tuple[Role, ...] = (), models: tuple[str, ...] = ()) -> None:
    """Show how a prompt is saved as a template; `roles` and `models` are the references and models it went with."""
    st.caption(_("Words in {braces} become blanks to fill in.").replace("{braces}", r"\{braces\}"))
    title = st.text_input(_("Title of the template"), key=f"{name}-own-title", max_chars=200)
    tags = st.text_input(_("Tags"), key=f"{name}-own-tags", placeholder=_("scenes, night"), max_chars=200)
    if st.button(_("Save"), key=f"{name}-own-save", disabled=not (title.strip() and prompt.strip())):
        found = {"text": prompt.strip(), "tags": _tags(tags), "roles": roles, "models": models}
        _save(Template(id="", title=title.strip(), **found, **_series(name, prompt)))


def _series(name: str, prompt: str) -> dict[str, object]:
    """Return what makes a series of the template too, where the prompt was begun with one and still has its blank."""
    begun = series_in_use(name)
    if begun is None or (blank := series_blank(name, begun)) not in open_blanks(prompt):
        return {}
    return {"series": blank, "views": begun.views}


def _change(name: str, chosen: Template, prompt: str) -> None:
    with st.container(horizontal=True):
        is_same = prompt.strip() in ("", chosen.text)
        if st.button(_("Take the prompt over"), key=f"{name}-own-update", icon=":material/save:", disabled=is_same):
            _save(chosen.model_copy(update={"text": prompt.strip()}))
        if st.button(_("Put away"), key=f"{name}-own-remove", icon=":material/delete:"):
            if attempt(lambda: own(studio().studio).remove(chosen.id)):
                studio().notes[_UNDO] = chosen.id
            st.rerun()
    versions = own(studio().studio).read().templates.get(chosen.id, ())
    with st.expander(_("Edit this template")):
        _edit(f"{name}-edit-{chosen.id}-{len(versions)}", chosen)
    if len(versions) > 1:
        with st.expander(ngettext("{count} version", "{count} versions", len(versions)).format(count=len(versions))):
            for number, version in enumerate(reversed(versions[:-1])):
                was = version.template
                st.caption(plain(" · ".join([was.title, *was.tags, ago(version.saved)])))
                st.code(was.text, language=None, wrap_lines=True)
                if st.button(_("Bring this version back"), key=f"{name}-own-version-{number}"):
                    _save(was)


def _edit(key: str, chosen: Template) -> None:
    """Show all that a template says, to be changed; `key` is another for each version."""
    title = st.text_input(_("Title"), chosen.title, key=f"{key}-title", max_chars=200)
    text = st.text_area(_("Text"), chosen.text, key=f"{key}-text", height="content")
    tags = st.text_input(_("Tags"), ", ".join(chosen.tags), key=f"{key}-tags", max_chars=200)
    hint = st.text_input(_("Hint"), chosen.hint, key=f"{key}-hint", max_chars=500)
    models = st.multiselect(
        _("Models that suit"),
        _offered(chosen.models),
        [*chosen.models],
        format_func=lambda model: studio().studio.catalog.model(model).title,
        key=f"{key}-models",
    )
    says = {"title": title.strip(), "text": text.strip(), "tags": _tags(tags), "hint": hint.strip()}
    changed = chosen.model_copy(update={**says, "models": tuple(models)})
    is_off = changed == chosen or not (changed.title and changed.text)
    if st.button(_("Save the changes"), key=f"{key}-save", icon=":material/save:", disabled=is_off):
        _save(changed)


def _offered(named: Sequence[str]) -> list[str]:
    """Return the models that can be named: those that make images, and what is named already."""
    return list(dict.fromkeys([*model_titles(), *named]))


def _restore() -> None:
    removed = studio().notes.get(_UNDO, "")
    if removed and st.button(_("Undo: template put away"), icon=":material/undo:", key="lab-own-undo"):
        attempt(lambda: own(studio().studio).remove(removed, is_removed=False))
        del studio().notes[_UNDO]
        st.rerun()


def _carry(name: str, mine: tuple[Template, ...]) -> None:
    st.download_button(
        _("Export my templates"),
        lambda: to_file(mine),
        file_name="templates.json",
        mime="application/json",
        icon=":material/download:",
        disabled=not mine,
        on_click="ignore",
        key=f"{name}-own-export",
    )
    count = int(studio().notes.get(f"{name}/imports", 0))
    file = st.file_uploader(_("Import templates"), type=["json"], key=f"{name}-own-import-{count}")
    if file is not None:
        studio().notes[f"{name}/imports"] = count + 1
        attempt(lambda: _import(file.getvalue()))
        st.rerun()


def _import(data: bytes) -> None:
    found = from_file(data)
    for template in found:
        own(studio().studio).save(template)
    words = ngettext("{count} template came in.", "{count} templates came in.", len(found))
    say(words.format(count=len(found)))


def _save(template: Template) -> None:
    if attempt(lambda: own(studio().studio).save(template)):
        say(_("The template is saved."))
    st.rerun()


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))
