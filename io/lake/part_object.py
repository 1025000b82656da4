"""A part on its way into an object store: bytes go up in pieces as they come, and are an object once all are there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import xxhash

from lake.disk import Bytes, disk
from lake.errors import InputError
from lake.store import asked
from lake.store_path import StorePath

# bytes that wait before an upload begins: a part of fewer goes up by one request, and none stays open for it
UPLOADED_AT_ONCE = 1 << 23


class PartObject:
    """What pyarrow writes a part to: it knows the size and the hash of the bytes that it sent.

    What a kill leaves is no object: an upload that was not ended is nowhere listed as one.
    """

    def __init__(self, path: StorePath) -> None:
        self.path = path
        self.size, self.closed = 0, False
        self._waiting, self._hash = bytearray(), xxhash.xxh3_128()
        self._stream: Any = None
        self._abandoned = False

    def write(self, data: Bytes) -> int:
        """Take bytes; how many."""
        size = memoryview(data).nbytes
        if not self._abandoned:
            self._waiting += data
            self.size += size
            if len(self._waiting) >= UPLOADED_AT_ONCE:
                self._send()
        return size

    def tell(self) -> int:
        """Where the next byte stands."""
        return self.size

    def flush(self) -> None:
        """pyarrow asks for it; what waits goes up when there is enough of it, or at the end."""

    def close(self) -> None:
        """pyarrow is done; `finish` ends the object."""
        self.closed = True

    def finish(self) -> str:
        """Make the object of all that was written; the hash of its bytes, 32 hex digits."""
        if self._stream is None:
            self._hash.update(self._waiting)
            disk().write(self.path, self._waiting)
        else:
            self._send()
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

    def _send(self) -> None:
        with asked(str(self.path)):
            if self._stream is None:
                self._stream = self.path.output()
            self._hash.update(self._waiting)
            self._stream.write(bytes(self._waiting))
        self._waiting = bytearray()
