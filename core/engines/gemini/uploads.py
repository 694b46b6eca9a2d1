"""The Files API: what is too large for one request is sent ahead once, and named until it expires."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from google import genai
from google.genai import errors, types

from core.engines.base import Clip, Reference
from core.engines.gemini.account import FileMemory
from core.engines.gemini.outcomes import AttemptFailed
from core.errors import InvalidRequestError
from core.images import sniff
from core.models.sent_file import SentFile

_FIRST_LOOK, _LONGEST_LOOK = 0.1, 2.0  # seconds between two looks at a file that is being processed
# how long a file has to last at least, else it is sent again: a call may take a while, a batch a day
FOR_A_CALL, FOR_A_BATCH = timedelta(minutes=10), timedelta(hours=26)
_USUAL_LIFE = timedelta(hours=47)


class Uploads:
    """The files of one account, by digest; safe for many calls at once.

    `memory` has those that other processes sent.
    """

    def __init__(self, client: genai.Client, memory: FileMemory | None = None) -> None:
        self._client = client
        self._memory = memory
        self._files: dict[str, SentFile] = {}
        self._reused: set[str] = set()
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Lock]] = WeakKeyDictionary()

    async def part(self, reference: Reference | Clip, lasting: timedelta = FOR_A_CALL) -> types.Part:
        """Return a reference, or a video, as a part that names its file, sent ahead when none lasts as long as that.

        Raises:
            AttemptFailed: the service could not take the file in.
        """
        turns = self._turns.setdefault(asyncio.get_running_loop(), {})
        async with turns.setdefault(reference.digest, asyncio.Lock()):
            file = await self._known(reference.digest)
            if file is not None and file.lasts(lasting) and await self._serves(file, lasting):
                self._reused.add(reference.digest)
            else:
                file = await self._sent(reference)
                if self._memory is not None:
                    await asyncio.to_thread(self._memory.keep, reference.digest, file)
            self._files[reference.digest] = file
        return types.Part.from_uri(file_uri=file.uri, mime_type=file.mime)

    async def parts(
        self, references: Sequence[Reference | Clip], lasting: timedelta = FOR_A_CALL
    ) -> dict[str, types.Part]:
        """Return references by digest as parts that name their files.

        Raises:
            AttemptFailed: the service could not take one in.
        """
        found = await asyncio.gather(*(self.part(reference, lasting) for reference in references))
        return {reference.digest: part for reference, part in zip(references, found, strict=True)}

    def forget_reused(self) -> bool:
        """Forget the files that were named again: the service may not keep one any more. Tell whether there were any.

        What was just sent is kept: to send it once more would change nothing.
        """
        reused, self._reused = self._reused, set()
        gone = [digest for digest in reused if self._files.pop(digest, None) is not None]
        if self._memory is not None:
            for digest in gone:
                self._memory.forget(digest)
        return bool(gone)

    async def _known(self, digest: str) -> SentFile | None:
        if digest in self._files or self._memory is None:
            return self._files.get(digest)
        return await asyncio.to_thread(self._memory.find, digest)

    async def _serves(self, file: SentFile, lasting: timedelta) -> bool:
        """Tell whether a file is still there, as far as that must be known: a batch tells of a lost one a day later."""
        if lasting < FOR_A_BATCH:
            return True
        try:
            await self._client.aio.files.get(name=file.name)
        except errors.ClientError as error:
            if error.code in (403, 404):
                return False
            raise
        return True

    async def _sent(self, reference: Reference | Clip) -> SentFile:
        mime = sniff(reference.data) or reference.mime
        config = types.UploadFileConfig(mime_type=mime)
        file = await self._client.aio.files.upload(file=io.BytesIO(reference.data), config=config)
        wait = _FIRST_LOOK
        while file.state == types.FileState.PROCESSING:
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_LOOK)
            file = await self._client.aio.files.get(name=str(file.name))
        if file.state == types.FileState.FAILED or not file.uri:
            raise AttemptFailed(
                InvalidRequestError(f"Gemini could not take in {reference.name!r}. Use a smaller copy of it.")
            )
        ends = file.expiration_time or datetime.now(UTC) + _USUAL_LIFE
        return SentFile(name=str(file.name), uri=file.uri, mime=file.mime_type or mime, expires=ends)
