"""One person's visit: the only place that touches `st.session_state`, and it holds names and texts, never pixels.

What was typed survives a page change and a refresh: it is saved with the project the moment it changes.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from core.errors import ConfigurationError, WorkspaceError
from core.settings import EngineChoice
from core.store.drafts import DraftsFile
from core.store.workspace import Workspace
from core.studio.context import LOCAL_USER, Studio
from core.ui.desk import desk, project, project_by_uuid, projects_folder
from core.ui.fitting import fits, is_like, start_of
from core.ui.shown import Shown

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
_SESSION = "throughline"
_NOBODY = ""
_SAVED = 4
_ODD = re.compile(r"[^\w-]+")  # what a folder's name would have to be quoted for; letters of every script may stand
T = TypeVar("T")


@dataclass
class StudioSession:
    """What one browser tab works with. `key` names an API key kept in the server's memory ("" for none).

    `handed` has, by widget, the values that `handed_on` showed last; `saved` the texts that were saved last.
    `waiting` are values that code gave to kept widgets and that their next showing takes; `unsaved`, by place, drafts
    that could not be written to the disk, and `unsaved_error` why, until it was told.
    """

    user: str
    language: str
    project: Workspace | None = None
    is_project_missing: bool = False
    engine: EngineChoice = EngineChoice.AUTO
    key: str = ""
    key_end: str = ""
    run: str = ""
    notes: dict[str, Any] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    handed: dict[str, Any] = field(default_factory=dict)
    saved: list[tuple[int, str]] = field(default_factory=list)
    waiting: dict[str, Any] = field(default_factory=dict)
    unsaved: dict[str, dict[str, Any]] = field(default_factory=dict)
    unsaved_error: WorkspaceError | None = None

    @property
    def studio(self) -> Studio:
        """The server's studio as this user's, with the session's key when there is one."""
        return desk().with_key(self.key).for_user(self.user)

    @property
    def workspace(self) -> Workspace:
        """The open project; pages ask `project` first."""
        if self.project is None:
            raise AssertionError("a page without a project asks for one before it works")
        return self.project


def studio() -> StudioSession:
    """Return this visit's session, begun when it is the first call."""
    found: StudioSession | None = st.session_state.get(_SESSION)
    # a tab that comes back after its visitor signed in or out is another visit
    if found is None or found.user != _user():
        # kept before anything can fail, so that a failure is told in the visitor's language
        found = st.session_state[_SESSION] = _begin()
        _return_to_place(found)
    return found


def language() -> str:
    """Return this visit's language; asked for with every text, so nobody looks up again who is here.

    It never fails, not even where nobody can be told from anybody: errors are shown in it.
    """
    found: StudioSession | None = st.session_state.get(_SESSION)
    return found.language if found is not None else _asked_language()


def open_project(folder: Path, title: str = "") -> Workspace:
    """Open a project for this visit, made when missing or empty.

    Raises:
        WorkspaceError: the folder cannot be used.
    """
    if title:
        desk().workspace(folder, title)
    studio().is_project_missing = False
    opened = studio().project = project(folder.expanduser().resolve())
    desk().index.opened(opened.folder, opened.uuid, opened.title)
    studio().run = ""
    remember_place()
    return studio().workspace


def leave_missing_project() -> None:
    """Close a project whose folder is not there any more: it was moved or removed while it was open."""
    here = studio()
    if here.project is not None and not (here.project.folder / "project.json").is_file():
        here.project, here.is_project_missing = None, True


def new_project_folder(stem: str) -> Path:
    """Return a folder that does not exist yet for a new project of this user."""
    from core.store.ids import clean_id, folded

    base = projects_folder(studio().user)
    taken = {folded(path.name) for path in base.iterdir()} if base.is_dir() else set()
    plain_stem = clean_id(_ODD.sub("-", stem).strip("-_") or "project")
    name, number = plain_stem, 1
    while folded(name) in taken:
        number += 1
        name = f"{plain_stem}-{number}"
    return base / name


