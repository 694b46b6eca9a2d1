"""A folder of pages in a terminal, killed on its way: it goes on where it stopped, in as much memory as before."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageDraw

from tests.samples import encoded
from tests.terminal.harness import Terminal, wait_until

IS_SOAK = bool(os.environ.get("THROUGHLINE_SOAK"))
PAGES, KILLS = (400, 20) if IS_SOAK else (10, 1)
RESTORED = PAGES if IS_SOAK else 4
MOST_GROWTH = 150_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of small pages, each with lines of text and one hatched picture of its own."""
    (tmp_path / "pages").mkdir()
    for number in range(PAGES):
        (tmp_path / "pages" / f"leaf {number:03}.png").write_bytes(_page(number))
    return tmp_path


def test_a_folder_is_searched_to_its_end_in_processes(folder: Path) -> None:
    """Killed with its processes again and again, a search keeps each page it finished, and the last one finds all."""
    words = ("detect", "pages", "--project", "book", "--workers", "2", "--json")
    found = folder / "book" / "detections"
    kept: dict[Path, bytes] = {}
    for _ in _lives(Terminal(folder), words, found, "*/1.json"):
        assert {path: path.read_bytes() for path in kept} == kept
        kept = {path: path.read_bytes() for path in found.glob("*/*.json")}
        assert all(json.loads(content)["format"] == 1 for content in kept.values())
    assert 0 < len(kept) < PAGES, "no kill came in the middle"
    process = Terminal(folder).cold(*words)
    memory = _memory_from(process, lambda: len(list(found.glob("*/1.json"))) >= len(kept) + PAGES // 5)
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert max(memory) - memory[0] < MOST_GROWTH, "memory grows with the pages"
    assert {len(objects) for objects in json.loads(out).values()} == {1}
    assert len(json.loads(out)) == PAGES
    assert {path: path.read_bytes() for path in kept} == kept
    assert sorted(path.name for path in found.glob("*/*.json")) == ["1.json"] * PAGES


def test_a_folder_is_restored_to_its_end_in_processes(folder: Path) -> None:
    """Killed with its processes again and again, every page has one cut-out and one restoration in the end."""
    words = ("restore", "pages", "--find", "--project", "book", "--workers", "2", "--json")
    assets = folder / "book" / "assets"
    for leaf in sorted((folder / "pages").iterdir())[RESTORED:]:
        leaf.unlink()
    for _ in _lives(Terminal(folder), words, assets, "*-restore-flat.*"):
        pass
    said = Terminal(folder).run(*words, timeout=500)
    assert (said.code, said.err) == (0, "")
    assert {len(entry["images"]) for entry in said.document.values()} == {1}
    made = sorted(path.stem for path in assets.glob("[!.]*"))
    assert len(made) == 3 * RESTORED
    for ending in ("-r1", "-restore-flat"):
        assert sum(name.endswith(ending) for name in made) == RESTORED


def _lives(terminal: Terminal, words: tuple[str, ...], place: Path, files: str) -> Iterator[None]:
    """Run a command and kill it when some more files are there, so many times; no process of it is left behind."""
    chance = random.Random(5)
    for _ in range(KILLS):
        process = terminal.cold(*words)
        wanted = len(list(place.glob(files))) + chance.randint(1, max(1, RESTORED // KILLS // 2))
        wait_until(_there(process, place, files, wanted), "a few pages more", 120)
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.kill()
        process.communicate()
        wait_until(lambda family=family: not any(map(_is_alive, family)), "the end of its processes")
        yield


def _there(process: subprocess.Popen[str], place: Path, files: str, count: int) -> Callable[[], bool]:
    return lambda: len(list(place.glob(files))) >= count or process.poll() is not None


def _memory_from(process: subprocess.Popen[str], is_warm: Callable[[], bool]) -> list[int]:
    """Return how much memory a command and its processes have, again and again from a moment on to their end."""
    found: list[int] = []

    def is_over() -> bool:
        if is_warm() and process.poll() is None:
            found.append(_memory(process.pid))
        return process.poll() is not None

    wait_until(is_over, "the command's end", 500)
    return found


def _memory(pid: int) -> int:
    total = 0
    try:
        for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            total += process.memory_full_info().uss
    except psutil.NoSuchProcess:
        pass
    return total


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _page(number: int) -> bytes:
    page = Image.new("L", (450, 600), 244)
    draw = ImageDraw.Draw(page)
    for line in range(10):
        for word in range(9):
            draw.rectangle((45 + word * 40, 380 + line * 18, 75 + word * 40 - number % 7, 386 + line * 18), fill=40)
    for at in range(125, 325, 4):
        draw.line((at, 75, at + 30 + number % 11, 300), fill=30)
        draw.line((125, at - 45, 350, at - 20 - number % 13), fill=30)
    draw.text((220, 30), str(number), fill=40)
    return encoded(page, "PNG")
