"""References too large for one request: sent ahead through the Files API, once, and named until they expire."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.engines.gemini import GeminiAccount, GeminiEngine
from core.errors import InvalidApiKeyError, InvalidRequestError
from core.models.catalog import Catalog, load_catalog
from core.store.sent_files import SentFiles
from tests.contract.conftest import MODEL, TODAY, Remembering, no_sleep, picture, request, run
from tests.standin import StandIn

ONE, TWO = picture("one", (256, 256)), picture("two", (256, 256), "image/jpeg")


@pytest.fixture
def small() -> Catalog:
    """The catalog as if one request took next to nothing."""
    catalog = load_catalog()
    models = tuple(facts.model_copy(update={"inline_limit_bytes": 200_500}) for facts in catalog.models)
    return catalog.model_copy(update={"models": models})


def _engine(server: StandIn, catalog: Catalog, files: SentFiles | None = None, **account: Any) -> GeminiEngine:
    given = {"api_key": server.key, "base_url": server.url, **account}
    return GeminiEngine(GeminiAccount(**given), catalog, sleep=no_sleep, today=lambda: TODAY, files=files)


async def _make(engine: GeminiEngine, *orders: Any) -> list[Any]:
    observer = Remembering()
    try:
        return await asyncio.gather(*(engine.generate(order, observer) for order in orders))
    finally:
        await engine.aclose()


def test_what_fits_goes_with_the_request(server: StandIn, small: Catalog) -> None:
    """References that fit are not uploaded."""
    run(_make(_engine(server, load_catalog()), request("All.", ONE, TWO)))
    assert server.files.stored == {}
    assert len(server.requests[0].images) == 2


def test_what_is_too_large_is_sent_ahead_byte_for_byte(server: StandIn, small: Catalog) -> None:
    """Each is uploaded with its real type, waited for until it is active, and named in its place before the prompt."""
    (made,) = run(_make(_engine(server, small), _distinct("All.", ONE, TWO)))
    (sent,) = server.requests
    assert sent.images == []
    assert sent.sent_ahead == [("image/png", ONE), ("image/jpeg", TWO)]
    assert [set(part) for part in sent.parts] == [{"fileData"}, {"fileData"}, {"text"}]
    assert all(stored.looks >= 1 for stored in server.files.stored.values())
    assert made.data == server.picture_for(sent).data


def test_a_digest_is_uploaded_once(server: StandIn, small: Catalog) -> None:
    """Eight variants at once share their references' uploads, and so does a later call."""
    engine = _engine(server, small)

    async def work() -> None:
        observer = Remembering()
        orders = [_distinct(f"Variant {number}.", ONE, TWO) for number in range(8)]
        await asyncio.gather(*(engine.generate(order, observer) for order in orders))
        await engine.generate(_distinct("Once more.", TWO), observer)
        await engine.aclose()

    run(work())
    assert len(server.requests) == 9
    assert len(server.files.stored) == 2


def test_another_process_names_what_one_has_sent(server: StandIn, small: Catalog, tmp_path: Path) -> None:
    """Two engines with one memory upload an image once; another account, or one whose file expired, uploads anew."""

    def make(mark: str) -> None:
        engine = _engine(server, small, files=SentFiles(tmp_path, mark))
        run(_make(engine, _distinct("All.", ONE)))

    make("mine")
    make("mine")
    assert (len(server.files.stored), len(server.requests)) == (1, 2)
    make("theirs")
    assert len(server.files.stored) == 2
    memory = SentFiles(tmp_path, "mine")
    digest = hashlib.sha256(ONE).hexdigest()
    known = memory.find(digest)
    memory.keep(digest, known.model_copy(update={"expires": datetime.now(UTC) - timedelta(hours=1)}))
    assert memory.find(digest) is None
    make("mine")
    assert len(server.files.stored) == 3
    assert memory.find(digest).uri != known.uri


@pytest.mark.parametrize("code", [403, 404])
def test_a_remembered_file_that_vanished_is_uploaded_anew(
    server: StandIn, small: Catalog, tmp_path: Path, code: int
) -> None:
    """A file another process sent and the service lost is sent once more, for a call and for a batch alike."""
    server.files.gone = code
    memory = SentFiles(tmp_path, "mine")
    run(_make(_engine(server, small, files=memory), _distinct("First.", ONE)))
    server.files.stored.clear()
    run(_make(_engine(server, small, files=memory), _distinct("Second.", ONE)))
    assert len(server.files.stored) == 1
    server.files.stored.clear()
    engine = _engine(server, small, files=memory)
    run(engine.send_batch([_distinct("Tomorrow.", ONE)], "batch-1"))
    assert len(server.files.stored) == 1


