"""The colours of a scene: an hour of the day over a kind of land, with some of the previous scene carried on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.engines.drawing.picture import Pixels, shrink

Colour = NDArray[Any]
"""float32 BGR, 0..1."""

CARRIED = 0.26
"""How much of the previous scene's colours goes into the next."""
CARRIED_INTO_NOON = 0.12
"""The same for a clear noon, whose own colours would be dulled by more."""
STYLED = 0.5
"""How much of a style reference's colours goes into a scene."""


def colour(code: str) -> Colour:
    """Return `#RRGGBB` as BGR, 0..1."""
    red, green, blue = (int(code[i : i + 2], 16) for i in (1, 3, 5))
    return np.array([blue, green, red], np.float32) / 255


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return `first` moved towards `second` by `share` (0..1)."""
    return (first + (second - first) * np.float32(share)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Palette:
    """Colours of sky and light, and of land from far to near. `haze` 0..1 is how much air lies between.

    `is_clear`: the sun stands high in clean air; `is_snowy`: snow lies on the ground.
    """

    sky_top: Colour
    sky_middle: Colour
    sky_low: Colour
    light: Colour
    ambient: Colour
    haze: float
    is_dark: bool
    far: Colour
    near: Colour
    ground: Colour
    water: Colour
    ink: Colour
    is_clear: bool = False
    is_snowy: bool = False

    @property
    def snow(self) -> Colour:
        """The colour of snow in this hour's light: white, with a third of the light's tint."""
        bright = mix(self.ambient, np.ones(3, np.float32), 0.35 if self.is_dark else 0.66)
        return (colour("#F7FAFC") * bright).astype(np.float32)

    @property
    def snow_shade(self) -> Colour:
        """The colour of snow where the light does not reach: bluer, never grey."""
        return (self.snow * colour("#B3CBE6")).astype(np.float32)

    def land(self, depth: float) -> Colour:
        """Return the colour of land at a depth: 0 far, 1 near; what is far goes into the air."""
        body = mix(self.far, self.near, depth) * self.ambient
        return mix(body.astype(np.float32), self.sky_low, self.haze * (1 - depth) ** 1.25)

    def lit(self, body: Colour, share: float = 1.0) -> Colour:
        """Return a thing's own colour as this hour's light shows it."""
        return mix(body, (body * self.ambient).astype(np.float32), share)


_HOURS = {
    # sky top, middle, low, light, ambient, haze, dark
    "noon": ("#2E7FC2", "#7DBBE4", "#D5EBF5", "#FFF3C9", "#FFF8EA", 0.36, False),
    "day": ("#5E9FBF", "#A5CDD2", "#F4ECD2", "#FFF4D2", "#F4F2EA", 0.72, False),
    "dawn": ("#7C93BE", "#D9B3BE", "#FBDDBB", "#FFE3B8", "#E6D2CD", 0.72, False),
    "golden": ("#6E93A8", "#F0B56B", "#FCE3A2", "#FFD98A", "#F6C486", 0.70, False),
    "sunset": ("#43386E", "#D9655B", "#FBB871", "#FFB46B", "#C98A85", 0.62, False),
    "dusk": ("#27305C", "#6B5B8C", "#E3A08C", "#FFC49A", "#8C83AE", 0.60, True),
    "night": ("#0B1531", "#1B315A", "#47688F", "#DCE9F5", "#5A74A3", 0.55, True),
    "overcast": ("#8C9BA3", "#B4BEBF", "#E4E3D8", "#F2F0E6", "#C9CFCC", 0.82, False),
    "storm": ("#28333F", "#4E5E6A", "#9FA9A4", "#DDE6E2", "#8494A0", 0.62, True),
}

_LANDS = {
    # far, near, ground, water
    "meadow": ("#86A98C", "#4E7A45", "#8FA64E", "#5FA1AE"),
    "forest": ("#7FA08C", "#25513F", "#5C7A42", "#4F8F94"),
    "mountain": ("#8FA3B0", "#46606B", "#7C8F66", "#5A9BAE"),
    "snow": ("#C3D5E2", "#86A5BC", "#F7FAFC", "#7FAFC3"),
    "sea": ("#8FB3B8", "#4F7273", "#D9C492", "#3F8C9B"),
    "desert": ("#D9A983", "#B4673F", "#E0B06C", "#6FA8A3"),
    "city": ("#A79B9B", "#5B4F5C", "#8C8078", "#5B8795"),
    "autumn": ("#C99A6B", "#A4552B", "#C08A45", "#6E97A0"),
    "garden": ("#8DB08C", "#3F7450", "#7FA455", "#66A6AE"),
    "room": ("#C9AE8C", "#7A5A48", "#A9764D", "#6C93A0"),
    "underwater": ("#3F8A96", "#1F5F66", "#C9BE94", "#3F8C9B"),
    "cave": ("#7C7486", "#3A3442", "#5E5560", "#4B7F95"),
}


def palette_for(hour: str, land: str, is_snowy: bool = False) -> Palette:
    """Return the palette of an hour of the day over a kind of land, which may lie under snow."""
    top, middle, low, light, ambient, haze, is_dark = _HOURS[hour]
    far, near, ground, water = (colour(code) for code in _LANDS[land])
    shade, horizon = colour(ambient), colour(low)
    if land == "snow":
        horizon, haze = mix(horizon, (colour("#DCE9F2") * shade).astype(np.float32), 0.55), haze * 0.72
    palette = Palette(
        sky_top=colour(top),
        sky_middle=colour(middle),
        sky_low=horizon,
        light=colour(light),
        ambient=shade,
        haze=haze,
        is_dark=is_dark,
        far=far,
        near=near,
        ground=(ground * shade).astype(np.float32),
        water=mix((water * shade).astype(np.float32), colour(middle), 0.35),
        ink=(colour("#2A2530") * (0.55 + 0.45 * shade)).astype(np.float32),
        is_clear=hour == "noon",
        is_snowy=is_snowy,
    )
    return replace(palette, ground=palette.snow) if is_snowy else palette


def lamplit(palette: Palette) -> Palette:
    """Return the palette as it looks indoors: warm lamplight instead of the sky's."""
    return replace(palette, ambient=mix(palette.ambient, colour("#F6D2A2"), 0.6 if palette.is_dark else 0.35))


