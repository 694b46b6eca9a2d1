"""Who stands where: a prompt's "on the left" belongs to the figure or to what is named as standing there.

A side is the scenery's when its clause begins with it ("a lighthouse on the right", "右侧是灯塔"). Else it is the
figure's: "the fox stands in a forest on the left" moves the fox, whatever the figure is called.
"""

from __future__ import annotations

import re

from core.engines.drawing.vocabulary import ELEMENTS, in_order

NAMED = "character"
"""What stands for the figure's name in a text that is read."""

_PART = r"(?! (?:hands?|paws?|arms?|ears?|eyes?|foot|feet|legs?|shoulders?|alone|behind)\b)"


def _side(word: str, sign: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:\bon|\bat|\bto|\bin|\bfrom|\btowards?) (?:the )?(?:far |lower |upper |bottom |very )*{word}\b{_PART}|"
        rf"\b{word}[- ](?:third|side|half|hand side|edge|corner|of (?:the )?(?:frame|picture|image|cent(?:re|er)))|"
        rf"\b(?:bottom|lower|upper|top|far|stands?|sits?|waits?|placed|positioned)[- ]{word}\b{_PART}|"
        rf"^\W*(?:and )?{word}\W*$|{sign}(?!手|脚|耳|臂|腿|眼)"
    )


_LEFT, _RIGHT = _side("left", "左"), _side("right", "右")
_CENTRE = re.compile(r"\bcent(?:re|er|red|ered)\b|in the middle|正中|中央|中间|居中|中心|当中")
_CLAUSE = re.compile(r"[,，、]+")
_LIT_FROM = re.compile(r"(?:light|\bsun|\bmoon|\bshadows?|\bwind)\b.*\bfrom\b|[光风][线照]?(?:从|自|由|来自)")

_FIGURE_NOUNS = (
    r"hare|rabbit|bunny|fox|cat|kitten|dog|puppy|bear|wolf|mouse|mole|badger|squirrel|hedgehog|otter|owl|duck|goose|"
    r"bird|horse|pony|deer|fawn|lion|tiger|elephant|monkey|panda|pig|sheep|lamb|goat|frog|turtle|penguin|dragon|"
    r"robot|doll|puppet|fairy|wizard|witch|knight|king|queen|prince|princess|soldier|sailor|traveller|traveler|"
    r"girl|boy|child|kid|baby|man|woman|lady|gentleman|(?:grand)?(?:mother|father)|sister|brother|person|hero|heroine"
)
_FIGURE_SIGNS = (
    r"兔|狐|猫|狗|犬|熊|狼|老鼠|小鼠|獾|松鼠|刺猬|水獭|猫头鹰|鸭|鹅|小鸟|马儿|小马|白马|鹿|狮子|老虎|大象|猴|小猪|绵羊|山羊|"
    r"羊羔|青蛙|乌龟|企鹅|龙(?!卷)|机器人|玩偶|木偶|布偶|娃娃|仙女|巫师|女巫|骑士|国王|女王|王子|公主|士兵|水手|旅人|"
    r"女孩|男孩|孩子|小孩|女子|男子|女人|男人|女士|先生|老人|少年|少女|姑娘|婴儿|奶奶|爷爷|妈妈|爸爸"
)
_POSED = r"站(?!台)|坐(?!落|标)|走(?!廊)"
_ACTING = re.compile(rf"\b(?:he|she|it|they|him|her|{NAMED}|figure|subject)\b|他|她|它|角色|人物|主角|{_POSED}")
_FIGURE = re.compile(rf"\b(?:{_FIGURE_NOUNS})\b|{_FIGURE_SIGNS}")

_DOES = r"在|位于|站|坐|走|跑|躺|睡|抱|提|举|拿|握|望|看|回|转|伸|穿|戴|踏|爬|跳|蹲|跪|笑|和|与|也|正|从|向|朝|往"
_NICKNAME = re.compile(rf"(?<![\u4e00-\u9fff])[小阿][灯星月云叶石雪雷火烛麦花松柳竹江海秋冬](?={_DOES})")
"""A Chinese pet name that holds a word of scenery ("小灯站在" is somebody called Lamp); "一盏小灯" is a lamp."""

