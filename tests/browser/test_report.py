# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report's pages in a real browser: what people click, what they see, and what never happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import report
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._local_call import perform_locally
from ansible_collections.azauto.runas_migration.tests.tools import report_estate
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import assessment, run_as, runbook

from .chromium import Chromium

HOSTILE = "<script>document.title='stolen'</script>"
IMAGE = "<img src='http://192.0.2.1/x' onerror=\"document.title='stolen'\">"
ROWS = "Array.from(document.querySelectorAll('#account-table tbody tr'))"
SHOWN = f"{ROWS}.filter((row) => !row.hidden).map((row) => row.querySelector('a').textContent)"
NO_OVERFLOW = "document.documentElement.scrollWidth <= innerWidth"
# Relative luminance and contrast as WCAG 2 defines them, of all text on its nearest background.
CONTRAST = """
(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0\\)$/.test(colour) && colour !== "transparent") { return colour; }
    }
    return "rgb(255, 255, 255)";
  };
  const faint = new Set();
  for (const element of document.querySelectorAll("body *:not(script):not(svg *)")) {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) { continue; }
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) { faint.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`); }
  }
  return Array.from(faint);
})()
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Return a running browser."""
    with Chromium() as running:
        yield running


@pytest.fixture(autouse=True)
def desk(browser: Chromium) -> None:
    """Begin each test with a light screen of a desk, with scripts."""
    browser.screen(1200)


def make(folder: Path) -> Path:
    """Make the report of ``folder / ledger`` and return its page."""
    parameters = {"folders": ["ledger"], "dest": "report", "formats": ["html"], "show_content": True, "title": None}
    result = perform_locally(report.run, parameters, base=folder, check_mode=False, diff_mode=False)
    assert "failed" not in result, result
    return folder / "report" / "report.html"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the estate of the pictures, and one account that means harm."""
    folder = tmp_path_factory.mktemp("small")
    report_estate.demo_estate(folder / "ledger")
    hostile = assessment(
        f"aa-hostile {HOSTILE}",
        state="manual_work",
        state_because=[HOSTILE, IMAGE, "{{ 7*7 }}"],
        run_as=[run_as(connection=IMAGE)],
        runbooks=[runbook(HOSTILE, "manual"), runbook(IMAGE, "automatic"), runbook("x" * 500, "manual")],
        findings=[report_estate.said_of_use(HOSTILE)],
    )
    report_estate.keep(folder / "ledger", hostile)
    return make(folder)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the index of an estate whose accounts have pages of their own."""
    folder = tmp_path_factory.mktemp("large")
    report_estate.large_estate(folder / "ledger", 201, 3)
    return make(folder)


def set_filter(browser: Chromium, column: str, value: str) -> None:
    select = f"document.querySelector('select[data-column={column}]')"
    browser.value(f"{select}.value = {json.dumps(value)}, {select}.dispatchEvent(new Event('change')), 0")


def search(browser: Chromium, text: str) -> None:
    box = "document.getElementById('filter-text')"
    browser.value(f"{box}.value = {json.dumps(text)}, {box}.dispatchEvent(new Event('input')), 0")


def test_nothing_is_asked_of_any_network_and_nothing_is_complained_of(browser: Chromium, small: Path) -> None:
    browser.open(small)
    assert browser.requests() == [small.as_uri()]
    assert browser.complaints() == []


def test_names_that_are_scripts_are_text(browser: Chromium, small: Path) -> None:
    browser.open(small)
    assert browser.value("document.title") == "From Run As accounts to managed identities"
    assert browser.value("document.scripts.length") == 1
    assert browser.value("document.images.length") == 0
    shown = browser.value("document.body.textContent")
    assert HOSTILE in shown and IMAGE in shown and "{{ 7*7 }}" in shown


