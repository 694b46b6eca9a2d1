"""A visitor's own API key: used for this session only, and held by the server's memory alone."""

from __future__ import annotations

from pydantic import SecretStr

from core.errors import InvalidApiKeyError, StudioError
from core.ui.desk import desk
from core.ui.session import studio

_LONG_KEY = 12  # characters; the end of a shorter key would tell too much of it


def enter_key(text: str) -> bool:
    """Use an API key for this session only; it stays in the server's memory. Tell whether the service takes it.

    Raises:
        InvalidApiKeyError: the service does not take it; nothing is changed.
    """
    from core.studio.accounts import check_key

    key, is_sure = SecretStr(text.strip()), True
    try:
        check_key(desk().settings, key)
    except InvalidApiKeyError:
        raise
    except StudioError:  # offline, or the service has trouble: the key may be good
        is_sure = False
    studio().key = desk().keep_key(key)
    studio().key_end = end_of_key(text.strip())
    return is_sure


def end_of_key(key: str) -> str:
    """Return as much of a key as may be shown: its last four characters, nothing of a short one."""
    return key[-4:] if len(key) >= _LONG_KEY else ""


def forget_key() -> None:
    """Stop using the session's API key."""
    studio().key = studio().key_end = ""
