"""Advice on a prompt while it is typed, from the service's guides: quiet hints, most with a text that follows them.

Pure text; nothing is asked of anybody. English and Chinese prompts are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.models.asset import Role
from core.studio.prompting.things import is_mentioned, things

_NEGATIVES = {
    "no people": "empty and deserted",
    "no cars": "a quiet street with empty lanes",
    "no text": "plain surfaces, unlettered",
    "no background": "on plain white ground",
    "without people": "empty and deserted",
    "without background": "on plain white ground",
    "without shadows": "in even, shadowless light",
    "no shadows": "in even, shadowless light",
    "not blurry": "in sharp focus",
    "no blur": "in sharp focus",
    "不要人": "空无一人",
    "不要文字": "表面干净无字",
    "不要背景": "纯白背景",
}
_NEGATIVE = re.compile(r"\b(?:no|not|without|don't|do not|avoid|never)\b|不要|没有|避免", re.IGNORECASE)
_VAGUE = re.compile(
    # with the article before it, which changes with the word after it
    r"(?:\b(an?) )?\b(?:very |really )?(?:beautiful|nice|amazing|awesome|cool|stunning|great|good[- ]looking"
    r"|interesting|high[- ]quality|masterpiece|best quality)\b,? ?|(?:非常)?(?:漂亮|好看|精美|高质量|绝美)的?[，,]?",
    re.IGNORECASE,
)
_LIGHT = re.compile(
    r"\b(?:light|lit|sun|sunny|sunset|dawn|dusk|night|noon|morning|evening|shadow|glow|lamp|candle|overcast|moon\w*)"
    r"|光|阳|夜|晨|黄昏|阴影|灯",
    re.IGNORECASE,
)
_CAMERA = re.compile(
    r"\b(?:camera|lens|mm|close-?up|wide|shot|angle|view|framing|eye level|from above|from below)"
    r"|\b(?:portrait|macro|depth of field)|镜头|景|俯|仰|视角|机位|取景",
    re.IGNORECASE,
)
_KEPT = re.compile(
    r"\b(?:keep|same|stays?|remains?|still|gone|removed?|without|unchanged)\b|保持|保留|不变|移除|消失", re.IGNORECASE
)
_ALL_KEPT = re.compile(r"\b(?:everything|all else|the rest|all the rest|things)\b|其余|其他|一切|物品", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“「][^\"”」\n]{1,200}[\"”」]")
_LETTERS = re.compile(
    r"\b(?:font|letters?|lettering|serif|typeface|handwritten|script|type)\b|字体|字形|字母|整齐", re.IGNORECASE
)
_ASKS_FOR_TEXT = re.compile(
    r"\b(?:that (?:says|reads)|saying|titled|entitled|captioned|labell?ed|inscribed|(?:sign|label|poster|cover) reading"
    r"|(?:with|bearing|has|add|write|put) (?:(?:an?|the|some) )?(?:(?!no\b)\w+ )?"
    r"(?:text|title|headline|caption|slogan|inscription|lettering))\b|写着|写有|写上|印着|印有|印上|刻着|题为|标题[是为]",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:\b(?:make|create|generate|give me|draw)\s+)?\b(two|three|four|five|six|seven|eight|[2-8])\s+"
    r"(?:different\s+)?(?:images|pictures|versions|variants|variations)\b(?:\s+of)?\s*|(?:画|生成)?([两二三四五六七八2-8])张(?:图片|图|照片)?",
    re.IGNORECASE,
)
_NUMBERS = {
    **{word: number for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight"), 2)},
    **{word: number for number, word in enumerate("二三四五六七八", 2)},
    "两": 2,
}
_VERBS = (
    "add|remove|change|replace|make|turn|put|move|paint|erase|delete|colou?r|brighten|darken"
    "|添加|移除|删除|替换|改成|换成|移动"
)
_CHANGES = re.compile(rf"(?:{_VERBS})", re.IGNORECASE)
_PARTS = re.compile(
    rf"[.;\n。；]\s*|,?\s+(?:and|then)\s+(?:then\s+)?(?=(?:{_VERBS}))|[,，]\s*(?=(?:{_VERBS}))", re.IGNORECASE
)
_MANY_CHANGES = 4
_FEW_WORDS = 4


class Hint(StrEnum):
    """What could be better about a prompt."""

    UNNAMED_REFERENCES = "unnamed_references"
    NEGATIVE = "negative"
    VAGUE = "vague"
    NO_LIGHT_OR_CAMERA = "no_light_or_camera"
    THING_LEFT_OPEN = "thing_left_open"
    SCENE_LEFT_OPEN = "scene_left_open"
    MANY_CHANGES = "many_changes"
    LETTERS = "letters"
    WORDS_UNSETTLED = "words_unsettled"
    COUNTED = "counted"
    FIRST_LOOK = "first_look"


@dataclass(frozen=True)
class Situation:
    """A prompt and what it comes with: references by role, what naming them adds, variants, and whether it is a first.

    `named` is the prompt with its references named before it, "" where that is done anyway. `before` are the prompts of
    the scenes it follows, `most` how many variants there can be.
    """

    prompt: str
    roles: tuple[Role, ...] = ()
    named: str = ""
    variants: int = 1
    is_first: bool = False
    before: tuple[str, ...] = ()
    most: int = 8


@dataclass(frozen=True)
class Advice:
    """A hint, with the prompt and the number of variants that follow it; None where only the person can tell.

    `instead` is a prompt that follows it the other way round, `about` the thing it is about.
    """

    hint: Hint
    prompt: str | None = None
    variants: int | None = None
    instead: str | None = None
    about: str = ""


def advise(situation: Situation) -> tuple[Advice, ...]:
    """Return what could be better, the weightiest first; nothing of a prompt that has only begun."""
    if len(situation.prompt.split()) < _FEW_WORDS and len(situation.prompt) < 3 * _FEW_WORDS:
        return ()
    return tuple(advice for rule in _RULES if (advice := rule(situation)) is not None)


def _counted(now: Situation) -> Advice | None:
    found = _COUNTED.search(now.prompt)
    if found is None:
        return None
    word = (found[1] or found[2]).lower()
    count = _NUMBERS.get(word) or int(word)
    without = (now.prompt[: found.start()] + now.prompt[found.end() :]).strip()
    return Advice(Hint.COUNTED, _begun(without), min(count, now.most) if now.most > 1 else None)


def _unnamed(now: Situation) -> Advice | None:
    is_named = re.search(r"\bimage\s*\d|图\s*\d", now.prompt, re.IGNORECASE)
    if len(now.roles) < 2 or is_named or not now.named:
        return None
    return Advice(Hint.UNNAMED_REFERENCES, now.named if now.named != now.prompt else None)


def _thing(now: Situation) -> Advice | None:
    if _ALL_KEPT.search(now.prompt) and _KEPT.search(now.prompt):
        return None
    there = (thing for prompt in now.before for thing in things(prompt))
    thing = next((thing for thing in there if not is_mentioned(thing, now.prompt)), None)
    if thing is None:
        return None
    kept, gone = (
        ("上一场景中的{thing}保持不变。", "上一场景中的{thing}已经不在了。")
        if _is_chinese(now.prompt)
        else ("The {thing} of the previous scene stays as it is.", "The {thing} of the previous scene is gone.")
    )
    keep, leave = (f"{now.prompt.rstrip()}\n{words.format(thing=thing)}" for words in (kept, gone))
    return Advice(Hint.THING_LEFT_OPEN, keep, instead=leave, about=thing)


def _scene(now: Situation) -> Advice | None:
    if Role.SCENE not in now.roles or _KEPT.search(now.prompt) or _thing(now) is not None:
        return None
    return _with_line(
        now,
        Hint.SCENE_LEFT_OPEN,
        english="Keep the place, light and things of the previous scene as they are; change only what is named here.",
        chinese="上一场景中的地点、光线和物品保持不变，只改变这里提到的内容。",
    )


def _many(now: Situation) -> Advice | None:
    parts = [part.strip(" ,.;，。；") for part in _PARTS.split(now.prompt) if part and part.strip(" ,.;，。；")]
    changes = [part for part in parts if _CHANGES.match(part)]
    if len(changes) < _MANY_CHANGES or re.search(r"step 1|第\s*1\s*步", now.prompt, re.IGNORECASE):
        return None
    label = "第 {number} 步：{part}。" if _is_chinese(now.prompt) else "Step {number}: {part}."
    steps = [label.format(number=number, part=_begun(part)) for number, part in enumerate(parts, 1)]
    return Advice(Hint.MANY_CHANGES, "\n".join(steps))


def _letters(now: Situation) -> Advice | None:
    quoted = [found[0] for found in _QUOTED.finditer(now.prompt)]
    if not quoted or _LETTERS.search(now.prompt):
        return None
    return Advice(Hint.LETTERS, _text_first(now.prompt, quoted))


def _unsettled(now: Situation) -> Advice | None:
    if _QUOTED.search(now.prompt) or not _ASKS_FOR_TEXT.search(now.prompt):
        return None
    blank = "“{文字}”" if _is_chinese(now.prompt) else '"{words}"'
    return Advice(Hint.WORDS_UNSETTLED, _text_first(now.prompt, [blank]))


def _text_first(prompt: str, quoted: list[str]) -> str:
    """Return a prompt that has the text written before the image is made, and says what its letters are like."""
    if _is_chinese(prompt):
        first, then = f"先写好文字，一字不差：{'、'.join(quoted)}。", f"再画图，图中只有这些文字：{prompt.strip()}"
        return "\n".join((first, then, "字体为清晰的黑体，没有东西遮挡。"))
    first, then = f"First write the text, word for word: {', '.join(quoted)}.", f"Then make the image: {prompt.strip()}"
    return "\n".join((first, then, "These are its only words, in a clear sans-serif typeface, nothing across them."))


def _negative(now: Situation) -> Advice | None:
    if not _NEGATIVE.search(now.prompt):
        return None
    better = now.prompt
    for words, positive in _NEGATIVES.items():
        pattern = rf",?\s*\b(?:with\s+)?{re.escape(words)}\b" if words.isascii() else f"[，,]?{words}"
        joint = ", " if words.isascii() else "，"
        better = re.sub(pattern, joint + positive, better, flags=re.IGNORECASE)
    better = _begun(better.lstrip(" ,，"))
    return Advice(Hint.NEGATIVE, better if better != now.prompt else None)


def _vague(now: Situation) -> Advice | None:
    if not _VAGUE.search(now.prompt):
        return None
    better = _VAGUE.sub(_article, now.prompt)
    better = re.sub(r" {2,}", " ", better).strip()
    return Advice(Hint.VAGUE, _begun(better) if better else None)


def _article(found: re.Match[str]) -> str:
    """Return what is left of a vague word: the article that stood before it, as the next word wants it."""
    if not found[1]:
        return ""
    following = found.string[found.end() : found.end() + 1].lower()
    is_vowel = bool(following) and following in "aeiou"
    return f"{found[1][0]}{'n' if is_vowel else ''} "


def _plain_light(now: Situation) -> Advice | None:
    # a change of a picture takes light and framing from it
    if now.roles or _LIGHT.search(now.prompt) or _CAMERA.search(now.prompt):
        return None
    return _with_line(
        now,
        Hint.NO_LIGHT_OR_CAMERA,
        english="Light: soft morning light from the left. Framing: medium shot at eye level.",
        chinese="光线：左侧柔和的晨光。取景：平视中景。",
    )


def _first(now: Situation) -> Advice | None:
    is_one = now.is_first and now.variants == 1 and now.most > 1
    return Advice(Hint.FIRST_LOOK, variants=min(3, now.most)) if is_one else None


_RULES: tuple[Callable[[Situation], Advice | None], ...] = (
    _unnamed,
    _counted,
    _thing,
    _scene,
    _many,
    _letters,
    _unsettled,
    _negative,
    _vague,
    _plain_light,
    _first,
)


def _with_line(now: Situation, hint: Hint, english: str, chinese: str) -> Advice:
    """Return a hint that is followed by one more line, in the prompt's own language."""
    return Advice(hint, f"{now.prompt.rstrip()}\n{chinese if _is_chinese(now.prompt) else english}")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)
