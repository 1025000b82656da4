"""Faults planted on purpose, to see the campaign find them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {}
