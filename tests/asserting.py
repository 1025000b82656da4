"""A test that asserts must come to an assertion of its own: one whose loops are all empty proves nothing, and fails.

A plugin of pytest, which makes a message of every assertion that holds and calls a hook: so the first alone is heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType

import pytest
from _pytest.assertion import util

REWRITTEN = "@pytest_ar"  # a name in what pytest compiles of a function with an assertion
_came_to: set[str] = set()


def pytest_assertion_pass(item: pytest.Item, lineno: int) -> None:
    code = _code_of(item)
    if code is None or lineno in {line for _, _, line in code.co_lines()}:  # not one of Hypothesis itself
        _came_to.add(item.nodeid)
        util._assertion_pass = None  # until the next test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield
    code = _code_of(item)
    if code is not None and REWRITTEN in code.co_names and item.nodeid not in _came_to:
        pytest.fail("no assertion of this test was reached: what it loops over is empty", pytrace=False)


def _code_of(item: pytest.Item) -> CodeType | None:
    function = getattr(item, "function", None)
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    return getattr(function, "__code__", None)
