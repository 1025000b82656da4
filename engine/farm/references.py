"""How a schedule names its farm and biology so that they are found again from where it lies."""

from __future__ import annotations

import os
from pathlib import Path

from engine.biology.parameters import read_biology
from engine.inputs.reading import load_text, sha256
from engine.inputs.shipped_files import find_shipped
from lake.errors import InputError


def reference(kind: str, name: str, content_sha256: str, given: str, folder: Path) -> str:
    """The plain `name` when a schedule in `folder` would find that very content by it; else the file's path.

    kind: "farms" or "biology". given: the path or name by which the content was read. The path is relative to
    `folder`. InputError when `given` is not there any more.
    """
    try:
        if _content_sha256(kind, name, folder) == content_sha256:
            return name
    except InputError:
        pass
    return Path(os.path.relpath(find_shipped(kind, given, None), folder)).as_posix()


def _content_sha256(kind: str, name: str, folder: Path) -> str:
    """The hash that a schedule in `folder` would find; an overlay's is that of the biology that it gives."""
    if kind == "biology":
        return read_biology(name, folder).sha256
    return sha256(load_text(find_shipped(kind, name, folder)))
