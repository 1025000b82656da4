"""A table as a pandas frame whose columns pandas computes with: floats, whole numbers, times; no column of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from lake.columns import from_file
from lake.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def pandas_frame(rows: pa.Table) -> pd.DataFrame:
    """Decimals as the nearest floats, days as times at midnight, codes as categories; texts as pandas has them.

    Whole numbers and truth values that may be null are of pandas' types Int64, Int32, ... and boolean. InputError
    without pandas.
    """
    try:
        import pandas as pd
    except ImportError:
        raise InputError("pandas", "is not installed", "pip install pandas") from None
    nullable: dict[Any, Any] = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    columns = {}
    for field, values in zip(rows.schema, from_file(rows).columns, strict=True):
        if pa.types.is_decimal(field.type):
            columns[field.name] = pd.Series(_floats(values))
        else:
            mapper = nullable.get if field.nullable else None
            columns[field.name] = values.to_pandas(date_as_object=False, types_mapper=mapper)
    return pd.DataFrame(columns)


def _floats(values: pa.ChunkedArray) -> np.ndarray:
    """The double nearest to each decimal of at most 15 digits; NaN where null."""
    array = values.combine_chunks()
    whole = np.frombuffer(array.buffers()[1], np.int64, len(array), array.offset * 8) if len(array) else np.zeros(0)
    floats: np.ndarray = whole / 10.0**array.type.scale
    if array.null_count:
        floats[np.asarray(array.is_null())] = np.nan
    return floats
