"""Who may connect to a run's own server: whoever may open its socket, and that is its owner."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from warehouse.embedded import embedded_dsn

NOBODY = 65534
KNOCK = """
import os, socket, sys
os.setgid({nobody}); os.setuid({nobody})
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    sys.exit(13)
"""


@pytest.mark.parametrize("depth", [0, 120], ids=["in the data folder", "in a folder made for the day"])
def test_a_socket_is_its_owners_alone(depth: int, server_folder: Path) -> None:
    run = server_folder / ("d" * (depth // 2)) / ("e" * (depth // 2)) if depth else server_folder
    run.mkdir(parents=True, exist_ok=True)
    with embedded_dsn(run) as dsn, psycopg.connect(dsn) as connection:
        folder = Path(connection.info.host)
        (path,) = (each for each in folder.iterdir() if stat.S_ISSOCK(each.stat().st_mode))
        assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        if os.geteuid() == 0:
            knock = [sys.executable, "-S", "-c", KNOCK.format(nobody=NOBODY), str(path)]
            assert subprocess.run(knock, check=False).returncode == 13