def test_the_policy_stops_a_script_that_got_in_all_the_same(browser: Chromium, small: Path) -> None:
    browser.open(small)
    browser.value(
        "const made = (name, more) => Object.assign(document.createElement(name), more);"
        "document.body.append(made('script', {textContent: \"document.title = 'in'\"}));"
        "document.body.append(made('img', {src: 'http://192.0.2.1/x'}))"
    )
    assert browser.value("document.title") != "in"
    assert any("Content Security Policy" in text for text in browser.complaints())
    assert not any(
        "192.0.2.1" in event["params"]["response"]["url"] for event in browser.heard("Network.responseReceived")
    )


def test_the_filters_show_what_fits_all_of_them(browser: Chromium, small: Path) -> None:
    browser.open(small)
    everything = browser.value(SHOWN)
    assert len(everything) == 13
    set_filter(browser, "state", "manual_work")
    assert sorted(name[:11] for name in browser.value(SHOWN)) == ["aa-finance-", "aa-hostile ", "aa-identity"]
    set_filter(browser, "region", "northeurope")
    assert browser.value(SHOWN) == ["aa-identity"]
    assert browser.value("document.getElementById('filter-count').textContent") == "1 of 13 accounts"
    search(browser, "no such account")
    assert browser.value(SHOWN) == []
    assert browser.value("document.getElementById('filter-none').checkVisibility()") is True
    browser.click("button[type=reset]")
    browser.wait_for(f"{SHOWN}.length === 13")
    search(browser, "RG-ops MIGRATED")
    assert browser.value(SHOWN) == ["aa-operations"]


def test_the_legend_filters_by_state(browser: Chromium, small: Path) -> None:
    browser.open(small)
    browser.click("a[data-state=drifted]")
    assert browser.value(SHOWN) == ["aa-web"]


def test_columns_sort_up_and_down_and_say_so(browser: Chromium, small: Path) -> None:
    browser.open(small)
    assert browser.value(SHOWN)[0] == "aa-network", "what needs people comes first"
    button = "#account-table th:nth-child(1) button"
    browser.click(button)
    up = browser.value(SHOWN)
    assert up == sorted(up, key=str.lower)
    assert browser.value("document.querySelector('#account-table th').getAttribute('aria-sort')") == "ascending"
    browser.click(button)
    assert browser.value(SHOWN) == up[::-1]
    browser.click("#account-table th:nth-child(2) button")
    assert browser.value(SHOWN)[:2] == ["aa-network", "aa-web"]


def test_a_link_to_an_account_unfolds_it(browser: Chromium, small: Path) -> None:
    browser.open(small)
    unfolded = "Array.from(document.querySelectorAll('article > details[open]'), (one) => one.parentElement.id)"
    assert browser.value(unfolded) == []
    browser.click("#account-table tbody tr a")
    browser.wait_for(f"{unfolded}.length === 1")
    [own] = browser.value(unfolded)
    assert browser.value("location.hash") == f"#{own}"
    browser.open(small, f"#{own}")
    assert browser.value(unfolded) == [own]


def test_the_keyboard_reaches_filter_sorting_and_accounts(browser: Chromium, small: Path) -> None:
    browser.open(small)
    reached = []
    for dummy in range(40):
        browser.press("Tab")
        reached.append(
            browser.value("document.activeElement.tagName + ' ' + document.activeElement.textContent.trim()")
        )
    assert reached[0] == "A To the content"
    assert "BUTTON Light or dark" in reached
    assert "BUTTON Runbooks" in reached
    assert any(name.startswith("INPUT") for name in reached)
    assert "A aa-network" in reached
    browser.press("Enter")
    assert browser.value("document.querySelectorAll('article > details[open]').length") == 1


@pytest.mark.parametrize("width", [320, 380, 768, 910, 1200])
@pytest.mark.parametrize("which", ["small", "large", "account"])
def test_no_page_is_wider_than_its_screen(browser: Chromium, small: Path, large: Path, which: str, width: int) -> None:
    browser.screen(width)
    pages = {"small": small, "large": large, "account": sorted((large.parent / "accounts").iterdir())[0]}
    browser.open(pages[which])
    browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.value(NO_OVERFLOW), browser.value("[document.documentElement.scrollWidth, innerWidth]")


