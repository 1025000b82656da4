"""What pyarrow writes a part to, whatever it becomes: it knows the size and the hash of the bytes."""

from __future__ import annotations

import xxhash

from lake.disk import Bytes


class PartBytes:
    """Bytes that wait until there are `enough`, and are then sent on by `_pass_on`."""

    enough: int

    def __init__(self) -> None:
        self.size, self.closed = 0, False
        self._waiting, self._hash = bytearray(), xxhash.xxh3_128()
        self._abandoned = False

    def write(self, data: Bytes) -> int:
        """Take bytes; how many."""
        size = memoryview(data).nbytes
        self.size += size
        if not self._abandoned:
            self._waiting += data
            if len(self._waiting) >= self.enough:
                self._pass_on()
        return size

    def tell(self) -> int:
        """Where the next byte stands."""
        return self.size

    def flush(self) -> None:
        """pyarrow asks for it; what waits is sent on when there is enough of it, or at the end."""

    def close(self) -> None:
        """pyarrow is done; `finish` ends the part."""
        self.closed = True

    def finish(self) -> str:
        """Send on what waits, and make it last; the hash of all bytes, 32 hex digits."""
        raise NotImplementedError

    def abandon(self) -> None:
        """Take nothing more, and leave nothing."""
        raise NotImplementedError

    def _pass_on(self) -> None:
        raise NotImplementedError

    def _take(self) -> bytearray:
        """What waits, now hashed. Others wait in new memory: an error under way may still look at the old one."""
        self._hash.update(self._waiting)
        taken, self._waiting = self._waiting, bytearray()
        return taken
