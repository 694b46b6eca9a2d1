"""What things are called: names told apart, for a list answers with the first of two equal ones, and roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from core.models.asset import GenerationSettings, Role
from core.models.video import is_address
from core.store.workspace import Workspace
from core.ui.texts import _

K = TypeVar("K")


def distinct(names: Mapping[K, str]) -> dict[K, str]:
    """Return the names with a number behind each that stands there already, in their order."""
    taken = set(names.values())
    found: dict[K, str] = {}
    for key, name in names.items():
        label, number = name, 1
        while label in found.values() or (number > 1 and label in taken):
            number += 1
            label = f"{name} ({number})"
        found[key] = label
    return found


def project_labels(projects: Sequence[Workspace]) -> dict[str, str]:
    """Return the projects' titles by uuid; those that share one are told apart by their folders' names."""
    counts = Counter(project.title for project in projects)
    shared = {project.uuid: counts[project.title] > 1 for project in projects}
    return distinct(
        {
            project.uuid: f"{project.title} · {project.folder.name}" if shared[project.uuid] else project.title
            for project in projects
        }
    )


def role_names() -> dict[Role, str]:
    """Return what an image can be for, in the visitor's language."""
    return {
        Role.CHARACTER: _("Character"),
        Role.SCENE: _("Previous scene"),
        Role.OBJECT: _("Object to keep"),
        Role.STYLE: _("Style only"),
        Role.BACKGROUND: _("Background"),
        Role.POSE: _("Pose only"),
        Role.ARCHIVE: _("Archive picture"),
        Role.PLATE: _("Picture to work on"),
        Role.PAGE: _("Photographed page"),
        Role.OTHER: _("Something else"),
    }


def setting_name(setting: str) -> str:
    """Return what a setting is called, in the visitor's language; one that is seldom seen by its field's name."""
    names = {
        "aspect_ratio": _("Ratio"),
        "image_size": _("Size"),
        "thinking_level": _("Thinking"),
        "temperature": _("Temperature"),
        "top_p": _("Top p"),
        "search": _("Search"),
        "seed": _("Seed"),
    }
    return names.get(setting, setting.replace("_", " "))


def level_name(level: str) -> str:
    """Return how much a model thinks, in the visitor's language; a level we do not know by its own name."""
    names = {"minimal": _("minimal"), "low": _("low"), "medium": _("medium"), "high": _("high")}
    return names.get(level, level)


def search_names() -> dict[str, str]:
    """Return what a model may look up, in the visitor's language; "" is nothing."""
    return {"": _("None"), "web": _("Web"), "image": _("Images"), "web,image": _("Web and images")}


def settings_words(settings: GenerationSettings) -> list[str]:
    """Return the settings that are set, each in a word or two; ratio and size speak for themselves."""
    return [_setting_words(setting, value) for setting, value in settings.set_values().items()]


def _setting_words(setting: str, value: object) -> str:
    if setting in ("aspect_ratio", "image_size"):
        return str(value)
    if setting == "video" and not is_address(str(value)):
        return setting_name(setting)
    said = level_name(str(value)) if setting == "thinking_level" else value
    return setting_name(setting) if value is True else f"{setting_name(setting)} {said}"
