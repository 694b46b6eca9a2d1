"""What the draft engine reads out of a prompt: scenery, composition, and what only sounds like them."""

from __future__ import annotations

import pytest

from core.engines.drawing.words import read_scene


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("a forest at night under the moon", "夜晚的森林，月亮"),
        ("mountains with snow at dawn", "黎明的雪山，群山"),
        ("a boat on the sea at sunset", "日落时海上的小船"),
        ("a street in the city in the rain", "雨中的城市街道"),
        ("a stone bridge over a river in the fog", "雾中河上的石桥"),
        ("a room with a window", "有窗户的房间"),
        ("desert dunes at noon", "正午的沙漠沙丘"),
        ("a lighthouse", "灯塔"),
        ("he lies asleep, seen from behind, in a wide shot on the left", "他躺着睡着了，背影，远景，在左侧"),
    ],
)
def test_both_languages_ask_for_the_same_scene(english: str, chinese: str) -> None:
    """A prompt and its Chinese twin lead to the same hour, land, elements and composition."""
    one, other = read_scene(english), read_scene(chinese)
    assert (one.hour, one.land, set(one.elements)) == (other.hour, other.land, set(other.elements))
    assert (one.across, one.size, one.is_lying, one.is_from_behind) == (
        other.across,
        other.size,
        other.is_lying,
        other.is_from_behind,
    )
    assert one.elements or one.is_lying


@pytest.mark.parametrize(
    "prompt",
    [
        "a meadow. The lighthouse is no longer there.",
        "a meadow without a lighthouse",
        "a meadow, remove the lighthouse",
        "a meadow. Sea, boat and lighthouse are gone.",
        "草地，没有灯塔",
        "草地。大海和灯塔都不见了。",
    ],
)
def test_what_is_gone_is_not_drawn(prompt: str) -> None:
    """Things that a prompt takes out of the picture are not put into it, and the rest stays."""
    words = read_scene(prompt)
    assert not words.has("lighthouse")
    assert words.land == "meadow"


def test_source_lines_are_no_scenery() -> None:
    """The line that names an image says nothing about the scenery."""
    assert read_scene("- Image 1: Forest character sheet.\n- Image 2: Previous scene.\na desert").elements == (
        "desert",
    )


def test_sides_belong_to_what_they_are_said_of() -> None:
    """The lighthouse's side is not the character's."""
    words = read_scene("Wick stands on the left. A lighthouse on the right", "Wick")
    assert words.across == 0.25
    assert words.right == {"lighthouse"}


@pytest.mark.parametrize(
    ("prompt", "element"),
    [
        ("Wick steps into a clearing at dawn", "stairs"),
        ("Wick takes three steps along a forest path", "stairs"),
        ("Wick waves his hand", "sea"),
        ("Wick waves at us from a meadow", "sea"),
        ("she waves goodbye", "sea"),
        ("Wick leaves the house", "leaves"),
        ("Wick rocks the cradle", "rocks"),
        ("the boat rocks gently", "rocks"),
        ("the fog swallows the town", "birds"),
        ("a bird's-eye view of a meadow", "birds"),
        ("a rainbow over the hills", "rain"),
        ("Wick in a raincoat", "rain"),
        ("no mistake: a mistletoe wreath", "fog"),
        ("the sailor smiles", "boat"),
        ("Wick ponders", "lake"),
        ("a narrow field of view", "grass"),
        ("a string of lanterns", "thread"),
        ("Wick threads his way on", "thread"),
        ("a deserted street", "desert"),
        ("a flower bed, a bed of moss", "bed"),
        ("Wick sleeps under a tree", "bed"),
        ("a flower print dress", "sea"),
        ("金色光线", "thread"),
        ("一只戴草帽的兔子", "grass"),
        ("火花飞溅", "flowers"),
        ("她拿着雨伞", "rain"),
        ("下个星期", "stars"),
    ],
)
def test_a_word_that_means_something_else_is_no_scenery(prompt: str, element: str) -> None:
    """A verb or a compound that only looks like scenery puts nothing into the picture."""
    assert not read_scene(prompt, "Wick").has(element)


