"""The draft engine as its caller sees it: bytes in, exact and repeatable PNG out, or a typed error."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.engines.base import AttemptOutcome, AttemptReport, GenerationRequest, Reference
from core.engines.draft import DraftEngine
from core.engines.drawing.finish import marked, unmarked
from core.errors import BudgetExceededError, InvalidImageError, InvalidRequestError
from core.models.asset import GenerationSettings, Kind, Role
from core.models.catalog import load_catalog

RATIOS = load_catalog().model("draft").ratios


class Ledger:
    """Remembers what an engine reports."""

    def __init__(self) -> None:
        self.started: list[float] = []
        self.reports: list[AttemptReport] = []

    def attempt_started(self, estimate_usd: float) -> str:
        self.started.append(estimate_usd)
        return str(len(self.started))

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        self.reports.append(report)

    def waiting(self, seconds: float, reason: str) -> None:
        raise AssertionError("a drawing never waits")


def png(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def doll(face: bool = True) -> bytes:
    """A doll on clean ground: red body, brown head, and a face."""
    page = np.full((420, 300, 3), 245, np.uint8)
    cv2.ellipse(page, (150, 270), (70, 110), 0, 0, 360, (40, 60, 190), -1, cv2.LINE_AA)
    cv2.circle(page, (150, 120), 60, (60, 95, 140), -1, cv2.LINE_AA)
    if face:
        cv2.circle(page, (128, 112), 10, (250, 250, 250), -1, cv2.LINE_AA)
        cv2.circle(page, (172, 112), 10, (250, 250, 250), -1, cv2.LINE_AA)
    return bytes(cv2.imencode(".png", page)[1])


def reference(data: bytes, role: Role = Role.CHARACTER, kind: Kind = Kind.ARCHIVE, name: str = "Doll") -> Reference:
    return Reference(name, role, kind, data, "image/png", "")


def request(
    prompt: str = "",
    kind: Kind = Kind.SCENE,
    references: tuple[Reference, ...] = (),
    ratio: str | None = "16:9",
    size: str | None = "512",
    seed: str = "ab" * 32,
) -> GenerationRequest:
    chosen = GenerationSettings(aspect_ratio=ratio, image_size=size)
    return GenerationRequest(kind, "Doll", prompt, prompt, references, "draft", chosen, seed)


def draw(asked: GenerationRequest) -> bytes:
    return asyncio.run(DraftEngine().generate(asked, Ledger())).data


def pixels(data: bytes) -> np.ndarray:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded


@pytest.mark.parametrize("kind", [Kind.SCENE, Kind.CHARACTER_SHEET, Kind.CUTOUT, Kind.RESTORATION])
def test_the_same_request_gives_the_same_bytes(kind: Kind) -> None:
    """A request drawn twice, by two engines, is the same file byte for byte."""
    asked = request("a forest at night", kind, (reference(doll()),))
    assert draw(asked) == draw(asked)


def test_another_attempt_looks_different() -> None:
    """Another seed gives a visibly other scene of the same prompt."""
    asked = request("hills and a path at dawn", references=(reference(doll()),))
    first, second = pixels(draw(asked)), pixels(draw(replace(asked, seed="cd" * 32)))
    assert np.abs(first.astype(int) - second.astype(int)).mean() > 4


@pytest.mark.parametrize("size", ["512", "1K"])
@pytest.mark.parametrize("ratio", RATIOS)
def test_every_ratio_and_size_is_exact(ratio: str, size: str) -> None:
    """Scene and sheet have exactly the catalog's pixels."""
    width, height = load_catalog().model("draft").pixels(ratio, size)
    for kind in (Kind.SCENE, Kind.CHARACTER_SHEET):
        made = pixels(draw(request("mountains, a lake", kind, (reference(doll()),), ratio, size)))
        assert made.shape == (height, width, 3)


def test_a_4k_scene_is_exact() -> None:
    """A frame that is painted smaller and enlarged still has the catalog's pixels."""
    width, height = load_catalog().model("draft").pixels("16:9", "4K")
    assert pixels(draw(request("the sea", size="4K"))).shape == (height, width, 3)


