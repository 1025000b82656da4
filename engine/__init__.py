"""Smoltworks: plans and simulates the operating history of a salmon farming company."""

from __future__ import annotations

import sys as _sys

__version__ = "0.1.0"


def _is_command() -> bool:
    """Whether this process is one of our commands, rather than a program that imports us."""
    words = _sys.orig_argv
    if _sys.argv[:1] == ["-m"] and "-m" in words:  # Python is looking for the module that -m names
        return any(word.partition(".")[0] in ("engine", "smoltworks") for word in words[words.index("-m") + 1 :][:1])
    return bool(_sys.argv) and _sys.argv[0].rpartition("/")[2] == "smoltworks"


if _is_command():
    import signal as _signal

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # while what sees to it is imported: an end without traceback

    from engine.report.stopping import watch as _watch

    _watch()  # before anything else is imported: a Ctrl-C in the first moment is no traceback either
    from engine.report.sign_of_life import sign as _sign

    _sign.begin()
