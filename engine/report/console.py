"""What commands do alike: words to stderr, data to stdout, wrong input as one message with exit code 2."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from lake.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

WRONG_INPUT = 2
PIPE_WIDTH = 160
NOT_CHECKED = "bytes not checked"  # the first line where --no-check is given


def console() -> Console:
    """A rich console on stderr; outside a terminal it is wide enough for every table."""
    from rich.console import Console

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal:
        screen.width = PIPE_WIDTH
    return screen


def progress(screen: Console) -> Progress:
    """A progress display with a bar, a count and the time left; shown on a terminal and silent in a pipe."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )


@contextmanager
def steps(screen: Console) -> Iterator[Callable[[str, int, int], None]]:
    """A bar to be told what is being done, how much of it is done, and how much there is."""
    with progress(screen) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)


def print_json(data: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def fail(error: InputError) -> NoReturn:
    """Prints the error on stderr, as it is and unwrapped, and ends the command with exit code 2."""
    notes = (f"\n  {note}" for note in getattr(error, "__notes__", ()))
    sys.stderr.write(f"error: {error}{''.join(notes)}\n")
    raise SystemExit(WRONG_INPUT)


@contextmanager
def input_errors() -> Iterator[None]:
    """An InputError raised inside becomes one message and exit code 2."""
    try:
        yield
    except InputError as error:
        fail(error)
