"""What came of a batch: each answer is read alone, so that one nobody can read costs no other. Costs in USD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.genai import errors, types

from core.engines.base import AttemptOutcome, AttemptReport, BatchItem, BatchReading, BatchState
from core.engines.gemini.answers import ImageAnswer, read_answer
from core.engines.gemini.failures import classify
from core.engines.gemini.outcomes import AttemptFailed
from core.engines.gemini.redactor import Redactor
from core.errors import CancelledError, UnavailableError
from core.models.asset import GenerationSettings
from core.models.catalog import ModelFacts

STATES = {
    types.JobState.JOB_STATE_UNSPECIFIED: BatchState.WAITING,
    types.JobState.JOB_STATE_QUEUED: BatchState.WAITING,
    types.JobState.JOB_STATE_PENDING: BatchState.WAITING,
    types.JobState.JOB_STATE_RUNNING: BatchState.RUNNING,
    types.JobState.JOB_STATE_UPDATING: BatchState.RUNNING,
    types.JobState.JOB_STATE_PAUSED: BatchState.RUNNING,
    types.JobState.JOB_STATE_CANCELLING: BatchState.RUNNING,
    types.JobState.JOB_STATE_SUCCEEDED: BatchState.SUCCEEDED,
    types.JobState.JOB_STATE_PARTIALLY_SUCCEEDED: BatchState.PARTLY_SUCCEEDED,
    types.JobState.JOB_STATE_FAILED: BatchState.FAILED,
    types.JobState.JOB_STATE_CANCELLED: BatchState.CANCELLED,
    types.JobState.JOB_STATE_EXPIRED: BatchState.EXPIRED,
}
# how gRPC numbers what HTTP has codes for; a batch's own errors come in either (google.rpc.Code)
HTTP_CODES = {1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 7: 403, 8: 429, 9: 400, 10: 409, 13: 500, 14: 503, 16: 401}
KEY = "key"  # of a request's metadata: its number

# The SDK reads a job as one: a single answer that is not as it should be makes the whole job unreadable, and its images
# are lost. So the answers are left as they come, and each is read alone.
types.BatchJobDestination.model_fields["inlined_responses"].annotation = list[Any] | None
for _model in (types.BatchJobDestination, types.BatchJob, types.ListBatchJobsResponse):
    _model.model_rebuild(force=True)


@dataclass(frozen=True)
class Asked:
    """What one image of a batch was asked for, as far as its answer's price depends on it."""

    facts: ModelFacts
    settings: GenerationSettings

    def cost(self, answer: ImageAnswer) -> float:
        """Return what an answer costs in a batch in USD."""
        return answer.cost(self.facts, self.settings, self.facts.batch_factor)


def read_job(job: types.BatchJob, asked: Sequence[Asked], redactor: Redactor) -> BatchReading:
    """Return how a job stands, and once it has ended what came of each of its requests."""
    known = _state_of(job)
    answers: list[Any] = (job.dest.inlined_responses if job.dest else None) or []
    if not known.has_ended:
        return BatchReading(known)
    placed = _placed(answers, len(asked))
    return BatchReading(known, tuple(_item(known, placed.get(n), one, redactor) for n, one in enumerate(asked)))


def _item(state: BatchState, answer: Any, asked: Asked, redactor: Redactor) -> BatchItem:
    """Return what came of one request; an answer that nobody can read stands alone, and costs no other."""
    try:
        return _made(_read(state, answer, asked, redactor), asked)
    except AttemptFailed as failure:
        return _failed(failure)
    except Exception as error:
        return _failed(classify(error, asked.facts.id, redactor))


def _read(state: BatchState, answer: Any, asked: Asked, redactor: Redactor) -> ImageAnswer:
    if answer is None:
        raise _unanswered(state)
    if (said := _of(answer, "response")) is None:
        raise _refused(_of(answer, "error"), asked.facts.id, redactor)
    return read_answer(types.GenerateContentResponse._from_response(response=said, kwargs={}), redactor)


def _refused(error: Any, model: str, redactor: Redactor) -> AttemptFailed:
    """Return what the error of one answer means (google.rpc.Status)."""
    if error is None:
        return _unanswered(BatchState.SUCCEEDED)
    number = _of(error, "code")
    code = HTTP_CODES.get(number, number) if isinstance(number, int) and number else 500
    said = {name: _of(error, name) for name in ("message", "details")}
    return classify(errors.APIError(code, {"error": {"code": code, "status": "", **said}}), model, redactor)


def _state_of(job: types.BatchJob) -> BatchState:
    """Return how a job stands; a state that nobody knows yet is looked at again later."""
    if job.state is None:
        return BatchState.WAITING
    # the service's own words, of which the SDK translates only some
    name = job.state.value.replace("BATCH_STATE_", "JOB_STATE_")
    return next((ours for theirs, ours in STATES.items() if theirs.value == name), BatchState.RUNNING)


def _placed(answers: Sequence[Any], count: int) -> dict[int, Any]:
    """Return the answers by the number of their request: by the key sent with it, else by their order.

    Of two with the same key the first counts. One without a key stands where it stands, unless that place is taken.
    """
    keyed: dict[int, Any] = {}
    unkeyed: dict[int, Any] = {}
    for place, answer in enumerate(answers):
        number = _number(_of(_of(answer, "metadata"), KEY), count)
        if number is not None:
            keyed.setdefault(number, answer)
        elif place < count:
            unkeyed[place] = answer
    return {**unkeyed, **keyed}


def _number(key: Any, count: int) -> int | None:
    """Return the request's number that a key says; None where it says none there was."""
    return next((number for number in range(count) if str(number) == key), None)


def _of(value: Any, name: str) -> Any:
    """Return a field of what came as JSON; None when it is not there, or the value is no object."""
    return value.get(name) if isinstance(value, dict) else None


def _made(answer: ImageAnswer, asked: Asked) -> BatchItem:
    generation = answer.generation(asked.cost(answer))
    report = AttemptReport(
        outcome=AttemptOutcome.SUCCEEDED,
        status=200,
        input_tokens=generation.input_tokens,
        output_tokens=generation.output_tokens,
        cost_usd=generation.cost_usd,
        searches=answer.searches,
        may_be_billed=True,
    )
    return BatchItem(report, generation)


def _failed(failure: AttemptFailed) -> BatchItem:
    is_cancelled = isinstance(failure.error, CancelledError)
    report = AttemptReport(
        outcome=AttemptOutcome.CANCELLED if is_cancelled else failure.outcome,
        error=failure.error.code,
        status=failure.status,
        input_tokens=failure.usage.input_tokens,
        output_tokens=failure.usage.output_tokens,
        may_be_billed=failure.may_be_billed,
    )
    return BatchItem(report, error=failure.error)


def _unanswered(state: BatchState) -> AttemptFailed:
    """Return why a job that has ended has no answer for a request."""
    if state is BatchState.CANCELLED:
        return AttemptFailed(CancelledError("The batch was cancelled before this image was made."), may_be_billed=True)
    if state is BatchState.EXPIRED:
        return AttemptFailed(UnavailableError("The batch ran out of time before this image was made. Send it again."))
    said = "The batch ended without an answer for this image. Try it again, alone or in a new batch."
    return AttemptFailed(UnavailableError(said), may_be_billed=True)
