"""What a prompt's words ask a scene to be, in English and Chinese.

A prompt is read sentence by sentence. What a sentence says is gone ("are no longer there", "without", "没有") is not
put into the scene.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.engines.drawing.composition import clauses_of, sides, with_figure_named
from core.engines.drawing.homonyms import without_homonyms
from core.engines.drawing.vocabulary import ELEMENTS, HOURS, LANDS, TINTS, in_order

_GONE_BEFORE = re.compile(
    r"no longer|\bremove[ds]?\b|without|\bno\b|\bnot\b|\bnor\b|never|instead of|leave out|n't\b|"
    r"没有|不再|去掉|移除|删除|不要|别画|无(?!数|边|尽|限)"
)
_GONE_AFTER = re.compile(
    r"\b(?:is|are|has|have|was|were|lies?)\b[^,]{0,20}\b(?:gone|vanished|removed|disappeared|stopped|behind)\b|"
    r"no longer (?:there|visible|here|seen|in|to be)|不见|消失|都没有了|不在了|不复|留在身后"
)
_OVER = re.compile(
    r"\b(?:is|are|was|were|has|have)\b[^,]{0,20}\b(?:over|ended|past|passed(?: by)?)(?: now| at last)?\s*$|"
    r"(?<![走跑飞看游穿爬跳冲])过去了?\s*$|(?:已经?|都)?(?:结束|退去|散去|散尽|停歇)了?\s*$|[雨雪风雷]停了?\s*$"
)
"""What a clause says of an hour or a weather that has gone by; what its sentence says besides stays."""
_SENTENCE = re.compile(r"[.;:!?\n。；：！？]+|\bbut\b|\bwhile\b|但")
_SOURCE_LINE = re.compile(r"^\s*[-*•]?\s*(?:image|图)\s*\d+\s*[:：].*$", re.IGNORECASE | re.MULTILINE)

_LOW = re.compile(r"\b(?:bottom|lower)[- ](?:left|right|corner|edge|third|centre|center)|左下|右下|底部|下方")
_BEHIND = re.compile(
    r"from behind|back view|back to (?:us|the (?:camera|viewer))|(?:seen|shown|viewed) from (?:the )?(?:back|"
    r"rear)|\bfrom the (?:back|rear)\b(?! of)|back turned|rear view|facing away|turned away|walks? away|walking away|"
    r"背影|背对|从背后|从身后|从后面|背面|后视|背身|背朝|后背(?!包)|转身离"
)
_LYING = re.compile(
    r"\blying|\blies (?:down|on|in|back|flat|beside|by|under|beneath|among|awake)\b|"
    r"\blaid down|\blay (?:down|on|in)\b|\brecline[ds]?\b|\breclining|stretched out|on (?:his|her|its|their) back\b|"
    r"躺|侧卧|仰卧|俯卧|平卧|卧在|卧于|趴"
)
_ASLEEP = re.compile(r"\basleep|\bsleeps?\b|\bsleeping\b|睡")
_LIGHT = re.compile(r"light|\bsk(?:y|ies)\b|glow|palette|tones?\b|haze|shadows?\b|dawn|dusk|sunset|光|天|色调|霞|影")
_THREE_QUARTER = re.compile(r"three[- ]quarter|\b3/4\b|四分之三")
_SIZES: tuple[tuple[float, str], ...] = (
    (1.32, r"extreme close[- ]?up|大特写"),
    (1.05, r"close[- ]?up|tight shot|portrait\b|head and shoulders|特写|近景|近照|肖像"),
    (0.72, r"medium shot|waist[- ]up|mid[- ]shot|\bnear(?:by)? the camera|foreground|中景|前景"),
    (
        0.14,
        r"\b(?:is|are|looks|seems|stands|character) tiny\b|"
        r"\btiny (?:figure|silhouette|in|against|under)\b|very small|speck|far away|极远|渺小|小小的身影",
    ),
    (
        0.22,
        r"\bwide\b|\b(?:far|afar)\b|distant|(?:in|from) (?:the|a) distance|long shot|panoram|establishing|"
        r"\bsmall (?:in|figure|against|under|and)|远景|远处|远方|远远|远距离|很小|全景|广角|遥远",
    ),
    (0.46, r"full[- ]body|full figure|whole figure|全身"),
)


@dataclass(frozen=True)
class SceneWords:
    """A scene as its prompt describes it.

    `left` and `right` hold the elements told to stand there; `across` is the subject's place (0 left, 1 right), `size`
    its height as a fraction of the frame's; None means the prompt does not say.
    """

    hour: str | None = None
    land: str | None = None
    elements: tuple[str, ...] = ()
    tints: tuple[str, ...] = ()
    left: frozenset[str] = field(default_factory=frozenset)
    right: frozenset[str] = field(default_factory=frozenset)
    across: float | None = None
    size: float | None = None
    is_low: bool = False
    is_from_behind: bool = False
    is_lying: bool = False
    is_asleep: bool = False
    is_snowy: bool = False
    is_three_quarter: bool = False

    @property
    def is_afloat(self) -> bool:
        """Whether the subject is in a boat at sea, with no land in the picture."""
        return self.land == "sea" and self.has("boat") and not self.has("jetty")

    @property
    def is_overcast(self) -> bool:
        """Whether cloud hides sun, moon and stars: in rain and storm, and in fog unless one of them is named."""
        if self.has("rain") or self.has("storm") or self.hour in ("storm", "overcast"):
            return True
        return self.has("fog") and not (self.has("moon") or self.has("sun"))

    @property
    def shows_back(self) -> bool:
        """Whether the subject turns its back: asleep too, because a drawing cannot close its eyes."""
        return self.is_from_behind or self.is_asleep

    def has(self, element: str) -> bool:
        """Tell whether the scene holds an element."""
        return element in self.elements


def read_scene(prompt: str, name: str = "") -> SceneWords:
    """Read a prompt (its first 20,000 characters); `name` is the character's, so that its place is not a tree's."""
    text = _SOURCE_LINE.sub("", prompt[:20_000]).lower()
    text = without_homonyms(re.sub(r" +", " ", with_figure_named(text, name)))
    sentences = [part for part in _SENTENCE.split(text) if part.strip() and not _GONE_AFTER.search(part)]
    present = [kept for part in sentences for clause in clauses_of(part) if (kept := _without_gone(clause)).strip()]
    there = "\n".join(present)
    hours, lands = in_order(HOURS, there), in_order(LANDS, there)
    left, right, across = sides(present)
    bright = "\n".join(part for part in sentences if _LIGHT.search(part))
    return SceneWords(
        hour=_strongest(hours, tuple(HOURS)),
        land=_place(lands),
        elements=tuple(in_order(ELEMENTS, there)),
        tints=tuple(tint for tint, (pattern, _) in TINTS.items() if re.search(pattern, bright)),
        left=left,
        right=right,
        across=across,
        size=next((size for size, pattern in _SIZES if re.search(pattern, there)), None),
        is_low=bool(_LOW.search(there)),
        is_from_behind=bool(_BEHIND.search(there)),
        is_lying=bool(_LYING.search(there) or _ASLEEP.search(there)),
        is_asleep=bool(_ASLEEP.search(there)),
        is_snowy="snow" in lands,
        is_three_quarter=bool(_THREE_QUARTER.search(there)),
    )


def tint_code(name: str) -> str:
    """Return a named tint as `#RRGGBB`."""
    return TINTS[name][1]


def _without_gone(clause: str) -> str:
    """Return what of a clause stays in the picture: what it says before "no", "without", "没有"."""
    if _OVER.search(clause):
        return ""
    cue = _GONE_BEFORE.search(clause)
    return clause[: cue.start()] if cue else clause


def _place(lands: list[str]) -> str | None:
    """Return the land to paint: indoors before all, then under water, snow over what it lies on, else the first."""
    for closed in ("room", "underwater"):
        if closed in lands:
            return closed
    if "snow" in lands and lands[0] in ("mountain", "meadow"):
        return "snow"
    return lands[0] if lands else None


def _strongest(found: list[str], order: tuple[str, ...]) -> str | None:
    return min(found, key=order.index) if found else None
