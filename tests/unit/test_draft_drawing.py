"""The parts of a drawing: cutting out, turning, lettering, and the scene that is painted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.engines.drawing import lettering, sheet
from core.engines.drawing.back import from_behind
from core.engines.drawing.cutout import Subject, cut_out, cut_out_view
from core.engines.drawing.placing import Cast
from core.engines.drawing.scene import paint_scene
from core.engines.drawing.turning import View, turned
from core.engines.drawing.words import read_scene


def pear(ground: tuple[int, int, int], is_uneven: bool) -> tuple[np.ndarray, np.ndarray]:
    """A green pear on clean or unevenly lit ground (BGRA), and how much of every pixel it covers."""
    height, width, large = 600, 480, 4
    cover = np.zeros((height * large, width * large), np.uint8)
    cv2.ellipse(cover, (240 * large, 400 * large), (120 * large, 130 * large), 0, 0, 360, 255, -1)
    cv2.ellipse(cover, (240 * large, 230 * large), (66 * large, 100 * large), 0, 0, 360, 255, -1)
    alpha = cv2.resize(cover, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    page = np.empty((height, width, 3), np.float32)
    page[:] = ground
    rng = np.random.default_rng(3)
    if is_uneven:
        page *= np.linspace(0.84, 1.0, width, dtype=np.float32)[None, :, None]
        page += rng.normal(0, 2.5, page.shape).astype(np.float32)
    page += (np.array([60, 150, 110], np.float32) - page) * alpha[..., None]
    flat = np.clip(page, 0, 255).astype(np.uint8)
    return np.dstack([flat, np.full((height, width), 255, np.uint8)]), alpha


def box_of(alpha: np.ndarray) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero((alpha > 0.05).any(axis=1)), np.flatnonzero((alpha > 0.05).any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


@pytest.mark.parametrize("is_uneven", [False, True])
@pytest.mark.parametrize("ground", [(255, 255, 255), (205, 228, 238), (60, 50, 45)])
def test_a_subject_is_cut_out_precisely(ground: tuple[int, int, int], is_uneven: bool) -> None:
    """On clean ground the cut-out covers the known subject with an IoU over 0.97, and its edge is soft, not stepped."""
    picture, truth = pear(ground, is_uneven)
    subject = cut_out(picture)
    wanted = truth[box_of(truth)]
    got = cv2.resize(subject.alpha, wanted.shape[::-1], interpolation=cv2.INTER_LINEAR)
    assert abs(subject.height - wanted.shape[0]) <= 3
    overlap = np.minimum(got, wanted).sum() / np.maximum(got, wanted).sum()
    assert overlap > 0.97
    assert ((subject.alpha > 0.1) & (subject.alpha < 0.9)).any()


def test_no_rim_of_paper_comes_along() -> None:
    """Laid on black, the edge of a subject cut from white shows none of the white."""
    picture, _ = pear((255, 255, 255), is_uneven=False)
    subject = cut_out(picture)
    on_black = subject.colour * subject.alpha[..., None]
    assert on_black.max() <= 150 + 12


def test_own_alpha_is_kept() -> None:
    """A picture that has an alpha of its own is not cut out a second time."""
    picture, truth = pear((255, 255, 255), is_uneven=False)
    picture[..., 3] = (truth * 255).astype(np.uint8)
    assert cut_out(picture).alpha == pytest.approx(truth[box_of(truth)], abs=0.01)


def test_a_busy_ground_still_gives_a_subject() -> None:
    """On a busy ground something smaller than the picture and around its middle is found."""
    rng = np.random.default_rng(5)
    page = cv2.GaussianBlur(rng.integers(0, 256, (240, 240, 3), dtype=np.uint8), (0, 0), 2)
    cv2.circle(page, (120, 120), 60, (20, 30, 220), -1)
    subject = cut_out(np.dstack([page, np.full((240, 240), 255, np.uint8)]))
    middle = subject.colour[subject.height // 2, subject.width // 2].astype(int)
    assert middle[2] > 180
    assert middle[:2].max() < 60


def test_views_of_a_sheet_are_told_apart() -> None:
    """On a drawn sheet the first view is the front, the last the back, and captions are neither."""
    picture, _ = pear((255, 255, 255), is_uneven=False)
    cv2.circle(picture, (240, 230), 20, (0, 0, 255, 255), -1)
    page = sheet.draw_character_sheet(
        cut_out(picture), 1376, 768, (View.FRONT, View.BACK), sheet.Captions("PEAR", ("FRONT VIEW", "BACK VIEW"))
    )
    bgra = np.dstack([page, np.full(page.shape[:2], 255, np.uint8)])
    front, back = cut_out_view(bgra, 0), cut_out_view(bgra, -1)

    def red(view: Subject) -> int:
        return int(((view.colour[..., 2] > 200) & (view.colour[..., 1] < 80)).sum())

    assert red(front) > 500
    assert red(back) == 0
    assert front.height == pytest.approx(back.height, abs=3)
    assert front.height > 400


def test_the_back_keeps_the_outline_and_loses_the_face() -> None:
    """From behind the silhouette is the mirrored one and what was drawn inside is gone."""
    picture, _ = pear((255, 255, 255), is_uneven=False)
    cv2.circle(picture, (200, 230), 16, (255, 255, 255, 255), -1)
    front = cut_out(picture)
    back = from_behind(front)
    assert back.alpha == pytest.approx(front.alpha[:, ::-1])
    solid = back.alpha > 0.99
    assert (front.colour[front.alpha > 0.99].min(axis=1) > 230).sum() > 200
    assert (back.colour[solid].min(axis=1) > 200).sum() == 0


@pytest.mark.parametrize(("view", "share"), [(View.THREE_QUARTER, 0.84), (View.LEFT, 0.6), (View.RIGHT, 0.6)])
def test_side_views_are_narrower(view: View, share: float) -> None:
    """A turned view keeps its height and is foreshortened."""
    picture, _ = pear((255, 255, 255), is_uneven=False)
    front = cut_out(picture)
    side = turned(front, view)
    assert side.height == front.height
    assert side.width == pytest.approx(front.width * share, abs=1.5)


def ink_of(text: str) -> np.ndarray:
    page = np.full((60, 420, 3), 255, np.uint8)
    lettering.write(page, text, 8, 42, 32, (0, 0, 0))
    return 255 - page[..., 0]


@pytest.mark.parametrize(("one", "other"), [("正", "背"), ("한", "글"), ("Ж", "Д"), ("ש", "ל"), ("é", "e")])
def test_letters_are_drawn_not_boxes(one: str, other: str) -> None:
    """Two different letters of a script leave ink, and different ink: neither is a box nor a question mark."""
    first, second = ink_of(one), ink_of(other)
    assert first.sum() > 2000
    assert second.sum() > 2000
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, ink_of("?"))


def test_what_no_font_holds_is_left_out() -> None:
    """Emoji vanish instead of becoming question marks, and a text of them alone leaves no ink."""
    assert lettering.printable("Wick 🐇 正面") == "Wick 正面"
    assert ink_of("🐇🏮").sum() == 0


def test_right_to_left_words_are_turned() -> None:
    """A Hebrew line is drawn from its last letter to its first; Latin words in it are not turned."""
    assert lettering.printable("שלום abc") == "abc םולש"


def test_long_captions_are_shortened() -> None:
    """A caption without room is made smaller, then ended by an ellipsis, and never wider than its room."""
    shown, size = lettering.fitted("A very long caption that goes on " * 9, 30, 300)
    assert shown.endswith("…")
    assert lettering.measure(shown, size)[0] <= 300


@pytest.mark.parametrize(
    ("prompt", "name", "title", "views"),
    [
        (
            '"ROBOT CHARACTER SHEET", "FRONT VIEW", "BACK VIEW"',
            "r",
            "ROBOT CHARACTER SHEET",
            ("FRONT VIEW", "BACK VIEW"),
        ),
        ("标注「小机器人」“正视图”", "r", "小机器人", ("正视图", "背面")),
        ("two views", "ROBOT", "Robot · character sheet", ("Front view", "Back view")),
        ("", "灯芯", "灯芯 · 角色设定", ("正面", "背面")),
    ],
)
def test_captions_come_from_the_prompt(prompt: str, name: str, title: str, views: tuple[str, ...]) -> None:
    """Quoted captions are used, title first; what is not quoted is worded in the prompt's language."""
    captions = sheet.captions_for(prompt, name, (View.FRONT, View.BACK), is_object=False)
    assert (captions.title, captions.views) == (title, views)


