"""Fingerprints stand for values: not for files, row groups, encodings or slices; and for every value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lake.columns import Nullable, record_batch, storage_dtype
from lake.fingerprint import combine_fingerprints, empty_fingerprint, fingerprint, part_fingerprints
from lake.tables import EVENT_TABLES, TABLES
from lake.tables.declaration import Column, Table
from tests.lake.declared_rows import TABLE, columns_of, length, limits, of_batch

EVENT_TABLE = st.sampled_from(EVENT_TABLES)
ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def taken(columns: dict[str, Any], order: list[int]) -> dict[str, Any]:
    """The rows at `order`, in new arrays."""

    def pick(values: Any) -> Any:
        if isinstance(values, Nullable):
            return Nullable(values.values[order], values.valid[order])
        return values.take(pa.array(order, pa.int64())) if isinstance(values, pa.Array) else values[order]

    return {name: pick(values) for name, values in columns.items()}


def mark(table: Table, columns: dict[str, Any]) -> str:
    return fingerprint(table, record_batch(table, columns))


@given(st.data(), TABLE)
def test_a_slice_has_the_fingerprint_of_its_rows_alone(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table, max_rows=12))
    start = data.draw(st.integers(0, length(columns)))
    stop = data.draw(st.integers(start, length(columns)))
    whole = record_batch(table, columns)
    assert fingerprint(table, whole.slice(start, stop - start)) == mark(table, taken(columns, list(range(start, stop))))


@given(st.data(), TABLE)
def test_what_lies_under_a_null_does_not_count(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table))
    other = dict(columns)
    for column in table.columns:
        values = columns[column.name]
        if isinstance(values, Nullable):
            low, high = limits(column)
            other[column.name] = Nullable(
                np.where(values.valid, values.values, high if high < 100 else low), values.valid
            )
    assert mark(table, other) == mark(table, columns)


@given(st.data(), TABLE)
def test_the_order_of_a_dictionary_does_not_count(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table))
    rows = record_batch(table, columns)
    arrays = list(rows.columns)
    for i, column in enumerate(table.columns):
        if column.codes:
            order = data.draw(st.permutations(range(len(column.codes))))
            place = pa.array([order.index(k) for k in range(len(order))], pa.int8())
            turned = pa.array([column.codes[k] for k in order])
            arrays[i] = pa.DictionaryArray.from_arrays(place.take(arrays[i].indices), turned)
    again = pa.RecordBatch.from_arrays(arrays, schema=table.schema)
    assert again.to_pylist() == rows.to_pylist()
    assert fingerprint(table, again) == fingerprint(table, rows)


def changed(column: Column, values: Any, row: int, data: st.DataObject) -> Any:
    """The column with another value in one row: another number, another text, or null for a value and back."""
    if isinstance(values, pa.Array):
        words = values.to_pylist()
        words[row] = data.draw(st.text("ab\u00e9", max_size=4).filter(lambda word: word != words[row]))
        return pa.array(words, pa.string())
    if isinstance(values, Nullable) and (not values.valid[row] or data.draw(st.booleans())):
        valid = values.valid.copy()
        valid[row] = not valid[row]
        return Nullable(values.values, valid)
    old = values.values if isinstance(values, Nullable) else values
    new = old.astype(storage_dtype(column))
    low, high = limits(column)
    assume(low < high)
    new[row] = data.draw(st.integers(low, high).filter(lambda x: x != old[row]))
    return Nullable(new, values.valid) if isinstance(values, Nullable) else new


@settings(max_examples=150)
@given(st.data(), TABLE)
def test_any_other_value_is_another_fingerprint(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table, min_rows=1))
    column = data.draw(st.sampled_from(table.columns))
    row = data.draw(st.integers(0, length(columns) - 1))
    other = columns | {column.name: changed(column, columns[column.name], row, data)}
    assert mark(table, other) != mark(table, columns)


@given(st.data(), TABLE)
def test_order_counts_and_so_does_a_missing_row(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table, min_rows=2))
    rows = list(range(length(columns)))
    order = data.draw(st.permutations(rows))
    same = record_batch(table, columns).to_pylist() == record_batch(table, taken(columns, order)).to_pylist()
    assert (mark(table, taken(columns, order)) == mark(table, columns)) == same
    assert mark(table, taken(columns, rows[:-1])) != mark(table, columns)


NULLABLE = [(t, c) for t in TABLES.values() for c in t.columns if c.nullable]


@pytest.mark.parametrize(("table", "column"), NULLABLE, ids=[f"{t.name}.{c.name}" for t, c in NULLABLE])
def test_a_null_is_no_zero(table: Table, column: Column) -> None:
    rows: dict[str, Any] = {
        c.name: pa.array(["", ""]) if c.type == pa.string() and not c.codes else np.zeros(2, dtype=storage_dtype(c))
        for c in table.columns
    }
    zeros = rows[column.name]

    def known(valid: list[bool]) -> Any:
        text = isinstance(zeros, pa.Array)
        return pa.array(["" if v else None for v in valid]) if text else Nullable(zeros, np.array(valid))

    marks = {
        mark(table, rows | {column.name: known(valid)})
        for valid in ([True, True], [True, False], [False, True], [False, False])
    }
    assert len(marks) == 4


@given(st.lists(st.sampled_from(["", "a", "ab", "b", "é"]), min_size=2, max_size=4), st.data())
def test_text_cut_elsewhere_is_other_text(words: list[str], data: st.DataObject) -> None:
    grade = TABLES["product_grade"]
    whole = "".join(words)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), min_size=len(words) - 1, max_size=len(words) - 1)))
    other = [whole[i:j] for i, j in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    def of(names: list[str]) -> str:
        return mark(grade, {"id": np.arange(len(names)), "code": pa.array(names), "name": pa.array([""] * len(names))})

    assert (of(words) == of(other)) == (words == other)


def test_empty_tables_differ_by_name() -> None:
    marks = {fingerprint(t, pa.RecordBatch.from_pylist([], schema=t.schema)) for t in TABLES.values()}
    assert len(marks) == len(TABLES)
    assert marks == {empty_fingerprint(name) for name in TABLES}


ENCODINGS: tuple[dict[str, Any], ...] = (
    {},
    {"compression": "snappy", "use_dictionary": False},
    {"compression": "none", "use_dictionary": True, "data_page_version": "2.0"},
    {"compression": "zstd", "write_batch_size": 1, "data_page_size": 16, "store_schema": False},
    {"compression": "gzip", "store_decimal_as_integer": True, "write_statistics": False},
)


@ONE_FOLDER
@given(data=st.data(), table=EVENT_TABLE)
def test_a_part_has_its_batches_fingerprints_however_it_was_written(
    data: st.DataObject, table: Table, tmp_path: Path
) -> None:
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    batches = {
        number: of_batch(table, data.draw(columns_of(table, min_rows=size, max_rows=size)), number)
        for number, size in enumerate(sizes, 3)
    }
    expected = {number: mark(table, columns) for number, columns in batches.items()}
    file = tmp_path / "part.parquet"
    options = data.draw(st.sampled_from(ENCODINGS))
    together = data.draw(st.booleans())
    with pq.ParquetWriter(file, table.schema, **options) as writer:
        rows = [record_batch(table, columns) for columns in batches.values()]
        for group in [rows] if together else [[r] for r in rows]:
            writer.write_table(pa.Table.from_batches(group).combine_chunks())
    assert part_fingerprints(file, table.name) == expected


def test_a_batch_in_two_places_is_refused(tmp_path: Path) -> None:
    table = TABLES["daily_state"]
    columns = {
        c.name: Nullable(np.zeros(2, dtype=int), np.ones(2, dtype=bool)) if c.nullable else np.zeros(2, dtype=int)
        for c in table.columns
    }
    for order in ([1, 2, 1], [1, 1]):
        file = tmp_path / "part.parquet"
        with pq.ParquetWriter(file, table.schema) as writer:
            for number in order:
                writer.write_table(pa.Table.from_batches([record_batch(table, of_batch(table, columns, number))]))
        with pytest.raises(ValueError, match=r"batch 1 are not contiguous"):
            part_fingerprints(file, "daily_state")


MARKS = st.dictionaries(
    st.integers(1, 50), st.dictionaries(st.sampled_from(sorted(TABLES)), st.sampled_from("ab")), max_size=6
)


@given(MARKS, MARKS, st.randoms())
def test_a_runs_fingerprint_is_free_of_order_and_of_nothing_else(
    one: dict[int, dict[str, str]], other: dict[int, dict[str, str]], random: Any
) -> None:
    def shuffled(marks: dict[Any, Any]) -> dict[Any, Any]:
        items = list(marks.items())
        random.shuffle(items)
        return dict(items)

    assert combine_fingerprints(shuffled({k: shuffled(v) for k, v in one.items()})) == combine_fingerprints(one)
    filled = [{k: v for k, v in marks.items() if v} for marks in (one, other)]
    assert (combine_fingerprints(one) == combine_fingerprints(other)) == (filled[0] == filled[1])
