"""The built-in sample: drawn by our own code, the same every time, and a story that holds together."""

from __future__ import annotations

import hashlib
from pathlib import Path

import networkx as nx
import pytest
import yaml
from PIL import Image

from core.engines.drawing.words import read_scene
from core.models.asset import Kind
from core.models.catalog import load_catalog
from core.studio.sample import write_sample
from core.studio.story_files import read_story


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {language: write_sample(tmp_path_factory.mktemp(language), language) for language in ("en", "zh")}


def test_the_archive_picture_is_the_same_every_time(folders: dict[str, Path]) -> None:
    """Two drawings of the archive picture are one file."""
    digests = {hashlib.sha256((path.parent / "archive.png").read_bytes()).hexdigest() for path in folders.values()}
    assert len(digests) == 1
    with Image.open(folders["en"].parent / "archive.png") as image:
        assert image.size == (1200, 1560)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_story_is_a_valid_story(folders: dict[str, Path], language: str) -> None:
    """The story file is read without an error: one sheet from the archive, then at least eight scenes."""
    story = read_story(folders[language], load_catalog())
    assert story.steps[0].kind is Kind.CHARACTER_SHEET
    assert sum(step.kind is Kind.SCENE for step in story.steps) >= 8


def test_the_story_branches_once(folders: dict[str, Path]) -> None:
    """Two routes leave one scene, and the longest path from the archive has at most eight images."""
    steps = yaml.safe_load(folders["en"].read_text(encoding="utf-8"))["steps"]
    scenes = {step["id"]: [source for source in step["from"] if source not in ("wick", "archive")] for step in steps}
    graph = nx.DiGraph([(source, step) for step, sources in scenes.items() for source in sources])
    assert [node for node in graph if graph.out_degree(node) == 2] == ["crossing"]
    assert max(graph.out_degree(node) for node in graph) == 2
    assert 6 <= len(nx.dag_longest_path(graph)) <= 8


def test_both_languages_tell_the_same_story(folders: dict[str, Path]) -> None:
    """The Chinese story has the same steps, kinds and sources as the English one."""
    english, chinese = (yaml.safe_load(path.read_text(encoding="utf-8"))["steps"] for path in folders.values())
    shape = [[(step["id"], step["kind"], step["from"]) for step in steps] for steps in (english, chinese)]
    assert shape[0] == shape[1]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in step["prompt"]) for step in chinese)


def test_both_languages_draw_the_same_places(folders: dict[str, Path]) -> None:
    """Every scene of the sample is drawn in the same land, hour and composition in English and Chinese."""
    english, chinese = (
        [
            read_scene(step.prompt, name)
            for step in read_story(folders[language], load_catalog()).steps
            if step.kind is Kind.SCENE
        ]
        for language, name in (("en", "Wick"), ("zh", "灯芯"))
    )
    lands = ["room", "city", "forest", "meadow", "snow", "snow", "sea", "sea", "meadow", "room"]
    assert [words.land for words in english] == lands
    for one, other in zip(english, chinese, strict=True):
        assert (one.land, one.hour, one.across) == (other.land, other.hour, other.across)
