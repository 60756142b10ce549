# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages: text stays text whatever it says, and nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.diffs import diffs
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.estate import (
    Account,
    Material,
    Sharing,
    account,
    unreadable,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.html import Pages
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.html_script import SCRIPT
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.html_style import STYLE
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.numbers import Totals, row
from ansible_collections.azauto.runas_migration.tests.tools import report_estate
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import account_id, assessment, run_as, runbook

HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% raw %}",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}",
    "' onmouseover='alert(1)",
    "<!--here-->",
    "javascript:alert(1)",
    "a\u202eb\x00\x1b[31m",
)


class Tags(HTMLParser):
    """Collects the elements of a page, with the names of their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, dummy in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def full(text: str) -> Account:
    """An account that says ``text`` wherever people can say something."""
    document = assessment(
        text,
        location=text,
        state="manual_work",
        state_because=[text],
        run_as=[run_as(connection=text, missing=[text], differs=[text], certificate=text, entra_unread=text)],
        runbooks=[runbook(text, "manual", type=text, assumptions=[text], refused_because=[text]), runbook(f"{text}2")],
        findings=[
            {"code": text, "severity": "error", "resource": text, "sentence": text, "remedy": text, "line": 1},
            {"code": text, "severity": "info", "resource": text, "sentence": text, "remedy": text},
        ],
        hybrid={
            "groups": [{"name": text, "type": text, "workers": [{"name": text}], "runbooks": [text], "verdict": text}]
        },
        modules={"environments": [{"name": text, "known_bad": [{"module": text, "version": text, "why": text}]}]},
        access={
            "principals": [
                {"connection": text, "assignments": [report_estate.held_role(text, text, text)]},
            ],
            "identity": [report_estate.identity_role(text, f"{text}x", text)],
            "others": [report_estate.other_right(text, text, text, text, connection=text, condition=text)],
        },
        dependants=[{"kind": text, "name": text, "resource": text, "sentence": text}],
        preflight={
            "steps": [{"step": text, "possible": False, "needs": [{"permission": text, "scope": text, "held": False}]}],
            "locks": [{"name": text, "level": text, "scope": text}],
            "policies": [{"assignment": text, "effect": text, "reason": text}],
            "grantors": [{"scope": text, "role": text, "principal_id": text, "principal_type": text}],
        },
    )
    document["account"]["tags"] = {text: text}
    change = {
        "action": text,
        "kind": "runbook_published",
        "target": f"{account_id('x')}/runbooks/{text}",
        "before": "a" * 64,
        "after": "b" * 64,
    }
    common = {"run": "r", "time": text, "account": account_id("x"), "step": text}
    journal = [
        {**common, "number": 1, "event": "intend", "change": change},
        {**common, "number": 2, "event": "failed", "of": 1, "reason": text},
    ]
    return account(Material(document["account"]["id"], "folder", document, [journal]), Sharing())


@cache
def made_pages(title: str) -> Pages:
    return Pages(title)


def page(one: Account, title: str = "Title", *, own_page: bool = False) -> str:
    pages = made_pages(title)
    shown = diffs(one.timeline, {"a" * 64: b"old", "b" * 64: str(one.facts["name"]).encode("utf-8")})
    if own_page:
        return pages.account_page(one.facts, shown, None)
    one.facts["page"] = "report.html#a-folder"
    line, totals = row(one.facts, one.folder), Totals()
    totals.add(line)
    problem = unreadable(title, title, title)
    totals.add_problems([problem])
    article = pages.article(one.facts, one.folder, shown)
    return "".join(pages.index([line], totals, [problem], "2026-01-01T00:00:00Z", [article]))


def read(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    return tags


def without_lines(tags: Tags) -> list[tuple[str, tuple[str, ...]]]:
    """The elements but those of second lines: a text with slashes is shown as an id below its name."""
    return [element for element in tags.elements if element[0] not in ("br", "span")]


def test_hostile_names_are_text() -> None:
    for own_page in (False, True):
        plain = read(page(full("plain"), "plain", own_page=own_page))
        for text in HOSTILE:
            made = page(full(text), text, own_page=own_page)
            hostile = read(made)
            assert without_lines(hostile) == without_lines(plain), text
            assert made.count("<script>") == 1


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=30))
def test_no_text_adds_an_element_or_an_attribute(text: str) -> None:
    wanted = sorted(set(read(page(full("plain"), own_page=True)).elements))
    assert set(read(page(full(text), own_page=True)).elements) <= {*wanted, ("br", ())}


def test_a_name_is_shown_as_it_is() -> None:
    assert "<script>alert(1)</script>" in read(page(full("<script>alert(1)</script>"))).text
    assert "{{ 7*7 }}" in read(page(full("{{ 7*7 }}"))).text


def test_what_turns_text_around_comes_out_as_its_escape() -> None:
    shown = read(page(full("a\u202eb\x1b"))).text
    assert "\u202e" not in shown and "\x1b" not in shown
    assert "a\\u202eb\\x1b" in shown


def test_the_policy_allows_the_style_and_the_script_that_are_there_and_nothing_else() -> None:
    made = page(full("plain"))
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made)
    assert found
    policy = found[1].replace("&#39;", "'")
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    style = re.search(r"<style>(.*?)</style>", made, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", made, re.DOTALL)
    assert style and script
    assert (style[1], script[1]) == (STYLE, SCRIPT)
    assert rules == {
        "default-src": ["'none'"],
        "style-src": [source(style[1])],
        "script-src": [source(script[1])],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }


def source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_is_loaded_and_links_stay_inside() -> None:
    for own_page in (False, True):
        made = read(page(full("https://example.invalid/"), own_page=own_page))
        assert {name for name, dummy in made.elements} & {"img", "link", "iframe", "object", "embed", "video"} == set()
        assert all(link.startswith(("#", "../report.html")) for link in made.links)
        assert not any("style" in attributes or "onclick" in attributes for dummy, attributes in made.elements)


def test_a_diff_shows_changed_lines_and_masks_secrets() -> None:
    one = full("plain")
    shown = diffs(one.timeline, {"a" * 64: b"x\n$password = 'old-fake'\ny", "b" * 64: b"x\n$password = 'new' + 1\ny"})
    text = read(Pages("t").account_page(one.facts, shown, None)).text
    assert "$password = '********' + 1" in text
    assert "old-fake" not in text and "'new'" not in text


VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-jobs"
RIGHTS = (
    report_estate.other_right("vault_policy", "Access policy (secrets: Get)", VAULT, "held"),
    report_estate.other_right("app_role", "User.Read.All", "Microsoft Graph", "handed_over"),
    report_estate.other_right("directory_role", "Directory Readers", "/", "copied", connection=None),
    report_estate.other_right("group", "operators", "/groups/g", "not asked for"),
)


def with_access(**access: object) -> str:
    """The text of the page of an account, blanks joined."""
    document = assessment(access={"principals": [{"connection": "c", "assignments": []}], "identity": [], **access})
    one = account(Material(document["account"]["id"], "folder", document, []), Sharing())
    return " ".join(read(page(one, own_page=True)).text.split())


def test_other_access_says_what_becomes_of_each_right() -> None:
    text = with_access(others=list(RIGHTS))
    assert "Other access4" in text
    policy = text.partition("Access policy (secrets: Get)")[2]
    assert re.match(f"\\s*access policy of a key vault\\s*vaults kv-jobs\\s*{VAULT}\\s*AzureRunAsConnection", policy)
    for what in ("\u2713 held", "left to somebody else", "would be copied", "not copied: not asked for"):
        assert what in text
    assert re.search(r"Directory Readers\s*directory role\s*tenant\s*no connection", text)


def test_other_access_that_an_assessment_does_not_tell_is_not_passed_off_as_none() -> None:
    assert "Other access" not in with_access(others=[])
    for unknown in ({}, {"others": None}):
        assert "Other access0 Not known" in with_access(**unknown)
    assert "Other access" not in with_access(principals=[])
