"""A way to a server that breaks: it lets so many messages through, then resets every connection at once."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

RESET = struct.pack("ii", 1, 0)  # no lingering: what is not sent yet is dropped, and the other side is reset


class Cutter:
    """A proxy on a port of this machine. `left`: how many pieces of what clients send still pass; None: all.

    Once it has cut, it refuses newcomers until `left` is set anew.
    """

    def __init__(self, dsn: str, left: int | None) -> None:
        of = conninfo_to_dict(dsn)
        self.server = str(Path(str(of["host"])) / f".s.PGSQL.{of.get('port', 5432)}")
        self.left, self.passed = left, 0
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.dsn = make_conninfo(
            dsn, host="127.0.0.1", port=self.door.getsockname()[1], sslmode="disable", gssencmode="disable"
        )
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            backend = socket.socket(socket.AF_UNIX)
            with self.lock:
                if self.left == 0:
                    self._reset(client)
                    continue
                backend.connect(self.server)
                self.open |= {client, backend}
            for source, sink, counts in ((client, backend, True), (backend, client, False)):
                threading.Thread(target=self._pass_on, args=(source, sink, counts), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                if counts and not self._may_pass():
                    return
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _may_pass(self) -> bool:
        with self.lock:
            self.passed += 1
            if self.left is None:
                return True
            if self.left > 0:
                self.left -= 1
                return True
            self.cut()
            return False

    def cut(self) -> None:
        """Reset every connection that is open."""
        for end in self.open:
            self._reset(end)
        self.open.clear()

    @staticmethod
    def _reset(end: socket.socket) -> None:
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            end.close()


@contextmanager
def cutter(dsn: str, left: int | None = None) -> Iterator[Cutter]:
    """A way to the server of a DSN on a Unix socket that is cut after so many pieces sent to it."""
    proxy = Cutter(dsn, left)
    try:
        yield proxy
    finally:
        proxy.door.close()
        with proxy.lock:
            proxy.cut()
