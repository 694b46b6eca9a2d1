"""The interface's texts in the visitor's language, by gettext.

English is in the code; `locale/<language>/LC_MESSAGES/throughline.po` holds the others, compiled to `.mo` beside it
(`make texts`). Placeholders are named: `_("{count} images").format(count=3)`.
"""

from __future__ import annotations

import gettext as gnu
from functools import cache
from pathlib import Path

from core.ui.session import language

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "throughline"


def _(text: str) -> str:
    """Return a text in the visitor's language."""
    return _translations(language()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the singular or plural of a text in the visitor's language."""
    return _translations(language()).ngettext(one, many, count)


@cache
def _translations(code: str) -> gnu.NullTranslations:
    return gnu.translation(DOMAIN, LOCALE, [code], fallback=True)
