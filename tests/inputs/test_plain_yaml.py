"""Any text is read as plain values or refused with one sentence, soon and in little memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.inputs.plain_yaml import MAX_BYTES, plain_values
from engine.inputs.reading import load_text, parse_yaml
from lake.errors import MAX_QUOTED, InputError
from tests.inputs.nasty import READ, REFUSED

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 1_000_000_000
MOST = len("mine.yaml: not valid YAML: line 1:") + 3 * MAX_QUOTED


def refusal(kind: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_yaml(REFUSED[kind][0], "mine.yaml")
    return f"{caught.value.where}: {caught.value.problem}"


def test_what_is_meant_to_hurt_is_refused_in_a_gigabyte_and_ends_no_process() -> None:
    """All kinds in one process, which a crash of the parser, a RecursionError or a MemoryError would end."""
    program = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))\n"
        "from tests.inputs.test_plain_yaml import REFUSED, refusal\n"
        "for kind in REFUSED:\n"
        "    print(kind, '|', refusal(kind))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(done.stdout.splitlines()) == len(REFUSED)


@pytest.mark.parametrize("kind", [kind for kind, (text, _) in REFUSED.items() if len(text) < 1_000_000])
def test_a_refusal_is_one_short_sentence_that_names_the_file(kind: str) -> None:
    told = refusal(kind)
    assert told.startswith("mine.yaml: ")
    assert REFUSED[kind][1] in told
    assert len(told) <= MOST
    assert told.isprintable()


@pytest.mark.parametrize("kind", list(READ))
def test_what_only_looks_odd_is_read_rightly(kind: str) -> None:
    text, wanted = READ[kind]
    assert parse_yaml(text, "mine.yaml")["a"] == wanted


def test_the_projects_own_files_are_read_as_yaml_reads_them() -> None:
    files = sorted(ROOT.glob("schedules/**/*.yaml")) + sorted(ROOT.glob("tests/farm/*.yaml"))
    assert len(files) > 10
    for path in files:
        assert plain_values(load_text(path)) == yaml.load(path.read_bytes(), yaml.CSafeLoader), path


scalars = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.text()
trees = st.recursive(
    scalars | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=12,
)


def what_is_said(text: str) -> str:
    """Of a text that is refused; "" where it is read."""
    try:
        parse_yaml(text, "mine.yaml")
    except InputError as refused:
        return refused.problem
    return ""


def fails(text: str) -> bool:
    try:
        yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return True
    return False


@given(trees)
def test_what_was_written_as_yaml_is_read_back(value: object) -> None:
    text = yaml.safe_dump({"a": value}, allow_unicode=True)
    if said := what_is_said(text):  # keys that differ in their composition alone, and what the library can't read
        assert "twice" in said or fails(text), said
    else:
        assert plain_values(text) == yaml.safe_load(text)


@given(st.text(alphabet="ab:-?[]{},&*!|>'\"#%@ \n\t<=~0123\\\u00e9\ud800", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    said = what_is_said(text)
    assert len(said) <= MOST
    assert said.isprintable()


def test_a_file_past_the_limit_is_not_read_at_all(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(50 * MAX_BYTES)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in (large, Path("/dev/zero")):
        with pytest.raises(InputError, match="larger than 20 MB"):
            load_text(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10 * MAX_BYTES / 1024


@pytest.mark.parametrize("content", [b"\xff\xfea\0:\0", b"a: \xe9", b"\x80", b"a: \xed\xa0\x80"])
def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path, content: bytes) -> None:
    (path := tmp_path / "mine.yaml").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        load_text(path)


def test_a_mark_of_the_order_of_bytes_and_newlines_of_windows_change_nothing(tmp_path: Path) -> None:
    (path := tmp_path / "mine.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert load_text(path) == "a: 1\nb: 2\n"


@pytest.mark.parametrize("name", ["", "/", "no\0name.yaml", "x" * 5_000])
def test_a_path_that_no_file_can_have_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        load_text(Path(name))
