"""What one reader sees in a lake, as JSON: python probe.py READER TABLES, in an environment that has that reader.

TABLES is a JSON file of {table: [Parquet files]}. Of each table: rows, and of each column its type in words, nulls, the
sum (numbers exactly, truth values as 1, texts by their characters), the least and the greatest. Python 3.9 or newer,
and nothing from outside of the standard library but the reader.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

Column = dict[str, Any]
Seen = tuple[int, dict[str, Column]]  # rows, and columns by name

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017
MICROSECOND = timedelta(microseconds=1)


def plain(value: Any) -> Any:
    """A figure as JSON has it: numbers as texts without trailing zeros, times as microseconds since 1970."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=EPOCH.tzinfo)
        return str((aware - EPOCH) // MICROSECOND)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return value
    if isinstance(value, (int, Decimal)):
        return format(Decimal(value).normalize() + 0, "f")
    return value if value is None else str(value)


def column(kind: str, nulls: int, total: Any = None, least: Any = None, most: Any = None) -> Column:
    figures = {"sum": plain(total or 0), "min": plain(least), "max": plain(most)}
    return {"type": kind, "nulls": int(nulls), **figures}


def with_pyarrow(files: list[str]) -> Seen:
    pa, pc, pq = map(import_module, ("pyarrow", "pyarrow.compute", "pyarrow.parquet"))

    table = pq.read_table(files if len(files) > 1 else files[0])
    found = {}
    for field, values in zip(table.schema, table.columns):  # noqa: B905
        if pa.types.is_dictionary(field.type):
            values = values.cast(field.type.value_type)
        kind, nulls, known = values.type, values.null_count, len(values) > values.null_count
        total = None
        if pa.types.is_decimal(kind):
            total = pc.sum(values.cast(pa.decimal128(38, kind.scale))).as_py()
        elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
            total = pc.sum(values.cast(pa.int64())).as_py()
        elif pa.types.is_string(kind):
            total = pc.sum(pc.utf8_length(values)).as_py()
        ends = pc.min_max(values).as_py() if known and not pa.types.is_boolean(kind) else {"min": None, "max": None}
        found[field.name] = column(in_words(str(kind)), nulls, total=total, least=ends["min"], most=ends["max"])
        found[field.name]["meaning"] = b"description" in (field.metadata or {})
    return table.num_rows, found


def with_polars(files: list[str]) -> Seen:
    pl = import_module("polars")

    frame = pl.read_parquet(files)
    found = {}
    for name in frame.columns:
        values = frame[name]
        if values.dtype in (pl.Categorical, pl.Enum):
            values = values.cast(pl.String)
        total = None
        if values.dtype == pl.String:
            total = values.str.len_chars().cast(pl.Int64).sum()
        elif values.dtype == pl.Boolean or values.dtype.is_integer():
            total = values.cast(pl.Int64).sum()
        elif values.dtype.is_numeric():
            total = values.cast(pl.Decimal(38, values.dtype.scale)).sum()
        ends = (None, None) if values.dtype == pl.Boolean else (values.min(), values.max())
        found[name] = column(in_words(str(values.dtype)), values.null_count(), total=total, least=ends[0], most=ends[1])
    return frame.height, found


def by_sql(query: Callable[[str], list[tuple[Any, ...]]], types: dict[str, str], length: str, time: str) -> Seen:
    """By an engine that answers SQL on a table `t` whose columns have these types.

    length, time: how it counts a text's characters, and a time's microseconds since 1970.
    """
    parts = ["count(*)"]
    for name, kind in types.items():
        words = in_words(kind)
        total = "NULL"
        if words == "text":
            total = f"sum({length}({name}))"
        elif words == "boolean" or words.startswith("int"):
            total = f"sum(CAST({name} AS BIGINT))"
        elif words.startswith("decimal"):
            total = f"sum({name})"
        ends = tuple(f"{end}({time.format(name) if words == 'timestamp' else name})" for end in ("min", "max"))
        if words == "boolean":
            ends = ("NULL", "NULL")
        parts += [f"count({name})", total, *ends]
    (row,) = query(f"SELECT {', '.join(parts)} FROM t")
    rows, figures = int(row[0]), row[1:]
    found = {}
    for i, (name, kind) in enumerate(types.items()):
        there, total, least, most = figures[4 * i : 4 * i + 4]
        found[name] = column(in_words(kind), rows - there, total=total, least=least, most=most)
    return rows, found


def with_duckdb(files: list[str]) -> Seen:
    connection = import_module("duckdb").connect()
    connection.execute(f"CREATE VIEW t AS FROM read_parquet({files!r})")
    return of_duckdb(connection)


def with_views(files: list[str]) -> Seen:
    """By the run's own lake.duckdb, opened from another folder."""
    run, table = Path(files[0]).parents[2], Path(files[0]).parent.name
    with import_module("duckdb").connect(str(run / "lake.duckdb"), read_only=True) as connection:
        connection.execute(f"SET file_search_path = '{run}'")
        connection.execute(f"CREATE TEMP VIEW t AS FROM {table}")
        return of_duckdb(connection)


def of_duckdb(connection: Any) -> Seen:
    connection.execute("SET TimeZone = 'UTC'")
    types = {name: kind for name, kind, *_ in connection.execute("DESCRIBE t").fetchall()}
    return by_sql(lambda sql: connection.execute(sql).fetchall(), types, "length", "epoch_us({})")


def with_datafusion(files: list[str]) -> Seen:
    context = import_module("datafusion").SessionContext()
    context.register_parquet("t", str(Path(files[0]).parent))
    types = {field.name: str(field.type) for field in context.sql("SELECT * FROM t LIMIT 0").schema()}

    def query(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for batch in context.sql(sql).collect() for row in batch.to_pylist()]

    def aliased(sql: str) -> list[tuple[Any, ...]]:
        parts = sql[len("SELECT ") : -len(" FROM t")].split(", ")
        return query(f"SELECT {', '.join(f'{part} AS c{i}' for i, part in enumerate(parts))} FROM t")

    return by_sql(aliased, types, "character_length", "CAST({} AS BIGINT)")


def with_chdb(files: list[str]) -> Seen:
    """ClickHouse, whose JSON has exact numbers as texts."""
    connection = import_module("chdb").connect()
    exact = "output_format_json_quote_64bit_integers=1, output_format_json_quote_decimals=1"
    nulls = "aggregate_functions_null_for_empty=1, cast_keep_nullable=1"
    table = f"file('{Path(files[0]).parent}/*.parquet', Parquet)"

    def query(sql: str) -> list[list[Any]]:
        told = connection.query(f"{sql} SETTINGS {exact}, {nulls}", "JSONCompactEachRow")
        return [json.loads(line) for line in str(told).splitlines() if line]

    kinds = {name: kind for name, kind, *_ in query(f"DESCRIBE TABLE {table}")}
    for name in kinds:
        while kinds[name].startswith(("Nullable(", "LowCardinality(")):
            kinds[name] = kinds[name].partition("(")[2][:-1]
    # rows; of each column how many are there, their sum, the least, the greatest
    texts = [False] + [end and in_words(k) in ("text", "date") for k in kinds.values() for end in (0, 0, 1, 1)]

    def figures(sql: str) -> list[tuple[Any, ...]]:
        (row,) = query(sql.replace(" FROM t", f" FROM {table}"))
        return [tuple(v if v is None or text else Decimal(v) for v, text in zip(row, texts))]  # noqa: B905

    return by_sql(figures, kinds, "lengthUTF8", "toUnixTimestamp64Micro({})")


_spark: list[Any] = []


def with_pyspark(files: list[str]) -> Seen:
    session = import_module("pyspark.sql").SparkSession
    if not _spark:
        builder = session.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.session.timeZone", "UTC").config("spark.log.level", "ERROR")
        _spark.append(builder.getOrCreate())
    frame = _spark[0].read.parquet(*files)
    frame.createOrReplaceTempView("t")
    types = {field.name: field.dataType.simpleString() for field in frame.schema.fields}

    def query(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in _spark[0].sql(sql).collect()]

    return by_sql(query, types, "length", "unix_micros({})")


def with_pandas(files: list[str]) -> Seen:
    return of_frame(import_module("pandas").read_parquet(files if len(files) > 1 else files[0], engine="pyarrow"))


def with_recipe(files: list[str]) -> Seen:
    """By pandas as docs/readers.md advises."""
    pa, pq = map(import_module, ("pyarrow", "pyarrow.parquet"))
    rows = pq.read_table(files if len(files) > 1 else files[0])
    wanted = [f.with_type(pa.float64()) if pa.types.is_decimal(f.type) else f for f in rows.schema]
    frame = rows.cast(pa.schema(wanted)).to_pandas(date_as_object=False)
    objects = [name for name in frame.columns if frame[name].dtype == object and not _all_text(frame[name])]
    if objects:
        raise TypeError(f"objects: {', '.join(objects)}")
    return of_frame(frame)


def _all_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values.dropna())


