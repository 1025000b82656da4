"""Where compiled kernels may be kept, for those too that don't import numba."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def kernel_places() -> Iterator[Path]:
    """Folders to keep kernels in, the best first: among the user's caches, and in the temporary folder."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    with suppress(RuntimeError):  # neither HOME nor an entry in passwd
        caches = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
        if caches.is_absolute():
            yield caches / "smoltworks" / "kernels"
    with suppress(OSError):
        yield Path(tempfile.gettempdir()) / f"smoltworks-{os.geteuid()}" / "kernels"