def test_an_open_ratio_follows_the_last_reference() -> None:
    """Without a ratio the closest one to the last reference is taken, and 1:1 without references."""
    tall = png(Image.new("RGB", (400, 610), "white"))
    made = pixels(draw(request("sea", references=(reference(doll()), reference(tall, Role.SCENE)), ratio=None)))
    assert made.shape[1] / made.shape[0] == pytest.approx(2 / 3, abs=0.02)
    assert pixels(draw(request("sea", ratio=None))).shape[:2] == (512, 512)


ODD_PICTURES = {
    "one_pixel": png(Image.new("RGB", (1, 1), "red")),
    "a_line": png(Image.new("RGB", (900, 2), "blue")),
    "black": png(Image.new("RGB", (64, 64), "black")),
    "white": png(Image.new("RGB", (64, 64), "white")),
    "clear": png(Image.new("RGBA", (64, 64), (0, 0, 0, 0))),
    "alpha": png(Image.new("RGBA", (64, 80), (200, 40, 40, 128))),
    "grey": png(Image.new("L", (64, 48), 90)),
    "sixteen_bit": png(Image.fromarray(np.linspace(0, 65535, 4096).astype(np.uint16).reshape(64, 64))),
    "palette": png(Image.new("P", (33, 47), 3)),
    "cmyk": png(Image.new("CMYK", (64, 64), (10, 200, 100, 0)), "JPEG"),
    "noise": png(Image.fromarray(np.random.default_rng(1).integers(0, 256, (70, 90, 3), dtype=np.uint8))),
}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("name", ODD_PICTURES)
def test_odd_pictures_are_drawn_all_the_same(name: str, kind: Kind) -> None:
    """No reference that can be read makes any kind of step fail."""
    made = draw(request("from behind, at the left", kind, (reference(ODD_PICTURES[name]),), "1:1"))
    assert pixels(made).shape == (512, 512, 3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    prompt=st.one_of(
        st.text(max_size=300), st.sampled_from(["", "山 " * 20_000, "שלום עולם 🐇🏮", '"' * 99, "mountain " * 20_000])
    ),
    kind=st.sampled_from([Kind.SCENE, Kind.CHARACTER_SHEET, Kind.ACCESSORY_SHEET, Kind.IMAGE]),
    ratio=st.sampled_from(RATIOS),
    seed=st.text(max_size=80),
)
def test_any_prompt_is_drawn(prompt: str, kind: Kind, ratio: str, seed: str) -> None:
    """No prompt and no seed makes a drawing fail."""
    made = draw(replace(request(prompt, kind, (reference(doll()),), ratio), seed=seed, name=prompt[:40]))
    assert made.startswith(b"\x89PNG")


EVERYTHING = (
    "hills, trees, an old tree, a lake, a river, a waterfall, stars, the moon, the sun, aurora, clouds, fog, rain, "
    "snowfall, lightning, a village, a cabin, a lighthouse, a bridge, a path, street lamps, a lantern, a campfire, "
    "flowers, grass, rocks, birds, fireflies, a balloon, a kite, a tent, ice axes, a fence, a window, a bookshelf, "
    "a bed, a table, stairs, a red thread, leaves, petals"
)


@pytest.mark.parametrize(
    "extra", ["", "a boat", "a pier, a boat", "lies asleep", "close-up from behind", "three-quarter, tiny"]
)
@pytest.mark.parametrize(
    "land",
    ["room", "cave", "underwater", "desert", "snow", "city street", "sea", "autumn", "garden", "mountain", "forest"],
)
def test_every_element_is_drawn_in_every_land(land: str, extra: str) -> None:
    """Whatever stands in a scene, wherever it is, the scene is drawn."""
    made = draw(request(f"{land}, {EVERYTHING}, {extra}", references=(reference(doll()),)))
    assert pixels(made).std() > 5


