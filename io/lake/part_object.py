"""A part on its way into an object store: bytes go up in pieces as they come, and are an object once all are there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from lake.disk import disk
from lake.errors import InputError
from lake.part_bytes import PartBytes
from lake.store import asked
from lake.store_path import StorePath


class PartObject(PartBytes):
    """What is to become an object. A kill leaves none: an upload that was not ended is nowhere listed as one."""

    enough = 1 << 23  # a part of fewer bytes goes up by one request, and no upload stays open for it

    def __init__(self, path: StorePath) -> None:
        super().__init__()
        self.path = path
        self._stream: Any = None

    def finish(self) -> str:
        if self._stream is None:
            disk().write(self.path, self._take())
        else:
            self._pass_on()
            with asked(str(self.path)):
                self._stream.close()
        return str(self._hash.hexdigest())

    def abandon(self) -> None:
        """Take nothing more, and leave no object: Arrow can end an upload only by making one."""
        self._abandoned = True
        self._waiting = bytearray()
        if self._stream is not None:
            with suppress(OSError):
                self._stream.close()
            with suppress(InputError):
                disk().remove(self.path)

    def _pass_on(self) -> None:
        with asked(str(self.path)):
            if self._stream is None:
                self._stream = self.path.output()
            self._stream.write(bytes(self._take()))
