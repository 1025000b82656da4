"""The kernels' cache: what changes their machine code changes the folder in which they are kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PRINTS_FOLDER = """
import sys
from engine.simulation.numerics.compilation import cache_folder
print(cache_folder(sys.argv[1]))
"""


def folder_under(root: Path, **settings: str) -> str:
    """The cache's folder in a process of its own, with numba's settings from the environment."""
    numba = {name: value for name, value in os.environ.items() if name.startswith("NUMBA_")}
    plain = {name: value for name, value in os.environ.items() if name not in numba}
    environment = {**plain, "PYTHONPATH": os.pathsep.join(sys.path), **settings}
    command = [sys.executable, "-c", PRINTS_FOLDER, str(root)]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def test_settings_that_change_machine_code_have_caches_of_their_own(tmp_path: Path) -> None:
    usual = folder_under(tmp_path)
    assert Path(usual).parent == tmp_path
    assert folder_under(tmp_path) == usual
    changed = [{"NUMBA_BOUNDSCHECK": "1"}, {"NUMBA_OPT": "0"}, {"NUMBA_BOUNDSCHECK": "1", "NUMBA_OPT": "0"}]
    assert len({usual, *(folder_under(tmp_path, **settings) for settings in changed)}) == 4
