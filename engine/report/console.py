"""What commands do alike: results to stdout, all other words to stderr, every failure a message with an exit code."""

from __future__ import annotations

import errno
import json
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from engine import __version__
from engine.report.streams import OutputFailed, require_streams
from lake.errors import InputError
from lake.space import in_words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

FAILED, WRONG_INPUT = 1, 2
NO_MEMORY = ("there is not enough memory", "end other programs, raise the limit, or take fewer --workers; then repeat")
LONGEST = 300  # characters of a fault's own words
UNBROKEN = 10_000  # characters: no line of a file or a pipe is broken
NOT_CHECKED = "bytes not checked"  # the first line where --no-check is given


def console() -> Console:
    """A rich console on stderr, for progress, notes and hints; outside a terminal no line is broken."""
    return _screen(stderr=True)


def results(*, as_json: bool = False) -> Console:
    """The same on stdout, for what was asked for; on stderr where the JSON object is what was asked for."""
    return _screen(stderr=as_json)


def _screen(*, stderr: bool) -> Console:
    from rich.console import Console

    screen = Console(stderr=stderr, highlight=False)
    if not screen.is_terminal:
        screen.width = UNBROKEN
    return screen


def say(screen: Console, *lines: str, style: str | None = None) -> None:
    """Sentences as they are, without markup; a terminal's lines are broken between words, commands left whole."""
    from engine.report.wrapping import wrapped

    for line in lines:
        text = wrapped(line, screen.width) if screen.is_terminal else line
        screen.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def show(screen: Console, *tables: RenderableType) -> None:
    """Tables as they are; in a file or a pipe without the spaces that fill up a line."""
    for table in tables:
        if screen.is_terminal:
            screen.print(table)
            continue
        with screen.capture() as drawn:
            screen.print(table)
        text = "\n".join(line.rstrip() for line in drawn.get().splitlines())
        screen.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def steps(screen: Console, what: str = "reading the run") -> Iterator[Callable[[str, int, int], None]]:
    """Something to be told what is being done, how much of it is done, and how much there is; what: at first."""
    from engine.report.waiting import Waiting

    with Waiting(screen, what) as waiting:
        yield lambda doing, done, of: waiting.tell(doing, done, of)


def print_json(data: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")


def fail(error: InputError, code: int = WRONG_INPUT) -> NoReturn:
    """Prints the error on stderr, as it is and unwrapped, and ends the command."""
    notes = (f"\n  {note}" for note in getattr(error, "__notes__", ()))
    sys.stderr.write(f"error: {error}{''.join(notes)}\n")
    raise SystemExit(code)


class Stopped(KeyboardInterrupt):
    """SIGTERM or SIGHUP: to be treated as Ctrl-C is."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.strsignal(number))


def stopped_code(stop: KeyboardInterrupt) -> int:
    """The exit code of a command that was stopped: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP."""
    return 128 + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)


def start(app: typer.Typer, arguments: list[str] | None = None, *, program: str | None = None) -> NoReturn:
    """Run a command as this process: whatever the surroundings, it ends with a word and an exit code."""
    require_streams()
    with input_errors():
        app(arguments, prog_name=program)
    raise SystemExit(0)


@contextmanager
def input_errors(run_dir: Path | None = None) -> Iterator[None]:
    """Whatever is raised inside becomes a message and an exit code: 2 for wrong input, 1 for the rest; no traceback.

    A fault of ours is written into the run's logs, if there are any.
    """
    try:
        with _stopped_by_signals():
            try:
                yield
            except (typer.Exit, typer.Abort, SystemExit) as end:
                sys.stdout.flush()
                if stop := _untold_stop(end):
                    raise stop from None
                raise
            sys.stdout.flush()
    except InputError as error:
        fail(error)
    except KeyboardInterrupt as stop:
        sys.stderr.write("interrupted\n")
        raise SystemExit(stopped_code(stop)) from None
    except OutputFailed as error:
        if error.number == errno.EPIPE:  # the reader has had enough
            raise SystemExit(128 + signal.SIGPIPE) from None
        fail(InputError("standard output", f"can't be written to: {error}", "the data were not handed out"), FAILED)
    except (typer.Exit, typer.Abort):
        raise
    except MemoryError:
        fail(InputError("the system", *NO_MEMORY), FAILED)
    except Exception as error:
        if isinstance(error, OSError) and (words := in_words(error)):
            fail(words, FAILED)
        if words := _of_a_library(error):
            fail(words, FAILED)
        fail(_fault(error, run_dir), FAILED)
    finally:
        _tell_of_kernels()


def _untold_stop(end: BaseException) -> KeyboardInterrupt | None:
    """The stop that typer, while it reads a command's line, turns into an exit with 130 and no word; None for none."""
    cause = end.__context__.__cause__ if end.__context__ is not None else None
    return cause if isinstance(cause, KeyboardInterrupt) else None


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise Stopped in the block, unless somebody else sees to them or they are ignored."""

    def stop(number: int, _: object) -> None:
        raise Stopped(number)

    ours = []
    if threading.current_thread() is threading.main_thread():
        ours = [s for s in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(s) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _of_a_library(error: Exception) -> InputError | None:
    """The same of libraries that have errors of their own for what the system refused them."""
    if "No space left on device" in str(error):
        return InputError(
            "a disk", "is full: the run's, or that of temporary files (TMPDIR)", "free space, then repeat"
        )
    return InputError("the system", *NO_MEMORY) if type(error).__name__ == "OutOfMemoryException" else None


def _without_targets() -> list[str]:
    """The command as it was given, without the databases that it names: there may be a password in it."""
    before = ["", *sys.argv]
    return [
        "--to=..." if word.startswith("--to=") else "..." if last == "--to" else word
        for last, word in zip(before, sys.argv, strict=False)
    ]


def _fault(error: Exception, run_dir: Path | None) -> InputError:
    """What to say of an error that nobody foresaw, once its traceback lies in a file."""
    text = f"smoltworks {__version__}, Python {sys.version}\n{shlex.join(_without_targets())}\n{traceback.format_exc()}"
    last = f"{type(error).__name__}: {error}".splitlines()[0][:LONGEST]
    logs = run_dir / "logs" if run_dir is not None else None
    for folder in (logs, None) if logs is not None and logs.is_dir() else (None,):
        with suppress(OSError):
            descriptor, name = mkstemp(".txt", "fault-", folder)
            with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            return InputError("a fault of Smoltworks", last, f"please report it, with {name}")
    return InputError("a fault of Smoltworks", last, "please report it; how it came about could be written nowhere")


def _tell_of_kernels() -> None:
    """Say once that this command compiled what it will compile again."""
    cache = sys.modules.get("engine.simulation.numerics.kernel_cache")
    if cache is not None and (problem := cache.cache_problem()):
        sys.stderr.write(f"note: kernels were compiled and not kept for the next time ({problem})\n")
