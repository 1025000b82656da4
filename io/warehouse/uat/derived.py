"""What the UAT shows and the lake does not hold as such: computed from columns of the same rows."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.codes import SEA
from lake.tables import TABLES
from warehouse.uat.expressions import Derived

STAGES = ("source_lifecycle_stage_id", "dest_lifecycle_stage_id")


def completion(done: str, planned: str) -> Derived:
    """Actions done of those planned, in per cent with two decimals, rounded."""

    def compute(rows: pa.RecordBatch) -> pa.Array:
        finished = rows.column(done).cast(pa.int64())
        wanted = pc.max_element_wise(rows.column(planned).cast(pa.int64()), 1)
        # rounded: twice the quotient and a half, in whole numbers
        hundredths = pc.divide(pc.add(pc.multiply(finished, 20_000), wanted), pc.multiply(wanted, 2))
        return pc.multiply(hundredths.cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01"), pa.decimal128(3, 2)))

    return Derived(inputs=(done, planned), compute=compute, description=f"{done} / {planned} in per cent")


def _crossing(rows: pa.RecordBatch) -> pa.Array:
    source, dest = (rows.column(name) for name in STAGES)
    return pc.and_(pc.equal(dest, SEA), pc.less(source, SEA))


def goes_to_sea() -> Derived:
    """Whether a move leads from a hall to an area: the fish change hands."""
    return Derived(
        inputs=STAGES, compute=_crossing, description="whether the fish go to sea, and so to another company"
    )


def subsidiary(name: str) -> Derived:
    """The name where the fish change hands, else null: as the application derives it from halls and areas."""
    return Derived(
        inputs=STAGES,
        compute=lambda rows: pa.array([None, name]).take(_crossing(rows).cast(pa.int8())),
        description=f"{name} where the fish go to sea, else null",
    )


def when(flag: str, text: str) -> Derived:
    """A text where a flag stands, else ''."""
    return Derived(
        inputs=(flag,),
        compute=lambda rows: pa.array(["", text]).take(rows.column(flag).cast(pa.int8())),
        description=f"'{text}' where {flag}, else ''",
    )


STATED = ("weight", "temp", "fcr")  # what a daily state says the source of; deaths and feed are recorded, always


def provenance_words() -> Derived:
    """JSON: where each figure of a daily state comes from."""
    names = tuple(f"{name}_source" for name in STATED)
    codes = [TABLES["daily_state"].column(name).codes for name in names]
    texts = [
        json.dumps({"weight": weight, "temp": temp, "mortality": "actual", "feed": "actual", "fcr": fcr})
        for weight in codes[0]
        for temp in codes[1]
        for fcr in codes[2]
    ]

    def compute(rows: pa.RecordBatch) -> pa.Array:
        which = np.zeros(rows.num_rows, np.int64)
        for name, words in zip(names, codes, strict=True):
            index = pc.index_in(rows.column(name).cast(pa.string()), pa.array(words))
            which = which * len(words) + index.to_numpy(zero_copy_only=False)
        return pa.array(texts).take(pa.array(which))

    description = "JSON of " + ", ".join(names) + "; deaths and feed are 'actual'"
    return Derived(inputs=names, compute=compute, description=description)


def provenance_scores() -> Derived:
    """JSON: how sure each figure of a daily state is, 0 to 1."""
    names = tuple(f"{name}_confidence" for name in STATED)

    def compute(rows: pa.RecordBatch) -> pa.Array:
        hundredths = [unscaled(rows.column(name)) for name in names]
        which, back = np.unique((hundredths[0] * 101 + hundredths[1]) * 101 + hundredths[2], return_inverse=True)
        texts = []
        for code in which.tolist():
            weight, temp, fcr = code // 101 // 101, code // 101 % 101, code % 101
            scores = {"weight": weight, "temp": temp, "mortality": 100, "feed": 100, "fcr": fcr}
            texts.append(json.dumps({name: score / 100 for name, score in scores.items()}))
        return pa.array(texts, pa.string()).take(pa.array(back))

    description = "JSON of " + ", ".join(names) + "; deaths and feed are 1.0"
    return Derived(inputs=names, compute=compute, description=description)


def unscaled(values: pa.Array) -> np.ndarray:
    """A decimal64 column's whole numbers of its last digit; 0 where null."""
    whole = values.fill_null(0) if values.null_count else values
    return np.frombuffer(whole.buffers()[1], np.int64, len(whole), whole.offset * 8)
