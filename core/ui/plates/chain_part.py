"""The chain of steps: which there are, in which order, with which words, model and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.models.asset import GenerationSettings, Kind
from core.models.plates import PLATE_KINDS, Chain, ChainStep
from core.store.ids import clean_id, first_free, folded
from core.store.plates import PlatesFile
from core.studio.plates.matrix import set_chain
from core.studio.plates.presets import preset, presets
from core.ui.controls import model_controls
from core.ui.plates.presets_part import preset_title, show_presets
from core.ui.plates.view import View
from core.ui.session import handed_on, kept, kept_value, language, set_kept, studio
from core.ui.texts import _
from core.ui.widgets import kind_name, main_type

_STEP = "plates/step"
_ADDED = "plates/added"
MOST_STEPS = 8


def show_chain(view: View) -> None:
    """Show the chain's editor: its steps as tabs of one row, the chosen one's words and settings, and a new step."""
    chain = view.matrix.chain
    if chain.steps:
        chosen = _choose(chain)
        _show_step(view, chosen)
    is_off = len(chain.steps) >= MOST_STEPS
    # another key after each step: the popover closes
    with st.popover(_("Add a step"), icon=":material/add:", disabled=is_off, key=f"plates/adding/{_added()}"):
        _add(view)


def _choose(chain: Chain) -> ChainStep:
    names = {step.id: step.name for step in chain.steps}
    if kept_step() not in names:
        set_kept(_STEP, chain.steps[0].id)
    chosen = kept(
        st.segmented_control,
        _("Steps, each made from the one before it"),
        _STEP,
        chain.steps[0].id,
        options=list(names),
        format_func=names.__getitem__,
        required=True,
    )
    return chain.step(str(chosen)) or chain.steps[0]


def kept_step() -> str:
    """Return the id of the step that is being edited."""
    return str(kept_value(_STEP, ""))


def _show_step(view: View, step: ChainStep) -> None:
    words, settings = st.columns([3, 2], gap="medium")
    with words:
        _words(view, step)
    with settings:
        model_controls(_StepControls(view, step))
        _order(view, step)


def _words(view: View, step: ChainStep) -> None:
    def rename(name: str) -> None:
        _change(view, step, name=" ".join(name.split())[:40] or step.name)

    def reword(prompt: str) -> None:
        if prompt.strip():
            _change(view, step, prompt=prompt.strip())

    handed_on(st.text_input, _("Name of the step"), f"plates/name/{step.id}/{step.name}", step.name, rename)
    handed_on(
        st.text_area,
        _("Prompt for every object"),
        f"plates/prompt/{step.id}/{hash(step.prompt)}",
        step.prompt,
        reword,
        height=220,
    )
    if any(known.kind is step.kind for known in presets()):
        with st.popover(_("Use a preset"), icon=":material/auto_stories:"):
            show_presets(
                view,
                step.kind,
                step.id,
                lambda found, prompt: _change(view, step, prompt=prompt, settings=found.step(language()).settings),
            )


@dataclass(frozen=True)
class _StepControls:
    """Takes the values from a step of the chain, and changes in it only what a person changes."""

    view: View
    step: ChainStep
    model: str = ""
    is_fixed: bool = True

    @property
    def place(self) -> str:
        """Which step this is."""
        return f"plates/{self.step.id}"

    def value(self, field: str, default: Any) -> Any:
        """Return what the step says."""
        found = self.step.model if field == "model" else getattr(self.step.settings, field)
        return default if found is None else found

    def show(self, widget: Any, label: str, field: str, default: Any, **options: Any) -> Any:
        """Show a field's widget and return its value."""
        value = self.value(field, default)
        key = f"{self.place}/{field}-{value}"
        return handed_on(widget, label, key, value, lambda chosen: self.put(field, chosen), **options)

    def put(self, field: str, value: Any) -> None:
        """Write a field's value into the chain."""
        if field == "model":
            _change(self.view, self.step, model=value or "")
            return
        chosen = {**self.step.settings.model_dump(), field: None if value == "" else value}
        _change(self.view, self.step, settings=GenerationSettings(**chosen))


def _order(view: View, step: ChainStep) -> None:
    steps = view.matrix.chain.steps
    place = steps.index(step)
    with st.container(horizontal=True):
        if st.button(_("Earlier"), icon=":material/arrow_back:", disabled=place == 0, key=f"plates/earlier/{step.id}"):
            _move(view, place, place - 1)
        last = place == len(steps) - 1
        if st.button(_("Later"), icon=":material/arrow_forward:", disabled=last, key=f"plates/later/{step.id}"):
            _move(view, place, place + 1)
        if st.button(_("Save this step for later"), icon=":material/bookmark:", key=f"plates/save/{step.id}"):
            PlatesFile(view.workspace.folder).save_step(step)
            st.toast(_("Saved. It is in the list of steps to add."))
        if st.button(_("Remove"), icon=":material/delete:", disabled=len(steps) == 1, key=f"plates/remove/{step.id}"):
            set_chain(view.workspace, Chain(steps=tuple(known for known in steps if known.id != step.id)))
            st.rerun()


def _add(view: View) -> None:
    saved = {f"saved/{step.name}": step for step in PlatesFile(view.workspace.folder).read().saved}
    titles = {known.id: preset_title(known) for known in presets()}
    titles |= {name: _("Saved: {name}").format(name=step.name) for name, step in saved.items()}
    titles["own"] = _("A step of your own")
    key = f"plates/add/{_added()}"
    chosen = str(st.selectbox(_("Step"), list(titles), format_func=titles.__getitem__, key=key))
    step = _own() if chosen == "own" else saved.get(chosen) or preset(chosen).step(language())
    with st.container(horizontal=True):
        if st.button(_("Add this step"), type=main_type(bool(step.prompt.strip())), disabled=not step.prompt.strip()):
            _append(view, step)
            studio().notes[_ADDED] = _added() + 1
            st.rerun()
        if chosen in saved and st.button(_("Forget it"), icon=":material/bookmark_remove:", key="plates/forget"):
            PlatesFile(view.workspace.folder).forget_step(step.name)
            st.rerun()


def _added() -> int:
    """Return how many steps were added in this visit: the form for the next one begins empty."""
    return int(studio().notes.get(_ADDED, 0))


def _own() -> ChainStep:
    kind = st.selectbox(_("Kind"), PLATE_KINDS, index=2, format_func=kind_name, key=f"plates/own/kind/{_added()}")
    name = st.text_input(_("Name of the step"), key=f"plates/own/name/{_added()}", max_chars=40)
    prompt = st.text_area(_("Prompt for every object"), key=f"plates/own/prompt/{_added()}")
    return ChainStep(
        id="own", kind=kind or Kind.TRANSFORMATION, name=name.strip() or kind_name(kind), prompt=prompt.strip()
    )


def _append(view: View, step: ChainStep) -> None:
    steps = view.matrix.chain.steps
    taken = {folded(known.id) for known in steps}
    new = step.model_copy(update={"id": first_free(clean_id(step.id)[:24], taken, "-")})
    set_chain(view.workspace, Chain(steps=(*steps, new)))
    set_kept(_STEP, new.id)


def _move(view: View, place: int, target: int) -> None:
    steps = list(view.matrix.chain.steps)
    steps.insert(target, steps.pop(place))
    set_chain(view.workspace, Chain(steps=tuple(steps)))
    st.rerun()


def _change(view: View, step: ChainStep, **changes: object) -> None:
    changed = step.model_copy(update=changes)
    steps = tuple(changed if known.id == step.id else known for known in view.matrix.chain.steps)
    set_chain(view.workspace, Chain(steps=steps))
