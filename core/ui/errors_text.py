"""Errors in the visitor's language.

Messages come from below in English, with paths and names in them. In another language the page shows one sentence for
the error's code, made here, and keeps the message itself as a detail.
"""

from __future__ import annotations

from core.errors import (
    BudgetExceededError,
    InvalidApiKeyError,
    RateLimitError,
    StepFailedError,
    StoryError,
    StraysError,
    StudioError,
)
from core.ui.session import language, studio
from core.ui.texts import _, ngettext


def error_text(error: StudioError) -> str:
    """Return what happened and what to do next, in the visitor's language."""
    if language() == "en" and not _is_of_entered_key(error):
        return error.message
    return _with_fields(error) or _by_code().get(error.code) or _by_code()["studio_error"]


def error_detail(error: StudioError) -> str:
    """Return the message itself where `error_text` says it in other words, else ""."""
    return "" if error_text(error) == error.message else error.message


def _is_of_entered_key(error: StudioError) -> bool:
    """Tell whether an error is about the key that was entered here: the message names the server's settings."""
    return isinstance(error, InvalidApiKeyError) and bool(studio().key)


def _with_fields(error: StudioError) -> str:
    if isinstance(error, RateLimitError) and error.retry_after is not None:
        seconds = max(1, round(error.retry_after))
        return ngettext(
            "The service takes no more requests just now. Try again in {count} second.",
            "The service takes no more requests just now. Try again in {count} seconds.",
            seconds,
        ).format(count=seconds)
    if isinstance(error, StepFailedError) and error.step_id:
        return _("This was not made because “{step}” failed. Mend that one first, then run again.").format(
            step=error.step_id
        )
    if isinstance(error, StraysError) and error.step_id:
        words = _("This waits: “{step}”, which it is made from, strays. Look at it, then go on or make it again.")
        return words.format(step=error.step_id)
    if isinstance(error, BudgetExceededError) and error.limit:
        return _over_limit(error)
    if type(error) is StoryError and error.line is not None:
        return _("The story file cannot be used: see line {line}. Correct it and try again.").format(line=error.line)
    return ""


def _over_limit(error: BudgetExceededError) -> str:
    words = {
        "run": _("A run may cost {allowed} at most, and this one would cost more. Make fewer images at once."),
        "day": _("Today {spent} of {allowed} are spent. Raise the budget, or wait until tomorrow."),
        "project": _("This project has used {spent} of the {allowed} it may cost. Raise its budget."),
    }
    said = words.get(error.limit, "")
    return said.format(spent=f"${error.spent_usd:.2f}", allowed=f"${error.allowed_usd:.2f}")


def _by_code() -> dict[str, str]:
    return {
        "studio_error": _("This did not work. The details say what happened and what to do next."),
        "run_broken": _("The run broke off before it was done. Run it again; what is finished is reused."),
        "configuration": _("A setting is missing or wrong. Correct it and start the studio again."),
        "missing_api_key": _(
            "Gemini needs a key. Enter one in the sidebar, or use the draft engine, which needs none."
        ),
        "engine": _("The image could not be made. Try again, or change the prompt or the model."),
        "invalid_api_key": _(
            "The service did not accept the key. Check it, and enter it again under “API key” in the sidebar."
        ),
        "rate_limited": _("The service takes no more requests just now. Wait a minute and try again."),
        "quota_exceeded": _("Today's quota or the account's credit is used up. Try tomorrow, or check the billing."),
        "invalid_request": _("The service refused this request. Change the prompt, the references or the settings."),
        "conversation_gone": _(
            "The service does not keep the earlier turns any more. Go on by chat history, or branch from a turn."
        ),
        "batch_gone": _(
            "This account does not know the batch: another key sent it, or it is gone. Use that key; after two days, "
            "cancel the batch and send its images again."
        ),
        "unavailable": _("The service cannot be reached just now. Check the connection and try again."),
        "blocked": _("The service's safety rules blocked this image."),
        "no_image": _("The model answered without an image."),
        "unreadable_answer": _("The model's answer could not be read, not even when asked again. Try another model."),
        "cancelled": _("Stopped. A call that was under way may still be billed."),
        "invalid_image": _("This file is not an image the studio can take. Choose a whole PNG, JPEG, WebP or TIFF."),
        "workspace": _("The project's folder cannot be used. Check that it is there and may be written to."),
        "asset_not_found": _("This image is not in the project any more. Go back and choose another one."),
        "corrupt_asset": _("This image's file is damaged. Bring back another version, or import it again."),
        "story": _("The story cannot be used as it stands. The details say what to correct."),
        "cycle": _("Steps name each other in a circle. Take one of the sources out."),
        "unknown_source": _("A step names a source that is not there. Choose another source for it."),
        "step_failed": _("This was not made because one of its sources failed. Mend that one first, then run again."),
        "strays": _("This waits: what it is made from strays. Look at that, then go on or make it again."),
        "budget_exceeded": _(
            "This would cost more than today's budget allows. Raise the budget, or wait until tomorrow."
        ),
    }
