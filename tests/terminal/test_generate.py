"""`throughline generate`: what is asked for is sent, what was made is used again, what cannot be is refused before."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from core.models.catalog import load_catalog
from core.store.answers import AnswersFolder
from tests.samples import png
from tests.standin import StandIn
from tests.standin.extras import SUGGESTIONS, THOUGHT
from tests.standin.replies import as_error, retry_info
from tests.terminal.harness import Said, Terminal

FLASH = "gemini-3.1-flash-image"


def _generate(terminal: Terminal, *words: Any) -> Said:
    return terminal.run("generate", *words, "--project", "p", "--json")


def _ids(said: Said) -> list[str]:
    return [step["asset_id"] for step in said.document["steps"]]


def test_a_draft_from_words_alone(terminal: Terminal) -> None:
    """Without a key a prompt becomes as many images as are wanted; asked for again, they cost no call."""
    first = _generate(terminal, "A robot in a valley", "--variants", "2")
    assert first.code == 0
    assert first.document["calls"] == 2
    assert all(Path(path).is_file() for path in first.document["files"].values())
    again = _generate(terminal, "A robot in a valley", "--variants", "2")
    assert again.document["calls"] == 0
    assert again.document["cost_usd"] == 0
    assert set(again.statuses.values()) == {"reused"}
    assert _ids(again) == _ids(first)
    new = _generate(terminal, "A robot in a valley", "--again")
    assert new.document["calls"] == 1
    assert not set(_ids(new)) & set(_ids(first))


def test_what_is_asked_for_is_sent(gemini: Terminal, server: StandIn) -> None:
    """References go in order with their roles in words, and every control reaches the service in its place."""
    (gemini.folder / "robot.png").write_bytes(png(1))
    (gemini.folder / "ink.png").write_bytes(png(2))
    said = _generate(
        gemini, "A night.", "--ref", "character=robot.png", "--ref", "style=ink.png", "--model", FLASH,
        "--aspect", "16:9", "--size", "2K", "--thinking", "high", "--thoughts", "--search", "web,image",
        "--temperature", "0.5", "--top-p", "0.9", "--system", "Draw in ink.", "--safety", "harassment=high",
    )  # fmt: skip
    (sent,) = server.requests
    assert said.code == 0
    assert [data for _, data in sent.images] == [png(1), png(2)]
    assert sent.prompt == "- Image 1: robot, the character.\n- Image 2: ink, for its style only.\nA night."
    assert sent.config["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "2K"}
    assert sent.config["thinkingConfig"] == {"includeThoughts": True, "thinkingLevel": "HIGH"}
    assert (sent.config["temperature"], sent.config["topP"]) == (0.5, 0.9)
    assert sent.body["tools"] == [{"googleSearch": {"searchTypes": {"webSearch": {}, "imageSearch": {}}}}]
    assert sent.body["systemInstruction"]["parts"] == [{"text": "Draw in ink."}]
    assert len(sent.body["safetySettings"]) == 1


def test_thoughts_and_sources_are_kept(gemini: Terminal, server: StandIn) -> None:
    """Thoughts, words and pictures, and what was looked up are kept beside the image they belong to."""
    said = _generate(gemini, "A quetzal.", "--model", FLASH, "--thoughts", "--search", "web")
    answers = AnswersFolder(gemini.folder / "p")
    answer = answers.find(_ids(said)[0])
    assert answer is not None
    assert [(block.kind, block.text) for block in answer.blocks] == [
        ("thought", THOUGHT),
        ("thought_image", ""),
        ("text", "Here it is."),
        ("image", ""),
    ]
    kept = answers.image(_ids(said)[0], answer.blocks[1].file)
    assert kept is not None
    assert kept.read_bytes().startswith(b"\x89PNG")
    assert answer.grounding is not None
    assert answer.grounding.suggestions == SUGGESTIONS


def test_variants_are_calls_side_by_side(gemini: Terminal, server: StandIn) -> None:
    """Three variants are three calls at once and three images, priced each."""
    server.hold_until_together(3)
    said = _generate(gemini, "A hill.", "--variants", "3")
    assert len(set(_ids(said))) == 3
    assert said.document["cost_usd"] == pytest.approx(3 * 0.034)
    assert len(gemini.rows()) == 3


def test_an_image_of_the_project_is_a_reference_by_its_id(gemini: Terminal, server: StandIn) -> None:
    """What was made becomes a reference of the next by its id, and the lineage knows."""
    (made,) = _ids(_generate(gemini, "A hill."))
    _generate(gemini, "The same hill at night.", "--ref", f"scene={made}")
    assert len(server.requests[1].images) == 1
    lineage = gemini.run("lineage", "--project", "p", "--format", "json")
    assert made in lineage.out


def test_a_dry_run_makes_nothing(terminal: Terminal) -> None:
    """The text that would be sent and its price are said without a key, a call, or a project."""
    (terminal.folder / "robot.png").write_bytes(png(1))
    said = _generate(
        terminal, "A night.", "--engine", "gemini", "--ref", "character=robot.png", "--variants", "2", "--dry-run"
    )
    assert said.code == 0
    assert said.document["prompt"] == "- Image 1: robot, the character.\nA night."
    assert said.document["cost_usd"] == pytest.approx(0.068)
    assert not (terminal.folder / "p").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([" "], "prompt is empty"),
        (["A", "--ref", "hero=robot.png"], "no role 'hero'"),
        (["A", "--ref", "character=nowhere.png"], "nowhere.png"),
        (["A", "--aspect", "7:5"], "7:5"),
        (["A", "--search", "books"], "web, image, or web,image"),
        (["A", "--safety", "harassment=often"], "harassment"),
        (["A", "--variants", "9"], "--variants"),
        (["A", "--model", FLASH, "--engine", "gemini"], "GEMINI_API_KEY"),
        (["A", "--model", FLASH], "the draft engine would make these images"),
    ],
)
def test_bad_input_is_refused(terminal: Terminal, words: list[str], told: str) -> None:
    """What cannot be made ends with 2 and a sentence, and nothing was called."""
    said = terminal.run("generate", *words, "--project", "p")
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err
    assert terminal.rows() == []


def test_too_many_of_a_kind_are_refused_with_a_way_out(gemini: Terminal, server: StandIn) -> None:
    """Five characters are one too many for Nano Banana 2, and the message names who takes them."""
    refs = []
    for number in range(5):
        (gemini.folder / f"{number}.png").write_bytes(png(number))
        refs += ["--ref", f"character={number}.png"]
    said = gemini.run("generate", "All of them", *refs, "--model", FLASH, "--project", "p")
    assert said.code == 2
    assert "at most 4 character images, and 5 were given. Leave out 1, or switch to Nano Banana 2.1." in said.err
    assert not server.requests


def test_what_to_know_beforehand_is_told(gemini: Terminal, server: StandIn) -> None:
    """A model that was shut down, is not listed, or has no places for a reference is told of before the call."""
    (gemini.folder / "robot.png").write_bytes(png(1))
    past = gemini.run("generate", "A hill.", "--model", "gemini-2.5-flash-image", "--project", "p", "--dry-run")
    assert "Nano Banana was shut down on 2026-10-02. Use gemini-nano-banana-2.1 instead." in past.err
    words = ["generate", "A hill.", "--ref", "character=robot.png", "--project", "p", "--dry-run", "--model"]
    placeless = gemini.run(*words, "gemini-3.1-flash-lite-image")
    assert "keeps no places for character images" in placeless.err
    assert "no places" not in gemini.run(*words, FLASH).err
    gemini.run("generate", "A hill.", "--project", "p")  # the account is asked for its models
    server.requests.clear()
    unlisted = gemini.run(*words, "gemini-9-image").err
    assert "gemini-9-image is not in the list of models" in unlisted
    assert "gemini-9-image is not among the models of this account" in unlisted
    assert "among the models" not in gemini.run(*words, FLASH).err
    assert not server.requests


def test_a_block_is_a_receipt(gemini: Terminal, server: StandIn) -> None:
    """A blocked image is told with what was stopped, its rule, the model's words and the ways out, and asked for once.

    No image is stored.
    """
    for name in ("robot", "ink"):
        (gemini.folder / f"{name}.png").write_bytes(png(len(name)))
    refs = ("--ref", "character=robot.png", "--ref", "style=ink.png")
    server.fail_next("blocked_image_safety")
    said = gemini.run("generate", "A hill.", *refs, "--model", FLASH, "--project", "p")
    assert said.code == 1
    assert "held the picture back by the safety rules for pictures (IMAGE_SAFETY)" in said.out
    assert "the model said: I will not draw this." in said.out
    assert "try: Reword the prompt." in said.out
    assert "try: Leave one out: image 1, robot (character); image 2, ink (style)." in said.out
    assert re.search(r"try: Take another model: --model gemini-\S+ \(Nano Banana .+\)\.", said.out)
    assert len(server.requests) == 1
    assert {path.stem for path in (gemini.folder / "p" / "assets").iterdir()} == {"robot", "ink"}
    server.fail_next("blocked_prompt_safety")
    again = _generate(gemini, "A hill.", "--model", FLASH)
    assert again.document["hints"]["1"][0] == "Reword the prompt."
    assert again.document["steps"][0]["error"]["blocked"] == "prompt"


def test_what_was_made_elsewhere_is_named_when_the_quota_is_gone(gemini: Terminal, server: StandIn) -> None:
    """Without a quota the same image of another project is named with the command that takes it at no cost."""
    gemini.run("generate", "A hill.", "--project", "first")
    server.fail_next("rate_limited_daily")
    said = gemini.run("generate", "A hill.", "--project", "p")
    assert said.code == 1
    (taking,) = re.findall("Take it with `throughline (.+?)`", said.out)
    assert gemini.run(*shlex.split(taking)).code == 0
    again = _generate(gemini, "A hill.")
    assert (again.statuses, again.document["calls"]) == ({"1": "reused"}, 0)
    assert len(server.requests) == 2


def test_a_video_is_looked_at(gemini: Terminal, server: StandIn) -> None:
    """A film goes ahead as a file and is kept with the project; an address that is none of YouTube's is refused."""
    (gemini.folder / "film.mp4").write_bytes(b"\0\0\0\x20ftypisom" + b"film" * 100)
    words = ("--model", "gemini-3.1-flash-image", "--project", "p", "--json")
    said = gemini.run("generate", "Its last moment.", "--video", "film.mp4", "--video-end", "4", *words)
    assert said.statuses == {"1": "generated"}
    assert [file.mime for file in server.files.stored.values()] == ["video/mp4"]
    assert len(list((gemini.folder / "p" / "videos").glob("*.mp4"))) == 1
    for wrong in ("https://evil.test/film.mp4", "missing.mp4"):
        refused = gemini.run("generate", "Its last moment.", "--video", wrong, *words)
        assert refused.code == 2
        assert "YouTube" in refused.out


