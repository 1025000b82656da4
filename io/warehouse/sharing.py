"""Work shared by several connections, each doing one thing at a time; the first failure ends all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

import psycopg

from warehouse.database import Connection

LOOK_SECONDS = 0.2
CANCEL_SECONDS = 5.0
T = TypeVar("T")


class Stopped(Exception):
    """Another piece of the work failed, or the user interrupted: this one is rolled back."""


def share(
    pool: list[Connection],
    work: Sequence[Callable[[Connection, Event], T]],
    done: Callable[[T], None],
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Do every piece of work, in its order, over connections of one database; `done` hears of each that is over.

    A piece is told by an event when it is to stop; what the server is doing for it is cancelled then. The first
    failure is raised when all have ended. `beat` is called some times a second meanwhile.
    """
    free: SimpleQueue[Connection] = SimpleQueue()
    for connection in pool:
        free.put(connection)
    stop = Event()

    def run(piece: Callable[[Connection, Event], T]) -> T:
        if stop.is_set():
            raise Stopped
        connection = free.get()
        try:
            return piece(connection, stop)
        except BaseException:
            stop.set()
            raise
        finally:
            free.put(connection)

    with ThreadPoolExecutor(len(pool)) as executor:
        futures: list[Future[T]] = [executor.submit(run, piece) for piece in work]
        try:
            waiting = set(futures)
            while waiting:
                ended, waiting = wait(waiting, return_when=FIRST_EXCEPTION, timeout=LOOK_SECONDS)
                for future in ended:
                    if future.exception() is None:
                        done(future.result())
                beat()
        except BaseException:
            stop.set()
            for connection in pool:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=CANCEL_SECONDS)
            raise
    failures = [e for f in futures if (e := f.exception()) is not None]
    for failure in sorted(failures, key=lambda e: isinstance(e, Stopped)):
        raise failure
