"""A run's files as frames and data sets that are read when they are asked for, wherever the run lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lake.store_path import StorePath

if TYPE_CHECKING:
    import polars as pl
    import pyarrow.dataset as ds


def dataset(run_dir: Path, files: Sequence[str]) -> ds.Dataset:
    """Files of a run, by their paths in it, as Arrow reads them."""
    import pyarrow.dataset as ds

    if isinstance(run_dir, StorePath):
        store, key = run_dir.in_store
        return ds.dataset([f"{key}/{file}" for file in files], filesystem=store, format="parquet")
    return ds.dataset([str(run_dir / file) for file in files], format="parquet")


def scan(run_dir: Path, files: Sequence[str]) -> pl.LazyFrame:
    """Files of a run as a Polars frame; of a store's objects Arrow fetches the columns and rows that are asked for."""
    import polars as pl

    if isinstance(run_dir, StorePath):
        return pl.scan_pyarrow_dataset(dataset(run_dir, files))
    return pl.scan_parquet([run_dir / file for file in files])
