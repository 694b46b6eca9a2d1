"""What a failed call means, told by code, enum and type.

One place reads words: the 400 that asks to try again, which is the service preparing itself for a first use.
"""

from __future__ import annotations

import re

import google.auth.exceptions
import httpx2
from google.genai import errors

from core.engines.gemini.details import Refusal, error_reasons, quota_ids, refusal_of, retry_after
from core.engines.gemini.outcomes import AttemptFailed, Usage
from core.engines.gemini.redactor import Redactor
from core.errors import (
    ConfigurationError,
    EngineError,
    InvalidApiKeyError,
    InvalidRequestError,
    QuotaExceededError,
    RateLimitError,
    UnavailableError,
)

# nothing of the request has left this machine
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
# the address itself is wrong, or its port out of range: trying again changes nothing
BAD_ADDRESS = (httpx2.UnsupportedProtocol, httpx2.InvalidURL, httpx2.TooManyRedirects, OverflowError)
# the request itself breaks a rule of HTTP
UNSENDABLE = (httpx2.LocalProtocolError,)
LOST = (httpx2.HTTPError, httpx2.StreamError, OSError)
# JSON, pydantic and the SDK's own converters say so when a body is not what it should be
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)

BILLING_REASONS = {"BILLING_DISABLED"}
WRONG_ADDRESS = (
    "The address of the Gemini service, or of a proxy on the way, is wrong. "
    "Check GOOGLE_GEMINI_BASE_URL, HTTP_PROXY and HTTPS_PROXY."
)
_TRY_AGAIN = re.compile(r"\btry again\b", re.IGNORECASE)


def classify(error: Exception, model: str, redactor: Redactor, has_left: bool = True) -> AttemptFailed:
    """Return what `error`, raised by a call of `model`, means; nothing the service wrote gets past `redactor`.

    `has_left` is False when the request was not handed to the network yet.
    """
    if isinstance(error, errors.APIError):
        return refused(refusal_of(error), redactor.line(model), redactor)
    if isinstance(error, google.auth.exceptions.GoogleAuthError):
        return _not_signed_in(error)
    return _broken(_first_of(error), has_left)


def late(seconds: float) -> AttemptFailed:
    """Return the failure of a call that was still open when the deadline of `seconds` passed."""
    return AttemptFailed(
        UnavailableError(f"Gemini gave no whole answer within {seconds:g} seconds. Try again, or raise the deadline."),
        may_be_billed=True,
    )


def file_gone(status: int | None) -> AttemptFailed:
    """Return the failure of a call that named a file the service does not keep any more."""
    gone = UnavailableError("Gemini does not keep an image that was sent ahead any more. Try again: it is sent anew.")
    return AttemptFailed(gone, is_transient=True, status=status)


def empty(status: int) -> AttemptFailed:
    """Return the failure of an answer without any content."""
    nothing = UnavailableError("Gemini sent an empty answer. Try again in a moment.")
    return AttemptFailed(nothing, is_transient=True, status=status, may_be_billed=True)


def damaged(usage: Usage) -> AttemptFailed:
    """Return the failure of an answer whose picture is not whole."""
    error = UnavailableError("Gemini's picture arrived damaged or cut short. Try again.")
    return AttemptFailed(error, is_transient=True, status=200, may_be_billed=True, usage=usage)


def garbled() -> AttemptFailed:
    """Return the failure of an answer of another shape than answers have."""
    error = UnavailableError("Gemini sent an answer that cannot be read. Try again in a moment.")
    return AttemptFailed(error, is_transient=True, status=200, may_be_billed=True)


