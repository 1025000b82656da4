"""What decides over a run's bytes beside its inputs: our own code and the libraries that compute and write."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import engine
import lake

LIBRARIES = ("numpy", "numba", "pyarrow")


@dataclass(frozen=True)
class Software:
    """Versions, and a hash of every module of ours that a partition may come through."""

    smoltworks: str
    sources: str
    numpy: str
    numba: str
    pyarrow: str

    def differences(self, other: Software) -> list[str]:
        """What the other has otherwise, in words."""
        mine, theirs = asdict(self), asdict(other)
        return [f"{name} {theirs[name]} in place of {mine[name]}" for name in mine if mine[name] != theirs[name]]


@cache
def software() -> Software:
    """That of this process."""
    digest = hashlib.sha256()
    for package in (engine, lake):
        top = Path(str(package.__file__)).parent
        for path in sorted(top.rglob("*.py")):
            digest.update(f"{path.relative_to(top)}\0".encode() + path.read_bytes())
    found = {name: _version(name) for name in LIBRARIES}
    return Software(smoltworks=engine.__version__, sources=digest.hexdigest()[:12], **found)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