def test_a_wait_is_told(gemini: Terminal, server: StandIn) -> None:
    """While a quota per minute is waited for the terminal says how long and why, of images and of pages alike."""
    slow = as_error(429, "RESOURCE_EXHAUSTED", "Slow down.", retry_info("0.4s"))
    server.answer_next(slow)
    said = gemini.run("generate", "A lamp", "--project", "p")
    assert said.code == 0
    assert "  1: waits 1 s: rate limit\n" in said.err
    (gemini.folder / "page.png").write_bytes(png(1, (64, 48)))
    for words in (("detect", "page.png"), ("restore", "page.png", "--project", "p")):
        server.answer_next(slow)
        said = gemini.run(*words)
        assert said.code == 0
        assert "waits 1 s: rate limit" in said.err


def test_a_dry_run_keeps_no_video(gemini: Terminal) -> None:
    """A video file is looked at for its name alone where nothing is to be made."""
    gemini.run("generate", "A robot.", "--project", "p", "--engine", "draft")
    (gemini.folder / "film.mp4").write_bytes(b"\0\0\0\x20ftypisomfilm")
    words = ("--project", "p", "--model", "gemini-3.1-flash-image", "--dry-run")
    said = gemini.run("generate", "Its last moment.", "--video", "film.mp4", *words)
    assert said.code == 0, said.err
    assert not (gemini.folder / "p" / "videos").exists()


