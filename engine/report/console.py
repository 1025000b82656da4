"""What commands do alike: results to stdout, all other words to stderr, every failure a message with an exit code."""

from __future__ import annotations

import errno
import json
import os
import shlex
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

import typer

from engine import __version__
from engine.report.objects import failure_object, stop_object
from engine.report.sign_of_life import sign
from engine.report.stopping import Stopped, hint, state, stopped_code, stops
from engine.report.streams import OutputFailed, Trimmed, require_streams
from engine.report.usage import keep_words_whole, meaning
from lake.errors import InputError
from lake.next_step import entrance
from lake.space import in_words
from lake.store_path import is_stored

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

FAILED, WRONG_INPUT = 1, 2
NO_MEMORY = ("there is not enough memory", "end other programs, raise the limit, or take fewer --workers; then repeat")
LONGEST = 300  # characters of a fault's own words
UNBROKEN = 10_000  # characters: no line of a file or a pipe is broken
NARROW = 80  # columns of a terminal that does not know how many it has
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
    if screen.is_terminal:
        return screen
    return Console(file=cast("TextIO", Trimmed(sys.stderr if stderr else sys.stdout)), highlight=False, width=UNBROKEN)


def say(screen: Console, *lines: str, style: str | None = None) -> None:
    """Sentences as they are, without markup; a terminal's lines are broken between words, commands left whole."""
    from engine.report.wrapping import wrapped

    for line in lines:
        text = wrapped(line, screen.width) if screen.is_terminal else line
        screen.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def show(screen: Console, *tables: RenderableType) -> None:
    """Tables, each on the screen as wide as it is."""
    for table in tables:
        screen.print(table)


def print_json(data: dict[str, Any]) -> None:
    """One JSON object on stdout, in a line."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    state.json_told = True


def fail(error: InputError, code: int = WRONG_INPUT) -> NoReturn:
    """Prints the error on stderr, and as an object on stdout where --json is asked for, and ends the command."""
    notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
    tell(f"error: {error}{notes}")
    tell_json(error, code)
    raise SystemExit(code)


def tell(text: str) -> None:
    """Words on stderr; on a terminal no word is broken."""
    if sys.stderr.isatty():
        from engine.report.wrapping import wrapped

        with suppress(OSError):
            text = wrapped(text, os.get_terminal_size(2).columns or NARROW)
    sys.stderr.write(f"{text}\n")


def tell_json(error: InputError, code: int) -> None:
    """The object of a failure on stdout, where --json is asked for and nothing was printed yet."""
    if state.json_asked and not state.json_told:
        sys.stdout.write(failure_object(error.where, error.problem, error.cure, exit_code=code, more=error.more))
        sys.stdout.flush()
        state.json_told = True


def start(app: typer.Typer, arguments: list[str] | None = None, *, program: str | None = None) -> NoReturn:
    """Run a command as this process: whatever the surroundings, it ends with a word and an exit code."""
    require_streams()
    words = sys.argv[1:] if arguments is None else arguments
    state.json_asked = "--json" in words[: words.index("--") if "--" in words else None]
    keep_words_whole()
    try:
        with input_errors():
            app(arguments, prog_name=program)
    except SystemExit:
        sign.end()
        if state.told:
            # not by the interpreter's way out: it waits for threads, and ends by SIGINT where an import was interrupted
            with suppress(OutputFailed):
                sys.stdout.flush()
            sys.stderr.flush()
            os._exit(128 + (state.came or signal.SIGINT))
        raise
    sign.end()
    raise SystemExit(0)


@contextmanager
def input_errors(run_dir: Path | None = None) -> Iterator[None]:
    """Whatever is raised inside becomes a message and an exit code: 2 for wrong input, 1 for the rest; no traceback.

    A fault of ours is written into the run's logs, if there are any.
    """
    if run_dir is not None:
        sign.doing("reading the run")
    try:
        with stops():
            try:
                yield
            except (typer.Exit, typer.Abort, SystemExit) as end:
                sys.stdout.flush()
                if stop := _untold_stop(end):
                    raise stop from None
                _tell_of_usage(end)
                raise
            except Exception:
                if state.came is not None:  # a library made an error of its own of the stop
                    raise Stopped(state.came) from None
                raise
            sys.stdout.flush()
    except InputError as error:
        fail(error)
    except KeyboardInterrupt as stop:
        _tell_of_stop(stop)
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


def _tell_of_usage(end: BaseException) -> None:
    """What the option means that typer can't read or misses; all of it as an object where --json is asked for."""
    error = end.__context__
    message = getattr(error, "format_message", None)
    if callable(message):
        context = getattr(error, "ctx", None)
        line = context.command_path if context is not None else entrance()
        cure = f"see {line} --help"
        if words := meaning(error):
            tell(f"  {words}")
            cure = f"{words} {cure}"
        tell_json(InputError(line, message(), cure), getattr(error, "exit_code", WRONG_INPUT))


def _tell_of_stop(stop: KeyboardInterrupt) -> None:
    """One line on stderr, with how to go on where the command said so, and the object."""
    state.told = True
    words = hint() + "".join(f"\n  {note}" for note in getattr(stop, "__notes__", ()))
    sys.stderr.write(f"interrupted{words}\n")
    if state.json_asked and not state.json_told:
        sys.stdout.write(stop_object(words, stopped_code(stop)))
        sys.stdout.flush()


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
    logs = run_dir / "logs" if run_dir is not None and not is_stored(run_dir) else None
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
