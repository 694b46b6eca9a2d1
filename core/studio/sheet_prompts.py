"""A sheet's form turned into the prompt it stands for, in English or Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.models.asset import Kind

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_QUOTES = re.compile(r"[\"“”「」『』]")


class View(StrEnum):
    """A side from which a sheet shows its subject, in the order in which a sheet shows them."""

    FRONT = "front"
    THREE_QUARTER = "three_quarter"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"


@dataclass(frozen=True)
class SheetForm:
    """What a person filled in. `captions` are what is written on the sheet, one a line; empty means name and views."""

    name: str
    subject: str = ""
    views: tuple[View, ...] = (View.FRONT, View.BACK)
    accessories: str = ""
    style: str = ""
    captions: str = ""


def write_prompt(kind: Kind, form: SheetForm, language: str) -> str:
    """Return the prompt a form stands for, a line a wish.

    It is Chinese when what was typed is, English when that is; with nothing typed it is in `language` ("en", "zh_CN").
    """
    typed = "".join((form.name, form.subject, form.accessories, form.style, form.captions))
    is_chinese = bool(_CHINESE.search(typed)) if typed.strip() else language.startswith("zh")
    words = _CHINESE_WORDS if is_chinese else _ENGLISH_WORDS
    lines = words.cutout(form) if kind is Kind.CUTOUT else words.sheet(form, is_object=kind is Kind.ACCESSORY_SHEET)
    return "\n".join(f"- {line}" for line in lines)


def label(name: str) -> str:
    """Return a character's name on one line; what is meant when none is given."""
    return " ".join(name.split()) or "Character"


@dataclass(frozen=True)
class _Words:
    """The wording of prompts in one language."""

    views: dict[View, str]
    figure: str
    thing: str
    comma: str
    quotes: tuple[str, str]
    character_sheet: str
    object_sheet: str
    side_by_side: str
    turned: str
    same: str
    accessories: str
    style: str
    own_style: str
    captions: str
    ground: str
    cut: str
    alone: str
    centred: str

    def sheet(self, form: SheetForm, is_object: bool) -> list[str]:
        """Return a sheet's lines."""
        views = [self.views[view] for view in View if view in form.views]
        default = self.thing if is_object else self.figure
        opening = self.object_sheet if is_object else self.character_sheet
        arranged = self.side_by_side.format(count=len(views), views=self.comma.join(views)) if views else self.turned
        return [
            opening.format(name=label(form.name), subject=_line(form.subject) or default),
            arranged,
            self.same,
            *self._wishes(form),
            *([] if _line(form.style) else [self.own_style]),
            self.captions.format(captions=self.comma.join(map(self._quoted, self._written(form, views)))),
            self.ground,
        ]

    def cutout(self, form: SheetForm) -> list[str]:
        """Return a cut-out's lines."""
        return [
            self.cut.format(name=label(form.name), subject=_line(form.subject) or self.figure),
            self.alone,
            *self._wishes(form),
            self.centred,
        ]

    def _wishes(self, form: SheetForm) -> Iterable[str]:
        if _line(form.accessories):
            yield self.accessories.format(accessories=_line(form.accessories))
        if _line(form.style):
            yield self.style.format(style=_line(form.style))

    @staticmethod
    def _written(form: SheetForm, views: list[str]) -> list[str]:
        lines = [_line(line) for line in form.captions.splitlines() if _line(line)]
        return lines or [label(form.name), *(view[:1].upper() + view[1:] for view in views)]

    def _quoted(self, caption: str) -> str:
        opening, closing = self.quotes
        return opening + _QUOTES.sub("", caption) + closing


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".。")


_ENGLISH_WORDS = _Words(
    views={
        View.FRONT: "front view",
        View.BACK: "back view",
        View.LEFT: "left view",
        View.RIGHT: "right view",
        View.THREE_QUARTER: "three-quarter view",
    },
    figure="the main figure of the picture",
    thing="the main object of the picture",
    comma=", ",
    quotes=('"', '"'),
    character_sheet="Character sheet of {name}: {subject}, drawn exactly as the picture shows it.",
    object_sheet="Accessory sheet of {name}: {subject}, drawn exactly as the picture shows it.",
    side_by_side="{count} views in one row, whole and at the same scale: {views}.",
    turned="One view, whole, as in the picture.",
    same="Every view is the very same one: keep its shapes, proportions, colours and each small marking.",
    accessories="These belong to it and stay as they are: {accessories}.",
    style="Style: {style}.",
    own_style="Keep the line and the colours of the original.",
    captions="The only lettering, small and even: {captions}.",
    ground="Plain white ground, even light, room around each view. Page, frame, stains and old lettering are gone.",
    cut="Cut {name} out of the picture: {subject}, whole and unchanged, in the same pose, lines and colours.",
    alone="Nothing else stays: page, frame, lettering, stains, other figures and the old ground are gone.",
    centred="Plain white ground, the figure upright in the middle, a little room on every side.",
)
_CHINESE_WORDS = _Words(
    views={
        View.FRONT: "正视图",
        View.BACK: "背视图",
        View.LEFT: "左视图",
        View.RIGHT: "右视图",
        View.THREE_QUARTER: "四分之三视图",
    },
    figure="画面里的主角",
    thing="画面里的主要物件",
    comma="、",
    quotes=("“", "”"),
    character_sheet="{name}的角色设定图：{subject}，与原图画的一模一样。",
    object_sheet="{name}的物件设定图：{subject}，与原图画的一模一样。",
    side_by_side="{count}个完整视图排成一行，比例一致：{views}。",
    turned="一个完整视图，与原图相同。",
    same="每个视图都是同一个形象：轮廓、比例、颜色和每处细小标记都保留。",
    accessories="这些随身物件照原样保留：{accessories}。",
    style="风格：{style}。",
    own_style="沿用原画的线条与色彩。",
    captions="画面上仅有的文字，小而整齐：{captions}。",
    ground="纯白底，光线均匀，每个视图四周留白。书页、边框、污渍和旧文字都去掉。",
    cut="把{name}从画中取下来：{subject}，完整不变，姿势、线条和颜色照旧。",
    alone="其余都去掉：书页、边框、文字、污渍、别的形象和原来的底色。",
    centred="纯白底，形象端正居中，四周略留空白。",
)
