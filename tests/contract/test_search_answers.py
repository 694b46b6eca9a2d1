"""Every answer a search was seen to get: what is taken from it, how often it is asked for, and how it ends."""

import asyncio

import pytest

from core.engines.base import AttemptOutcome
from core.errors import (
    BlockedError,
    BudgetExceededError,
    EngineError,
    InvalidRequestError,
    QuotaExceededError,
    UnavailableError,
    UnreadableAnswerError,
    from_plain,
)
from core.images import verify
from core.models.region import Flag, Wish
from core.models.repair import repair
from tests.contract.conftest import Remembering, engine_for, run, search
from tests.standin import SEARCH_FAULTS
from tests.standin.searches import TEXT_USAGE, as_text, entries_for

LISTS = ["fenced", "fenced_in_prose", "list_in_prose", "wrapped"]
# fault, error type, words that are kept
NO_LISTS = [
    ("broken_json", UnreadableAnswerError, '"box_2d"'),
    ("cut_json", UnreadableAnswerError, '"box_2d"'),
    ("prose", UnreadableAnswerError, "I see a castle [on the left] and a ship."),
    ("a_number", UnreadableAnswerError, "3"),
    ("an_object", UnreadableAnswerError, "no page"),
    ("no_words", UnreadableAnswerError, ""),
    ("no_parts", UnreadableAnswerError, ""),
    ("no_candidates", UnreadableAnswerError, ""),
    ("unknown_finish_reason", UnreadableAnswerError, "I will not draw this."),
]
# the SDK itself gives up on these, so their words are not there to be kept
GARBLED = ["endless_nesting", "endless_number", "empty_body", "non_json"]
MASKS = ["bare_masks", "masks_bad", "masks_cut", "masks_of_another_kind", "no_masks"]
ODD = {
    *(
        "single",
        "nothing_found",
        "huge_list",
        "reversed",
        "out_of_range",
        "no_area",
        "duplicates",
        "whole_page",
        "swallowed",
    ),
    *("words_for_numbers", "not_numbers", "three_numbers", "decimals", "no_box", "not_objects"),
    *("other_labels", "no_labels"),
}


def test_every_bad_answer_is_held_here():
    """No fault of the stand-in's searches is without a test."""
    ours = {*LISTS, *(name for name, *_ in NO_LISTS), *GARBLED, *MASKS, *ODD}
    assert set(SEARCH_FAULTS) <= ours


@pytest.mark.parametrize("fault", LISTS)
def test_a_list_is_found_where_it_stands(find, server, observer, fault):
    """A list within a fence, in prose or in an object is taken at the first asking, entry by entry."""
    server.fail_next(fault)
    found = find().found
    expected = entries_for(server.requests[0])
    assert [(list(one.box_2d), one.label, one.caption) for one in found] == [
        (entry["box_2d"], entry["label"], entry["caption"]) for entry in expected
    ]
    assert len(observer.reports) == 1


@pytest.mark.parametrize(("fault", "error", "words"), NO_LISTS)
def test_no_list_is_asked_for_once_more(find, server, observer, fault, error, words):
    """An answer without a list is asked for once more, an attempt of its own, then is an error with its words."""
    server.fail_next(fault, times=5)
    with pytest.raises(error) as caught:
        find()
    assert len(server.requests) == len(observer.estimates) == 2
    assert [report.error for report in observer.reports] == ["unreadable_answer"] * 2
    assert all(report.may_be_billed and report.status == 200 for report in observer.reports)
    assert observer.waits == [(0.0, "unreadable_answer")]
    assert words in caught.value.text
    assert from_plain(caught.value.to_plain()).to_plain() == caught.value.to_plain()


def test_a_failed_answer_costs_its_tokens(find, server, observer):
    """What an unusable answer cost is on record by its tokens."""
    server.fail_next("prose", times=2)
    with pytest.raises(UnreadableAnswerError):
        find()
    assert [report.cost_usd for report in observer.reports] == [pytest.approx((1500 * 0.75 + 300 * 3.75) / 1e6)] * 2


def test_the_second_asking_may_succeed(find, server, observer):
    """One broken answer and a good one make a search of two attempts, and nobody waits between them."""
    server.fail_next("broken_json")
    assert len(find().found) == 3
    assert [report.outcome for report in observer.reports] == [AttemptOutcome.FAILED, AttemptOutcome.SUCCEEDED]