@pytest.mark.parametrize(
    ("prompt", "land"),
    [
        ("a snow-white hare", None),
        ("Wick in a winter coat on a meadow", "meadow"),
        ("a green meadow before snow-capped mountains", "meadow"),
        ("a study of a hare", None),
        ("a plain red coat, in plain sight", None),
        ("a deserted street", "city"),
        ("雪白的兔子", None),
        ("a snowy field at dusk", "snow"),
        ("黄昏的雪山，下雪", "snow"),
        ("a snowy plain at noon", "snow"),
        ("the sea at night", "sea"),
        ("the sea under a coral sky", "sea"),
        ("a beach in violet, rose and coral tones", "sea"),
        ("海边，珊瑚色的天", "sea"),
        ("Wick swims among coral", "underwater"),
    ],
)
def test_the_land_is_what_the_words_mean(prompt: str, land: str | None) -> None:
    """Compounds and verbs name no land; the true noun next to them does."""
    assert read_scene(prompt, "Wick").land == land


@pytest.mark.parametrize(
    ("prompt", "element"),
    [
        ("stone steps lead to a shrine", "stairs"),
        ("a flight of steps", "stairs"),
        ("the steps lead up to the temple", "stairs"),
        ("a staircase", "stairs"),
        ("长长的台阶", "stairs"),
        ("楼梯", "stairs"),
        ("long waves, wet sand", "sea"),
        ("falling leaves", "leaves"),
        ("rocks and grass", "rocks"),
        ("stars in the window", "stars"),
        ("she walks in the rain", "rain"),
        ("a red thread on the ground", "thread"),
        ("the red thread has split in two", "two threads"),
        ("红线分成两股", "two threads"),
        ("where the path forks", "fork"),
    ],
)
def test_the_noun_itself_is_still_drawn(prompt: str, element: str) -> None:
    """Guarding against verbs takes nothing from the nouns."""
    assert read_scene(prompt, "Wick").has(element)


def test_colour_words_tint_only_light() -> None:
    """A violet sky tints the scene; a rose that grows, a moon that rose and an orange scarf do not."""
    assert read_scene("the sky is violet and pink").tints == ("violet", "pink")
    for prompt in ("the moon rose over the light", "an orange scarf", "a pink bow tie", "一条紫围巾"):
        assert read_scene(prompt).tints == ()


def test_towns_lie_and_sleepers_sleep() -> None:
    """A town that lies in a valley lays nobody down; sleeping is told apart from lying awake."""
    assert not read_scene("the town lies in the valley, Wick looks down", "Wick").is_lying
    awake, asleep = read_scene("Wick lies on the grass", "Wick"), read_scene("Wick sleeps under a tree", "Wick")
    assert (awake.is_lying, awake.is_asleep) == (True, False)
    assert (asleep.is_lying, asleep.is_asleep) == (True, True)


@pytest.mark.parametrize(
    ("hour", "prompts"),
    [
        (
            "golden",
            ("golden hour", "magic hour", "黄金时刻", "黄金时段", "黄金时间的草地", "金色时刻", "金色光线", "余晖"),
        ),
        ("night", ("after dark", "the night sky", "夜", "晚上", "深夜", "夜色", "天黑了")),
        ("dawn", ("at daybreak", "凌晨", "曙光", "朝霞")),
        ("day", ("in the afternoon", "下午", "午后")),
    ],
)
def test_every_wording_of_an_hour_is_known(hour: str, prompts: tuple[str, ...]) -> None:
    """An hour is read from all the ways in which people name it."""
    assert [read_scene(prompt).hour for prompt in prompts] == [hour] * len(prompts)


@pytest.mark.parametrize(
    ("land", "prompts"),
    [
        ("forest", ("a grove", "in the woods", "林子里", "密林", "树丛", "林海")),
        ("meadow", ("a valley", "a glen", "山谷", "峡谷", "谷地", "山坳")),
        ("sea", ("at the seaside", "the seashore", "海边", "洋面")),
        (
            "underwater",
            ("under water", "beneath the waves", "a coral reef", "on the sea bed", "水下", "海底", "珊瑚丛"),
        ),
        ("snow", ("a blizzard", "雪原", "冰天雪地")),
        ("city", ("a metropolis", "a plaza", "城里", "市区", "广场", "小镇")),
        ("room", ("inside a house", "屋子里", "家里")),
        ("mountain", ("a mountaintop", "山顶", "群山")),
    ],
)
def test_every_wording_of_a_land_is_known(land: str, prompts: tuple[str, ...]) -> None:
    """A land is read from all the ways in which people name it."""
    assert [read_scene(prompt).land for prompt in prompts] == [land] * len(prompts)


