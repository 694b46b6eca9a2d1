"""`throughline import` with documents: what it takes for pages, and what it prints of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli import cli
from core.models.asset import Kind
from core.studio.pages.mixed import import_mixed
from tests.documents import pdf, tiff
from tests.samples import ids, open_project, png


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        cli(["import", *words], standalone_mode=False)
    said = capsys.readouterr()
    return int(str(ended.value.code)), said.out, said.err


def test_documents_give_pages_and_pictures_stay_pictures(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A PDF and a TIFF of two pages become pages without a word; a PNG beside them is an archive picture."""
    for name, data in {"a.pdf": pdf(2), "b.png": png(), "c.tif": tiff(2)}.items():
        (inbox / name).write_bytes(data)
    paths = [str(inbox / name) for name in ("a.pdf", "b.png", "c.tif")]
    code, out, _ = _run(capsys, *paths, "--project", str(tmp_path / "p"), "--json")
    assert code == 0
    assert [(item["asset_id"], item.get("page")) for item in json.loads(out)["imported"]] == [
        ("a-p001", 1),
        ("a-p002", 2),
        ("b", None),
        ("c-p001", 1),
        ("c-p002", 2),
    ]
    kinds = {asset.id: asset.recipe.kind for asset in open_project(tmp_path / "p").assets()}
    assert (kinds["a-p001"], kinds["b"], kinds["c-p002"]) == (Kind.PAGE, Kind.ARCHIVE, Kind.PAGE)


def test_a_folder_as_pages_is_taken_whole(inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--as page` the folders inside come too, and a bad file is named with exit code 2."""
    (inbox / "more").mkdir()
    (inbox / "more" / "p2.png").write_bytes(png(2))
    (inbox / "more" / "bad.pdf").write_bytes(b"%PDF-1.7 cut short")
    code, out, err = _run(capsys, str(inbox), "--as", "page", "--project", str(tmp_path / "p"))
    assert code == 2
    assert "p2  imported from" in out
    assert "bad.pdf: This PDF is damaged" in err


def test_as_pictures_everything_is_as_before(inbox: Path, tmp_path: Path) -> None:
    """With `--as picture` the first page of a TIFF is a picture, and a PDF is none."""
    (inbox / "a.pdf").write_bytes(pdf(1))
    (inbox / "c.tif").write_bytes(tiff(2))
    workspace = open_project(tmp_path / "p")
    done = import_mixed(workspace, [inbox / "a.pdf", inbox / "c.tif"], is_pictures=True)
    assert [item.error is None for item in done] == [False, True]
    assert ids(workspace) == ["c"]
