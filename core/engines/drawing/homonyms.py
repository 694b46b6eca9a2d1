"""Phrases in which a word of scenery means something else: "waves his hand" is no sea, "snow-white" no snow.

Each rule is a pattern over lower-case text. What it matches is taken out before a prompt is read for its scenery; the
one who acts is left in, because the reader looks for a subject.
"""

from __future__ import annotations

import re

_WHO = r"\b(?:he|she|it|they|who|we|you|i|character|hero|heroine|hare|rabbit|fox|bear|robot|girl|boy|man|woman|child)"
_WHOSE = r"(?:his|her|its|their|my|our|your)"
_WEAR = r"(?:coat|jacket|hat|boots?|scarf|clothes|gloves?|dress|gown|cloak|cap)"

_VERBS = (
    rf"(?P<who>{_WHO}) (?:\w+ly |then |and )?(?:waves?|rocks?|leaves|stars|steps|caves|swallows?|pines?|storms?|"
    r"streams?|fires?|crows?|bridges?|forks?|threads?)\b",
    rf"\bwaves? (?:{_WHOSE}|a |the (?!size|colou?r)|at (?:us|me|him|her|them|the|some)|to (?:us|me|him|her|them|the)|"
    r"goodbye|hello|farewell|back\b|us\b|off\b)",
    r"\bwaves? of (?:\w+ )?(?:hand|paw|arm|relief|joy|fear|heat)",
    r"\b(?:boat|ship|cradle|chair|horse|train) rocks\b",
    rf"\brocks (?:{_WHOSE}|the|a|back|gently|softly|slowly|to and fro|from)\b",
    rf"\bleaves (?={_WHOSE}\b|(?:the|home|town|for|behind|an?|no|it|him|them|us|without)\b)",
    rf"\bswallows (?:{_WHOSE}|the|an?|hard|up|it|him|them|everything)\b",
    r"\b(?:rooster|cockerel|cock) crows\b",
    r"\bclearing (?:the|his|her|its|their|up|away|sk(?:y|ies)|throat)\b",
    r"\bpines (?:for|after)\b",
    r"\bstars (?:as|opposite|alongside)\b",
    r"\bstorms (?:out|off|in|into|away)\b",
    r"\b(?:day|morning|truth|idea) dawns on\b|\bdawns on\b",
    rf"\bthreads? {_WHOSE} way\b|\bspins? (?:a|the) yarn\b",
    r"\bbridges? the gap\b|\bharbou?rs (?:an?|no|doubts?)\b|\b(?:keeps?|kept|holds?|held) at bay\b|\bbays at\b",
    r"\b(?:keep|lose|kept|lost)s? track\b|\bsound ?track\b",
    r"\b(?:town|village|city|valley|snow|ice|fog|mist|house|cabin|cottage|road|path|lantern|lamp|thread|light|shadow|"
    r"boat|ship|sea|lake|forest|wood|island|book|hat|dust|silence)s? (?:lies|lie|lay|lying)\b",
    r"\blies in wait\b",
)

_NOUNS = (
    r"\bfield of (?:view|vision)\b|\bdepth of field\b|\b(?:force|magnetic) field\b|\bfield (?:notes|guide|mouse)\b",
    r"\bbird'?s[- ]eye\b|\bfamily tree\b|\b(?:knife|knives|spoons?) and (?:a )?forks?\b|\bforks? and (?:a )?kni",
    rf"\b(?:rain|winter|snow|sun|storm|evening|night|flower(?:ed|y)?) ?{_WEAR}\b|\bsnow[- ]white\b|\bas snow\b",
    r"\bsnow (?:leopard|goose|globe)\b|\bsnowdrops?\b|\bice[- ](?:cream|box|cold)\b|\bice shelf\b",
    r"\bfrozen (?:in|with|by|to)\b|\bfrosted glass\b|\bstorm lantern\b",
    r"\b(?:seas?|oceans?|mountains?|rivers?|streams?|forests?|cascades?|strings?) of (?!ice|snow|water|stone)",
    r"\b(?:flower|river|stream|lake) ?beds?\b|\bbeds? of\b",
    r"\bbridge of (?:the|his|her|its) nose\b|\bpeak of (?:the|his|her|its) (?:cap|hat)\b|\bpeaks? hours?\b",
    r"\b(?:character|colou?r|nature|light|motion) study\b|\bto study\b|\bstudy of\b|\broom (?:for|to)\b",
    r"\bbay window\b|\bkitchen island\b|\bon fire\b|\bfire (?:escape|engine|truck|hydrant)\b",
    r"\b(?:so|by) far\b|\bas far as\b|\bfar (?:more|too|less|better|from)\b",
    r"\bwide[- ](?:eye|smile|grin|brim|awake|open|mouth)\w*|\b(?:eyes?|mouth|arms?|door) (?:is |are )?(?:open )?wide\b",
    r"雪白|像雪一样|雪糕|雪茄|冰淇淋|冰箱|冰激凌",
    r"云海|花海|人海|脑海|海报|海绵|上海",
    r"(?<=光)线|天际线|地平线|海岸线|视线|路线|轮廓线|曲线|线稿",
    r"草图|草稿|草帽|草莓|宝石|钻石|化石|花纹|花费|火花|河床|雨伞|雨衣|雨靴|雷达|星期|明星|零星|岁月|个月|月饼",
)

_OTHERWISE = re.compile("|".join((*_VERBS, *_NOUNS)))


def without_homonyms(text: str) -> str:
    """Return lower-case text without the phrases that only look like scenery."""
    return _OTHERWISE.sub(lambda match: f" {match['who'] or ''} ", text)
