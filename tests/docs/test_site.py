"""The site: generated pages are those of the code, links and anchors lead somewhere, nothing comes from elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest

from engine.inputs.reading import load_text, parse_yaml
from tests.docs.generated import stale
from tests.docs.pages import DOCS, ROOT, pages
from tests.sharing import made_once

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHIPPED = {
    "schedule": ["schedules/demo.yaml", "schedules/uat-ladder.yaml"],
    "farm": ["schedules/farms/faroe-scotland.yaml"],
    "biology": ["schedules/biology/published.yaml"],
    "overlay": ["schedules/biology/heat-wave.yaml", "schedules/biology/lice-resistance.yaml"],
}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it; a warning fails it."""

    def make(folder: Path) -> None:
        line = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
        env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "site", make)


def test_the_generated_pages_are_those_of_the_code() -> None:
    assert [str(path.relative_to(ROOT)) for path in stale()] == [], "make docs writes them"


def test_the_site_is_built_without_a_warning(site: Path) -> None:
    assert len(list(site.rglob("*.html"))) > 12


class _Loaded(HTMLParser):
    """What a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed"):
            self.found.append(given.get("src", ""))
        if tag == "link" and given.get("rel") != "canonical":
            self.found.append(given.get("href", ""))


def test_a_page_fetches_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        reading = _Loaded()
        reading.feed(page.read_text(encoding="utf-8"))
        away = [each for each in reading.found if urlsplit(each).scheme in ("http", "https") or each.startswith("//")]
        assert away == [], page


def test_links_of_the_readme_and_to_other_hosts_are_well_formed() -> None:
    for page in pages():
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme == "https", f"{page}: {link}"
                assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", parts.netloc), f"{page}: {link}"
            elif page.parent == ROOT:
                file = ROOT / parts.path
                assert file.exists(), f"{page}: {link}"
                assert not parts.fragment or parts.fragment in _anchors(file), f"{page}: {link}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", each.lower()).strip().replace(" ", "-") for each in headings}


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in SHIPPED.items() for file in files])
def test_a_schema_takes_what_is_shipped(name: str, file: str) -> None:
    assert _complaints(name, parse_yaml(load_text(ROOT / file), file)) == []


@pytest.mark.parametrize(("name", "file"), [(name, files[0]) for name, files in SHIPPED.items()])
def test_a_schema_refuses_an_unknown_key(name: str, file: str) -> None:
    data = {**parse_yaml(load_text(ROOT / file), file), "no_such_key": 1}
    assert any("no_such_key" in each for each in _complaints(name, data))


def _complaints(name: str, data: dict[str, object]) -> list[str]:
    schema = json.loads((DOCS / "reference" / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    plain = json.loads(json.dumps(data, default=str))
    return [error.message[:200] for error in jsonschema.Draft202012Validator(schema).iter_errors(plain)]