def test_trouble_between_does_not_use_up_the_second_asking(find, server, observer):
    """Passing trouble of the service is tried again as ever; only unreadable answers are counted."""
    for fault in ("server_error_503", "broken_json", "rate_limited"):
        server.fail_next(fault)
    assert len(find().found) == 3
    assert len(observer.reports) == 4


def test_a_cut_answer_says_so(find, server):
    """An answer that grew too long says what makes it shorter."""
    server.fail_next("cut_json", times=2)
    with pytest.raises(UnreadableAnswerError, match=r"too long \(MAX_TOKENS\).*thinking level"):
        find()


@pytest.mark.parametrize("fault", GARBLED)
def test_a_garbled_answer_is_asked_for_once_more(find, server, fault):
    """An answer that not even the SDK can read is paid for at most twice."""
    server.fail_next(fault, times=5)
    with pytest.raises(UnavailableError):
        find()
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", ["blocked_prompt", "blocked_safety", "blocked_recitation", "blocked_spii"])
def test_blocks_are_blocks(find, server, observer, fault):
    """A rule that stops the prompt or the answer is said at once, as for pictures."""
    server.fail_next(fault, times=2)
    with pytest.raises(BlockedError):
        find()
    assert [report.outcome for report in observer.reports] == [AttemptOutcome.BLOCKED]


@pytest.mark.parametrize(
    ("fault", "error"),
    [("bad_request_400", InvalidRequestError), ("rate_limited_daily", QuotaExceededError)],
)
def test_refusals_are_final(find, server, fault, error):
    """A refusal is final for a search as it is for a picture."""
    server.fail_next(fault, times=3)
    with pytest.raises(error):
        find()
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["rate_limited", "server_error_503", "reset", "truncated_body"])
def test_passing_trouble_is_tried_again(find, server, observer, fault):
    """Passing trouble costs one more attempt, and the boxes come."""
    server.fail_next(fault)
    assert len(find().found) == 3
    assert len(observer.reports) == 2


def test_nothing_found_is_no_error(find, server, observer):
    """A page with nothing on it gives no findings, no error and no second call."""
    server.fail_next("nothing_found")
    assert find().found == ()
    assert len(observer.reports) == 1


@pytest.mark.parametrize(
    "fault", ["words_for_numbers", "three_numbers", "no_box", "not_objects", "not_numbers", "single"]
)
def test_entries_that_make_no_sense_are_handed_on(find, server, fault):
    """An entry without four numbers is handed on without them, so that it can be counted."""
    server.fail_next(fault)
    found = find().found
    counts = {"three_numbers": 3, "words_for_numbers": 3, "no_box": 3, "not_objects": 7, "not_numbers": 1, "single": 1}
    assert len(found) == counts[fault]
    assert all(isinstance(value, float) for finding in found for value in finding.box_2d)
    if fault in ("words_for_numbers", "no_box"):
        assert {finding.box_2d for finding in found} == {()}


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        ("reversed", lambda box: box[::-1]),
        ("out_of_range", lambda box: [box[0] - 500, box[1], box[2], box[3] + 9000]),
        ("no_area", lambda box: [box[0], box[1], box[0], box[3]]),
        ("decimals", lambda box: [value + 0.25 for value in box]),
    ],
)
def test_boxes_are_handed_on_as_they_came(find, server, fault, first):
    """The engine mends no box: what it was answered is what is repaired and counted later."""
    server.fail_next(fault)
    found = find().found
    assert list(found[0].box_2d) == first(entries_for(server.requests[0])[0]["box_2d"])


@pytest.mark.parametrize(
    ("fault", "count"), [("duplicates", 9), ("whole_page", 4), ("swallowed", 4), ("other_labels", 3)]
)
def test_nothing_is_dropped_by_the_engine(find, server, fault, count):
    """Duplicates, whole pages and labels nobody allowed come through."""
    server.fail_next(fault)
    assert len(find().found) == count


