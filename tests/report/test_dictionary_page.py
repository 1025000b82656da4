"""The documentation's page of tables and its picture: as they would be made now, with links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from engine.report.dictionary_page import PAGE, PICTURE, page, picture
from lake.dictionary import dictionary

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
RENEW = "python -m engine.report.dictionary_page renews it"


def test_the_page_and_the_picture_are_up_to_date() -> None:
    assert (REFERENCE / PAGE).read_text("utf-8") == page(), RENEW
    assert (REFERENCE / PICTURE).read_text("utf-8") == picture(), RENEW


def test_every_link_of_the_page_leads_to_a_table() -> None:
    text = page()
    assert set(re.findall(r"\]\(#(\w+)\)", text)) <= set(re.findall(r"^### (\w+)$", text, re.MULTILINE))


def test_the_picture_shows_every_table_once_inside_its_frame() -> None:
    top = ElementTree.fromstring(picture())
    width, height = map(float, top.attrib["viewBox"].split()[2:])
    texts = [node for node in top.iter() if node.tag.endswith("text")]
    names = [(node.text or "").strip() for node in texts]
    assert all(names.count(name) == 1 for name in dictionary())
    assert all(0 < float(node.attrib["x"]) < width and 0 < float(node.attrib["y"]) < height for node in texts)
