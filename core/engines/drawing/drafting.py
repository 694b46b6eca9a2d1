"""One request, one drawing: what is drawn for each kind of step."""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2

from core.engines.base import GenerationRequest, Reference
from core.engines.drawing import accessories, sheet
from core.engines.drawing.cutout import Subject, cut_out, cut_out_view
from core.engines.drawing.finish import grained, marked, unmarked
from core.engines.drawing.picture import Pixels, cover, decode, encode, on_white
from core.engines.drawing.scene import Cast, paint_scene
from core.engines.drawing.turning import View, turned
from core.engines.drawing.words import SceneWords, read_scene
from core.engines.vision.looks.film import cinematic
from core.engines.vision.looks.technique import turned_into
from core.engines.vision.looks.tint import tinted
from core.engines.vision.looks.wishes import framing_asked, technique_asked
from core.engines.vision.restoration.canvas import framed, has_white_rim, without_margin
from core.engines.vision.restoration.plate import named_type
from core.engines.vision.restoration.restoring import restore
from core.engines.vision.restoration.surroundings import Page, Surroundings, seen_page
from core.errors import InvalidImageError
from core.models.asset import Kind, Role
from core.models.catalog import ModelFacts
from core.models.plates import Framing

_SUBJECT_ROLES = (Role.CHARACTER, Role.OBJECT, Role.POSE, Role.OTHER, Role.ARCHIVE, Role.PLATE)
_RETOUCHED = (Role.PLATE, Role.PAGE, Role.ARCHIVE)
_LOOKS = (Kind.COLOURISATION, Kind.TRANSFORMATION, Kind.CINEMATIC)
_SHEETS = (Kind.CHARACTER_SHEET, Kind.ACCESSORY_SHEET)
_PAGES = threading.Lock()


def draw(request: GenerationRequest, facts: ModelFacts) -> bytes:
    """Draw what a request asks for and return PNG bytes.

    Raises:
        InvalidImageError: a reference cannot be read.
        InvalidRequestError: there is no such ratio or size.
    """
    drawing = _Drawing(
        request, [_Plate(reference, decode(reference.data, reference.name)) for reference in request.references]
    )
    width, height = _size(request, drawing.plates, facts)
    cv2.setNumThreads(1)  # drawings run side by side: one core each is faster than all cores for each
    return encode(marked(drawing.picture(width, height)))


@dataclass(frozen=True, eq=False)
class _Plate:
    """A reference and its decoded pixels (BGRA)."""

    reference: Reference
    pixels: Pixels

    @property
    def flat(self) -> Pixels:
        """The picture on white, BGR."""
        return on_white(self.pixels)