def recent_projects() -> list[Workspace]:
    """Return this user's projects, last opened first; a damaged one is left out."""
    found = []
    for folder in desk().index.recent_projects():
        if _is_mine(studio().user, folder):
            with contextlib.suppress(WorkspaceError):
                found.append(project(folder))
    return found


def opened_at() -> dict[Path, datetime]:
    """Return when projects were opened last, by their folders."""
    return desk().index.opened_at()


def remember_place() -> None:
    """Keep project, run, language and engine in the address, so that a refresh comes back to the same place."""
    here = studio()
    wanted = {
        "project": here.project.uuid if here.project else "",
        "run": here.run,
        "lang": here.language,
        "engine": "" if here.engine is desk().settings.engine else str(here.engine),
    }
    for name, value in wanted.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def begin_page(page: str) -> None:
    """Note that a page begins to be shown; what was typed on another one is seeded anew when a person comes back."""
    studio().shown.begin(page)


def end_page() -> None:
    """Note that the page was shown to its end: the browser holds what was shown, and nothing else."""
    studio().shown.is_whole = True


def kept(widget: Callable[..., T], label: str, name: str, default: Any, **options: Any) -> T:
    """Show a widget whose value is saved with the project under `name` when it changes, and comes back after a refresh.

    A saved value that the widget cannot show counts as none. `widget` is a Streamlit function that takes `key` and
    `on_change`, such as `st.text_area`.
    """
    key = f"{_place()}/{name}"
    waiting = studio().waiting
    # Streamlit keeps values of widgets the browser has dropped when runs are cut off: it would show, and send, blanks
    is_held = studio().shown.add(key)
    is_told = True
    if key in waiting:
        st.session_state[key] = waiting.pop(key)
    elif not is_held or key not in st.session_state:
        st.session_state[key] = _read_drafts().get(name, default)
    else:
        is_told = False
    if not fits(st.session_state[key], default, options):
        st.session_state[key], is_told = default, True
    start = {} if is_told else start_of(widget, st.session_state[key], options)
    return widget(label, key=key, on_change=_save_draft, args=(key, name, default, options), **{**options, **start})


def handed_on(
    widget: Callable[..., T], label: str, key: str, value: Any, save: Callable[[Any], object], /, **options: Any
) -> T:
    """Show a widget whose value goes to `save` when a person changes it, before the page runs again.

    So a click that follows at once finds it saved. A value that changed elsewhere is shown; what becomes of one that a
    person gave is not written back, for they may be typing on. `widget` takes `key` and `on_change`.
    """
    handed = studio().handed
    is_told = not studio().shown.add(key) or key not in st.session_state or handed.get(key, value) != value
    if is_told:
        st.session_state[key] = value
    handed[key] = value

    def hand_on() -> None:
        handed.pop(key, None)
        _note_saved(key)
        save(st.session_state[key])

    start = {} if is_told else start_of(widget, st.session_state[key], options)
    return widget(label, key=key, on_change=hand_on, **{**options, **start})


def set_kept(name: str, value: Any) -> None:
    """Set a kept widget's value from code; a widget that was shown in this run already shows it in the next one."""
    studio().waiting[f"{_place()}/{name}"] = value
    _write_draft(name, value)


def kept_value(name: str, default: Any = None) -> Any:
    """Return a kept widget's value without showing it; `default` where none of its type was kept."""
    key = f"{_place()}/{name}"
    waiting = studio().waiting
    if key in waiting:
        found = waiting[key]
    elif key in st.session_state:
        found = st.session_state[key]
    else:  # only then: the file is read at each call
        found = _read_drafts().get(name, default)
    return found if default is None or is_like(found, default) else default


def forget_kept(*names: str) -> None:
    """Forget kept values, as after a form was used."""
    here = studio()
    for name in names:
        here.waiting.pop(f"{_place()}/{name}", None)
        st.session_state.pop(f"{_place()}/{name}", None)
        here.unsaved.get(_place(), {}).pop(name, None)
    try:
        _drafts().forget(*names)
    except WorkspaceError as error:
        # what the disk still holds must not come back: no value stands before it
        _keep_unsaved(dict.fromkeys(names), error)


