"""A page of the small run, and a browser to look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from engine.report.page.assembly import write_page
from tests.sharing import made_once

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def small_page(small_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the small run: to be read, not changed."""
    folder = made_once(tmp_path_factory, "page", lambda folder: _write(small_run, folder / "small.html"))
    return folder / "small.html"


def _write(run: Path, file: Path) -> None:
    write_page(run, file)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as Debian packs it; where it is required, as in the gate, its absence is a failure."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        reason = "no Chromium is here: apt-get install chromium"
        if os.environ.get("SMOLTWORKS_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()
