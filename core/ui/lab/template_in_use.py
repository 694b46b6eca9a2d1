"""The template that a form's prompt was begun with: what its references are for goes by it, and which models suit."""

from __future__ import annotations

from collections.abc import Sequence

from core.models.asset import Role
from core.models.template import Template
from core.studio.prompting.templates import built_in, own
from core.ui.session import kept_value, set_kept, studio
from core.ui.telling import attempt
from core.ui.texts import _

_OWN = "own/"


def own_templates() -> dict[str, Template]:
    """Return a person's own templates by id; a file that cannot be read is told, and none are shown."""
    found: dict[str, Template] = {}
    attempt(lambda: found.update({f"{_OWN}{one.id}": one for one in own(studio().studio).current()}))
    return found


def template_in_use(name: str) -> Template | None:
    """Return the template that a form was begun with, or None."""
    wanted = str(kept_value(_place(name), ""))
    if wanted.startswith(_OWN):
        return own_templates().get(wanted)
    return next((one for one in built_in(studio().language) if one.id == wanted), None)


def series_in_use(name: str) -> Template | None:
    """Return the template that a form was begun with where that makes a series, or None."""
    template = template_in_use(name)
    return template if template is not None and template.series else None


def series_blank(name: str, series: Template) -> str:
    """Return the blank that tells a form's images apart; what the form began with comes before its template's."""
    return str(kept_value(_series_place(name), "")) or series.series


def put_in_use(name: str, template: Template) -> None:
    """Remember that a form was begun with a template, and what its series begins with."""
    set_kept(_place(name), f"{_OWN if template.is_own else ''}{template.id}")
    if template.series:
        set_kept(_series_place(name), template.series)
        set_kept(views_place(name), "\n".join(template.views))


def leave_template(name: str) -> None:
    """Have a form's prompt and references go by no template any more."""
    set_kept(_place(name), "")


def views_place(name: str) -> str:
    """Return where the views of a form's series are kept, one a line."""
    return f"{name}/views"


def add_words(role: Role) -> str:
    """Return what is said where a picture of a role is missing."""
    words = {
        Role.CHARACTER: _("add the character"),
        Role.SCENE: _("add the previous scene"),
        Role.OBJECT: _("add the object"),
        Role.STYLE: _("add a picture of the style"),
        Role.BACKGROUND: _("add the background"),
        Role.POSE: _("add a picture of the pose"),
        Role.ARCHIVE: _("add the archive picture"),
        Role.PLATE: _("add the picture to work on"),
        Role.PAGE: _("add the photographed page"),
    }
    return words.get(role, _("add a picture"))


def place_of_next(template: Template | None, given: Sequence[Role]) -> tuple[int, Role] | None:
    """Return where one more reference goes and what it is for; None where the template asks for no more."""
    if template is None or not (open_places := template.open_places(given)):
        return None
    place = open_places[0]
    return min(place, len(given)), template.places[place]


def _place(name: str) -> str:
    return f"{name}/template"


def _series_place(name: str) -> str:
    return f"{name}/series"
