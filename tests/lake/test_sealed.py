"""A sealed record is read back as it was, and known to be damaged by any changed, missing or added byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.sealed import KEY, Damaged, seal, unseal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text().filter(lambda key: key != KEY), VALUES, min_size=1)


@given(data=OBJECTS, indent=st.none() | st.just(1))
def test_what_was_sealed_is_read_back(data: dict[str, Any], indent: int | None) -> None:
    text = seal(data, indent=indent)
    assert unseal(text.encode()) == data
    assert list(json.loads(text)) == [*data, KEY]


@given(data=OBJECTS, indent=st.none() | st.just(1), draw=st.data())
def test_any_changed_byte_is_found(data: dict[str, Any], indent: int | None, draw: st.DataObject) -> None:
    sealed = bytearray(seal(data, indent=indent).encode())
    at = draw.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= draw.draw(st.integers(1, 255))
    try:
        found = unseal(bytes(sealed))
    except Damaged:
        return
    assert found == data  # a blank for a blank beside the hash


@pytest.mark.parametrize(
    "damaged", [b"", b"\n", b"[]", b"{}", b'"text"', b"\xff\xfe{", b'{"a": 1}', b"[" * 100_000, b'{"xxh3": "00"}']
)
def test_what_was_never_sealed_is_damaged(damaged: bytes) -> None:
    with pytest.raises(Damaged):
        unseal(damaged)


def test_a_cut_record_is_damaged() -> None:
    sealed = seal({"run": "demo", "rows": 12}, indent=1).encode()
    for length in range(len(sealed)):
        with pytest.raises(Damaged):
            unseal(sealed[:length])
