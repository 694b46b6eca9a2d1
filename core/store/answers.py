"""Answers that hold more than an image and a few words, kept beside the assets they belong to.

answers/<asset id>/answer.json    all parts in their order, and what the answer is grounded on
answers/<asset id>/<n>.png|.jpg   its further images, thoughts included, numbered by their place
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from core.models.answer import Answer
from core.store.files import find_value, make_folder, replace, replace_text, write_part

FOLDER = "answers"
_FILE = re.compile(r"[0-9]{1,4}\.(png|jpg)")


class AnswersFolder:
    """The kept answers of one project; `folder` is the project's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def keep(self, asset_id: str, answer: Answer, images: Sequence[tuple[str, bytes]]) -> None:
        """Keep an asset's answer; `images` are its further images by file name, written before what names them.

        Raises:
            WorkspaceError: the disk is full or the folder cannot be written.
        """
        folder = make_folder(self._folder / asset_id)
        for name, data in images:
            replace(write_part(folder, [data]), folder / name)
        replace_text(folder / "answer.json", answer.model_dump_json())

    def find(self, asset_id: str) -> Answer | None:
        """Return an asset's kept answer, or None; images that are not there are left out."""
        answer = find_value(self._folder / asset_id / "answer.json", Answer)
        if answer is None:
            return None
        blocks = (block for block in answer.blocks if not block.file or self.image(asset_id, block.file))
        return answer.model_copy(update={"blocks": tuple(blocks)})

    def image(self, asset_id: str, name: str) -> Path | None:
        """Return where one of an answer's further images is, or None."""
        path = self._folder / asset_id / name
        return path if _FILE.fullmatch(name) and path.is_file() else None