def test_on_a_phone_the_table_becomes_cards_that_say_what_is_what(browser: Chromium, small: Path) -> None:
    browser.screen(380)
    browser.open(small)
    cell = "document.querySelector('#account-table tbody td:nth-child(2)')"
    assert browser.value(f"getComputedStyle({cell}).display") == "flex"
    assert browser.value(f"getComputedStyle({cell}, '::before').content") == '"State"'


def background(browser: Chromium) -> Any:
    return browser.value("getComputedStyle(document.body).backgroundColor")


def test_it_is_dark_where_the_system_is_and_as_chosen(browser: Chromium, small: Path) -> None:
    browser.open(small)
    light = background(browser)
    browser.screen(1200, dark=True)
    browser.open(small)
    dark = background(browser)
    assert dark != light
    browser.click("[data-theme-switch]")
    assert background(browser) == light
    browser.open(small)
    assert background(browser) == light, "the choice is kept"
    browser.click("[data-theme-switch]")
    assert background(browser) == dark
    browser.value("localStorage.clear()")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("which", ["small", "account"])
def test_text_has_enough_contrast(browser: Chromium, small: Path, large: Path, which: str, dark: bool) -> None:
    browser.screen(1200, dark=dark)
    browser.open(small if which == "small" else sorted((large.parent / "accounts").iterdir())[0])
    browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.value(CONTRAST) == []


def test_without_scripts_everything_is_there(browser: Chromium, small: Path) -> None:
    browser.screen(1200, scripts=False)
    browser.open(small)
    assert browser.value("document.querySelectorAll('details:not([open])').length") == 0
    assert browser.value("getComputedStyle(document.getElementById('filter')).display") == "none"
    assert browser.value("document.querySelector('.diff pre').checkVisibility()") is True


def test_the_printer_gets_what_is_folded(browser: Chromium, small: Path) -> None:
    browser.open(small)
    folded = len(browser.printed())
    browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    opened = len(browser.printed())
    assert folded > 0.9 * opened
    browser.open(small)
    assert browser.value("document.querySelectorAll('article > details[open]').length") == 0


def test_on_paper_the_table_stays_a_table(browser: Chromium, small: Path) -> None:
    browser.screen(720)
    browser.send("Emulation.setEmulatedMedia", {"media": "print"})
    browser.open(small)
    assert browser.value("getComputedStyle(document.querySelector('#account-table td')).display") == "table-cell"
    assert browser.value("document.getElementById('filter').checkVisibility()") is False
    assert browser.value(NO_OVERFLOW)
    browser.send("Emulation.setEmulatedMedia", {"media": ""})


def test_index_and_pages_lead_to_each_other(browser: Chromium, large: Path) -> None:
    browser.open(large)
    links = browser.value("Array.from(document.querySelectorAll('#account-table tbody a'), (link) => link.href)")
    pages = sorted(path.as_uri() for path in (large.parent / "accounts").iterdir())
    assert sorted(links) == pages
    assert browser.value("document.querySelectorAll('article').length") == 0
    browser.value("document.querySelector('#account-table tbody a').click()")
    browser.wait_for("location.pathname.includes('/accounts/') && document.readyState === 'complete'")
    assert browser.value("document.querySelector('h1').textContent.trim()").startswith("aa-00000")
    assert browser.value("document.querySelector('.diff pre').textContent").startswith("@@")
    browser.value("document.querySelector('header a').click()")
    browser.wait_for("location.pathname.endsWith('/report.html')")
    assert browser.complaints() == []
    assert all(address.startswith("file:///") for address in browser.requests())


def test_the_filter_of_a_large_index_works(browser: Chromium, large: Path) -> None:
    browser.open(large)
    search(browser, "aa-00150")
    assert browser.value(SHOWN) == ["aa-00150"]
    assert browser.value("document.getElementById('filter-count').textContent") == "1 of 201 accounts"
