"""Every parameter mangled in length, type and range: refused with file and key, or the run ends."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from lake.errors import InputError
from lake.tables import EVENT_TABLES
from tests.biology.mangling import SOURCE, Mangled, mangled
from tests.biology.tiny_run import run, tiny_schedule

TRIED = 80 if "NUMBA_BOUNDSCHECK" in os.environ else 25  # make bounds tries the most, with every access checked


@pytest.fixture(scope="module")
def accepted(biology: Biology) -> list[Mangled]:
    """The mangled parameters that their section accepts; every other one was refused by file and key."""
    found = []
    for each in mangled(biology):
        refusal = each.refusal(biology)
        if refusal is None:
            assert not each.hopeless, each
            found.append(each)
        else:
            assert refusal.startswith(f"{SOURCE}: "), refusal
            assert "x" * 81 not in refusal
            assert any(key in refusal for key in each.path.split(".")[-2:]), refusal
    return found


def test_most_of_what_is_mangled_is_refused_by_file_and_key(biology: Biology, accepted: list[Mangled]) -> None:
    assert 0 < len(accepted) < 0.35 * sum(1 for _ in mangled(biology))


# in a kernel no signal is heard: only the thread that times a test can end one that never comes back
@pytest.mark.timeout(280, method="thread")
@settings(max_examples=TRIED)
@given(data=st.data())
def test_a_run_on_what_is_accepted_ends(
    data: st.DataObject, accepted: list[Mangled], small_farm: Farm, biology: Biology
) -> None:
    each = data.draw(st.sampled_from(accepted))
    schedule, refusal = tiny_schedule(small_farm, each.parse(biology)), ""
    try:
        rows = run(schedule)
    except InputError as error:  # the farm says otherwise
        refusal = str(error)
    if refusal:
        assert f"biology {biology.name}" in refusal
        assert each.path.split(".")[-1] in refusal
    else:
        assert set(rows) == {table.name for table in EVENT_TABLES}