@pytest.mark.parametrize("option", [("--video", "x" * 5000), ("--ref", "character=" + "x" * 5000)])
def test_a_name_no_disk_takes_is_refused(gemini: Terminal, option: tuple[str, str]) -> None:
    """A file's name that is too long for any disk is told as one that is not there."""
    said = gemini.run("generate", "A robot.", "--project", "p", "--engine", "draft", *option)
    assert said.code != 0
    assert "unforeseen" not in said.err


def test_a_seed_where_it_is_heeded(gemini: Terminal, server: StandIn) -> None:
    """A model that heeds one by a person's own list is sent the seed; another is not, and that is told."""
    gemini.home.mkdir(parents=True, exist_ok=True)
    own = gemini.home / "catalog.toml"
    own.write_text('[[models]]\nid = "gemini-3-pro-image"\nsampling = ["seed"]\n')
    server.catalog = load_catalog(own=own)
    assert _generate(gemini, "A lamp.", "--seed", "7", "--model", "gemini-3-pro-image").code == 0
    left_out = _generate(gemini, "A lamp.", "--seed", "7", "--model", FLASH)
    assert "does not heed seed 7" in left_out.err
    assert [sent.config.get("seed") for sent in server.requests] == [7, None]


def test_what_searches_may_cost_is_told_before_and_what_they_did_after(gemini: Terminal, server: StandIn) -> None:
    """A dry run says up to what searches may cost; the ledger's row has those that were made."""
    words = ("generate", "A quetzal.", "--model", FLASH, "--search", "web", "--project", "p")
    told = gemini.run(*words, "--dry-run")
    assert "about $0.109 (search up to $0.042 of it). Nothing was made." in told.out
    assert "$0.014 a query after the month's first 5,000 prompts that search" in told.out
    document = gemini.run(*words, "--dry-run", "--json").document
    assert (document["cost_usd"], document["search_usd"]) == (pytest.approx(0.109), pytest.approx(0.042))
    assert not server.requests
    made = gemini.run(*words, "--json").document
    (row,) = gemini.rows()
    assert row["estimate_usd"] == pytest.approx(0.109)
    assert row["searches"] == 1
    assert row["cost_usd"] == made["cost_usd"] == pytest.approx(0.081)


