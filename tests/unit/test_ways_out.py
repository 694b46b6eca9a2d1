"""What may help after a block: other words, a reference less, the next model that takes what there is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import BlockedError, NoImageError
from core.models.account import AccountModels
from core.models.asset import Role
from core.settings import load_settings
from core.studio.context import Studio
from core.studio.ways_out import WaysOut, advice, next_model, ways_out

NANO, PRO, LITE, OLD = (
    *("gemini-nano-banana-2.1", "gemini-3-pro-image"),
    *("gemini-3.1-flash-lite-image", "gemini-2.5-flash-image"),
)


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio with an account, on a day on which Nano Banana 2 and Nano Banana are shut down."""
    monkeypatch.setattr(Studio, "today", staticmethod(lambda: date(2026, 11, 21)))
    return Studio(load_settings(THROUGHLINE_HOME=str(tmp_path / "home"), GEMINI_API_KEY="k" * 40))


@pytest.mark.parametrize(
    ("model", "roles", "wanted"),
    [
        (NANO, [], PRO),
        (PRO, [], LITE),
        (LITE, [], NANO),
        (OLD, [], NANO),
        ("nobody-knows", [], NANO),
        (NANO, [Role.CHARACTER] * 5, PRO),
        (NANO, [Role.STYLE] * 4, LITE),
        (NANO, [Role.OTHER] * 15, None),
    ],
)
def test_the_next_model(studio: Studio, model: str, roles: list[Role], wanted: str | None) -> None:
    """The next recommended model is one that is still there and takes as many references of each kind; after the last
    the first comes."""
    found = next_model(studio, model, roles)
    assert (found.id if found else None) == wanted


def test_only_what_the_account_has(studio: Studio) -> None:
    """A model that the account is known not to have is no way out."""
    studio.account_models.write(AccountModels(ids=(NANO, LITE), asked="2026-11-21T00:00:00Z"))
    assert next_model(studio, NANO, []).id == LITE
    studio.account_models.write(AccountModels(ids=(NANO,), asked="2026-11-21T00:00:00Z"))
    assert next_model(studio, NANO, []) is None


@pytest.mark.parametrize(
    ("error", "is_reworded", "is_dropped"),
    [
        (BlockedError("", "IMAGE_SAFETY"), True, True),
        (BlockedError("", "A_RULE_NOBODY_KNOWS"), True, True),
        (NoImageError("", "NO_IMAGE"), True, True),
        (BlockedError("", "LANGUAGE"), True, False),
        (NoImageError("", "MAX_TOKENS"), True, False),
        (BlockedError("", "PUP_LIMITED_DISABLED"), False, False),
    ],
)
def test_what_helps_depends_on_the_rule(
    studio: Studio, error: BlockedError | NoImageError, is_reworded: bool, is_dropped: bool
) -> None:
    """A reference is no cause of a rule about words, and nothing of a request helps an account that was limited."""
    found = ways_out(studio, error, NANO, [Role.STYLE])
    assert (found.is_reworded, found.is_reference_dropped) == (is_reworded, is_dropped)
    assert (found.model is None) is not is_reworded
    assert not ways_out(studio, error, NANO, []).is_reference_dropped


def test_advice_for_a_terminal(studio: Studio) -> None:
    """Each way out is a sentence that names the image by number, name and role, and the model by what is typed."""
    ways = WaysOut(True, True, studio.catalog.model(PRO))
    assert advice(ways, [("hare", Role.CHARACTER)]) == (
        "Reword the prompt.",
        "Leave out image 1, hare (character).",
        "Take another model: --model gemini-3-pro-image (Nano Banana Pro).",
    )
    assert advice(WaysOut(False, False, None), []) == ()
