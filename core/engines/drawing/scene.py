"""A storyboard frame: a backdrop from the prompt's words, and the subject standing in its light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.engines.drawing import air, built, depths, indoors, land, water, wayside, woods
from core.engines.drawing.brush import Stage, to_pixels
from core.engines.drawing.finish import vignetted
from core.engines.drawing.palette import (
    CARRIED,
    CARRIED_INTO_NOON,
    STYLED,
    Palette,
    carried,
    colour,
    lamplit,
    mix,
    palette_for,
    submerged,
    tinted,
)
from core.engines.drawing.picture import Pixels, cover, resize
from core.engines.drawing.placing import Cast, place
from core.engines.drawing.words import SceneWords, tint_code

DRAWN_PIXELS = 4_300_000
"""Larger frames are painted at this size and enlarged, to keep memory and time in bounds."""

_HORIZONS = {
    "room": 0.66,
    "sea": 0.50,
    "mountain": 0.62,
    "city": 0.62,
    "desert": 0.56,
    "cave": 0.62,
    "forest": 0.64,
    "underwater": 0.7,
}
_HOURS_AT_RANDOM = ("day", "golden", "dawn", "overcast", "day", "golden")
_NEVER_SNOWY = ("room", "sea", "cave", "desert", "underwater")
_LANDS_AT_RANDOM = ("meadow", "mountain", "meadow", "forest")


def paint_scene(words: SceneWords, cast: Cast, width: int, height: int, seed: int) -> Pixels:
    """Paint the frame at an exact size, in pixels."""
    scale = min(1.0, (DRAWN_PIXELS / (width * height)) ** 0.5)
    drawn_width, drawn_height = max(8, round(width * scale)), max(8, round(height * scale))
    rng = np.random.default_rng(seed)
    words = _settled(words, rng)
    stage = Stage(drawn_width, drawn_height, rng, _palette(words, cast), _horizon(words, rng))
    stage.side = _light_side(words, rng)
    if cast.plate is not None:
        stage.canvas[:] = cover(cast.plate, drawn_width, drawn_height).astype(np.float32) / 255
    else:
        _paint_backdrop(stage, words)
    if cast.subject is not None:
        place(stage, words, cast)
    _paint_weather(stage, words)
    frame = to_pixels(vignetted(stage.canvas))
    return frame if scale == 1.0 else resize(frame, width, height)


def _settled(words: SceneWords, rng: np.random.Generator) -> SceneWords:
    """Decide what the prompt leaves open."""
    hour = words.hour or ("night" if words.has("moon") else str(rng.choice(_HOURS_AT_RANDOM)))
    place = words.land or next(
        (name for element, name in (("boat", "sea"), ("lake", "meadow"), ("river", "meadow")) if words.has(element)),
        None,
    )
    land = place or str(rng.choice(_LANDS_AT_RANDOM))
    is_snowy = (words.is_snowy or words.has("snowfall")) and land not in _NEVER_SNOWY
    has_bed = words.is_asleep and land == "room" and not words.has("bed")
    elements = (*words.elements, "bed") if has_bed else words.elements
    return replace(words, hour=hour, land=land, elements=elements, is_snowy=is_snowy)


def _palette(words: SceneWords, cast: Cast) -> Palette:
    palette = palette_for(words.hour or "day", words.land or "meadow", words.is_snowy)
    if words.land in ("room", "underwater"):
        palette = lamplit(palette) if words.land == "room" else submerged(palette)
    for name in words.tints[:2]:
        palette = tinted(palette, colour(tint_code(name)))
    if cast.style is not None:
        palette = carried(palette, cast.style, STYLED)
    share = CARRIED_INTO_NOON if palette.is_clear else CARRIED
    return palette if cast.previous is None else carried(palette, cast.previous, share)


def _horizon(words: SceneWords, rng: np.random.Generator) -> float:
    middle = _HORIZONS.get(words.land or "", 0.6) + float(rng.uniform(-0.04, 0.04))
    if words.land != "room" and words.size is not None and words.size > 0.9:
        middle += -0.25 if words.is_lying else 0.1  # who lies is looked down at
    return middle


def _light_side(words: SceneWords, rng: np.random.Generator) -> int:
    """Return -1 when light comes from the left, 1 from the right: as the prompt places sun, moon or window."""
    for light in ("window", "sun", "moon"):
        if light in words.left or light in words.right:
            return -1 if light in words.left else 1
    if (
        words.has("house") and words.across is not None and words.across != 0.5
    ):  # it stands on the light's side, clear of the subject
        return 1 if words.across < 0.5 else -1
    return int(rng.choice([-1, 1]))


def _paint_backdrop(stage: Stage, words: SceneWords) -> None:
    if words.land == "underwater":
        depths.paint_depths(stage, words)
        return
    air.paint_sky(stage)
    glint = _paint_sky_things(stage, words)
    if words.land == "room":
        indoors.paint_room(stage, words)
        return
    _paint_far(stage, words)
    _paint_middle(stage, words, glint)
    if words.has("fog"):
        air.paint_fog(stage, 0.55)
    if words.land == "cave":
        indoors.paint_cave(stage)


def _paint_sky_things(stage: Stage, words: SceneWords) -> float | None:
    """Paint what hangs in the sky and return where its light falls, in pixels from the left."""
    is_night = words.hour == "night"
    glint = None
    if words.land == "room":
        return None
    if words.is_overcast:
        air.paint_clouds(stage, 11, is_heavy=True)
        _paint_airborne(stage, words)
        return None
    if words.has("aurora"):
        air.paint_aurora(stage)
    if words.has("stars") or is_night:
        air.paint_stars(stage)
    if words.has("moon") or (is_night and not words.has("aurora") and stage.rng.random() < 0.6):
        glint, y = air.light_place(stage, words, "moon")
        air.paint_moon(stage, glint, y)
    elif words.has("sun") or words.hour in ("noon", "golden", "sunset", "dawn"):
        glint, y = air.light_place(stage, words, "sun")
        air.paint_sun(stage, glint, y)
    if words.has("clouds"):
        air.paint_clouds(stage, 9)
    elif words.hour in ("day", "noon", "dawn", "golden", "sunset"):
        air.paint_clouds(stage, 3)
    _paint_airborne(stage, words)
    return glint


def _paint_airborne(stage: Stage, words: SceneWords) -> None:
    if words.has("lightning"):
        air.paint_lightning(stage)
    for name, paint in (("balloon", air.paint_balloon), ("kite", air.paint_kite), ("birds", air.paint_birds)):
        if words.has(name):
            paint(stage)


def _paint_far(stage: Stage, words: SceneWords) -> None:
    if words.has("mountains") or words.land in ("mountain", "snow"):
        tall = {"snow": 1.3, "mountain": 1.15}.get(words.land or "", 0.8)
        land.paint_mountains(stage, words.is_snowy, tall)
    if words.has("desert"):
        land.paint_dunes(stage)
    elif words.has("hills") or words.land in ("meadow", "autumn", "garden", "cave"):
        land.paint_hills(stage)
    if words.has("forest") or words.land == "forest":
        woods.paint_forest(stage, is_clearing=words.land == "forest")
    if words.has("waterfall"):
        water.paint_waterfall(stage)
    if words.land == "city":
        built.paint_skyline(stage)
    if words.has("village"):
        built.paint_village(stage)


def _paint_middle(stage: Stage, words: SceneWords, glint: float | None) -> None:
    shore = stage.horizon + stage.ground_depth * 0.55
    has_sea = words.has("sea") or words.land == "sea"
    ground_top = shore if has_sea else built.land_top(stage)
    if has_sea:
        water.paint_sea(stage, stage.height if words.is_afloat or words.has("jetty") else shore, glint)
    elif not words.has("desert"):
        land.paint_ground(stage, ground_top)
    if words.has("lighthouse"):
        built.paint_lighthouse(
            stage, 0.2 if "lighthouse" in words.left else 0.8 if "lighthouse" in words.right else 0.5 + 0.3 * stage.side
        )
    if words.has("lake"):
        water.paint_lake(stage, stage.horizon + 0.05 * stage.unit, stage.horizon + 0.5 * stage.ground_depth)
    if words.has("river") and not words.has("bridge"):
        water.paint_river(stage)
    if has_sea:
        _paint_shore(stage, words, shore)
    _paint_made(stage, words, ground_top)
    near_top = stage.horizon + (wayside.NEAR_BANK + 0.06) * stage.ground_depth if words.has("bridge") else ground_top
    _paint_growing(stage, words, near_top, has_sea)


def _paint_shore(stage: Stage, words: SceneWords, shore: float) -> None:
    if words.is_afloat:
        return
    if words.has("boat"):
        wayside.paint_boat(
            stage,
            stage.width * (0.5 + 0.3 * stage.side),
            stage.horizon + 0.16 * stage.ground_depth,
            0.2 * stage.unit,
            True,
        )
    if words.has("jetty"):
        wayside.paint_jetty(stage)
        return
    water.paint_beach(stage, shore)


def _paint_made(stage: Stage, words: SceneWords, top: float) -> None:
    if words.is_afloat:
        return
    far_x = stage.width * (0.5 - 0.27 * stage.side)
    if words.has("street"):
        built.paint_street(stage)
    elif words.has("road") and not (words.has("sea") or words.land == "sea"):
        (wayside.paint_fork if words.has("fork") else wayside.paint_road)(stage)
    if words.has("stairs"):
        wayside.paint_stairs(stage)
    if words.has("fence"):
        wayside.paint_fence(stage, top)
    if words.has("bridge"):
        wayside.paint_bridge(stage)
        land.paint_ground(stage, stage.horizon + wayside.NEAR_BANK * stage.ground_depth)
    if words.has("house"):
        built.paint_house(stage, *built.house_place(stage, top), built.HOUSE_SIZE * stage.unit, colour("#DCC6A2"))
    if words.has("tent"):
        wayside.paint_tent(stage, far_x, top + 0.3 * stage.ground_depth)
    if words.has("lamps"):
        built.paint_lamps(stage)
    if words.has("fire"):
        wayside.paint_fire(stage, stage.width * (0.5 + 0.12 * stage.side), top + 0.42 * stage.ground_depth)


def _paint_growing(stage: Stage, words: SceneWords, top: float, has_sea: bool) -> None:
    if words.is_afloat:
        return
    tone = mix(stage.palette.ground, stage.palette.near, 0.45)
    if words.has("tree") or words.land in ("garden", "autumn"):
        leaf = stage.palette.lit(colour("#C8642C" if words.land == "autumn" else "#5E8A4A"), 0.8)
        woods.paint_tree(
            stage, stage.width * (0.5 + 0.3 * stage.side), top + 0.22 * stage.ground_depth, 0.62 * stage.unit, leaf
        )
    if words.has("rocks") or words.land == "mountain":
        land.paint_rocks(stage, top)
    if words.has("flowers") or words.land == "garden":
        land.paint_flowers(stage, top + 0.05 * stage.unit)
    if not has_sea and not words.is_snowy and words.land in ("meadow", "forest", "garden", "autumn", "mountain"):
        land.paint_tufts(stage, top, 70, tone)
    if words.land == "forest":
        woods.paint_near_firs(stage)


def _paint_weather(stage: Stage, words: SceneWords) -> None:
    """Paint what lies between the viewer and the subject."""
    has_grass = words.land in ("meadow", "forest", "garden", "mountain", "autumn") and not words.is_snowy
    if has_grass and (words.size or 0.4) < 0.9:
        land.paint_foreground(stage, mix(stage.palette.land(1.0), stage.palette.ink, 0.55))
    if words.has("fog"):
        air.paint_fog(stage, 0.16)
    if words.has("leaves"):
        air.paint_drifting(stage, ("#C8642C", "#E0A13A", "#9C3F22"), 46)
    if words.has("petals"):
        air.paint_drifting(stage, ("#F4C9CF", "#F7E3E1", "#E79AAA"), 60)
    if words.has("fireflies"):
        air.paint_fireflies(stage)
    if words.land in ("room", "underwater"):
        return
    if words.has("rain") or (words.has("storm") and not words.has("snowfall")):
        air.paint_rain(stage)
    if words.has("snowfall"):
        air.paint_snowfall(stage)


__all__ = ["Cast", "paint_scene"]