def test_a_search_that_would_pass_the_budget_is_not_sent(gemini: Terminal, server: StandIn) -> None:
    """A budget that holds the image but not what may be looked up for it stops the call."""
    gemini.env["THROUGHLINE_BUDGET_USD"] = "0.1"
    words = ("A quetzal.", "--model", FLASH)
    refused = _generate(gemini, *words, "--search", "web")
    assert refused.document["steps"][0]["error"]["code"] == "budget_exceeded"
    assert not server.requests
    assert _generate(gemini, *words).code == 0


def test_what_was_said_beside_an_image_is_printed(gemini: Terminal, server: StandIn) -> None:
    """The model's words and thoughts, what it searched for and its sources stand below the report, and in the JSON."""
    words = ("generate", "A quetzal.", "--model", FLASH, "--thoughts", "--search", "web", "--project", "p")
    said = gemini.run(*words)
    lines = [line.strip() for line in said.out.splitlines()]
    thought = lines.index(f"(thought) {THOUGHT}")
    assert lines[thought + 1].startswith("(thought) [")
    assert lines[thought + 2] == "Here it is."
    assert "searched for: resplendent quetzal" in lines
    assert "source: The quetzal https://birds.example/quetzal" in lines
    document = gemini.run(*words, "--json").document
    (answer,) = document["answers"].values()
    assert [block["kind"] for block in answer["blocks"]] == ["thought", "thought_image", "text", "image"]
    assert Path(answer["blocks"][1]["file"]).is_file()
    assert answer["blocks"][3]["file"] == next(iter(document["files"].values()))
    assert answer["links"] == [{"uri": "https://birds.example/quetzal", "title": "The quetzal"}]
    assert answer["suggestions"] == SUGGESTIONS
