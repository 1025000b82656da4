"""The plot command writes a picture and says so; what can't be drawn it says with what could."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.plot import app


def plot(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--no-check"])
    return done.exit_code, done.stdout, done.stderr


def test_it_says_what_it_wrote(small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = plot(small_run, "harvest", "--batch", "FAR-*")
    assert (code, out) == (0, "small-harvest.svg: harvest of FAR-*\n")
    assert [each.name for each in tmp_path.iterdir()] == ["small-harvest.svg"]


def test_a_page_needs_no_network(small_run: Path, tmp_path: Path) -> None:
    file = tmp_path / "there/lice.html"
    code, out, _ = plot(small_run, "lice", "--area", "*-01", "--since", "2024-06-01", "--out", file, "--json")
    assert code == 0
    assert json.loads(out)["file"] == str(file)
    page = file.read_text(encoding="utf-8")
    assert "<script src" not in page
    assert "cdn.jsdelivr.net" not in page.split("<body")[-1].replace("vega-embed", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nice",), "growth, lice, water, occupancy, mortality, harvest"),
        (("lice", "--out", "lice.gif"), ".svg, .png, .html"),
        (("lice", "--batch", "FAR-2023-01"), "FAR-2023-001"),
        (("lice", "--since", "2025-01-02", "--until", "2025-01-02"), "not after"),
    ],
)
def test_what_cannot_be_drawn_is_told(small_run: Path, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = plot(small_run, *arguments)
    assert (code, out) == (2, "")
    assert words in err