def test_more_views_make_more_columns() -> None:
    """Every view that a prompt names gets its column, in order."""
    assert sheet.views_asked("front, side view and back") == (View.FRONT, View.RIGHT, View.BACK)
    assert sheet.views_asked("正面、左侧、背面") == (View.FRONT, View.LEFT, View.BACK)
    assert sheet.views_asked("a hare") == (View.FRONT, View.BACK)


def test_the_back_keeps_what_reaches_the_outline_in_its_colour() -> None:
    """A scarf that goes all round stays one band in its own colour; a pocket in the middle is gone."""
    picture, _ = pear((255, 255, 255), is_uneven=False)
    picture[picture[..., 1] == 150] = (40, 50, 180, 255)
    inside = (picture[..., 2] == 180) & (picture[..., 0] == 40)
    band = inside.copy()
    band[:280], band[320:] = False, False
    picture[band] = (120, 110, 20, 255)
    cv2.rectangle(picture, (222, 290), (262, 320), (230, 240, 240, 255), -1)
    cv2.circle(picture, (240, 430), 22, (30, 200, 230, 255), -1)
    back = from_behind(cut_out(picture))
    middle = back.width // 2
    scarf, coat = back.colour[170, middle].astype(int), back.colour[300, middle].astype(int)
    assert scarf[0] > scarf[2] + 40
    assert coat[2] > coat[:2].max() + 80


