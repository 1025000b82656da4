"""A worker process: takes pickled calls from its standard input, one at a time, and gives back what they return."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

from engine.simulation.numerics.held_signals import STOPS
from engine.simulation.numerics.kernel_cache import cache_problem

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class WithoutPandas:
    """Has no module find pandas. Arrow looks for it when it first makes an array of Python's values, and a worker, who
    needs it for nothing, would pay .6 s and 30 MB wherever it happens to be installed."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Nothing, of other modules."""
        if name == "pandas":
            raise ModuleNotFoundError("a worker goes without pandas", name=name)


def serve() -> None:
    """Answer calls until the parent closes the pipe or is gone."""
    sys.meta_path.insert(0, WithoutPandas)
    # what ends a command reaches its workers too: the parent decides, a worker finishes what it has begun
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # the pipe carries answers alone, whatever is printed
    waiting: queue.SimpleQueue[Call] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(calls, waiting), daemon=True).start()
    _use_one_core()
    while True:
        answers.write(_answer(waiting.get()))
        answers.flush()


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
