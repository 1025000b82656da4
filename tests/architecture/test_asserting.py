"""No test passes because what it loops over is empty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest
from hypothesis import given, strategies as st

def test_empty():
    for number in []:
        assert number

@given(numbers=st.just([]))
def test_drawn_empty(numbers):
    for number in numbers:
        assert number

def test_full():
    for number in [1]:
        assert number

@given(numbers=st.lists(st.just(1)))
def test_drawn(numbers):
    for number in numbers:
        assert number

def test_without_one():
    pass

def test_skipped():
    pytest.skip("here")
    assert True
"""


def test_a_test_that_comes_to_no_assertion_fails(tmp_path: Path) -> None:
    file = tmp_path / "test_loops.py"
    file.write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nenable_assertion_pass_hook = true\n", encoding="utf-8")
    words = ["pytest", "-p", "tests.asserting", "-p", "no:cacheprovider", "-q", "-rf", str(file)]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
    failed = {line.split("::")[1].split()[0] for line in done.stdout.splitlines() if line.startswith("FAILED")}
    assert failed == {"test_empty", "test_drawn_empty"}, done.stdout
    assert "3 passed, 1 skipped" in done.stdout
