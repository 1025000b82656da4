"""Ranges of container names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.farm.container_names import compact, expand

names = st.builds(
    lambda stem, number, width: f"{stem}{number:0{width}d}",
    st.sampled_from(["A", "FI-01-C", "x,y", "R1..", "7..", "Ring-", ""]),
    st.integers(0, 120),
    st.integers(1, 3),
) | st.text(max_size=6).filter(lambda s: s.strip() == s and s != "")


@given(st.lists(names, max_size=30))
@settings(deadline=None)
def test_expanding_undoes_compacting(given_names: list[str]) -> None:
    known = set(given_names)
    entries = compact(given_names, known)
    assert [name for entry in entries for name in expand(entry, known)] == given_names


def test_ten_containers_in_a_row_are_one_entry() -> None:
    row = [f"FI-FW-01-A-C{n:02d}" for n in range(1, 11)]
    assert compact(row, set(row)) == ["FI-FW-01-A-C01..10"]
    assert expand("FI-FW-01-A-C01..03, FI-FW-01-A-C07", set(row)) == [*row[:3], row[6]]


@pytest.mark.parametrize(
    ("text", "part"), [("A10..01", "A01..10"), ("A1..99999", "digit"), ("A1,,A2", "comma"), ("", "comma")]
)
def test_a_senseless_range_is_refused(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        expand(text, set())
