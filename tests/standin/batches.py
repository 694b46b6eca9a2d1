"""The stand-in's Batch API: jobs of inlined requests that run for a while, and answers in the order of the requests."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.standin.records import Recorded, camel_cased
from tests.standin.replies import Reply, as_error, as_json

CREATE = re.compile(r"^/v1(?:beta)?/models/(?P<model>[^/:]+):batchGenerateContent$")
JOB = re.compile(r"^/v1(?:beta)?/(?P<name>batches/[\w-]+)$")
CANCEL = re.compile(r"^/v1(?:beta)?/(?P<name>batches/[\w-]+):cancel$")
LIST = re.compile(r"^/v1(?:beta)?/batches$")
# how gRPC numbers the codes of HTTP: what a single answer of a batch fails with
NUMBERS = {400: 3, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14}


@dataclass
class Job:
    """One job; `looks` counts how often its state was asked for."""

    title: str
    model: str
    requests: list[Recorded]
    keys: list[dict[str, str] | None]
    state: str = "BATCH_STATE_PENDING"
    looks: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)


class Batches:
    """All jobs of the stand-in.

    The first `running` looks at a job see it under way; then it ends as `ends`, with the first `most` of its answers.
    `faults` are the answers to the next jobs that are sent. With `loses_answer` the next job is taken in and its answer
    lost on the way. With `has_keys` off, answers come without the metadata of their requests. `spoil` changes the
    answers of a job that has ended.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.running = 1
        self.ends = "BATCH_STATE_SUCCEEDED"
        self.most: int | None = None
        self.faults: list[Reply] = []
        self.sent = 0
        self.loses_answer = False
        self.has_keys = True
        self.spoil: Callable[[list[Any]], list[Any]] = lambda answers: answers
        self._lock = threading.Lock()

    def create(self, path: str, body: dict[str, Any], check: Callable[[Recorded], Reply | None]) -> Reply | None:
        """Take a job in, or refuse one of its requests; None when the path is another's."""
        if not (found := CREATE.match(path)):
            return None
        self.sent += 1
        if self.faults:
            return self.faults.pop(0)
        batch = body.get("batch", {})
        entries = batch.get("inputConfig", {}).get("requests", {}).get("requests", [])
        if set(body) - {"batch"} or not batch.get("displayName") or not entries:
            return as_error(400, "INVALID_ARGUMENT", "A batch has a name and requests, and nothing else.")
        requests = [_recorded(path, found["model"], entry["request"]) for entry in entries]
        if refusal := next((refused for one in requests if (refused := check(one))), None):
            return refusal
        with self._lock:
            name = f"batches/job{len(self.jobs) + 1}"
            keys = [entry.get("metadata") for entry in entries]
            self.jobs[name] = Job(batch["displayName"], found["model"], requests, keys)
        if self.loses_answer:
            self.loses_answer = False
            return Reply(how="reset")
        return as_json(self._shown(name))

    def end(self, path: str) -> Reply | None:
        """Cancel a job; None when the path is another's."""
        if not (found := CANCEL.match(path)):
            return None
        if found["name"] not in self.jobs:
            return as_error(404, "NOT_FOUND", "No such batch.")
        self.jobs[found["name"]].state = "BATCH_STATE_CANCELLED"
        return as_json({})

    def answer(self, path: str, reply_to: Callable[[Recorded], Reply]) -> Reply | None:
        """Answer a look at a job or at all of them; None when the path is another's."""
        if LIST.match(path):
            return as_json({"operations": [self._shown(name) for name in reversed(self.jobs)]})
        if not (found := JOB.match(path)):
            return None
        job = self.jobs.get(found["name"])
        if job is None:
            return as_error(404, "NOT_FOUND", "No such batch.")
        self._go_on(job, reply_to)
        return as_json(self._shown(found["name"], is_whole=True))

    def _go_on(self, job: Job, reply_to: Callable[[Recorded], Reply]) -> None:
        job.looks += 1
        if job.looks <= self.running or job.state not in ("BATCH_STATE_PENDING", "BATCH_STATE_RUNNING"):
            job.state = job.state.replace("PENDING", "RUNNING")
            return
        job.state = self.ends
        wanted = list(zip(job.requests, job.keys, strict=True))[: self.most]
        job.answers = self.spoil([self._answered(reply_to(request), key) for request, key in wanted])

    def _answered(self, reply: Reply, key: dict[str, str] | None) -> dict[str, Any]:
        said = {"metadata": key} if key and self.has_keys else {}
        body = json.loads(reply.body) if reply.body.startswith(b"{") else {}
        if reply.status == 200 and reply.how == "whole":
            return {"response": body, **said}
        told = body.get("error", {})
        error = {"code": NUMBERS.get(reply.status, 13), "message": told.get("message", "Broken.")}
        if "details" in told:
            error["details"] = told["details"]
        return {"error": error, **said}

    def _shown(self, name: str, is_whole: bool = False) -> dict[str, Any]:
        job = self.jobs[name]
        said: dict[str, Any] = {"model": f"models/{job.model}", "displayName": job.title, "state": job.state}
        if is_whole and job.answers:
            said["output"] = {"inlinedResponses": {"inlinedResponses": job.answers}}
        return {"name": name, "metadata": said, "done": job.state not in ("BATCH_STATE_PENDING", "BATCH_STATE_RUNNING")}


def _recorded(path: str, model: str, raw: dict[str, Any]) -> Recorded:
    return Recorded("POST", path, model, {}, camel_cased(raw), time.monotonic(), raw)
