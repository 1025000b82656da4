"""A run from somebody else may hold links: what they lead to is nobody's to remove."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.run_folder import FOLDER, MAKING, remove_database


@pytest.mark.parametrize("name", [FOLDER, MAKING])
def test_a_link_to_a_folder_that_we_did_not_make_is_removed_alone(name: str, tmp_path: Path) -> None:
    run, precious = tmp_path / "run", tmp_path / "precious"
    run.mkdir()
    precious.mkdir()
    (precious / "letters").touch()
    (run / name).symlink_to(precious)
    remove_database(run)
    assert list(run.iterdir()) == []
    assert (precious / "letters").exists()


@pytest.mark.parametrize("name", [FOLDER, MAKING])
def test_a_link_to_a_folder_of_ours_goes_with_it(name: str, tmp_path: Path) -> None:
    run, made = tmp_path / "run", tmp_path / "smoltworks-x1y2"
    run.mkdir()
    made.mkdir()
    (run / name).symlink_to(made)
    remove_database(run)
    assert list(tmp_path.iterdir()) == [run]
