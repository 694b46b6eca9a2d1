"""Answers at random by the other two ways, interactions and batches: none crashes, and none loses an image."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

from google.genai import types
from google.genai._gaos.types import interactions as sdk_types
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.engines.base import AttemptOutcome, BatchState
from core.engines.gemini.batch_answers import STATES, Asked, read_job
from core.engines.gemini.interaction_replies import read_interaction
from core.engines.gemini.redactor import Redactor
from core.models.asset import GenerationSettings
from core.models.catalog import load_catalog
from tests.contract.conftest import MODEL
from tests.contract.test_answers import IMAGES, _bytes_of, _parts, blobs, mimes, some_answer, taken_from

some_data = st.one_of(
    blobs.map(lambda data: base64.b64encode(data).decode()),
    st.sampled_from([None, "", "%%%", 7, ["x"]]),
)
some_content = st.one_of(
    st.sampled_from([{}, None, 3, {"type": "scent"}, {"type": "image"}, {"type": "text", "text": None}]),
    st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=8)}),
    st.fixed_dictionaries({"type": st.just("image"), "data": some_data}, optional={"mime_type": mimes | st.none()}),
)
contents = st.lists(some_content, max_size=4) | st.sampled_from([None, "none", {}])
some_step = st.one_of(
    st.sampled_from([{}, None, "step", {"type": "daydream"}, {"type": "model_output", "error": {"details": [7]}}]),
    st.fixed_dictionaries({"type": st.just("model_output")}, optional={"content": contents}),
    st.fixed_dictionaries({"type": st.just("thought")}, optional={"summary": contents, "signature": st.just("AAAA")}),
    # a person's own picture that comes back is none of the model's
    st.fixed_dictionaries({"type": st.just("user_input"), "content": contents}),
)
some_interaction = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["int-1", 7, None, ""]),
        "status": st.sampled_from(["completed", "failed", "daydreaming", None, 3]),
        "steps": st.lists(some_step, max_size=4) | st.sampled_from([None, "none"]),
        "errors": st.sampled_from([None, {}, [None], [{"code": "x/IMAGE_SAFETY"}], [{"code": "new_rule"}], [{}]]),
        "usage": st.sampled_from([None, [1], {}, {"total_output_tokens": 9}, {"total_thought_tokens": "many"}]),
    },
)


def _pictures(interaction: dict[str, Any], kind: str, field: str) -> list[bytes]:
    """Return the whole pictures in the steps of a kind, in their order."""
    steps = interaction.get("steps")
    found = []
    for step in steps if isinstance(steps, list) else ():
        said = step.get(field) if isinstance(step, dict) and step.get("type") == kind else None
        for content in said if isinstance(said, list) else ():
            if isinstance(content, dict) and content.get("type") == "image" and isinstance(content.get("data"), str):
                found.append(base64.b64decode(content["data"]))
    return [data for data in found if data in IMAGES]


def _as_the_sdk_has_it(interaction: dict[str, Any]) -> list[Any]:
    """Return an interaction as it came, and as the SDK reads it where it can."""
    try:
        return [interaction, sdk_types.Interaction.model_validate(interaction)]
    except (ValidationError, TypeError):
        return [interaction]


@settings(max_examples=400, deadline=None)
@given(some_interaction)
def test_no_interaction_crashes_or_loses_an_image(interaction: dict[str, Any]) -> None:
    """Whatever is missing, of another type or unknown: the first whole image put out is taken, else the last thought.

    Where there is none the end is typed and may be billed.
    """
    finished, thought = _pictures(interaction, "model_output", "content"), _pictures(interaction, "thought", "summary")
    for answer in _as_the_sdk_has_it(interaction):
        taken = taken_from(partial(read_interaction, answer, Redactor()), finished, thought)
        if taken is not None:
            kept = [part.data for part in taken.parts if part.data]
            assert sorted(kept) == sorted([*finished, *thought])


some_error = st.fixed_dictionaries(
    {},
    optional={"code": st.sampled_from([3, 8, 400, 0, None, "x"]), "message": st.text(max_size=6), "details": st.none()},
)
some_result = st.one_of(
    st.sampled_from([None, {}, [], "answer", 7, {"response": None}, {"response": "none"}, {"response": [1]}]),
    some_answer.map(lambda answer: {"response": answer}),
    some_error.map(lambda error: {"error": error}),
)
ended = st.sampled_from([state for state, ours in STATES.items() if ours.has_ended])


@settings(max_examples=400, deadline=None)
@given(st.lists(some_result, min_size=1, max_size=5), st.booleans(), st.randoms(), ended)
def test_no_answer_of_a_batch_costs_another(results: list[Any], has_keys: bool, random: Any, state: Any) -> None:
    """Each request of a job ends as its own image or as a typed error, whatever stands in the answers beside it.

    With their keys answers are known in any order; without they stand in that of the requests.
    """
    answers = list(results)
    if has_keys:
        answers = [
            {**result, "metadata": {"key": str(number)}}
            if isinstance(result, dict)
            else {"metadata": {"key": str(number)}}
            for number, result in enumerate(results)
        ]
        random.shuffle(answers)
    asked = [Asked(load_catalog().model(MODEL), GenerationSettings())] * len(results)
    job = types.BatchJob(state=state, dest=types.BatchJobDestination(inlined_responses=answers))
    reading = read_job(job, asked, Redactor())
    assert reading.state is STATES[state]
    assert len(reading.items) == len(results)
    for result, item in zip(results, reading.items, strict=True):
        said = result.get("response") if isinstance(result, dict) else None
        parts = [part for part in _parts(said) if _bytes_of(part) in IMAGES] if isinstance(said, dict) else []
        if not parts:
            assert item.generation is None
            assert item.error is not None
            assert item.report.outcome is not AttemptOutcome.SUCCEEDED
            continue
        finished = [part for part in parts if not part.get("thought")]
        assert item.generation is not None
        assert item.generation.data == _bytes_of(finished[0] if finished else parts[-1])
        assert (item.report.outcome, item.report.may_be_billed) == (AttemptOutcome.SUCCEEDED, True)
        assert item.report.cost_usd == item.generation.cost_usd > 0


def test_a_job_that_goes_on_has_no_results() -> None:
    """What stands in a job that has not ended is left until it has."""
    job = types.BatchJob(
        state=types.JobState.JOB_STATE_RUNNING, dest=types.BatchJobDestination(inlined_responses=[{"response": {}}])
    )
    reading = read_job(job, [Asked(load_catalog().model(MODEL), GenerationSettings())], Redactor())
    assert (reading.state, reading.items) == (BatchState.RUNNING, ())
