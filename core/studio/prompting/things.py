"""The things a prompt puts into a scene: what somebody holds, wears, carries, or has beside them.

Pure text, in English and Chinese; it finds what is said plainly and misses the rest.
"""

from __future__ import annotations

import re

_ARTICLE = r"(?:an?|the|his|her|its|their|my)"
_FOLLOWING = r"(?:in|on|at|and|with|under|from|of|over|through|by|to|into|for|while|as|that|which|is)"
_END = rf"(?=\s*(?:[,.;:!?()\n]|$)|\s+{_FOLLOWING}\b)"
_ENGLISH = re.compile(
    r"\b(?:hold(?:s|ing)?|carr(?:y|ies|ying)|wear(?:s|ing)?|lift(?:s|ing)?|rais(?:es|ing)|pick(?:s|ing) up"
    r"|push(?:es|ing)|pull(?:s|ing)|rid(?:es|ing)|drag(?:s|ging)|grip(?:s|ping)|with)"
    rf"\s+{_ARTICLE}\s+((?:[a-z-]+\s+){{0,3}}?[a-z-]+){_END}",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:手持|[拿提戴穿抱背推骑举捧拖挎打]着)(?:[一两几](?:[个只盏把顶件辆匹条块封支朵盒]))?([\u4e00-\u9fff]{1,6}?)(?=[，。；、,.;\s]|$|[在走站坐从向])"
)
_NOT_THERE = re.compile(r"(?:\bno longer|\bnot|\bnever|\bwithout|\bstops|不再|没有|放下)\s*$", re.IGNORECASE)
_NO_THING = {
    *("light", "smile", "look", "mood", "view", "background", "sky", "sun", "moon", "face", "lens", "style", "way"),
    *("expression", "head", "hand", "hands", "arm", "arms", "eyes", "back", "camera", "shadow", "shadows", "wind"),
}


def things(prompt: str) -> tuple[str, ...]:
    """Return the things a prompt puts into a scene, each once; not those it says are there no longer."""
    found = [match for pattern in (_ENGLISH, _CHINESE) for match in pattern.finditer(prompt)]
    there = (match[1].strip() for match in found if not _NOT_THERE.search(prompt[: match.start()]))
    return tuple(dict.fromkeys(thing for thing in there if _head(thing) not in _NO_THING))


def is_mentioned(thing: str, prompt: str) -> bool:
    """Tell whether a prompt says anything of a thing; one lantern or several is the same."""
    return _head(thing).removesuffix("s") in prompt.lower()


def _head(thing: str) -> str:
    """Return the word that says what a thing is: the last one."""
    return thing.lower().split()[-1]
