"""What the gemini engine adds to the bare SDK: a call with two references of 1K and an answer of 1K.

All sides send to the same stand-in in a process of its own, turn by turn, with one kept client each; the bare SDK once
with the files' bytes, and once with PIL images, which it encodes anew.
"""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from google import genai
from google.genai import types
from PIL import Image

from core.engines.base import AttemptReport, GenerationRequest, Reference
from core.engines.gemini import GeminiAccount, GeminiEngine
from core.models.asset import GenerationSettings, Kind, Role
from core.models.catalog import load_catalog
from tests.standin import StandIn
from tests.standin.pictures import draw_picture

MODEL = "gemini-nano-banana-2.1"
PROMPT = "- Image 1: Robot character sheet.\n- Image 2: Previous scene.\nThe robot crosses the bridge."
ROUNDS = 40
WARM_UP = 4
GOAL = 1.10
PIL_GOAL = 0.25


class Silent:
    """An observer that only gives out ids."""

    def attempt_started(self, estimate_usd: float) -> str:
        return "attempt"

    def attempt_finished(self, attempt_id: str, report: AttemptReport) -> None:
        pass

    def waiting(self, seconds: float, reason: str) -> None:
        raise AssertionError("no call of the benchmark may fail")


def run() -> list[dict[str, Any]]:
    """Return the rows of this benchmark: what was measured, its value, and its goal."""
    references = [draw_picture(seed, (1376, 768), is_grainy=True) for seed in ("robot", "bridge")]
    with _stand_in_process() as (url, key):
        wall, cpu, added, against_pil = asyncio.run(_compare(url, key, references))
    return [
        {
            "name": "gemini engine over bare SDK, wall",
            "value": round(wall, 3),
            "unit": "ratio",
            "goal": f"<= {GOAL:.2f}",
        },
        {"name": "gemini engine over bare SDK, CPU", "value": round(cpu, 3), "unit": "ratio", "goal": f"<= {GOAL:.2f}"},
        {
            "name": "gemini engine over handing PIL images to the SDK, CPU",
            "value": round(against_pil, 3),
            "unit": "ratio",
            "goal": f"<= {PIL_GOAL:.2f}",
        },
        {"name": "gemini engine, added to a call", "value": round(added * 1000, 1), "unit": "ms", "goal": ""},
        {
            "name": "gemini engine, bytes sent for references over bytes stored",
            "value": asyncio.run(_bytes_ratio(references)),
            "unit": "ratio",
            "goal": "= 1, byte for byte",
        },
    ]


async def _compare(url: str, key: str, references: list[bytes]) -> tuple[float, float, float, float]:
    """Return the medians over all turns: ratio of wall times, ratio of CPU times, seconds added to a call.

    The last is the ratio of CPU times to a call that is handed the references as PIL images.
    """
    client = genai.Client(enterprise=False, api_key=key, http_options=types.HttpOptions(base_url=url, timeout=60_000))
    engine = GeminiEngine(GeminiAccount(api_key=key, base_url=url), load_catalog())
    wanted = _request(references)

    async def bare() -> bytes:
        return await asked([types.Part.from_bytes(data=data, mime_type="image/png") for data in references])

    async def from_pil() -> bytes:
        return await asked([Image.open(io.BytesIO(data)) for data in references])

    async def asked(images: list[Any]) -> bytes:
        answer = await client.aio.models.generate_content(
            model=MODEL,
            contents=[*images, types.Part.from_text(text=PROMPT)],
            config=types.GenerateContentConfig(
                response_modalities=["TEXT", "IMAGE"],
                image_config=types.ImageConfig(aspect_ratio="16:9"),
                automatic_continuation=False,
            ),
        )
        return next(found.data for part in answer.parts or () if (found := part.inline_data) and found.data)

    async def ours() -> bytes:
        return (await engine.generate(wanted, Silent())).data

    assert await bare() == await ours()
    sides = [("bare", bare), ("ours", ours), ("from PIL", from_pil)]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in sides}
    for turn in range(WARM_UP + ROUNDS):
        for name, call in sides if turn % 2 else reversed(sides):
            spent = await _timed(call)
            if turn >= WARM_UP:
                times[name].append(spent)
    await engine.aclose()
    await client.aio.aclose()
    pairs = list(zip(times["ours"], times["bare"], strict=True))
    wall = statistics.median(our_wall / bare_wall for (our_wall, _), (bare_wall, _) in pairs)
    cpu = statistics.median(our_cpu / bare_cpu for (_, our_cpu), (_, bare_cpu) in pairs)
    added = statistics.median(our_wall - bare_wall for (our_wall, _), (bare_wall, _) in pairs)
    handed = zip(times["ours"], times["from PIL"], strict=True)
    against_pil = statistics.median(our_cpu / pil_cpu for (_, our_cpu), (_, pil_cpu) in handed)
    return wall, cpu, added, against_pil


async def _timed(call: Callable[[], Awaitable[bytes]]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    await call()
    return time.perf_counter() - wall, time.process_time() - cpu


async def _bytes_ratio(references: list[bytes]) -> float:
    """Return bytes sent over bytes stored; the bytes themselves must be equal."""
    with StandIn() as server:
        engine = GeminiEngine(GeminiAccount(api_key=server.key, base_url=server.url), load_catalog())
        await engine.generate(_request(references), Silent())
        await engine.aclose()
        sent = [data for _, data in server.requests[0].images]
    assert sent == references
    return sum(map(len, sent)) / sum(map(len, references))


def _request(references: list[bytes]) -> GenerationRequest:
    return GenerationRequest(
        kind=Kind.SCENE,
        name="bridge",
        prompt=PROMPT,
        typed=PROMPT,
        references=tuple(
            Reference(name="r", role=Role.CHARACTER, kind=Kind.SCENE, data=data, mime="image/png", digest="d")
            for data in references
        ),
        model=MODEL,
        settings=GenerationSettings(aspect_ratio="16:9"),
        seed="00",
    )


@contextmanager
def _stand_in_process() -> Iterator[tuple[str, str]]:
    """Run the stand-in beside us, so that its work does not count as ours."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    command = [sys.executable, "-m", "tests.standin", "--grainy"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            told = dict(item.split("=", 1) for item in line.split())
            yield told["GOOGLE_GEMINI_BASE_URL"], told["GEMINI_API_KEY"]
        finally:
            process.terminate()


if __name__ == "__main__":
    for row in run():
        print(row)