@pytest.mark.parametrize(
    ("fault", "flag", "count", "kept"),
    [
        ("reversed", Flag.REVERSED, 3, 3),
        ("out_of_range", Flag.OUT_OF_RANGE, 3, 3),
        ("no_area", Flag.EMPTY, 3, 0),
        ("duplicates", Flag.DUPLICATE, 6, 3),
        ("whole_page", Flag.WHOLE_PAGE, 1, 4),
        ("swallowed", Flag.SWALLOWED, 1, 4),
        ("words_for_numbers", Flag.UNREADABLE, 3, 0),
        ("three_numbers", Flag.UNREADABLE, 3, 0),
        ("not_numbers", Flag.UNREADABLE, 1, 0),
        ("no_box", Flag.UNREADABLE, 3, 0),
        ("not_objects", Flag.UNREADABLE, 4, 3),
        ("other_labels", Flag.LABEL_NOT_ALLOWED, 3, 3),
    ],
)
def test_every_bad_box_is_mended_or_counted(find, server, fault, flag, count, kept):
    """What is wrong with an answer's boxes and labels is counted by its kind, and only sound regions are left."""
    wish = Wish(labels=("castle", "ship", "bird", "engine", "garden"))
    server.fail_next(fault)
    done = repair(find(search(wish=wish)).found, wish)
    assert done.counts[flag] == count
    assert len(done.regions) == kept
    for region in done.regions:
        assert 0 <= region.box.ymin < region.box.ymax <= 1000
        assert 0 <= region.box.xmin < region.box.xmax <= 1000


def test_words_that_are_none(find, server):
    """A caption or label that is no text is empty."""
    server.fail_next("no_labels")
    assert {(finding.label, finding.caption) for finding in find().found} == {("", "")}


def test_a_huge_list_is_cut_and_said(find, server):
    """Of thousands of entries the first thousand are taken, with a warning."""
    server.fail_next("huge_list")
    found = find()
    assert len(found.found) == 1000
    assert "6000 objects" in found.warnings[0]


@pytest.mark.parametrize("fault", MASKS)
def test_masks_that_cannot_be_read(find, server, fault):
    """A mask is decoded from a data URL or bare base64; one that is no PNG is left out, and the box stays."""
    server.fail_next(fault)
    found = find(search(wish=Wish(has_masks=True)))
    assert len(found.found) == 3
    if fault == "bare_masks":
        assert all(verify(finding.mask).width == 64 for finding in found.found)
        assert found.warnings == ()
    else:
        assert {finding.mask for finding in found.found} == {b""}
        assert "3 of 3 masks" in found.warnings[0]


def test_words_are_cleaned_of_keys(find, server):
    """Neither a caption nor the words of an error repeat the key."""
    box = '{"box_2d": [1, 2, 3, 4], "label": "a", "caption": "KEY\\nline"}'
    server.answer_next(as_text(f"[{box.replace('KEY', server.key)}]"))
    assert find().found[0].caption == "***\nline"
    for _ in range(2):
        server.answer_next(as_text(f"The key is {server.key}."))
    with pytest.raises(UnreadableAnswerError) as caught:
        find()
    assert caught.value.text == "The key is ***."


def test_a_budget_stops_the_second_asking(server):
    """The second asking is an attempt the budget may refuse; then no further call is made."""

    class Poor(Remembering):
        def attempt_started(self, estimate_usd: float) -> str:
            if self.estimates:
                raise BudgetExceededError("Today's budget is used up.")
            return super().attempt_started(estimate_usd)

    server.fail_next("prose", times=2)
    with pytest.raises(BudgetExceededError):
        run(engine_for(server).detect(search(), Poor()))
    assert len(server.requests) == 1


def test_the_deadline_and_cancelling_hold_for_searches(server, observer):
    """A silent service ends at the deadline, and a cancelled search hangs up; both are on record."""
    server.fail_next("silent", times=2)

    async def work() -> None:
        engine = engine_for(server, deadline_seconds=1)
        with pytest.raises(UnavailableError, match="within 1 seconds"):
            await engine.detect(search(), observer)
        task = asyncio.create_task(engine_for(server).detect(search(), observer))
        while len(server.requests) < 2:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.requests[1].has_left.wait, 5)

    run(work())
    assert [report.outcome for report in observer.reports] == [AttemptOutcome.FAILED, AttemptOutcome.CANCELLED]


@pytest.mark.parametrize("fault", ["prose", "endless_nesting", "blocked_safety", "server_error_500"])
def test_errors_are_ours_alone(server, observer, fault):
    """What leaves the engine is our own error: no other exception hangs on it, and it is one line."""
    server.fail_next(fault, times=7)
    with pytest.raises(EngineError) as caught:
        run(engine_for(server, deadline_seconds=600).detect(search(), observer))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "\n" not in caught.value.message
    assert TEXT_USAGE["promptTokenCount"] == 1500
