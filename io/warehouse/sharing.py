"""Work shared by several connections, each doing one thing at a time; the first failure ends all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Generic, TypeVar

import psycopg

from warehouse.database import Connection

LOOK_SECONDS = 0.2
CANCEL_SECONDS = 5.0
T = TypeVar("T")


class Stopped(Exception):
    """Another piece of the work failed, or the user interrupted: this one is rolled back."""


@dataclass(frozen=True)
class Piece(Generic[T]):
    """A piece of the work: what does it over a connection, what it costs beside others, and the names of the pieces
    that must be over before it begins. It is told by an event when it is to stop."""

    name: str
    do: Callable[[Connection, Event], T]
    cost: float = 0.0
    after: frozenset[str] = frozenset()


def share(
    pool: list[Connection],
    work: Sequence[Piece[T]],
    done: Callable[[T], None],
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Do every piece of work over connections of one database, first those with the costliest way from their begin to
    the end of all; `done` hears of each that is over.

    The first failure is raised when all that had begun has ended. What the server is doing is cancelled when the caller
    is interrupted. `beat` is called some times a second meanwhile.
    """
    order = _by_way(work)
    waiting = {piece.name: piece for piece in order}
    free, running = list(pool), dict[Future[T], tuple[str, Connection]]()
    failures: list[BaseException] = []
    stop = Event()

    def run(piece: Piece[T], connection: Connection) -> T:
        if stop.is_set():
            raise Stopped
        try:
            return piece.do(connection, stop)
        except BaseException:
            stop.set()
            raise

    with ThreadPoolExecutor(len(pool)) as executor:
        try:
            while running or (waiting and not stop.is_set()):
                undone = waiting.keys() | {name for name, _ in running.values()}
                for piece in [p for p in waiting.values() if not p.after & undone][: len(free)]:
                    connection = free.pop()
                    running[executor.submit(run, waiting.pop(piece.name), connection)] = (piece.name, connection)
                if not running:
                    raise ValueError(f"pieces of work that wait for each other: {', '.join(waiting)}")
                ended, _ = wait(running, return_when=FIRST_COMPLETED, timeout=LOOK_SECONDS)
                for future in ended:
                    free.append(running.pop(future)[1])
                    failure = future.exception()
                    if failure is not None:
                        failures.append(failure)
                    else:
                        done(future.result())
                if stop.is_set():
                    waiting.clear()
                beat()
        except BaseException:
            stop.set()
            for connection in pool:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=CANCEL_SECONDS)
            raise
    for failure in sorted(failures, key=lambda e: isinstance(e, Stopped)):
        raise failure


def _by_way(work: Sequence[Piece[T]]) -> list[Piece[T]]:
    """The pieces, first those with the costliest way to the end: their own cost and that of all that waits for them."""
    followers: dict[str, list[Piece[T]]] = {}
    for piece in work:
        for name in piece.after:
            followers.setdefault(name, []).append(piece)
    ways: dict[str, float] = {}

    def way(piece: Piece[T]) -> float:
        if piece.name not in ways:
            ways[piece.name] = piece.cost  # for those that wait in a circle, which share tells
            ways[piece.name] += max((way(next_) for next_ in followers.get(piece.name, ())), default=0.0)
        return ways[piece.name]

    return sorted(work, key=lambda piece: -way(piece))