def submerged(palette: Palette) -> Palette:
    """Return the palette as it looks under water: blue-green, light above and deep below, at any hour."""
    dark = np.float32(0.42 if palette.is_dark else 1.0)
    return replace(
        palette,
        sky_top=mix(colour("#8FD6D2") * dark, palette.sky_top, 0.15),
        sky_middle=colour("#2F8FA8") * dark,
        sky_low=colour("#145A75") * dark,
        light=mix(palette.light, colour("#D5F4EC"), 0.7),
        ambient=mix(palette.ambient, colour("#8FCBD2"), 0.6),
        ground=mix(palette.ground, colour("#6FA8A3") * dark, 0.35),
        is_clear=False,
    )


def tinted(palette: Palette, tint: Colour, share: float = 0.3) -> Palette:
    """Return the palette leaning towards a colour the prompt names; snow takes on little of it."""
    return replace(
        palette,
        sky_middle=mix(palette.sky_middle, tint, share),
        sky_low=mix(palette.sky_low, tint, share * 0.6),
        near=mix(palette.near, tint, share * 0.8),
        ground=mix(palette.ground, tint, share * (0.2 if palette.is_snowy else 0.6)),
    )


def carried(palette: Palette, previous: Pixels, share: float = CARRIED) -> Palette:
    """Return the palette with some of a BGR picture's colours in the same places: sky with sky, ground with ground.

    Snow stays snow.
    """
    bands = _bands(previous)
    dark = 0.45 if palette.is_dark else 1.0
    return replace(
        palette,
        sky_top=mix(palette.sky_top, bands[0] * np.float32(dark), share),
        sky_middle=mix(palette.sky_middle, bands[1] * np.float32(dark), share),
        sky_low=mix(palette.sky_low, bands[2] * np.float32(dark), share),
        near=mix(palette.near, bands[3], share * 0.7),
        ground=palette.ground if palette.is_snowy else mix(palette.ground, bands[4] * np.float32(dark), share),
        water=mix(palette.water, bands[2] * np.float32(dark), share * 0.7),
    )


def _bands(picture: Pixels) -> list[Colour]:
    """Return the middle colour of five bands from top to bottom."""
    small = shrink(picture, 96)
    small = cv2.resize(small, (24, 20), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return [np.median(small[i : i + 4].reshape(-1, 3), axis=0).astype(np.float32) for i in range(0, 20, 4)]
