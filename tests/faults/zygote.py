"""A warm process that forks: each command costs a fork instead of a start, with the kernels compiled already.

Requests are lines of JSON on stdin, answers lines on stdout: what was started, and what has ended.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import traceback
from contextlib import ExitStack
from typing import Any, NoReturn

from tests.faults.planted import PLANTS

LATER = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # wait until a child has become the command
FAULT_OF_OURS = 70  # a child's exit when it is the campaign that is wrong


def main() -> None:
    """Serve until stdin ends."""
    import tests.faults.warm as warm

    warm.everything()
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _say({"ready": True})
    asked = b""
    while True:
        ready, _, _ = select.select([0, awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            _reap()
        if 0 in ready:
            data = os.read(0, 1 << 20)
            if not data:
                return
            *lines, asked = (asked + data).split(b"\n")
            for line in lines:
                _start(json.loads(line))


def _say(data: dict[str, Any]) -> None:
    os.write(1, json.dumps(data).encode() + b"\n")


def _reap() -> None:
    while True:
        try:
            pid, status, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _say({"ended": pid, "code": os.waitstatus_to_exitcode(status), "memory_mb": used.ru_maxrss // 1024})


def _start(request: dict[str, Any]) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, LATER)
    pid = os.fork()
    if not pid:
        _become(request)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, LATER)
    _say({"started": pid})


def _become(request: dict[str, Any]) -> NoReturn:
    """Be the command: its own stdout, stderr, folder, environment, limits, disk and planted faults."""
    code = FAULT_OF_OURS
    begun = False
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        out, err = (os.open(request[name], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600) for name in ("out", "err"))
        for ours, standard in ((nothing, 0), (out, 1), (err, 2)):
            os.dup2(ours, standard)
            os.close(ours)
        os.chdir(request["folder"])
        os.environ.update(request["environment"])
        for name, value in request["limits"].items():
            resource.setrlimit(getattr(resource, name), (value, value))
        sys.argv = request["line"]
        with ExitStack() as stack:
            _surround(request, stack)
            begun = True
            signal.pthread_sigmask(signal.SIG_UNBLOCK, LATER)
            code = _command()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except KeyboardInterrupt:
        code = 130
        if begun:
            traceback.print_exc()
        else:
            sys.stderr.write("interrupted before it began\n")
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                code = code or 1
        os._exit(code)


def _surround(request: dict[str, Any], stack: ExitStack) -> None:
    """One process, planted faults and a disk that fails, before any signal can come."""
    from tests.faults import fake_disk, pretended

    stack.enter_context(pretended.one_process())
    pretended.litter(request["litter"])
    for name in request["plants"]:
        stack.enter_context(PLANTS[name]())
    if request["disk"]:
        stack.enter_context(fake_disk.failing(request["disk"]))


def _command() -> int:
    from engine.commands import main as commands
    from tests.faults import pretended

    if sys.argv[1] in pretended.COMMANDS:
        pretended.COMMANDS[sys.argv[1]](*sys.argv[2:])
    else:
        commands()
    return 0


if __name__ == "__main__":
    main()