def with_fastparquet(files: list[str]) -> Seen:
    return of_frame(import_module("fastparquet").ParquetFile(files if len(files) > 1 else files[0]).to_pandas())


def of_frame(frame: Any) -> Seen:
    """A pandas frame, whose columns may be objects."""
    found = {}
    for name in frame.columns:
        values = frame[name]
        if str(values.dtype) == "category":
            values = values.astype(object)
        nulls = int(values.isna().sum())
        values = values.dropna()
        kind = str(values.dtype)
        if kind == "object" and len(values):
            kind = type(values.iloc[0]).__name__
        words = in_words(kind) if len(values) else "nothing"
        total: Any = None
        ends: tuple[Any, ...] = (None, None)
        if words == "text":
            values = values.astype(object)
            total = int(values.str.len().sum()) if len(values) else 0
        elif words == "boolean" or words.startswith("int"):
            total = int(values.astype("int64").sum())
        elif words == "float":
            total = float(values.sum())
        elif words.startswith("decimal"):
            total = sum(values)
        if len(values) and words != "boolean":
            ends = (values.min(), values.max())
            ends = tuple(v.item() if hasattr(v, "item") else v for v in ends)
            ends = tuple(v.to_pydatetime() if hasattr(v, "to_pydatetime") else v for v in ends)
        found[name] = column(words, nulls, total=total, least=ends[0], most=ends[1])
    return len(frame), found


