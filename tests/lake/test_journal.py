"""The journal survives a kill in the middle of a line."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lake.journal import Journal

TEXT = st.text(max_size=12)
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
EVENTS = st.lists(st.tuples(st.sampled_from(["begun", "partition"]), TEXT), max_size=5)


@ONE_FOLDER
@given(before=EVENTS, after=EVENTS, cut=st.integers(1, 40))
def test_a_journal_with_a_cut_last_line_keeps_every_whole_one(
    before: list[tuple[str, str]], after: list[tuple[str, str]], cut: int, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    journal.path.unlink(missing_ok=True)
    for event, note in (*before, ("ended", "cut short by a kill, wherever that is")):
        journal.append(event, note=note)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    kept = [{"event": event, "note": note} for event, note in before]
    if cut == 1:  # only the line's end is gone
        kept.append({"event": "ended", "note": "cut short by a kill, wherever that is"})
    assert list(journal.read()) == kept
    for event, note in after:
        journal.append(event, note=note)
    assert list(journal.read()) == kept + [{"event": event, "note": note} for event, note in after]


def test_there_is_no_journal_before_its_first_line(tmp_path: Path) -> None:
    assert list(Journal(tmp_path).read()) == []
    assert not Journal(tmp_path).path.exists()
