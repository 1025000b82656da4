"""Other Pythons of this machine, each with an environment of the locked dependencies."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
PYENV = Path.home() / ".pyenv" / "versions"


@cache
def interpreter(version: str) -> Path | str:
    """The interpreter of a version, 3.12, or why there is none; an environment is made once, in .venv-VERSION."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.executable)
    found = _find(version)
    if found is None:
        return f"no Python {version} on this machine"
    folder = ROOT / f".venv-{version}"
    mark, wanted = folder / ".ready", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if not (mark.exists() and mark.read_text() == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK)]
        for command in ([str(found), "-m", "venv", str(folder)], [str(python), *install]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
                return f"no environment for Python {version} can be made: {last}"
        mark.write_text(wanted)
    return python


def _find(version: str) -> Path | None:
    """An interpreter that runs and is of this version."""
    named = shutil.which(f"python{version}")
    for candidate in (*([Path(named)] if named else []), *sorted(PYENV.glob(f"{version}.*/bin/python"))):
        asked = [str(candidate), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None