def _first_of(error: Exception) -> Exception:
    """Return the error itself, or the first of a group: one for each address of the host that was tried."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _broken(error: Exception, has_left: bool) -> AttemptFailed:
    """Return what an error on the way to the service or back means."""
    kind = type(error).__name__
    if isinstance(error, BAD_ADDRESS):
        return AttemptFailed(ConfigurationError(WRONG_ADDRESS))
    if isinstance(error, NOT_SENT):
        unreached = UnavailableError(f"The Gemini service cannot be reached ({kind}). Check the network and try again.")
        return AttemptFailed(unreached, is_transient=True)
    if isinstance(error, UNSENDABLE) or not (has_left or isinstance(error, LOST)):
        return AttemptFailed(
            InvalidRequestError(f"The request cannot be sent as it is ({kind}). Check the prompt for odd characters.")
        )
    if isinstance(error, LOST):
        lost = UnavailableError(f"The connection to Gemini broke ({kind}). Try again in a moment.")
        return AttemptFailed(lost, is_transient=True, may_be_billed=has_left)
    if isinstance(error, UNREADABLE):
        return garbled()
    unknown = UnavailableError(f"The call of Gemini failed in an unexpected way ({kind}). Try again.")
    return AttemptFailed(unknown, may_be_billed=True)


def refused(refusal: Refusal, model: str, redactor: Redactor) -> AttemptFailed:
    """Return what an answer with an error code, or with another code than 200, means."""
    code, said = refusal.code, _words(refusal, redactor)
    if 200 <= code < 300:
        return empty(code)
    if (problem := _account_problem(refusal, model, said)) is not None:
        return AttemptFailed(problem, status=code)
    if code == 429:
        return _too_many(refusal, said)
    if code == 408 or code >= 500:
        trouble = UnavailableError(f"The Gemini service has trouble (HTTP {code}). Try again in a few minutes.")
        wait = retry_after(refusal)
        return AttemptFailed(trouble, is_transient=True, retry_after=wait, status=code, may_be_billed=code >= 500)
    if code == 400 and _TRY_AGAIN.search(refusal.message):
        preparing = UnavailableError("Gemini is getting ready for this account's first call. Try again in a minute.")
        return AttemptFailed(preparing, is_transient=True, retry_after=retry_after(refusal), status=code)
    return AttemptFailed(_bad_request(code, model, said), status=code)


def _account_problem(refusal: Refusal, model: str, said: str) -> EngineError | None:
    """Return the error of a key or account that is not accepted or cannot pay, or None."""
    code, reasons = refusal.code, error_reasons(refusal)
    if reasons & BILLING_REASONS:
        return QuotaExceededError(f"The account cannot be billed.{said} Check its billing, or use the draft engine.")
    if code in (401, 403) or (code == 400 and any(reason.startswith("API_KEY_") for reason in reasons)):
        return InvalidApiKeyError(
            f"Gemini did not accept the key or account for {model} (HTTP {code}).{said} "
            "Check GEMINI_API_KEY, or the Google Cloud project and its permissions."
        )
    return None


def _bad_request(code: int, model: str, said: str) -> EngineError:
    if code == 404:
        return InvalidRequestError(
            f'The account has no model "{model}" (HTTP 404). See `throughline models` for those it has, and choose one.'
        )
    if 300 <= code < 400:
        return InvalidRequestError(WRONG_ADDRESS)
    return InvalidRequestError(f"Gemini refused the request (HTTP {code}).{said} Change the prompt or the settings.")


def _too_many(refusal: Refusal, said: str) -> AttemptFailed:
    if any("perday" in quota.lower() for quota in quota_ids(refusal)):
        used_up = QuotaExceededError(
            f"Today's quota of the account is used up.{said} Wait until tomorrow, raise the quota, or use draft."
        )
        return AttemptFailed(used_up, status=429)
    wait = retry_after(refusal)
    when = f"in {_readable(wait)}" if wait is not None else "in a minute"
    limited = RateLimitError(f"Too many requests for this account. Try again {when}.", retry_after=wait)
    return AttemptFailed(limited, is_transient=True, retry_after=wait, status=429)


def _not_signed_in(error: google.auth.exceptions.GoogleAuthError) -> AttemptFailed:
    if isinstance(error, google.auth.exceptions.TransportError):
        offline = UnavailableError("Google's sign-in cannot be reached. Check the network and try again.")
        return AttemptFailed(offline, is_transient=True)
    return AttemptFailed(
        InvalidApiKeyError(
            "Google Cloud did not sign you in. Run `gcloud auth application-default login`, then try again."
        )
    )


def _readable(seconds: float) -> str:
    """Return a time in the unit a person would take."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _words(refusal: Refusal, redactor: Redactor) -> str:
    """Return the service's own words as one short clean sentence, or "" when it sent a page instead."""
    shown = "" if refusal.message.lstrip().startswith("<") else redactor.line(refusal.message)
    return f' It said: "{shown}"' if shown else ""
