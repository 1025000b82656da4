"""Makes a failing case smaller: fewer and lower choices, as long as it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

ATTEMPTS = 40


def shrink(choices: Sequence[int], fails: Callable[[tuple[int, ...]], bool], attempts: int = ATTEMPTS) -> list[int]:
    """The smallest list found that still fails, in so many attempts at most; `fails` plays a list."""
    best, left = list(choices), attempts
    tried = {tuple(best)}
    progress = True
    while progress and left:
        progress = False
        for candidate in _smaller(best):
            if tuple(candidate) in tried:
                continue
            if not left:
                break
            tried.add(tuple(candidate))
            left -= 1
            if fails(tuple(candidate)):
                best, progress = candidate, True
                break
    return best


def _smaller(choices: list[int]) -> Iterator[list[int]]:
    """Plainer lists, the boldest first: an end cut off, a choice made the plainest, halved, or one less."""
    for keep in (0, len(choices) // 2, len(choices) - 1):
        if keep < len(choices):
            yield choices[:keep]
    for lower in (lambda value: 0, lambda value: value // 2, lambda value: value - 1):
        for at, value in enumerate(choices):
            if value:
                yield [*choices[:at], lower(value), *choices[at + 1 :]]
