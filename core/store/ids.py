"""Asset ids: file stems that every file system takes, unique ignoring case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

LONGEST = 80
_LONGEST_BYTES = 240  # of UTF-8: file systems take 255 for a name, its suffix included
_PATH_CHARACTERS = set('/\\:*?"<>|')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}


def is_id(text: str) -> bool:
    """Tell whether a text can be an asset's id as it stands."""
    return bool(text) and clean_id(text) == text


def clean_id(text: str) -> str:
    """Return the text as an asset id: no control or path characters, at most 80 characters, never empty."""
    kept = "".join("-" if char in _PATH_CHARACTERS else char for char in text if _is_plain(char))
    kept = _no_device(re.sub(r"^[.\s]+|[.\s]+$", "", kept) or "image")
    return re.sub(r"[.\s]+$", "", _cut(kept, LONGEST, _LONGEST_BYTES))


def folded(asset_id: str) -> str:
    """Return what two ids that a file system may take for one have in common."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", asset_id).casefold())


def numbered(asset_id: str, mark: str) -> Iterator[str]:
    """Yield the id, then with `<mark>2`, `<mark>3` ... behind it, each at most 80 characters."""
    yield asset_id
    number = 1
    while True:
        number += 1
        ending = f"{mark}{number}"
        yield _cut(asset_id, LONGEST - len(ending), _LONGEST_BYTES - len(ending)) + ending


def page_id(document: str, number: int, count: int) -> str:
    """Return the id of a page of a document of `count` pages, like `denver-p012`; a long name is cut."""
    ending = f"-p{number:0{max(3, len(str(count)))}d}"
    return _cut(clean_id(document), LONGEST - len(ending), _LONGEST_BYTES - len(ending)).rstrip(". ") + ending


def first_free(asset_id: str, taken: Collection[str], mark: str) -> str:
    """Return the first of `numbered` whose folded form is not in `taken`."""
    return next(candidate for candidate in numbered(asset_id, mark) if folded(candidate) not in taken)


def _no_device(text: str) -> str:
    # Windows refuses a device's name whatever follows its first dot
    device, dot, rest = text.partition(".")
    return f"{device.rstrip()}-image{dot}{rest}" if device.rstrip().casefold() in _RESERVED else text


def _cut(text: str, characters: int, size: int) -> str:
    return text[:characters].encode()[:size].decode(errors="ignore")


def _is_plain(char: str) -> bool:
    # Cc, Cf: control and invisible format characters; Cs: half a surrogate pair; Zl, Zp: line separators
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
