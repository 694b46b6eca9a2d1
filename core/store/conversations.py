"""The conversations of a project, as plain files beside its assets, so that they outlive every program and move along.

conversations/<id>/talk.json          title and beginning
conversations/<id>/<number>.json      a turn: what was asked for, and the reply once there is one
conversations/<id>/images/<digest>    images that were answered and are no asset: thoughts, second ones
trash/conversations/<id>/             a conversation that was put away, whole
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from core.errors import WorkspaceError
from core.models.talk import Reply, Talk, Turn
from core.models.value import Moment, Value
from core.store.files import locked, make_folder, move, read_value, replace, replace_json, write_part
from core.store.ids import clean_id

FOLDER = "conversations"
_FORMAT = 1
_TALK = "talk.json"
_LONGEST_NAME = 40
_ID = re.compile(r"[\w-]{1,80}")
_NUMBER = re.compile(r"[0-9]{3,6}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class _Head(Value):
    """What `talk.json` holds."""

    title: str
    created: Moment


class ConversationsFolder:
    """The conversations of one project; `folder` is the project's."""

    def __init__(self, folder: Path) -> None:
        self._project = folder
        self._folder = folder / FOLDER

    def list(self) -> list[Talk]:
        """Return all conversations without their turns, the newest first; one that cannot be read is left out."""
        found = []
        for path in self._folder.glob(f"*/{_TALK}"):
            try:
                found.append(self._head(path.parent.name))
            except WorkspaceError:
                continue
        return sorted(found, key=lambda talk: talk.created, reverse=True)

    def read(self, talk_id: str) -> Talk:
        """Return a conversation with its turns.

        Raises:
            WorkspaceError: there is none of that name, or one of its files is damaged or of a newer format.
        """
        head = self._head(talk_id)
        paths = sorted(path for path in self._place(talk_id).glob("*.json") if _NUMBER.fullmatch(path.stem))
        found = {path.stem: read_value(path, Turn, _FORMAT) for path in paths}
        # by its file, whatever is written in it: the id becomes the name of a file
        turns = {number: turn.model_copy(update={"id": number}) for number, turn in found.items()}
        return head.model_copy(update={"turns": turns})

    def begin(self, title: str) -> Talk:
        """Begin a conversation.

        Raises:
            WorkspaceError: the disk is full or the folder cannot be written.
        """
        name = re.sub(r"[^\w]+", "-", clean_id(title).lower()).strip("-")[:_LONGEST_NAME] or "talk"
        # never the name of one that was removed: its pictures may still be there
        talk = Talk(id=f"{name}-{secrets.token_hex(3)}", title=title, created=datetime.now(UTC))
        self._write_head(talk)
        return talk

    def rename(self, talk_id: str, title: str) -> None:
        """Call a conversation something else.

        Raises:
            WorkspaceError: there is no such conversation, or it cannot be written.
        """
        with locked(self._project):
            self._write_head(self._head(talk_id).model_copy(update={"title": title}))

    def put_away(self, talk_id: str) -> None:
        """Move a conversation to the trash; the images of its turns are the project's, and stay.

        Raises:
            WorkspaceError: there is no such conversation, or it cannot be moved.
        """
        with locked(self._project):
            self._head(talk_id)
            move(self._place(talk_id), make_folder(self._trash) / talk_id)

    def bring_back(self, talk_id: str) -> None:
        """Move a conversation back from the trash.

        Raises:
            WorkspaceError: the trash has none of that name, or it cannot be moved.
        """
        with locked(self._project):
            place = self._place(talk_id)
            if not (self._trash / talk_id / _TALK).is_file():
                raise _gone(talk_id)
            move(self._trash / talk_id, make_folder(self._folder) / place.name)

    def add(self, talk_id: str, turn: Turn) -> Turn:
        """Write a new turn before it is asked for, and return it with the number it got.

        Raises:
            WorkspaceError: there is no such conversation, or it cannot be written.
        """
        with locked(self._project):
            taken = [int(number) for number in self.read(talk_id).turns]
            number = f"{max(taken, default=0) + 1:03d}"
            recipe = turn.recipe.model_copy(update={"turn": f"{talk_id}/{number}"})
            begun = turn.model_copy(update={"id": number, "recipe": recipe})
            self._write(talk_id, begun)
        return begun

    def turn(self, name: str) -> tuple[Talk, Turn]:
        """Return a turn by the name that its recipe has ("<conversation>/<turn>"), and its conversation.

        Raises:
            WorkspaceError: it is not there, or damaged.
        """
        talk_id, _, number = name.partition("/")
        talk = self.read(talk_id)
        if number not in talk.turns:
            raise _gone(talk_id)
        return talk, talk.turns[number]

    def answer(self, name: str, reply: Reply, images: Mapping[str, bytes]) -> None:
        """Write a turn's reply; `images` by digest are those that are no asset, written before what names them.

        Raises:
            WorkspaceError: the turn is not there any more, or cannot be written.
        """
        talk, turn = self.turn(name)
        if images:
            folder = make_folder(self._place(talk.id) / "images")
            for digest, data in images.items():
                replace(write_part(folder, [data]), folder / digest)
        self._write(talk.id, turn.model_copy(update={"reply": reply}))

    def image(self, talk_id: str, digest: str) -> bytes | None:
        """Return one of a conversation's own images, or None."""
        path = self._place(talk_id) / "images" / digest
        return path.read_bytes() if _DIGEST.fullmatch(digest) and path.is_file() else None

    def _head(self, talk_id: str) -> Talk:
        path = self._place(talk_id) / _TALK
        if not path.is_file():
            raise _gone(talk_id)
        head = read_value(path, _Head, _FORMAT)
        return Talk(id=talk_id, title=head.title, created=head.created)

    @property
    def _trash(self) -> Path:
        return self._project / "trash" / FOLDER

    def _write_head(self, talk: Talk) -> None:
        head = _Head(title=talk.title, created=talk.created)
        replace_json(self._place(talk.id) / _TALK, {"format": _FORMAT, **head.model_dump(mode="json")})

    def _write(self, talk_id: str, turn: Turn) -> None:
        document = {"format": _FORMAT, **turn.model_dump(mode="json", exclude_none=True)}
        replace_json(self._place(talk_id) / f"{turn.id}.json", document)

    def _place(self, talk_id: str) -> Path:
        """Return a conversation's folder; its name may come from a file that anybody wrote."""
        if not _ID.fullmatch(talk_id):
            raise _gone(talk_id)
        return self._folder / talk_id


def _gone(talk_id: str) -> WorkspaceError:
    return WorkspaceError(f"The project has no conversation {talk_id!r} any more. Choose another, or begin a new one.")