def test_an_upload_that_ends_soon_is_made_again(server: StandIn, small: Catalog) -> None:
    """A file that expires before a call could use it is uploaded anew."""
    server.files.life = timedelta(minutes=5)
    engine = _engine(server, small)

    async def work() -> None:
        observer = Remembering()
        for number in range(2):
            await engine.generate(_distinct(f"{number}.", ONE), observer)
        await engine.aclose()

    run(work())
    assert len(server.files.stored) == 2


def test_a_batch_names_no_file_that_ends_before_its_day_is_over(server: StandIn, small: Catalog) -> None:
    """A file that would do for a call at once is uploaded anew for a batch, which may be made a day later."""
    server.files.life = timedelta(hours=20)
    engine = _engine(server, small)

    async def work() -> None:
        await engine.generate(_distinct("At once.", ONE), Remembering())
        server.files.life = timedelta(hours=48)
        for number in range(2):
            await engine.send_batch([_distinct(f"Tomorrow, {number}.", ONE)], f"batch-{number}")
        await engine.aclose()

    run(work())
    assert len(server.files.stored) == 2


def test_a_file_that_was_deleted_meanwhile_is_uploaded_anew(server: StandIn, small: Catalog) -> None:
    """The service says 403 as for a bad key: what was uploaded before is sent once more, and the call goes through."""
    engine = _engine(server, small)

    async def work() -> Any:
        await engine.generate(_distinct("First.", ONE), Remembering())
        server.files.stored.clear()
        observer = Remembering()
        try:
            await engine.generate(_distinct("Second.", ONE), observer)
        finally:
            await engine.aclose()
        return observer

    observer = run(work())
    assert [(report.status, report.may_be_billed) for report in observer.reports] == [(403, False), (200, True)]
    assert len(server.files.stored) == 1


def test_a_key_that_may_upload_and_not_generate_is_told_at_once(server: StandIn, small: Catalog) -> None:
    """A refusal right after the upload is no lost file: nothing is tried again."""
    server.fail_next("forbidden")
    with pytest.raises(InvalidApiKeyError):
        run(_make(_engine(server, small), _distinct("All.", ONE)))
    assert len(server.files.stored) == 1


def test_an_image_the_service_cannot_take_in(server: StandIn, small: Catalog) -> None:
    """A file that fails is told by name, nothing is generated, and it is not tried again."""
    server.files.fails = True
    with pytest.raises(InvalidRequestError, match="could not take in"):
        run(_make(_engine(server, small), _distinct("All.", ONE)))
    assert server.requests == []
    assert len(server.files.stored) == 1


def test_an_upload_that_breaks_is_tried_again_and_costs_nothing(server: StandIn, small: Catalog) -> None:
    """A service in trouble while a file is sent is waited for; that attempt cannot have been billed."""
    server.files.refused = 1
    observer = Remembering()

    async def work() -> None:
        engine = _engine(server, small)
        await engine.generate(_distinct("All.", ONE), observer)
        await engine.aclose()

    run(work())
    assert [(report.outcome, report.may_be_billed) for report in observer.reports] == [
        ("failed", False),
        ("succeeded", True),
    ]
    assert len(server.requests) == 1


def test_google_cloud_has_no_files(server: StandIn, small: Catalog) -> None:
    """There what is too large for one request is refused before anything is sent."""
    engine = _engine(server, small, use_enterprise=True)
    with pytest.raises(InvalidRequestError, match="Leave one out"):
        run(_make(engine, _distinct("All.", ONE + os.urandom(300_000))))
    assert server.requests == []
    assert server.files.stored == {}


def _distinct(prompt: str, *references: bytes) -> Any:
    """Return a request whose references have the digests of their bytes."""
    order = request(prompt, *references, model=MODEL)
    named = tuple(replace(one, digest=hashlib.sha256(one.data).hexdigest()) for one in order.references)
    return replace(order, references=named)