_OPENING = re.compile(
    r"^\W*(?:(?:and|with|then|there|here|is|are|stands?|rises?|lies|sits?|a|an|the|one|two|three|some|"
    r"add|put|place|move|show|draw|paint|keep|of the (?:frame|picture|image|scene))\b\W*)*"
)
_SETTING = re.compile(
    r"\b(?:a|an|the|in|on|at|by|near|under|inside|into|through|across|along|over|beside|before|beyond|behind|from|"
    r"toward|towards|among|amid|past|up|down|to|of)\b|[在沿穿进过到从向朝着]"
)
_WITHIN = re.compile(r"[里中上下旁前后内外间]")


def with_figure_named(text: str, name: str) -> str:
    """Return lower-case text with the figure's name, and Chinese pet names, made the plain word for the figure."""
    known = [re.escape(found) for found in dict.fromkeys(_NICKNAME.findall(text))]
    own = name.strip().lower()
    if len(own) > 1 or (own and not own.isascii()):
        known.append(_as_word(own))
    return re.sub("|".join(known), f" {NAMED} ", text) if known else text


def clauses_of(sentence: str) -> list[str]:
    """Return a sentence's clauses; "on the right, a lighthouse" is one."""
    clauses = _CLAUSE.split(sentence)
    if len(clauses) > 1 and _is_only_place(clauses[0]):
        return [" ".join(clauses[:2]), *clauses[2:]]
    return clauses


def sides(clauses: list[str]) -> tuple[frozenset[str], frozenset[str], float | None]:
    """Return the elements said to stand left, those right, and the figure's place (0 left, 1 right; None: not said)."""
    left: set[str] = set()
    right: set[str] = set()
    places: dict[int, float] = {}
    for clause in clauses:
        place = _place_of(clause)
        if place is None:
            continue
        sureness = _figure_sureness(clause)
        if sureness is None:
            (left if place < 0.5 else right if place > 0.5 else set()).update(in_order(ELEMENTS, clause))
        else:
            places.setdefault(sureness, place)
    return frozenset(left - right), frozenset(right - left), places[min(places)] if places else None


def _as_word(name: str) -> str:
    """Return a pattern for a name as people type it: no part of a longer word, and a space for an underscore."""
    pattern = "[ _-]".join(re.escape(part) for part in re.split(r"[ _-]+", name) if part) or re.escape(name)
    return rf"(?<![a-z0-9]){pattern}(?![a-z0-9])" if name.isascii() else pattern


def _place_of(clause: str) -> float | None:
    known = ((_LEFT, 0.25), (_RIGHT, 0.75), (_CENTRE, 0.5))
    return next((place for pattern, place in known if pattern.search(clause)), None)


def _is_only_place(clause: str) -> bool:
    rest = clause
    for pattern in (_LEFT, _RIGHT, _CENTRE):
        rest = pattern.sub("", rest)
    return rest != clause and not re.sub(r"[\W_]|of the (?:frame|picture|image|scene)|[在画面侧边方部]", "", rest)


def _figure_sureness(clause: str) -> int | None:
    """Tell how sure it is that a clause places the figure (0 is surest); None when it places scenery."""
    if _LIT_FROM.search(clause):
        return None
    if _ACTING.search(clause):
        return 0
    if _FIGURE.search(clause):
        return 1
    return None if _begins_with_element(clause) else 2


def _begins_with_element(clause: str) -> bool:
    """Tell whether scenery is what a clause is about, not where something else is."""
    starts = [match for pattern in ELEMENTS.values() if (match := re.search(pattern, clause))]
    if not starts:
        return False
    first = min(starts, key=lambda match: (match.start(), -match.end()))
    before = clause[: first.start()]
    for pattern in (_LEFT, _RIGHT, _CENTRE):
        before = pattern.sub(" ", before)
    is_place_first = bool(re.match(r"\s*在?\s*(?:侧|边|面|方|画)?\S{0,3}[是有一]", before))
    is_setting = _SETTING.search(_OPENING.sub("", before)) and not is_place_first
    return not is_setting and not _WITHIN.match(clause[first.end() :])