def painted(prompt: str, seed: int = 4, subject: Subject | None = None) -> np.ndarray:
    return paint_scene(read_scene(prompt, "Wick"), Cast(subject), 688, 384, seed).astype(int)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "prompt", ["黄昏的雪山，下雪", "a snowy field at dusk", "a pine forest in winter, snow on the ground, at noon"]
)
def test_snow_is_light(prompt: str, seed: int) -> None:
    """Snow on the ground is lighter than the same ground without it, and nearly without colour."""
    ground = painted(prompt, seed)[300:, 150:540].reshape(-1, 3).mean(axis=0)
    assert ground.mean() > (120 if "dusk" in prompt else 190)
    assert ground[2] - ground[0] < 40
    assert ground[1] <= max(ground[0], ground[2]) + 2


def test_noon_is_blue_and_bright() -> None:
    """A clear noon has a blue sky, far bluer than an overcast day's."""
    sky = painted("a mountain pass at noon in clear sunlight")[:60].reshape(-1, 3).mean(axis=0)
    grey = painted("a mountain pass, overcast")[:60].reshape(-1, 3).mean(axis=0)
    assert sky[0] - sky[2] > 60
    assert sky[0] - sky[2] > 3 * (grey[0] - grey[2])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weather", ["in the rain", "in a storm"])
def test_rain_hides_the_moon(weather: str, seed: int) -> None:
    """No moon is seen in the rain, even when one is named: nothing in the sky is as bright as its disc."""

    def brightest(prompt: str) -> float:
        return float(cv2.blur(painted(prompt, seed)[:150].mean(axis=2), (15, 15)).max())

    assert brightest("a meadow at night, a full moon") > 200
    assert brightest(f"a meadow at night, a full moon, {weather}") < 170


def hare() -> Subject:
    """A blue figure with an arm: nothing of it is red."""
    colour, alpha = np.full((300, 160, 3), (190, 90, 60), np.uint8), np.zeros((300, 160), np.float32)
    cv2.ellipse(alpha, (80, 150), (50, 148), 0, 0, 360, 1.0, -1)
    cv2.rectangle(alpha, (0, 190), (80, 215), 1.0, -1)
    return Subject(colour, alpha)


