"""A process that has imported and loaded once all that workers need, and of which each of them is a copy.

It is begun as soon as a run is asked for and gets ready while schedules are read and planned. Nothing heavy is imported
here, so that it can be.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import Any, BinaryIO

from engine.simulation.numerics.held_signals import STOPS

# The parent's path replaces the one that Python begins with: an import hook or a notebook may have added to it.
START = """
import sys
sys.path[:] = sys.argv[2:]
from engine.execution.worker import become_workers
become_workers(int(sys.argv[1]))
"""

# of NumPy's matrices, which workers don't multiply, and of an allocator of Arrow's that is not in use
WITHOUT_THREADS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}


def _module_path() -> list[str]:
    """Where this process finds modules; "" stands for the present folder, which may be gone."""
    with suppress(FileNotFoundError):
        here = os.getcwd()
        return [entry or here for entry in sys.path if isinstance(entry, str)]
    return [entry for entry in sys.path if isinstance(entry, str) and entry]


def begin_python(code: str, *arguments: str, **how: Any) -> subprocess.Popen[bytes]:
    """A new process that runs `code`, its arguments followed by where this one finds modules. how: as Popen has it."""
    # a signal that comes before it is ready for it waits, and is then ignored
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        return subprocess.Popen([sys.executable, "-P", "-c", code, *arguments, *_module_path()], **how)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Copied:
    """A worker that was copied from a template, held by a handle of its own: its number may come to be another's."""

    def __init__(self, pid: int, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self._lock, self._handle = Lock(), os.pidfd_open(pid)

    def kill(self) -> None:
        """End it, whatever it is at."""
        with self._lock, suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self) -> None:
        """Until it has ended."""
        ended = select.poll()
        ended.register(self._handle, select.POLLIN)
        ended.poll()
        with self._lock:
            os.close(self._handle)
            self._handle = -1


class Template:
    """The process. What is not its copy by the time that it is left will not be one."""

    def __init__(self) -> None:
        self._lock, self._copies = Lock(), 0
        self._ours, theirs = socket.socketpair()
        number = theirs.fileno()
        try:
            self._process = begin_python(
                START,
                str(number),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[number],
                env=os.environ | WITHOUT_THREADS,
            )
        finally:
            theirs.close()

    def copy(self) -> Copied:
        """A worker, once the template is ready; OSError when it is gone, or this system has no handles of processes."""
        (task, stdin), (stdout, answer) = os.pipe(), os.pipe()
        calls, answers = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        try:
            with self._lock:
                self._copies += 1
                socket.send_fds(self._ours, [b"."], [task, answer])
                pid = int.from_bytes(self._ours.recv(8, socket.MSG_WAITALL), sys.byteorder)
            if not pid:
                raise BrokenPipeError("the template of the workers is gone")
            return Copied(pid, calls, answers)
        except OSError:
            calls.close()  # by which a copy ends
            answers.close()
            raise
        finally:
            os.close(task)
            os.close(answer)

    def kill(self) -> None:
        """End it at once; who waits for a copy hears that it is gone."""
        self._process.kill()

    def __enter__(self) -> Template:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It ends when its copies have, which have been told to."""
        self._ours.close()
        if not self._copies:
            self.kill()
        self._process.wait()
