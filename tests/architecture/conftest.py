"""The repository's source."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.source import Source, read_source


@pytest.fixture(scope="session")
def source() -> Source:
    return read_source(Path(__file__).resolve().parents[2])