def in_words(kind: str) -> str:
    """A reader's name of a type in the words that are ours: int32, decimal(10,4), text, date, timestamp, boolean."""
    lower = kind.lower().replace(" ", "")
    integers = {"tinyint": "int8", "smallint": "int16", "integer": "int32", "int": "int32", "bigint": "int64"}
    if lower.startswith(("decimal", "numeric")):
        digits = lower[lower.index("(") :].replace("precision=", "").replace("scale=", "") if "(" in lower else ""
        return "decimal" + digits
    if lower.startswith("dictionary"):
        return "text"
    if lower.startswith(("timestamp", "datetime")):
        return "timestamp" if "utc" in lower or "zone" in lower or lower == "timestamp" else "local timestamp"
    if lower.startswith(("bool",)):
        return "boolean"
    if lower in ("str", "string", "varchar", "utf8", "large_string", "string_view", "string[python]", "object"):
        return "text"
    if lower.startswith("date"):
        return "date"
    if lower.startswith("float") or lower == "double":
        return "float"
    return integers.get(lower, lower)


READERS: dict[str, Callable[[list[str]], Seen]] = {
    "pyarrow": with_pyarrow,
    "polars": with_polars,
    "duckdb": with_duckdb,
    "lake.duckdb": with_views,
    "datafusion": with_datafusion,
    "chdb": with_chdb,
    "pyspark": with_pyspark,
    "pandas": with_pandas,
    "recipe": with_recipe,
    "fastparquet": with_fastparquet,
}


def main() -> None:
    reader, listed = READERS[sys.argv[1]], json.loads(Path(sys.argv[2]).read_text())
    told: dict[str, Any] = {}
    for table, files in listed.items():
        try:
            rows, columns = reader(files)
            told[table] = {"rows": rows, "columns": columns}
        except BaseException as error:
            told[table] = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
