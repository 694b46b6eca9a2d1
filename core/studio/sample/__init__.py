"""The built-in sample: an archive picture drawn by our own code, and a story told from it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import yaml

from core.errors import WorkspaceError

ARCHIVE_NAME = "archive.png"
LANGUAGES = ("en", "zh")


def sample_text(language: str = "en") -> str:
    """Return the story file; `language` is "en" or "zh", every other tag falls back to English."""
    short = language.lower().replace("_", "-").split("-")[0]
    return files(__name__).joinpath("story.zh.yaml" if short == "zh" else "story.yaml").read_text(encoding="utf-8")


def scene_names(language: str = "en") -> list[str]:
    """Return what the story's steps are called, in their order."""
    return [step["name"] for step in yaml.safe_load(sample_text(language))["steps"]]


def write_sample(folder: Path, language: str = "en") -> Path:
    """Write the archive picture and the story into a folder and return the story file's path.

    `language` is "en" or "zh"; every other tag falls back to English.

    Raises:
        WorkspaceError: the folder cannot be written.
    """
    # Imported here: drawing needs OpenCV, which the terminal should not load for its help.
    from core.engines.drawing.picture import encode
    from core.studio.sample.archive import draw_archive

    text = sample_text(language)
    story = folder / "story.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ARCHIVE_NAME).write_bytes(encode(draw_archive()))
        story.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WorkspaceError(f"The sample cannot be written to {folder} ({reason}). Choose another folder.") from error
    return story