@dataclass(frozen=True, eq=False)
class _Drawing:
    request: GenerationRequest
    plates: list[_Plate]

    def picture(self, width: int, height: int) -> Pixels:
        """Return the drawing, without its mark, as BGR pixels of an exact size."""
        kind = self.request.kind
        if kind in (Kind.CUTOUT, *_SHEETS) and self.plates:
            return self._isolated(kind, width, height)
        view = sheet.view_on_white(self.text) if kind is Kind.IMAGE else None
        if view is not None and (plate := self._first(_SUBJECT_ROLES)) is not None:
            return _alone(plate, view, width, height)
        if kind in (Kind.SCENE, Kind.IMAGE) or not self.plates:
            return self._scene(width, height)
        return self._retouched(kind, width, height)

    @cached_property
    def words(self) -> SceneWords:
        """What the prompt asks for."""
        subject = self._first(_SUBJECT_ROLES)
        return read_scene(self.text, subject.reference.name if subject else "")

    @property
    def text(self) -> str:
        """What the person wrote, or what was composed when they wrote nothing."""
        return self.request.typed or self.request.prompt

    @property
    def seed(self) -> int:
        """A number from the request's seed; any text will do."""
        return int.from_bytes(hashlib.sha256(self.request.seed.encode()).digest()[:8], "big")

    def _first(self, roles: tuple[Role, ...]) -> _Plate | None:
        """Return the first picture of the best role there is."""
        return next((plate for role in roles for plate in self.plates if plate.reference.role is role), None)

    def _last(self, role: Role) -> Pixels | None:
        found = [plate for plate in self.plates if plate.reference.role is role]
        return found[-1].flat if found else None

    def _isolated(self, kind: Kind, width: int, height: int) -> Pixels:
        plate = self._first(_SUBJECT_ROLES) or self.plates[0]
        subject = _seen(plate, is_back=False)
        if kind is Kind.CUTOUT:
            return sheet.draw_cutout(subject, width, height)
        views = sheet.views_asked(self.text)
        is_object = kind is Kind.ACCESSORY_SHEET
        captions = sheet.captions_for(self.text, self.request.name, views, is_object)
        items = accessories.items_named(self.text) if is_object else ()
        if is_object and (items or not sheet.names_views(self.text)):
            return accessories.draw_accessory_sheet(subject, width, height, captions.title, items)
        return sheet.draw_character_sheet(subject, width, height, views, captions)

    def _scene(self, width: int, height: int) -> Pixels:
        cast = self._cast()
        return grained(paint_scene(self.words, cast, width, height, self.seed), self.seed)

    def _cast(self) -> Cast:
        plate = self._first((Role.CHARACTER, Role.OBJECT, Role.POSE, Role.OTHER, Role.ARCHIVE))
        is_back = plate is not None and plate.reference.kind is Kind.CHARACTER_SHEET and self.words.shows_back
        subject = _seen(plate, is_back) if plate else None
        return Cast(subject, is_back, self._last(Role.SCENE), self._last(Role.STYLE), self._last(Role.BACKGROUND))

    def _retouched(self, kind: Kind, width: int, height: int) -> Pixels:
        plate = self._first(_RETOUCHED) or self.plates[0]
        source, framing = unmarked(plate.flat), framing_asked(self.text)
        if kind is Kind.CROP:
            return cover(source, width, height)
        if kind in _LOOKS:
            return self._with_look(kind, source, width, height, framing)
        made = restore(source, named_type(self.text), lambda: _around(plate.reference))
        return made.sized(width, height, framing)

    def _with_look(self, kind: Kind, source: Pixels, width: int, height: int, framing: Framing) -> Pixels:
        is_film = kind is Kind.CINEMATIC
        if framing is Framing.FULL_BLEED or (is_film and framing is Framing.MARGIN):
            source = without_margin(source)  # film has no white paper: what is to have a margin gets it last
        elif framing is Framing.MARGIN and has_white_rim(source):
            framing = Framing.BY_TYPE  # a margin that is there is not made twice
        if is_film:
            return framed(cinematic(source, width, height, self.seed), width, height, framing)
        if kind is Kind.COLOURISATION:
            return framed(tinted(source, self.text), width, height, framing)
        made = turned_into(source, technique_asked(self.text), self.text, self.seed)
        return framed(made, width, height, framing)


def _alone(plate: _Plate, view: View, width: int, height: int) -> Pixels:
    """Return one view of a subject on white; a sheet has its back already."""
    is_drawn = view is View.BACK and plate.reference.kind in _SHEETS
    subject = _seen(plate, is_back=is_drawn)
    return sheet.draw_cutout(subject if is_drawn else turned(subject, view), width, height)


def _seen(plate: _Plate, is_back: bool) -> Subject:
    """Return the subject of a picture; on a sheet the first view is its front, the last its back."""
    if plate.reference.kind in _SHEETS:
        return cut_out_view(plate.pixels, -1 if is_back else 0)
    return cut_out(plate.pixels)


def _around(reference: Reference) -> Surroundings | None:
    """Return the page a reference was cut from; one that cannot be read says nothing, and the crop is still whole."""
    if reference.origin is None:
        return None
    with contextlib.suppress(InvalidImageError), _PAGES:
        return Surroundings(_page(reference.origin.page), reference.origin.place)
    return None


# every object of a page wants it at once: it is looked at once
@lru_cache(maxsize=2)
def _page(data: bytes) -> Page:
    return seen_page(on_white(decode(data, "page")))


def _size(request: GenerationRequest, plates: list[_Plate], facts: ModelFacts) -> tuple[int, int]:
    """Return width and height in pixels; an open ratio becomes the closest to the last reference's, else 1:1."""
    settings = request.settings
    ratio = settings.aspect_ratio
    if ratio is None and plates and facts.ratios:
        height, width = plates[-1].pixels.shape[:2]
        ratio = min(facts.ratios, key=lambda each: abs(math.log(_quotient(each)) - math.log(width / height)))
    return facts.pixels(ratio, settings.image_size)


def _quotient(ratio: str) -> float:
    across, down = re.split(r"[:/]", ratio)
    return float(across) / float(down)