def take_unsaved_error() -> WorkspaceError | None:
    """Return why something typed could not be saved, once; it is still there as long as this tab is open."""
    here = studio()
    error, here.unsaved_error = here.unsaved_error, None
    return error


def saved_texts() -> list[tuple[int, str]]:
    """Return the last few texts that were saved, numbered: the browser waits for them before it changes the page."""
    return studio().saved


def component_value(key: str, name: str) -> Any:
    """Return what a component of ours sent under `name`, or None; for its callback, which runs before the page."""
    return st.session_state[key].get(name)


def widget_value(key: str, default: Any = None) -> Any:
    """Return what a widget of this page holds, for a callback, which runs before the page; `default` for none."""
    return st.session_state.get(key, default)


def set_widget_value(key: str, value: Any) -> None:
    """Set what a widget of this page holds, before it is shown."""
    st.session_state[key] = value


def is_signed_in() -> bool:
    """Tell whether somebody signed in; anything but a plain yes is a no."""
    return st.user.get("is_logged_in") is True


def _begin() -> StudioSession:
    return StudioSession(user=_user(), language=_asked_language(), run=st.query_params.get("run", ""))


def _return_to_place(here: StudioSession) -> None:
    engine = st.query_params.get("engine", "")
    here.engine = EngineChoice(engine) if engine in list(EngineChoice) else desk().settings.engine
    named = st.query_params.get("project", "")
    found = project_by_uuid(named)
    if found is not None and _is_mine(here.user, found.folder):
        here.project = found
    here.is_project_missing = bool(named) and here.project is None


def _is_mine(user: str, folder: Path) -> bool:
    return user == LOCAL_USER or folder.is_relative_to(projects_folder(user))


def _asked_language() -> str:
    language = st.query_params.get("lang") or _browser_language()
    return language if language in LANGUAGES else "en"


def _browser_language() -> str:
    return "zh_CN" if (st.context.locale or "").lower().startswith("zh") else "en"


def _user() -> str:
    """Return who signed in, as issuer and subject; the local user where sign-in is not configured."""
    if st.user.get("is_logged_in") is None:  # not there at all where sign-in is not configured
        return LOCAL_USER
    if not is_signed_in():
        return _NOBODY
    subject = st.user.get("sub")
    if not (isinstance(subject, str) and subject.strip()):
        raise ConfigurationError("The sign-in service does not say who you are (no `sub`). Choose another service.")
    return f"{st.user.get('iss', '')}#{subject}"


def _place() -> str:
    here = studio()
    return here.project.uuid if here.project else "start"


def _drafts() -> DraftsFile:
    here = studio()
    return DraftsFile(here.project.folder if here.project else None)


def _save_draft(key: str, name: str, default: Any, options: dict[str, Any]) -> None:
    if key not in st.session_state:  # forgotten while the browser was still telling of it
        return
    if "options" in options and not fits(st.session_state[key], default, options):
        # the browser sends what an option was called when it was chosen, and it is called something else by now
        st.session_state[key] = _read_drafts().get(name, default)
        return
    studio().waiting.pop(key, None)  # a person's choice comes after what code wanted
    _note_saved(key)
    _write_draft(name, st.session_state[key])


def _note_saved(key: str) -> None:
    here, text = studio(), st.session_state[key]
    if isinstance(text, str):
        number = here.saved[-1][0] + 1 if here.saved else 1
        here.saved = [*here.saved, (number, text)][-_SAVED:]


def _read_drafts() -> dict[str, Any]:
    return {**_drafts().read(), **studio().unsaved.get(_place(), {})}


def _write_draft(name: str, value: Any) -> None:
    """Save a draft; one that the disk does not take stays with this visit, for no click may fail because of it."""
    try:
        _drafts().write(name, value)
    except WorkspaceError as error:
        _keep_unsaved({name: value}, error)
    else:
        studio().unsaved.get(_place(), {}).pop(name, None)


def _keep_unsaved(values: dict[str, Any], error: WorkspaceError) -> None:
    here = studio()
    if not here.unsaved:  # one warning a visit
        here.unsaved_error = error
    here.unsaved.setdefault(_place(), {}).update(values)
