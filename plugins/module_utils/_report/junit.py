# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""``junit.xml``: a test suite per account, for the test pages of build servers.

A test case is a code at one thing (a runbook, an asset); warnings and errors are failures. A runbook
of which nothing is found is a case that passes, so that progress shows as cases that turn green.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from .._azure.ids import last_segment
from .._masked_diff import printable
from .tables import place

Json = Mapping[str, Any]

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_FAILS = ("error", "warning")
# What XML 1.0 cannot hold, escaped or not, is escaped by printable; these two are printable to Python.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")


@dataclass
class Suites:
    """The suites so far, and what they add up to: the first line of the file tells it."""

    name: str
    tests: int = 0
    failures: int = 0
    errors: int = 0
    texts: list[str] = field(default_factory=list)

    def add_account(self, facts: Json) -> None:
        """Add the suite of an account."""
        cases = list(_cases(facts))
        failures = sum(case.failed for case in cases)
        self._add(facts["name"] or facts["id"], cases, failures, 0, facts["assessed"], _properties(facts))

    def add_problems(self, problems: Iterable[Json]) -> None:
        """Add the suite of input that could not be read, if there is any: its cases are errors."""
        cases = [_Case(f"{said['code']} {said['resource']}", "input", (said,), "error") for said in problems]
        if cases:
            self._add("input", cases, 0, len(cases), None, ())

    def _add(
        self,
        name: str,
        cases: list[_Case],
        failures: int,
        errors: int,
        time: str | None,
        properties: Iterable[tuple[str, str]],
    ) -> None:
        self.tests += len(cases)
        self.failures += failures
        self.errors += errors
        stamp = f" timestamp={_attribute(time.rstrip('Z'))}" if time else ""
        self.texts.append(
            f'<testsuite name={_attribute(name)} tests="{len(cases)}" failures="{failures}" errors="{errors}" '
            f'skipped="0" time="0"{stamp}>\n'
        )
        shown = "".join(f"<property name={_attribute(key)} value={_attribute(value)}/>" for key, value in properties)
        self.texts.append(f"<properties>{shown}</properties>\n" if shown else "")
        self.texts += [case.text() for case in cases]
        self.texts.append("</testsuite>\n")

    def text(self) -> Iterable[str]:
        """Yield the file."""
        yield HEAD
        yield (
            f'<testsuites name={_attribute(self.name)} tests="{self.tests}" failures="{self.failures}" '
            f'errors="{self.errors}" time="0">\n'
        )
        yield from self.texts
        yield "</testsuites>\n"


@dataclass(frozen=True)
class _Case:
    """One test case. ``findings`` are of one code at one thing; none where the thing is in order."""

    name: str
    classname: str
    findings: tuple[Json, ...] = ()
    element: str = "failure"

    @property
    def failed(self) -> bool:
        return any(said["severity"] in _FAILS for said in self.findings)

    def text(self) -> str:
        head = f'<testcase name={_attribute(self.name)} classname={_attribute(self.classname)} time="0"'
        if not self.findings:
            return f"{head}/>\n"
        return f"{head}>{self._body()}</testcase>\n"

    def _body(self) -> str:
        first = self.findings[0]
        told = "\n".join(f"{place(said)}{said['sentence']} {said['remedy']}" for said in self.findings)
        if not self.failed:
            return f"<system-out>{_text(told)}</system-out>"
        message, kind = _attribute(first["sentence"]), _attribute(first["severity"])
        return f"<{self.element} message={message} type={kind}>{_text(told)}</{self.element}>"


def _cases(facts: Json) -> Iterable[_Case]:
    classname = facts["name"] or facts["id"]
    groups: dict[tuple[str, str], list[Json]] = {}
    for said in facts["findings"]:
        groups.setdefault((said["code"], said["resource"]), []).append(said)
    named = {last_segment(said["resource"]).lower() for said in facts["findings"]}
    for (code, resource), findings in groups.items():
        yield _Case(f"{code} {last_segment(resource)}", classname, tuple(findings))
    for runbook in facts["runbooks"] or ():
        if runbook["name"].lower() not in named:
            yield _Case(f"runbook {runbook['name']}", classname)
    if not groups and not facts["runbooks"]:
        yield _Case("no findings", classname)


def _properties(facts: Json) -> Iterable[tuple[str, str]]:
    return (("account_id", facts["id"]), ("state", facts["state"]))


def _text(text: str) -> str:
    return escape("\n".join(_sound(line) for line in text.split("\n")))


def _attribute(text: str) -> str:
    return quoteattr(_sound(text))


def _sound(text: str) -> str:
    return _NO_CHARACTER.sub("\ufffd", printable(text).replace("\t", " "))
