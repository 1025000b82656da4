"""Streams are told apart by seed, stream and entity, and by nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.numerics.streams import Stream, stream_key, stream_keys

NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=12)
ENTITIES = st.tuples(
    st.integers(0, 2**63), st.sampled_from(list(Stream)), st.lists(NAMES | st.integers(0, 9), max_size=4)
)


@given(ENTITIES, ENTITIES)
def test_two_entities_share_a_key_only_if_they_are_one(
    one: tuple[int, Stream, list[str | int]], other: tuple[int, Stream, list[str | int]]
) -> None:
    same = (one[0], one[1], list(map(str, one[2]))) == (other[0], other[1], list(map(str, other[2])))
    assert (stream_key(one[0], one[1], *one[2]) == stream_key(other[0], other[1], *other[2])) == same


@given(st.integers(0, 2**63), NAMES, st.text("ab", min_size=1, max_size=6))
def test_a_name_cut_elsewhere_is_another_entity(seed: int, first: str, word: str) -> None:
    cuts = {(first + word[:i], word[i:]) for i in range(len(word) + 1)}
    assert len({stream_key(seed, Stream.FISH, *cut) for cut in cuts}) == len(cuts)


@given(st.integers(0, 2**63), st.lists(NAMES, min_size=1, max_size=5))
def test_keys_of_several_are_the_keys_of_each(seed: int, names: list[str]) -> None:
    found = stream_keys(seed, Stream.DEATHS, "batch", each=tuple(names))
    assert found.tolist() == [int(stream_key(seed, Stream.DEATHS, "batch", name)) for name in names]


def test_numbers_of_streams_are_part_of_the_data() -> None:
    """A renumbered stream changes every data set: a new one goes at the end."""
    numbers = [s.value for s in Stream]
    assert numbers[:40] == list(range(1, 41))
    assert numbers == sorted(set(numbers))
    assert (Stream.SEA_ANOMALY, Stream.DEATHS, Stream.CULL, Stream.COLLECTION, Stream.MOVE_PLAN) == (1, 10, 21, 44, 61)
