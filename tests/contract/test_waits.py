"""How long is waited between two attempts: as the service says, in whatever spelling, else longer every time."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.errors import RateLimitError
from tests.standin.replies import as_error, retry_info


@pytest.mark.parametrize(("fault", "seconds"), [("rate_limited", 3.0), ("rate_limited_by_header", 4.0)])
def test_waits_as_long_as_it_is_told(make, server, observer, fault, seconds):
    """The wait is what RetryInfo or Retry-After says, and it is what is slept."""
    slept: list[float] = []

    async def sleep(wait: float) -> None:
        slept.append(wait)

    server.fail_next(fault, times=2)
    make(sleep=sleep)
    assert slept == [seconds, seconds]
    assert observer.waits == [(seconds, "rate_limited")] * 2


def test_waits_until_a_date(make, server, observer):
    """A Retry-After that is a date is waited for up to that date."""
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", Retry_After=moment))
    make()
    ((seconds, _),) = observer.waits
    assert 0 < seconds <= 30


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        ({"seconds": 3, "nanos": 5e8}, 3.5),
        ({"seconds": "3"}, 3.0),
        ({"nanos": 250_000_000}, 0.25),
        ("3.5s", 3.5),
        (3, 3.0),
    ],
)
def test_a_wait_in_any_spelling(make, server, observer, delay, seconds):
    """A RetryInfo is honoured as text, as a number and as a mapping of seconds and nanos."""
    server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", retry_info(delay)))
    make()
    assert observer.waits == [(seconds, "rate_limited")]


@pytest.mark.parametrize(
    ("delay", "words"),
    [("90s", "90 seconds"), ("7200s", "2 hours"), ("400000s", "5 days"), ("999999999s", "11,574 days")],
)
def test_a_long_wait_is_said_in_a_readable_unit(make, server, delay, words):
    """A wait of hours or days is told as such, not as a heap of seconds."""
    server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", retry_info(delay)))
    with pytest.raises(RateLimitError, match=f"Try again in {words}\\."):
        make()


@pytest.mark.parametrize(
    "delay",
    ["soon", "-3s", "nans", "infs", "", None, [], {}, {"seconds": -3}, {"seconds": "soon"}, {"seconds": 10**400}],
)
def test_a_wait_that_makes_no_sense(make, server, observer, delay):
    """A RetryInfo that cannot be read is as good as none."""
    server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", retry_info(delay)))
    make()
    ((seconds, _),) = observer.waits
    assert 1 <= seconds <= 2


@pytest.mark.parametrize("header", ["soon", "-1", "Wed, 01 Jan 99999999999999999999 00:00:00 GMT"])
def test_a_retry_header_that_makes_no_sense(make, server, observer, header):
    """A Retry-After that cannot be read is as good as none."""
    server.answer_next(as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", Retry_After=header))
    make()
    ((seconds, _),) = observer.waits
    assert 1 <= seconds <= 2


def test_waits_grow_with_jitter(make, server, observer):
    """Without a word from the service the waits grow exponentially from a second to half a minute, with jitter."""
    server.fail_next("server_error_503", times=6)
    make(deadline_seconds=600)
    waits = [wait for wait, _ in observer.waits]
    for wait, base in zip(waits, [1, 2, 4, 8, 16, 30], strict=True):
        assert base <= wait <= min(base + 1, 30)
    assert any(wait % 1 for wait in waits)


def test_a_wait_beyond_the_deadline_fails_now(make, server, observer):
    """When the service asks for a longer wait than is left, the call fails at once and says how long it would be."""
    server.fail_next("rate_limited_long")
    with pytest.raises(RateLimitError) as caught:
        make()
    assert caught.value.retry_after == 3600
    assert "in 60 minutes" in caught.value.message
    assert observer.waits == []
    assert len(server.requests) == 1
