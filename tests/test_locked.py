"""The locked dependencies: requirements.lock holds the versions of constraints.txt, every file by its hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ELSEWHERE = {"colorama", "tzdata"}  # for Windows alone, so that no environment here can be frozen with them
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def locked() -> dict[str, tuple[str, list[str]]]:
    """Version and hashes by name; a line that is nothing of the kind fails."""
    text = re.sub(r"^#.*\n", "", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    found: dict[str, tuple[str, list[str]]] = {}
    for entry in text.replace("\\\n", "").strip().splitlines():
        requirement, *hashes = re.split(r"\s+(?=--hash)", entry.strip())
        assert all(HASH.fullmatch(each) for each in hashes), entry
        name, _, version = str(requirement).partition(";")[0].strip().partition("==")
        found[canonicalize_name(name)] = (version, hashes)
    return found


def test_every_pin_is_locked_and_no_other_version() -> None:
    versions = {name: version for name, (version, _) in locked().items()}
    assert versions == pinned() | {name: versions[name] for name in ELSEWHERE}


def test_every_locked_version_has_hashes() -> None:
    assert [name for name, (_, hashes) in locked().items() if not hashes] == []


def test_the_lock_names_no_place() -> None:
    assert not re.search(r"https?:|file:|@|--(extra-)?index|--find", (ROOT / "requirements.lock").read_text())


def test_what_is_declared_is_locked_within_its_range() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = [
        *declared["build-system"]["requires"],
        *declared["project"]["dependencies"],
        *(one for extra in declared["project"]["optional-dependencies"].values() for one in extra),
    ]
    versions = {name: version for name, (version, _) in locked().items()}
    others = [each for each in map(Requirement, needed) if each.name != declared["project"]["name"]]
    assert len(needed) - len(others) == 1  # dev takes the other extras in
    for requirement in others:
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement
