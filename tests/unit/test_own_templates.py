"""A person's own templates: every change is a version, nothing is lost, and each user has their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import InvalidRequestError, WorkspaceError
from core.models.template import Template
from core.store.templates import TemplatesFile
from core.studio.prompting.templates import from_file, to_file


def template(title: str = "Night scene", text: str = "A {thing} at night.", **more: object) -> Template:
    return Template.model_validate({"id": "", "title": title, "text": text, **more})


def test_saved_changed_and_brought_back(tmp_path: Path) -> None:
    """A new template gets an id of its title; a change is a newer version, and the older one can be had again."""
    file = TemplatesFile(tmp_path)
    first = file.save(template(tags=("night",)))
    assert (first.id, first.is_own, first.tags) == ("night-scene", True, ("night",))
    file.save(first.model_copy(update={"text": "A {thing} at dawn."}))
    (now,) = TemplatesFile(tmp_path).current()
    assert now.text == "A {thing} at dawn."
    versions = file.read().templates["night-scene"]
    assert [version.template.text for version in versions] == ["A {thing} at night.", "A {thing} at dawn."]
    file.save(versions[0].template)
    assert file.current()[0].text == "A {thing} at night."
    assert len(file.read().templates["night-scene"]) == 3


def test_the_same_title_twice(tmp_path: Path) -> None:
    """Two templates of one title are two."""
    file = TemplatesFile(tmp_path)
    assert [file.save(template()).id for _ in range(2)] == ["night-scene", "night-scene-2"]


def test_put_away_and_undone(tmp_path: Path) -> None:
    """What is put away is not shown and not lost."""
    file = TemplatesFile(tmp_path)
    kept = file.save(template())
    file.remove(kept.id)
    assert file.current() == ()
    file.remove(kept.id, is_removed=False)
    assert file.current() == (kept,)


def test_each_user_has_their_own(tmp_path: Path) -> None:
    """What one saves, another does not see."""
    TemplatesFile(tmp_path, "https://id.test#ann").save(template())
    assert TemplatesFile(tmp_path).current() == ()
    assert TemplatesFile(tmp_path, "https://id.test#bob").current() == ()


def test_a_damaged_file_is_told_and_kept(tmp_path: Path) -> None:
    """A file that is none of ours is not written over."""
    file = TemplatesFile(tmp_path)
    file.save(template())
    path = tmp_path / "templates" / "own.json"
    path.write_text("[1")
    with pytest.raises(WorkspaceError, match="damaged"):
        file.save(template("Other"))
    assert path.read_text() == "[1"


def test_carried_over(tmp_path: Path) -> None:
    """Exported templates come in elsewhere as they were, and again beside those of the same title."""
    file = TemplatesFile(tmp_path)
    mine = [file.save(template()), file.save(template("Dawn", tags=("light",)))]
    found = from_file(to_file(mine))
    assert [(one.title, one.text, one.tags) for one in found] == [(one.title, one.text, one.tags) for one in mine]
    assert {file.save(one).id for one in found} == {"night-scene-2", "dawn-2"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"throughline_templates": []}',
        b'{"throughline_templates": [{"title": "x"}]}',
        b"[" * 9999,
    ],
)
def test_a_file_without_templates(data: bytes) -> None:
    """What holds no template is refused with a sentence."""
    with pytest.raises(InvalidRequestError, match="no templates"):
        from_file(data)


def test_too_many_are_none(tmp_path: Path) -> None:
    """A file of a million templates does not fill the home."""
    entries = [{"id": "x", "title": "x", "text": "x"}] * 501
    with pytest.raises(InvalidRequestError):
        from_file(json.dumps({"throughline_templates": entries}).encode())


def test_a_model_or_tag_named_twice_is_named_once() -> None:
    """A file from outside may name a model twice or not at all; each becomes one button of a page."""
    entry = {"title": "x", "text": "x", "models": ["a", "a", "", " b "], "tags": ["t", " t", " "]}
    (found,) = from_file(json.dumps({"throughline_templates": [entry]}).encode())
    assert (found.models, found.tags) == (("a", "b"), ("t",))


def test_a_template_without_versions_is_a_damaged_file(tmp_path: Path) -> None:
    """A file in which a template has no version is refused with a sentence."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.json").write_text('{"format": 1, "templates": {"x": []}}')
    with pytest.raises(WorkspaceError, match="damaged"):
        TemplatesFile(tmp_path).current()