@pytest.mark.parametrize("prompt", ["shown from the back", "with its back turned", "从身后", "背身"])
def test_every_wording_of_a_back_is_known(prompt: str) -> None:
    """A figure seen from behind is one in every wording."""
    assert read_scene(prompt).is_from_behind


@pytest.mark.parametrize("prompt", ["reclining", "lies under a tree", "stretched out on the grass", "趴在地上", "仰卧"])
def test_every_wording_of_lying_is_known(prompt: str) -> None:
    """A figure that lies does so in every wording."""
    assert read_scene(prompt).is_lying


@pytest.mark.parametrize(
    ("prompt", "size"), [("tight shot", 1.05), ("seen from afar", 0.22), ("远方", 0.22), ("远远的", 0.22)]
)
def test_every_wording_of_a_distance_is_known(prompt: str, size: float) -> None:
    """Near and far are read in every wording."""
    assert read_scene(prompt).size == size


@pytest.mark.parametrize(
    ("prompt", "across"),
    [
        ("The fox stands in a forest on the left", 0.25),
        ("The girl walks on the right side of the street", 0.75),
        ("In a forest, a fox on the left", 0.25),
        ("Zorb crosses the bridge on the left", 0.25),
        ("On the right, Zorb waits under a tree", 0.75),
        ("A forest. Zorb, left.", 0.25),
        ("a hare centred on a bridge", 0.5),
        ("一只狐狸在左边的森林里", 0.25),
        ("皮皮在右边的海滩上", 0.75),
        ("小灯在左侧", 0.25),
        ("小灯站在右边的桥上", 0.75),
        ("Wick在画面中心", 0.5),
        ("she holds a map in her left paw", None),
        ("soft light falls from the left", None),
    ],
)
def test_a_figure_is_placed_whatever_it_is_called(prompt: str, across: float | None) -> None:
    """A side moves the figure, not the scenery around it, whether the prompt uses the sheet's name or another."""
    words = read_scene(prompt, "wick")
    assert (words.across, words.left, words.right) == (across, frozenset(), frozenset())


@pytest.mark.parametrize(
    ("prompt", "element"),
    [
        ("A crooked old lighthouse stands at the right edge", "lighthouse"),
        ("On the right, a lighthouse", "lighthouse"),
        ("To the right stands a lighthouse", "lighthouse"),
        ("Warm low sun from the right", "sun"),
        ("Move the mountain to the right", "mountains"),
        ("右边有一座高高的灯塔", "lighthouse"),
        ("在右侧有一座灯塔", "lighthouse"),
        ("小屋坐落在右边", "house"),
        ("一盏小灯在右侧", "lantern"),
    ],
)
def test_scenery_keeps_its_side(prompt: str, element: str) -> None:
    """A clause about scenery places that and no figure."""
    words = read_scene(prompt, "wick")
    assert words.across is None
    assert element in words.right


def test_a_name_is_no_part_of_a_word() -> None:
    """A figure called "art" or "a" is not found inside other words; an underscore is typed as a space."""
    assert read_scene("a cart on the left", "art").across == read_scene("a cart on the left", "").across
    assert read_scene("a lighthouse on the left", "a").left == {"lighthouse"}
    assert read_scene("the red sun lamp waits by a lighthouse on the left", "red_sun_lamp").left == frozenset()


@pytest.mark.parametrize(
    "prompt",
    [
        "The night is over; morning in the valley.",
        "The night has passed, morning in the valley.",
        "夜晚过去了，山谷的早晨",
        "夜已结束。山谷里的早晨",
        "夜色退去，山谷的早晨",
    ],
)
def test_an_hour_that_is_over_is_gone(prompt: str) -> None:
    """A night that is over is not painted, and what its sentence says besides is."""
    words = read_scene(prompt)
    assert (words.hour, words.land, words.has("stars")) == ("day", "meadow", False)


def test_over_is_a_place_too() -> None:
    """A bridge over a river at night stays, and so does who walks past."""
    assert read_scene("The bridge is over the river at night").elements == ("bridge", "river", "stars")
    assert read_scene("他从桥上走过去").has("bridge")