@pytest.mark.parametrize("data", [b"", b"no image", doll()[: len(doll()) // 2]])
def test_unreadable_references_are_named(data: bytes) -> None:
    """A damaged reference is an InvalidImageError that names it, and the attempt is reported as failed."""
    ledger = Ledger()
    with pytest.raises(InvalidImageError, match="'Broken'"):
        asyncio.run(DraftEngine().generate(request(references=(reference(data, name="Broken"),)), ledger))
    assert [(r.outcome, r.error) for r in ledger.reports] == [(AttemptOutcome.FAILED, "invalid_image")]


def test_an_unknown_ratio_is_refused() -> None:
    """A ratio that the catalog does not have is an InvalidRequestError, reported as failed."""
    ledger = Ledger()
    with pytest.raises(InvalidRequestError, match="7:5"):
        asyncio.run(DraftEngine().generate(request(ratio="7:5"), ledger))
    assert ledger.reports[0].outcome is AttemptOutcome.FAILED


def test_an_attempt_is_free_and_reported_once() -> None:
    """A drawing is announced at no cost and its success reported once."""
    ledger = Ledger()
    asyncio.run(DraftEngine().generate(request("snow"), ledger))
    assert ledger.started == [0.0]
    assert [r.outcome for r in ledger.reports] == [AttemptOutcome.SUCCEEDED]


def test_a_refused_attempt_draws_nothing() -> None:
    """When the observer refuses, its error goes through and no outcome is reported."""

    class Refusing(Ledger):
        def attempt_started(self, estimate_usd: float) -> str:
            raise BudgetExceededError("The day's budget is spent.")

    ledger = Refusing()
    with pytest.raises(BudgetExceededError):
        asyncio.run(DraftEngine().generate(request(), ledger))
    assert ledger.reports == []


def test_a_cancelled_attempt_is_reported() -> None:
    """Cancelling the task ends it at once and reports the attempt as cancelled."""
    ledger = Ledger()

    async def cancel() -> None:
        task = asyncio.create_task(DraftEngine().generate(request("sea", size="1K"), ledger))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert [r.outcome for r in ledger.reports] == [AttemptOutcome.CANCELLED]


def test_only_ratio_and_size_are_honoured() -> None:
    """Sampling and thinking settings are dropped, ratio and size kept."""
    engine = DraftEngine()
    given_settings = GenerationSettings(
        aspect_ratio="2:3", image_size="2K", temperature=0.4, seed=3, thinking_level="high"
    )
    assert engine.honoured("draft", given_settings).set_values() == {"aspect_ratio": "2:3", "image_size": "2K"}
    assert engine.price("draft", given_settings) == 0


def test_every_drawing_carries_the_mark() -> None:
    """The lower right corner of a white sheet holds the ink of the mark."""
    made = pixels(draw(request("", Kind.CUTOUT, (reference(doll()),), "1:1", "1K")))
    assert (made[-60:, -120:].min(axis=2) < 140).sum() > 40


@given(
    st.integers(200, 900),
    st.integers(200, 900),
    st.sampled_from([(255, 0), (20, 0), (128, 9), (128, 60), (200, 30)]),
)
@settings(max_examples=40, deadline=None)
def test_a_mark_is_taken_off_as_it_was_put_on(height: int, width: int, ground: tuple[int, int]) -> None:
    """What the mark covered is back within what rounding lost; a picture without a mark is left as it is."""
    light, grain = ground
    noise = np.random.default_rng(height).normal(0, grain, (height, width, 3)) if grain else 0
    picture = np.clip(np.full((height, width, 3), light) + noise, 0, 255).astype(np.uint8)
    signed = marked(picture)
    assert np.abs(signed.astype(int) - picture).max() > 30
    assert np.abs(unmarked(signed).astype(int) - picture).max() <= 6
    assert unmarked(picture) is picture


def test_colours_of_the_mark_are_not_taken_for_one() -> None:
    """A picture that is red where the thread would be and dark where the word would be keeps all of it."""
    picture = np.full((600, 600, 3), (60, 55, 50), np.uint8)
    picture[:, :560] = (70, 95, 180)
    for edge in range(520, 600):
        drawn = picture.copy()
        drawn[:, :edge], drawn[:, edge:] = (70, 95, 180), (60, 55, 50)
        assert unmarked(drawn) is drawn


@pytest.mark.parametrize("kind", [Kind.RESTORATION, Kind.COLOURISATION, Kind.TRANSFORMATION, Kind.CINEMATIC])
def test_what_is_made_from_a_draft_has_one_mark(kind: Kind) -> None:
    """A step upon a draft, at another shape, looks as if that draft had never been marked."""
    first = draw(request("", Kind.CINEMATIC, (reference(doll(), Role.PLATE, Kind.CROP),), "16:9"))
    plain = unmarked(pixels(first))
    assert np.abs(plain.astype(int) - pixels(first)).max() > 30, "the first step is marked"
    bare = bytes(cv2.imencode(".png", plain)[1])
    of_draft, of_bare = (
        pixels(draw(request("", kind, (reference(data, Role.PLATE, Kind.CINEMATIC),), "3:4"))) for data in (first, bare)
    )
    assert np.abs(of_draft.astype(int) - of_bare).max() == 0


def test_back_view_is_used_from_behind() -> None:
    """A scene seen from behind shows the sheet's back view: the face's white is gone."""
    made = draw(request("", Kind.CHARACTER_SHEET, (reference(doll()),), size="1K"))
    on_sheet = reference(made, kind=Kind.CHARACTER_SHEET)

    def white_of_the_eyes(words: str) -> int:
        scene = pixels(draw(request(f"desert at noon, Doll in the centre, close-up {words}", references=(on_sheet,))))
        middle = scene[: scene.shape[0] // 2, scene.shape[1] // 3 : -scene.shape[1] // 3].astype(int)
        brown = cv2.GaussianBlur(scene, (0, 0), 6)[: scene.shape[0] // 2, scene.shape[1] // 3 : -scene.shape[1] // 3]
        return int(((middle.min(axis=2) - brown.min(axis=2)) > 40).sum())

    assert white_of_the_eyes("") > 200
    assert white_of_the_eyes("from behind") < 0.2 * white_of_the_eyes("")


def test_an_image_on_white_is_the_subject_alone_from_its_side() -> None:
    """A turntable's views stand on bare white: narrower from the side, without a face from the back."""
    shown = {
        view: pixels(draw(request(f"The doll, seen from {view}, on plain white.", Kind.IMAGE, (reference(doll()),))))
        for view in ("the front", "the right side", "the back")
    }
    for view, page in shown.items():
        height, width = page.shape[:2]
        assert (page[: height // 20] == 255).all(), view
        assert (page[:, : width // 10] == 255).all(), view
    middle = slice(0, 200)  # the mark stands below
    widths = {view: np.ptp(np.flatnonzero((page[middle] < 200).any(axis=(0, 2)))) for view, page in shown.items()}
    assert widths["the right side"] < 0.8 * widths["the front"]
    assert not np.array_equal(shown["the back"], shown["the front"])
    scene = pixels(draw(request("The doll in a forest.", Kind.IMAGE, (reference(doll()),))))
    assert (scene[:10] == 255).mean() < 0.5


def test_the_previous_scene_gives_its_colours_on() -> None:
    """The same prompt after a red scene is redder than after a blue one."""
    red, blue = (png(Image.new("RGB", (160, 90), tone)) for tone in ("#C02020", "#2030C0"))

    def balance(previous: bytes) -> float:
        made = pixels(draw(request("a meadow by day", references=(reference(previous, Role.SCENE, Kind.SCENE),))))
        return float(made[..., 2].mean() - made[..., 0].mean())

    assert balance(red) > balance(blue) + 15


def test_a_style_reference_gives_its_colours() -> None:
    """A green style picture makes the scene greener than without it."""
    style = reference(png(Image.new("RGB", (90, 90), "#10A030")), Role.STYLE)

    def greenness(refs: tuple[Reference, ...]) -> float:
        made = pixels(draw(request("a desert at noon", references=refs))).astype(float).mean(axis=(0, 1))
        return float(made[1] - (made[0] + made[2]) / 2)

    assert greenness((style,)) > greenness(()) + 10


def test_left_and_right_place_the_subject() -> None:
    """The red doll stands in the half of the frame that the prompt names."""

    def redness(words: str) -> tuple[float, float]:
        made = pixels(
            draw(request(f"a snowy plain at noon, Doll stands {words}", references=(reference(doll()),)))
        ).astype(int)
        red = (made[..., 2] - made[..., :2].max(axis=2) > 60)[made.shape[0] // 3 :]
        return float(red[:, : red.shape[1] // 2].sum()), float(red[:, red.shape[1] // 2 :].sum())

    left, right = redness("on the left"), redness("on the right")
    assert left[0] > 5 * left[1] + 50
    assert right[1] > 5 * right[0] + 50


def test_night_is_darker_than_day() -> None:
    """The hour that a prompt names is seen: night is far darker than noon, in both languages."""
    for night, day in (("a valley at night", "a valley at noon"), ("夜晚的山谷", "正午的山谷")):
        assert pixels(draw(request(night))).mean() < 0.6 * pixels(draw(request(day))).mean()
