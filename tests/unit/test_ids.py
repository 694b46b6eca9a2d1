"""Asset ids: any text becomes a name that every file system takes, and no two ids are one file."""

from __future__ import annotations

import unicodedata
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.store.ids import LONGEST, clean_id, first_free, folded, is_id, numbered

ANY_TEXT = st.text(st.characters(), max_size=120)


@given(ANY_TEXT)
@example("con .png")
@example("x" * 79 + "\u3000y")
@example("\U0001f916" * 100)
@example("lpt¹")
@example("a" * 75 + "\x00\ud800.")
def test_any_text_becomes_an_id(text: str) -> None:
    """An id is never empty or too long, holds no control or path character, and stays as it is when cleaned again."""
    cleaned = clean_id(text)
    assert 1 <= len(cleaned) <= LONGEST
    assert len(cleaned.encode()) <= 240
    assert not set(cleaned) & set('/\\:*?"<>|')
    assert not [char for char in cleaned if unicodedata.category(char) in ("Cc", "Cf", "Cs")]
    assert cleaned == cleaned.strip().strip(".")
    assert clean_id(cleaned) == cleaned
    assert is_id(cleaned)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("robot", "robot"),
        ("Robot 机器人 \U0001f916", "Robot 机器人 \U0001f916"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("a/b\\c:d", "a-b-c-d"),
        ("  .hidden. ", "hidden"),
        ("", "image"),
        ("...", "image"),
        ("\x00\x1b\u202e", "image"),
        ("line\nbreak", "linebreak"),
        ("CON", "CON-image"),
        ("aux.tar", "aux-image.tar"),
        ("Com1", "Com1-image"),
        ("console", "console"),
    ],
)
def test_a_name_is_kept_as_far_as_it_can_be(text: str, expected: str) -> None:
    """What a file system takes is kept; the rest goes or becomes a dash."""
    assert clean_id(text) == expected


@given(ANY_TEXT)
def test_every_id_can_be_a_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """An id, numbered and with the longest suffix, is a name this file system takes."""
    folder = tmp_path_factory.getbasetemp() / "ids"
    folder.mkdir(exist_ok=True)
    name = list(islice(numbered(clean_id(text), "-original"), 2))[-1]
    path = folder / f"{name}.webp"
    path.write_bytes(b"")
    assert path.parent.resolve() == folder.resolve()
    path.unlink()


@given(ANY_TEXT)
def test_folding_is_stable(text: str) -> None:
    """Folding twice is folding once, and it does not care about case or about how accents are composed."""
    assert folded(folded(text)) == folded(text)
    for form in ("NFC", "NFD"):
        assert folded(unicodedata.normalize(form, text)) == folded(text)


@pytest.mark.parametrize(("one", "other"), [("Robot", "ROBOT"), ("é", "e\u0301"), ("STRASSE", "straße"), ("ǰ", "J̌")])
def test_names_that_a_file_system_may_confuse_are_one(one: str, other: str) -> None:
    """Case and composition make no second id."""
    assert folded(one) == folded(other)


@given(st.text(min_size=1, max_size=100).map(clean_id), st.sampled_from(["-", "-v"]))
def test_numbered_ids_are_all_ids_and_all_different(asset_id: str, mark: str) -> None:
    """Every numbered form is short enough, and no two are the same."""
    forms = list(islice(numbered(asset_id, mark), 12))
    assert forms[0] == asset_id
    assert all(len(form) <= LONGEST and len(form.encode()) <= 240 for form in forms)
    assert len({folded(form) for form in forms}) == 12


def test_the_first_free_name_is_taken() -> None:
    """Numbers begin at 2 and go on past every name that is taken, in whatever case."""
    taken = {folded(name) for name in ("Robot", "ROBOT-V2", "robot-v4")}
    assert first_free("robot", taken, "-v") == "robot-v3"
    assert first_free("ship", taken, "-v") == "ship"


def test_an_id_is_told_from_what_is_none() -> None:
    """A text that would have to change is no id."""
    assert is_id("robot-v2")
    assert not any(is_id(text) for text in ("", "a/b", "nul", " robot", "x" * 81, Path("..").name))
