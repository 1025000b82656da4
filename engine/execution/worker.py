"""A worker process: takes pickled calls from its standard input, one at a time, and gives back what they return."""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, NoReturn

from engine.simulation.numerics.held_signals import STOPS
from engine.simulation.numerics.kernel_cache import cache_problem
from lake.without_pandas import go_without_pandas

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


def serve() -> None:
    """Answer calls from the standard input until the parent closes the pipe or is gone."""
    _prepare()
    calls, answers = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # the pipe carries answers alone, whatever is printed
    _use_one_core()
    _work(calls, answers)


def become_workers(parent: int) -> None:
    """Get ready for a run's tasks, then be copied for each pair of pipes that the parent sends, until it is gone.

    What is ready by then is so in each copy. parent: the number of a socket. With threads, which a copy would lack and
    whose locks it might wait for, none is made, nor where the system tells nothing of them.
    """
    _prepare()
    os.dup2(2, 1)
    _use_one_core()
    from engine.execution.partition import get_ready  # which imports the simulation; other workers go without

    get_ready()
    gc.collect()
    gc.freeze()  # nobody looks for circles in that any more, nor so makes it each copy's own
    with socket.socket(fileno=parent) as sender:
        while _is_one_thread() and (pipes := socket.recv_fds(sender, 1, 2)[1]):
            pid = os.fork()
            if not pid:
                sender.close()
                _work_and_end(*pipes)
            for pipe in pipes:
                os.close(pipe)
            sender.sendall(pid.to_bytes(8, sys.byteorder))
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _is_one_thread() -> bool:
    """False also where the system does not tell."""
    with suppress(OSError):
        return len(os.listdir("/proc/self/task")) == 1
    return False


def _work_and_end(calls: int, answers: int) -> NoReturn:
    try:
        _work(calls, answers)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _prepare() -> None:
    go_without_pandas()
    # what ends a command reaches its workers too: the parent decides, a worker finishes what it has begun
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _work(calls: int, answers: int) -> NoReturn:
    """Answer calls until the parent closes the pipe or is gone."""
    waiting: queue.SimpleQueue[Call] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(os.fdopen(calls, "rb"), waiting), daemon=True).start()
    with os.fdopen(answers, "wb") as told:
        while True:
            told.write(_answer(waiting.get()))
            told.flush()


def _receive(calls: BinaryIO, waiting: queue.SimpleQueue[Call]) -> None:
    """Hand on the calls; a parent that is gone, even killed, leaves no worker that goes on writing into its run."""
    while True:
        try:
            waiting.put(pickle.load(calls))
        except EOFError:
            os._exit(0)
        except Exception as error:
            # what was sent can't be read here, e.g. a function of a module that this process does not find
            waiting.put((_fail, (error,), {}))
        except BaseException as error:  # of a module that does not let itself be imported; nobody may wait for ever
            waiting.put((_fail, (ImportError(f"{type(error).__name__}: {error}"),), {}))


def _fail(error: Exception) -> None:
    raise error


def _answer(call: Call) -> bytes:
    """(True, result) or (False, exception), and what is wrong with the kernels' cache, pickled."""
    function, positional, named = call
    try:
        return pickle.dumps((True, function(*positional, **named), cache_problem()))
    except Exception as error:
        error.add_note(traceback.format_exc())
        try:
            return pickle.dumps((False, error, ""))
        except Exception:
            return pickle.dumps((False, RuntimeError(traceback.format_exc()), ""))


def _use_one_core() -> None:
    """The machine's other cores belong to the other workers."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
