"""A disk that fails when it is told to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def failing(how: Mapping[str, Any]) -> Iterator[None]:
    yield
