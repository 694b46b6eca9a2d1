"""Format 1 as it was first written: these files open today, and say what was put into them."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.images.containers import jpeg_segments
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Origin, Recipe, Result, Role, Source
from core.store import embedded
from core.store.choices import Choices
from core.store.documents import from_json, to_json
from core.store.importing import image_files, import_files
from tests import notebook
from tests.samples import open_project, picture

GOLDEN = Path(__file__).parent.parent / "golden"
CREATED = datetime(2025, 11, 21, 10, 30, 0, 123456, tzinfo=UTC)
SHEET = Asset(
    id="robot",
    digest="087e748e3357c9146e7373afd3c0bd994ad7d9714d48ecc4c085376d0d7f097b",
    recipe=Recipe(
        kind=Kind.CHARACTER_SHEET,
        name="Tin robot",
        prompt="- A felt robot\n- 毛毡机器人 \U0001f916",
        composed="- Image 1: Archive.\n- A felt robot\n- 毛毡机器人 \U0001f916",
        sources=(
            Source(asset_id="archive", role=Role.ARCHIVE, digest="a" * 64, name="Archive"),
            Source(asset_id="felt", role=Role.STYLE, digest="b" * 64),
        ),
        engine=EngineName.GEMINI,
        model="model-1",
        settings=GenerationSettings(aspect_ratio="16:9", image_size="1K", temperature=0.7, seed=42),
        attempt=2,
        story="tin-robot",
        step="robot",
    ),
    result=Result(
        mime="image/png",
        width=8,
        height=6,
        input_tokens=258,
        output_tokens=1290,
        cost_usd=0.039,
        seconds=7.25,
        finish_reason="STOP",
        text="Here is the sheet.",
        warnings=("Written by hand.",),
        created=CREATED,
    ),
)
LONG = Asset(
    id="valley",
    digest="acfe8cbf835c847ad7257d3169d5850ae637e2bfd2f0526142119213f0d8ef28",
    recipe=Recipe(
        kind=Kind.SCENE,
        prompt="The valley, long and wide. " * 1200,
        composed="The valley, long and wide. " * 1200,
        sources=(Source(asset_id="robot", role=Role.CHARACTER, digest=SHEET.digest, name="Tin robot"),),
        engine=EngineName.DRAFT,
        story="tin-robot",
        step="valley",
    ),
    result=Result(mime="image/jpeg", width=32, height=24, created=CREATED.replace(minute=31)),
)
NOTEBOOK: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("archive", (), ""),
    ("robot", ("archive",), "- A felt robot\n- 毛毡机器人"),
    ("valley", ("robot", "archive"), "The valley"),
)
PAGE = Asset(
    id="page",
    digest="69081c2bf2f70827f8fc48133d0ed6f6d4fc3743c4ebd15d02cb018d4f4d5e68",
    recipe=Recipe(
        kind=Kind.PAGE,
        name="Denver illustrated, p. 12",
        origin=Origin(
            title="Denver illustrated, p. 12",
            source="City Library",
            credit="Gift of 1893 · 市立图书馆",
            rights="https://creativecommons.org/publicdomain/mark/1.0/",
            place="https://library.example/denver/manifest.json",
            page=12,
        ),
    ),
    result=Result(mime="image/png", width=8, height=6, created=CREATED),
)
FILES = {"sheet.png": SHEET, "long.jpg": LONG, "page.png": PAGE}


@pytest.mark.parametrize("name", FILES)
def test_a_golden_file_says_what_was_put_into_it(name: str) -> None:
    """Recipe and result come out of the file as they went in, and its digest is that of the bare picture."""
    data, expected = (GOLDEN / name).read_bytes(), FILES[name]
    assert from_json(str(embedded.read(data).document)) == (expected.recipe, expected.result)
    assert hashlib.sha256(embedded.strip(data)).hexdigest() == expected.digest


@pytest.mark.parametrize("name", FILES)
def test_this_version_still_writes_the_golden_bytes(name: str) -> None:
    """The same recipe in the same picture makes the same file: a changed format needs a new number."""
    asset, held = FILES[name], (GOLDEN / name).read_bytes()
    bare = embedded.strip(held)
    pieces = embedded.embed(bare, to_json(asset.recipe, asset.result), asset.recipe.composed, asset.source_ids)
    assert b"".join(pieces) == held


def test_the_long_golden_recipe_lies_in_several_segments() -> None:
    """The golden JPEG does show what happens past 60 KB."""
    kinds = [segment.kind for segment in jpeg_segments((GOLDEN / "long.jpg").read_bytes())]
    assert kinds.count("EF") == 2


def test_the_golden_fingerprints_are_what_they_were() -> None:
    """Fingerprints of recipes that were made are the key to using them again."""
    assert SHEET.recipe.fingerprint == "1d6546ed1e4d263250054d2a8c3da46a4f6695e9cef45cd338d8c18912cf18db"
    assert LONG.recipe.fingerprint == "3efeda75b0264606ebd20269140f1d1a86f785e15f1a9b301c47ca027a79da37"
    assert PAGE.recipe.fingerprint == "2447d1525000581b4ac9d24204dc595df172413fcde0390de86daba7047dfa39"


def test_the_golden_project_opens(tmp_path: Path) -> None:
    """A project folder of the first version opens with its identity, assets, graph, choices and locks."""
    shutil.copytree(GOLDEN / "project", tmp_path / "project")
    workspace = open_project(tmp_path / "project")
    assert (workspace.uuid, workspace.title) == ("00000000-0000-4000-8000-000000000001", "The tin robot")
    assert workspace.assets() == [SHEET, LONG]
    assert workspace.choices.read() == Choices(
        chosen={"tin-robot": {"robot": "robot", "valley": "valley"}}, locked={"tin-robot": ("robot",)}
    )
    assert (workspace.folder / "stories" / "tin-robot.yaml").is_file()
    for asset in workspace.assets():
        assert hashlib.sha256(workspace.read(asset)).hexdigest() == asset.digest


def test_the_golden_notebook_folder_comes_in_with_its_graph(tmp_path: Path) -> None:
    """A folder written by the notebook of that time still has its ids, sources, prompts and pixels."""
    loaded = notebook.load(GOLDEN / "notebook")
    assert {name: (held.source_ids, held.prompt) for name, held in loaded.items()} == {
        name: (sources, prompt) for name, sources, prompt in NOTEBOOK
    }
    workspace = open_project(tmp_path / "p")
    import_files(workspace, image_files([GOLDEN / "notebook"]))
    assert {asset.id: (asset.source_ids, asset.recipe.prompt) for asset in workspace.assets()} == {
        name: (sources, prompt) for name, sources, prompt in NOTEBOOK
    }
    assert [loaded[name].pixels for name, _, _ in NOTEBOOK] == [picture(seed).tobytes() for seed in (10, 11, 12)]


def test_the_golden_notes_say_where_a_picture_comes_from(tmp_path: Path) -> None:
    """Words about an asset are read, and an edit leaves all other notes as they were."""
    workspace = open_project(tmp_path / "p")
    shutil.copy(GOLDEN / "notes.json", workspace.folder)
    said = Origin(title="The old mill · 老磨坊", source="Box 7", credit="Fund of the city", rights="CC0")
    assert workspace.notes.origins() == {"page": said}
    workspace.notes.set_origin("page", None)
    held, now = (json.loads((at / "notes.json").read_text(encoding="utf-8")) for at in (GOLDEN, workspace.folder))
    assert now == {**held, "origins": {}}
