"""The stand-in itself: a threaded HTTP server with keep-alive."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import re
import select
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.models.asset import EngineName
from core.models.catalog import Catalog, ModelFacts, load_catalog
from tests.standin.batches import Batches
from tests.standin.extras import grounded, thoughts_of
from tests.standin.faults import Picture, check_fault, reply_with
from tests.standin.files import SESSION, Files
from tests.standin.interactions import INTERACTION_FAULTS, Interactions, fault_reply
from tests.standin.interactions import PATH as INTERACTIONS
from tests.standin.pictures import draw_picture
from tests.standin.records import Recorded, camel_cased
from tests.standin.replies import Reply, as_answer, as_error, as_json, error_info, image_part
from tests.standin.searches import good
from tests.standin.signatures import signed
from tests.standin.strictness import YOUTUBE, refuse

GENERATE = re.compile(r"^/v1(?:beta1?)?/(?:.+/)?models/(?P<model>[^/:]+):generateContent$")
LIST = re.compile(r"^/v1(?:beta1?)?/(?P<publisher>publishers/google/)?models$")
IS_BATCH = re.compile(r":batchGenerateContent$|/batches/[\w-]+:cancel$")
TOKEN = "stand-in-token"
TICK = 0.02


class StandIn:
    """A local Gemini. `delay` (seconds) holds every answer back; `models` are those the account has.

    Pictures are a few kilobytes, or as heavy as real ones when `is_grainy`. With `is_list_endless` the list of models
    names a further page on every page.

    Leaving the `with` block raises AssertionError when a client broke a rule that no answer can express, such as a key
    in a URL.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        key: str = "stand-in-key",
        delay: float = 0.0,
        is_grainy: bool = False,
        models: tuple[str, ...] | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        self.key = key
        self.delay = delay
        self.is_grainy = is_grainy
        self.catalog = catalog or load_catalog()
        self.is_list_endless = False
        self.models = models or tuple(m.id for m in self.catalog.models if m.engine is EngineName.GEMINI)
        self.files = Files()
        self.batches = Batches()
        self.interactions = Interactions()
        self.requests: list[Recorded] = []
        self.listings: list[Recorded] = []
        self.breaches: list[str] = []
        self.is_stopping = threading.Event()
        self.most_at_once = 0
        self._at_once = 0
        self._queue: deque[str | Reply] = deque()
        self._markers: dict[str, str] = {}
        self._dice: Callable[[], str] = str
        self._barrier: threading.Barrier | None = None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)

    @property
    def url(self) -> str:
        """Where the stand-in listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail_next(self, name: str, times: int = 1) -> None:
        """Fail the next `times` calls in the way called `name`."""
        if name not in INTERACTION_FAULTS:
            check_fault(name)
        self._queue.extend([name] * times)

    def fail_when(self, marker: str, name: str) -> None:
        """Fail every call whose prompt contains `marker` in the way called `name`."""
        check_fault(name)
        self._markers[marker] = name

    def fail_at_random(self, names: Sequence[str], share: float, seed: int) -> None:
        """Fail a share of the calls in ways called `names`, the same ones for the same seed."""
        for name in names:
            check_fault(name)
        dice = random.Random(seed)
        self._dice = lambda: dice.choice(names) if dice.random() < share else ""

    def hold_until_together(self, calls: int) -> None:
        """Answer nobody before `calls` calls are under way at once; after 30 seconds they fail instead."""
        self._barrier = threading.Barrier(calls)

    def answer_next(self, reply: Reply) -> None:
        """Answer the next call with `reply` as it is."""
        self._queue.append(reply)

    def picture_for(self, request: Recorded) -> Picture:
        """Return the picture that a request is answered with: the same for the same prompt and references."""
        facts = self.catalog.model(request.model)
        image = request.image_config
        size = facts.pixels(image.get("aspectRatio"), image.get("imageSize"))
        digests = [hashlib.sha256(data).hexdigest() for _, data in (*request.images, *request.sent_ahead)]
        mime = "image/jpeg" if "pro" in request.model else "image/png"
        seed = "|".join([request.model, request.prompt, *digests])
        return Picture(draw_picture(seed, size, mime, self.is_grainy), mime)

    def __enter__(self) -> StandIn:
        threading.Thread(target=self._server.serve_forever, args=(TICK,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.is_stopping.set()
        self._server.shutdown()
        self._server.server_close()
        assert not self.breaches, self.breaches

    def reply_to(self, request: Recorded) -> Reply:
        """Decide on the answer to a request."""
        if request.is_interaction:
            return self._reply_to_interaction(request)
        if (refusal := refuse(request, self.catalog, self.models)) is not None:
            return refusal
        fault = self._fault_for(request)
        if isinstance(fault, Reply):
            return fault
        request.fault = fault
        if fault:
            return reply_with(fault, request, lambda: self.picture_for(request))
        if request.is_search:
            return good(request)
        picture = self.picture_for(request)
        words = [] if request.config.get("responseModalities") == ["IMAGE"] else [{"text": "Here it is."}]
        said = [*thoughts_of(request, self.is_grainy), *words]
        return as_answer(signed([*said, image_part(picture.data, picture.mime)]), **grounded(request))

    def _reply_to_interaction(self, request: Recorded) -> Reply:
        if (refusal := self.interactions.refuse(request, self.catalog, self.models)) is not None:
            return refusal
        fault = self._fault_for(request)
        if isinstance(fault, Reply):
            return fault
        request.fault = fault
        picture = self.picture_for(request)
        return fault_reply(fault, picture) if fault else self.interactions.answer(request, picture)

    def refuse(self, request: Recorded) -> Reply | None:
        """Return the refusal of a request that breaks a rule of the service."""
        self.look_up_files(request)
        return refuse(request, self.catalog, self.models)

    def look_up_files(self, request: Recorded) -> None:
        """Note the files that a request names; one that is not there is answered like the service does."""
        uris = [part["fileData"]["fileUri"] for part in request.parts if "fileData" in part]
        if request.is_interaction:
            uris = [item["uri"] for item in request.contents if "uri" in item]
        uris = [uri for uri in uris if not YOUTUBE.match(uri)]
        found = [self.files.data_of(uri) for uri in uris]
        request.files = {uri: file[1] for uri, file in zip(uris, found, strict=True) if file is not None}
        request.sent_ahead = [file for file in found if file is not None]
        request.lacks_file = self.files.gone if len(request.sent_ahead) < len(uris) else 0

    def list_models(self, *, is_enterprise: bool) -> Reply:
        """Return the list of the account's models."""
        further = {"nextPageToken": "further"} if self.is_list_endless else {}
        if is_enterprise:
            listed = [{"name": f"publishers/google/models/{model}"} for model in self.models]
            return as_json({"publisherModels": listed, **further})
        return as_json({"models": [self._listed(self.catalog.model(model)) for model in self.models], **further})

    @contextlib.contextmanager
    def counted(self) -> Any:
        """Count a call while it is under way."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self._barrier is not None:
                self._barrier.wait(30)
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    def _fault_for(self, request: Recorded) -> str | Reply:
        with self._lock:
            if self._queue:
                return self._queue.popleft()
            if fault := self._dice():
                return fault
        return next((name for marker, name in self._markers.items() if marker in request.prompt), "")

    def _listed(self, facts: ModelFacts) -> dict[str, Any]:
        methods = ["generateContent", "countTokens"]
        return {"name": f"models/{facts.id}", "displayName": facts.title, "supportedGenerationMethods": methods}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        self.stand_in = stand_in
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that hang up, which is part of the tests; a fault of our own is a breach."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.stand_in.breaches.append(f"the stand-in failed: {error!r}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer a listing."""
        request = self._record({})
        stand_in = self.server.stand_in
        path = urlsplit(self.path).path
        if not self._refuse_key() and (answer := stand_in.files.answer(stand_in.url, path, request.headers, b"")):
            self._send(answer, request)
            return
        if not self._refuse_key() and (answer := stand_in.batches.answer(path, stand_in.reply_to)):
            self._send(answer, request)
            return
        stand_in.listings.append(request)
        found = LIST.match(urlsplit(self.path).path)
        if (refusal := self._refuse_key()) is not None:
            self._send(refusal, request)
        elif found:
            self._send(self.server.stand_in.list_models(is_enterprise=bool(found["publisher"])), request)
        else:
            self._send(as_error(404, "NOT_FOUND", "No such page."), request)

    def do_POST(self) -> None:
        """Answer a call."""
        size = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(size)
        if len(raw) < size:  # the client was killed while it spoke: it asked for nothing
            self.close_connection = True
            return
        if urlsplit(self.path).path == "/token":
            answer = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}
            self._send(as_json(answer), self._record({}))
            return
        stand_in = self.server.stand_in
        if self.path.startswith("/upload/"):
            upload = self._record({})
            path = urlsplit(self.path).path
            # an upload's own address is its permission
            refusal = None if SESSION.match(path) else self._refuse_key()
            answer = refusal or stand_in.files.answer(stand_in.url, path, upload.headers, raw)
            self._send(answer or as_error(404, "NOT_FOUND", "No such page."), upload)
            return
        request = self._record(json.loads(raw or b"{}"), len(raw))
        if answer := self._batched(request):
            self._send(answer, request)
            return
        stand_in.look_up_files(request)
        stand_in.requests.append(request)
        with stand_in.counted():
            reply = self._refuse_key() or stand_in.reply_to(request)
            spent = time.monotonic() - request.arrived  # drawing the picture is part of the delay
            self._wait(stand_in.delay + reply.delay - spent, request)
            if not request.has_left.is_set():
                self._send(reply, request)

    def _batched(self, request: Recorded) -> Reply | None:
        """Answer a call of the Batch API; None when it is none."""
        batches, path = self.server.stand_in.batches, urlsplit(self.path).path
        if not IS_BATCH.search(path):
            return None
        if refusal := self._refuse_key():
            return refusal
        return batches.end(path) or batches.create(path, request.raw, self.server.stand_in.refuse)

    def log_message(self, *args: object) -> None:
        """Keep the terminal quiet."""

    def _record(self, raw: dict[str, Any], size: int = 0) -> Recorded:
        found = GENERATE.match(urlsplit(self.path).path)
        is_interaction = INTERACTIONS.match(urlsplit(self.path).path) is not None
        return Recorded(
            method=self.command,
            path=self.path,
            model=found["model"] if found else str(raw.get("model", "")) if is_interaction else "",
            is_interaction=is_interaction,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=camel_cased(raw),
            arrived=time.monotonic(),
            raw=raw,
            raw_size=size,
        )

    def _refuse_key(self) -> Reply | None:
        stand_in = self.server.stand_in
        if stand_in.key in self.path or "key" in parse_qs(urlsplit(self.path).query):
            stand_in.breaches.append("a key travelled in a URL")
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return None
        sent = self.headers.get("x-goog-api-key")
        if sent is None:
            return as_error(401, "UNAUTHENTICATED", "The request carries no key.")
        if sent != stand_in.key:
            return as_error(400, "INVALID_ARGUMENT", "API key not valid.", error_info("API_KEY_INVALID"))
        return None

    def _send(self, reply: Reply, request: Recorded) -> None:
        request.status = reply.status
        if reply.how == "silent":
            self._wait(float("inf"), request)
        elif reply.how == "reset":
            self._reset()
        elif reply.how == "truncated":
            self.wfile.write(self._head(reply) + reply.body[: len(reply.body) // 2])
        elif reply.how == "dripping":
            self._drip(reply, request)
        else:
            self._write_whole(reply, request)
            return
        self.close_connection = True

    def _write_whole(self, reply: Reply, request: Recorded) -> None:
        try:
            self.wfile.write(self._head(reply) + reply.body)
        except OSError:
            request.has_left.set()
            self.close_connection = True

    def _drip(self, reply: Reply, request: Recorded) -> None:
        self.wfile.write(self._head(reply))
        for position in range(len(reply.body)):
            self._wait(TICK, request)
            if request.has_left.is_set() or self.server.stand_in.is_stopping.is_set():
                return
            with contextlib.suppress(OSError):
                self.wfile.write(reply.body[position : position + 1])

    def _head(self, reply: Reply) -> bytes:
        headers = {"Content-Length": str(len(reply.body)), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('Odd',))[0]}"]
        return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def _wait(self, seconds: float, request: Recorded) -> None:
        """Wait, but no longer than the client stays."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.server.stand_in.is_stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], min(left, TICK))
            if readable and self._has_left():
                request.has_left.set()
                self.close_connection = True
                return

    def _has_left(self) -> bool:
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True
