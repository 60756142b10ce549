# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collect what a rewrite has to say: findings, assumptions, and whether anything forbids the rewrite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._finding import Finding, Severity, finding
from .result import Assumption
from .syntax import Script

if TYPE_CHECKING:
    from tree_sitter import Node


# What is said of any runbook, rewritten or not.
LINT = frozenset({"RA460", "RA461", "RA462"})


class Report:
    """Findings about one script, each at a node of it."""

    def __init__(self, script: Script, resource: str) -> None:
        self._script = script
        self._resource = resource
        self._findings: list[Finding] = []
        self._assumptions: list[Assumption] = []
        self.unreadable: tuple[int, int] | None = None

    def cannot_read(self, node: Node) -> None:
        """Note that the grammar cannot read ``node``, which would have to be changed."""
        self.cannot_read_at(self._script.place(node))

    def cannot_read_at(self, place: tuple[int, int]) -> None:
        """The same for a place: line and column. The first place is the one that counts."""
        self.unreadable = min(self.unreadable, place) if self.unreadable is not None else place

    def add(self, code: str, node: Node, **facts: Any) -> None:
        """Add the finding ``code`` at ``node``; one of severity error forbids the rewrite."""
        self._add(code, self._script.place(node), facts)

    def add_at(self, code: str, offset: int, **facts: Any) -> None:
        """The same at the character ``offset``."""
        self._add(code, self._script.source.place(offset), facts)

    def _add(self, code: str, place: tuple[int, int], facts: dict[str, Any]) -> None:
        found = finding(code, self._resource, line=place[0], column=place[1], **facts)
        if found not in self._findings:
            self._findings.append(found)

    def assume(self, name: str, code: str, node: Node, **facts: Any) -> None:
        """Add the finding ``code`` and the assumption ``name`` that it states."""
        self._assume(name, code, self._script.place(node), facts)

    def assume_at(self, name: str, code: str, offset: int, **facts: Any) -> None:
        """The same at the character ``offset``."""
        self._assume(name, code, self._script.source.place(offset), facts)

    def _assume(self, name: str, code: str, place: tuple[int, int], facts: dict[str, Any]) -> None:
        line, column = place
        found = finding(code, self._resource, line=line, column=column, **facts)
        self._findings.append(found)
        self._assumptions.append(Assumption(name, found.sentence, line))

    @property
    def refused(self) -> bool:
        """Whether anything was found that forbids the rewrite."""
        return any(found.severity is Severity.ERROR for found in self._findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings in the order of the text; of a refused rewrite only the reasons, and what holds in any case."""
        reasons = [f for f in self._findings if f.severity is Severity.ERROR or f.code in LINT]
        chosen = reasons if self.refused else self._findings
        return tuple(sorted(chosen, key=lambda f: (f.line or 0, f.column or 0, f.code)))

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What the rewrite assumes, in the order of the text."""
        return tuple(sorted(self._assumptions, key=lambda a: (a.line, a.name)))
