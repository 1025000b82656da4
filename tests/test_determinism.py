"""One small schedule's data, pinned: another fingerprint is a data change, to be told in CHANGELOG as such.

`make bounds` holds the demo's on the oldest processor, `make matrix` that of more.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

# What the small schedule of conftest.py gives on every x86-64 machine with the locked dependencies. When a change
# to the model is meant, put the new value here and a line marked **data change** in CHANGELOG.md.
FINGERPRINT = "4db18266484aeb04ee34c8d1711f50ed"
EVENTS = 287_501


def test_the_small_schedule_gives_the_pinned_data(
    small_command: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = small_command
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["events"], told["fingerprint"]) == (EVENTS, FINGERPRINT), (
        "the data changed: if that is meant, tell it in CHANGELOG.md as a data change"
    )