def red_columns(prompt: str, seed: int) -> np.ndarray:
    """Tell for every column of a scene whether the red thread is in it."""
    picture = painted(prompt, seed, hare())
    return ((picture[..., 2] - picture[..., :2].max(axis=2)) > 70).any(axis=0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("land", ["a snowy plain at noon", "a beach by day", "a green meadow at noon"])
def test_the_thread_leaves_the_frame(land: str, seed: int) -> None:
    """The thread runs without a gap from the figure to an edge of the frame, in the ground's part of it."""
    columns = red_columns(f"{land}. Wick stands on the left. A red thread runs over the ground", seed)
    first = int(np.flatnonzero(columns)[0])
    assert columns[-1]
    assert columns[first:].mean() > 0.97
    sky = painted(f"{land}. Wick stands on the left. A red thread runs over the ground", seed, hare())[:170]
    assert ((sky[..., 2] - sky[..., :2].max(axis=2)) > 70).sum() == 0


def test_a_split_thread_has_two_ends() -> None:
    """Where the text says that the thread has split, one end leaves the frame left and one right."""
    columns = red_columns(
        "a green valley at noon, the path forks. Wick stands in the centre. The red thread has split in two", 2
    )
    assert columns[0]
    assert columns[-1]
    assert not red_columns("a green valley at noon, the path forks. Wick stands in the centre", 2).any()


def feet_seen(prompt: str, seed: int) -> np.ndarray:
    """Tell for every pixel of a scene whether it shows the figure's feet, which alone are magenta."""
    figure = hare()
    figure.colour[200:] = (200, 30, 200)
    picture = painted(prompt, seed, figure)
    return (picture[..., [0, 2]].min(axis=2) - picture[..., 1]) > 60


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("land", ["on the grass in a meadow", "asleep under a tree on a hill", "on a beach"])
def test_who_lies_outdoors_lies_whole_on_the_ground(land: str, seed: int) -> None:
    """On open ground nobody brings a blanket: the feet are seen, beside the head and not below it."""
    feet = feet_seen(f"Wick lies {land} at noon", seed)
    rows, columns = np.flatnonzero(feet.any(axis=1)), np.flatnonzero(feet.any(axis=0))
    assert feet.sum() > 300
    assert rows[0] > 0.4 * feet.shape[0]
    assert np.ptp(columns) < 1.6 * np.ptp(rows)


@pytest.mark.parametrize("place", ["in a bed in a room", "in a tent on a meadow", "in a hammock in a garden"])
def test_who_lies_in_a_bed_has_a_blanket(place: str) -> None:
    """In a bed, a tent or a hammock the feet are under a blanket."""
    assert feet_seen(f"Wick lies asleep {place} by day", 1).sum() < 40


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("hour", ["at golden hour", "at noon", "at sunset", "at dusk"])
def test_a_river_is_water_in_every_light(hour: str, seed: int) -> None:
    """A river is bluer than the ground it runs through, by far, whatever the hour; a path is not."""

    def blueness(prompt: str) -> tuple[float, float]:
        ground = painted(prompt, seed)[270:]
        blue = ground[..., 0] - ground[..., 2]
        return float(np.percentile(blue, 92)), float(np.median(blue))

    river, ground = blueness(f"a river in a meadow {hour}")
    assert river - ground > 35
    path, around = blueness(f"a path in a meadow {hour}")
    assert path - around < river - ground - 15


@pytest.mark.parametrize("prompt", ["underwater, coral and fish, golden hour", "海底的珊瑚", "a coral reef at sunset"])
def test_under_water_is_blue_from_top_to_floor(prompt: str) -> None:
    """Under water no sky is seen: above the floor all is blue-green, lighter near the surface than below."""
    picture = painted(prompt)
    above = picture[:240].reshape(240, -1, 3)
    assert (above[..., 0] > above[..., 2] + 15).mean() > 0.9
    assert above[:40].mean() > above[170:210].mean() + 15
