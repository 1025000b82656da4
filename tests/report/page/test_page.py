"""The page as a reader has it: opened from disk in a browser, filtered, in dark, on paper, on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

WAIT = 60_000  # ms: a busy machine is no fault of the page
CHARTS = ("places", "occupancy", "growth", "survival", "deaths", "water", "lice", "feed", "harvest", "weights")
MARKS = "[role=graphics-object] path, [role=graphics-symbol]"
DRAWN = "name => { const e = document.getElementById('chart-' + name); return e.hidden || !!e.dataset.drawn }"


@contextmanager
def opened(
    browser: Browser, file: Path, width: int = 1280, scheme: Any = "light", *, charts: Sequence[str] = CHARTS
) -> Iterator[tuple[Page, list[str]]]:
    """The page, every chart drawn, and all that went wrong: messages, errors, requests other than the file itself."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(WAIT)
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("request", lambda request: wrong.append(request.url) if request.url != file.as_uri() else None)
    page.goto(file.as_uri())
    for name in charts:
        page.locator(f"#{name}").scroll_into_view_if_needed()
        page.wait_for_function(DRAWN, arg=name)
    yield page, wrong
    context.close()


def marks(page: Page, name: str) -> int:
    """How many marks a chart shows; 0 where it tells that there is nothing."""
    if not page.locator(f"#chart-{name}").is_visible():
        return 0
    count: int = page.locator(f"#chart-{name} svg").evaluate("(e, marks) => e.querySelectorAll(marks).length", MARKS)
    return count


def years(page: Page) -> str:
    """What the axes of the chart that can be zoomed say."""
    told: str = page.locator("#chart-places .role-axis-label text").evaluate_all(
        "all => all.map(each => each.textContent).sort().join()"
    )
    return told


def choose(page: Page, geography: str = "all", batch: str = "all") -> dict[str, int]:
    """Each chart's marks when that is chosen."""
    page.select_option("#geography", geography)
    page.select_option("#batch", batch)
    page.wait_for_function("() => !document.querySelector('.chart:not([hidden]):empty')")
    return {name: marks(page, name) for name in CHARTS}


# of each bar in a table: what of its cell it fills, and what its page says, %
BARS = """all => all.map(e => [100 * e.firstChild.getBoundingClientRect().width / e.getBoundingClientRect().width,
    parseFloat(e.firstChild.style.width)])"""


def test_every_chart_is_drawn_from_the_file_alone_and_follows_the_filters(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as (page, wrong):
        everything = choose(page)
        assert all(everything.values()), everything
        scotland = choose(page, "Scotland")
        assert all(0 < scotland[name] < everything[name] for name in ("growth", "occupancy", "water")), scotland
        assert page.locator("#told").inner_text() == "Shown: Scotland"
        one = choose(page, batch="FAR-2023-001")
        assert 0 < one["growth"] < everything["growth"]
        assert one["occupancy"] == everything["occupancy"], "says that the filter by batch does not act there"
        limits = page.locator("#chart-lice .mark-line.role-mark path[aria-label*='limit, adult']")
        assert limits.count() == 1, "that of the batch's own geography"
        young = choose(page, batch="FAR-2025-003")
        assert not young["harvest"]
        assert not young["lice"]
        assert page.locator("#nothing-harvest").is_visible()
        assert "No harvest" in page.locator("#nothing-harvest").inner_text()
        page.click("#everything")
        assert choose(page) == everything
        assert wrong == []


def test_it_is_used_by_keyboard_and_has_its_numbers_as_a_table(browser: Browser, small_page: Path) -> None:
    with opened(browser, small_page) as (page, wrong):
        page.evaluate("scrollTo(0, 0)")
        reached = []
        for _ in range(4):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert reached[:3] == ["skip", "geography", "batch"], reached
        page.locator("#geography").press("ArrowDown")
        assert page.locator("#geography").input_value() == "Faroe Islands"
        whole = years(page)
        page.locator("#chart-places").press("+")
        assert years(page) != whole
        page.locator("#chart-places").press("0")
        assert years(page) == whole
        page.locator("#table-weights summary").press("Enter")
        page.wait_for_selector("#table-weights tbody tr")
        assert "FAR-2023-001" in page.locator("#table-weights tbody").inner_text()
        assert "SCO" not in page.locator("#table-weights tbody").inner_text()
        headings = page.eval_on_selector_all("h1, h2, h3", "all => all.map(each => +each.tagName[1])")
        assert headings.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(headings)), headings
        assert wrong == []


def test_it_is_dark_light_printed_and_fits_a_phone(browser: Browser, small_page: Path) -> None:
    def look(page: Page) -> tuple[str, str]:
        """The page's own background and that of a chart."""
        own = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return own, page.locator("#chart-growth svg").evaluate("e => e.style.backgroundColor")

    with opened(browser, small_page, width=390, scheme="dark") as (page, wrong):
        dark = look(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        bars = page.locator(".share").evaluate_all(BARS)
        assert len(bars) > 40
        assert all(abs(drawn - told) < 1 for drawn, told in bars), "a bar is as long as what it tells"
        page.emulate_media(media="print")
        page.wait_for_selector("#chart-growth[data-drawn=light]")
        light = look(page)
        assert light == ("rgb(255, 255, 255)", "rgb(255, 255, 255)")
        assert not page.locator("#filters").is_visible()
        page.emulate_media(media="screen")
        page.wait_for_selector("#chart-growth[data-drawn=dark]")
        assert look(page) == dark != light
        page.click("#theme")
        page.wait_for_selector("#chart-growth[data-drawn=light]")
        assert look(page) == light
        assert wrong == []
