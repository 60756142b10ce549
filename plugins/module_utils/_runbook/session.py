# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runbooks that run in one session: rewritten together or not at all, and with one family of cmdlets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .._finding import finding
from .call_graph import Call
from .child_parameters import Children, idle_parameters
from .entry import rewrite
from .families import Families, families_of
from .graph_script import as_script
from .login_parameters import AZ, AZURERM
from .names import Source
from .result import Rewrite, RewriteOptions, Verdict

CHANGED = (Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS)
_LEFT = (Verdict.MANUAL, Verdict.UNPARSABLE)
_NAME_PASSED_ON = "RA429"

Rewrites = dict[str, Rewrite]


class Session:
    """Runbooks by name that run in one session, and the calls between them."""

    def __init__(self, sources: Mapping[str, Source], calls: Iterable[Call], options: RewriteOptions) -> None:
        self._sources = sources
        self._calls = [call for call in calls if call.inline and call.caller in sources]
        self._options = options

    def rewrite(self) -> Rewrites:
        """Return the rewrite of each. Raises MissingPackage."""
        alone = {name: self._rewrite(name) for name in self._sources}
        if len(alone) == 1:
            return alone
        rewrites = self._with_idle_parameters(alone)
        if not _has_changes(rewrites):
            return rewrites
        rewrites = rewrites if _left_in(rewrites) else self._in_one_family(rewrites)
        left = _left_in(rewrites)
        return self._without_changes(rewrites, alone, left[0]) if left else rewrites

    def _rewrite(self, name: str, **options: Any) -> Rewrite:
        source = self._sources[name]
        return rewrite(source.content, source.runbook_type, replace(self._options, resource=source.resource, **options))

    # -- the name of the connection, given to a child

    def _with_idle_parameters(self, alone: Rewrites) -> Rewrites:
        """Rewrite again whoever passes the name of the connection to a child that has no use for it any more.

        Each round may free the callers of the runbooks that the round before has freed.
        """
        rewrites = alone
        children: Children = {}
        for dummy in alone:
            children = self._children(rewrites, children)
            callers = [name for name, outcome in rewrites.items() if _passes_name_on(outcome)]
            again = {name: self._rewrite(name, children=children) for name in callers}
            if not any(outcome.verdict not in _LEFT for outcome in again.values()):
                break
            rewrites = {**rewrites, **again}
        return rewrites

    def _children(self, rewrites: Rewrites, known: Children) -> Children:
        """Return the parameters without effect of whatever needs the connection no more.

        What two runbooks have a name for is left out: which of them is called is not known.
        """
        idle = {
            name: idle_parameters(name, outcome.content, self._sources[name].runbook_type, known)
            for name, outcome in rewrites.items()
        }
        times = Counter(callee for callees in idle.values() for callee in callees)
        return {
            callee: parameters
            for name, callees in idle.items()
            for callee, parameters in callees.items()
            if times[callee] == 1 and rewrites[name].verdict not in _LEFT
        }

    # -- one family of cmdlets

    def _in_one_family(self, rewrites: Rewrites) -> Rewrites:
        """Rename what would still use AzureRM beside Az, or change nothing."""
        mixed = self._mixed(rewrites)
        if mixed is None:
            return rewrites
        renamed = rewrites
        if self._options.azurerm == "az":
            renamed = {name: self._renamed(name, outcome) for name, outcome in rewrites.items()}
            mixed = self._mixed(renamed)
        if mixed is None or _left_in(renamed):
            return renamed
        return self._refuse_mixture(rewrites, *mixed)

    def _renamed(self, name: str, outcome: Rewrite) -> Rewrite:
        return self._rewrite(name, rename_azurerm=True) if outcome.verdict is Verdict.NOT_USED else outcome

    def _mixed(self, rewrites: Rewrites) -> tuple[str, str] | None:
        """Return a runbook that would use Az and one that would use AzureRM; None when there are not both."""
        families = {name: self._families(name, outcome) for name, outcome in rewrites.items()}
        az = [name for name, found in families.items() if AZ in found.places]
        azurerm = [name for name in families if self._needs_azurerm(name, families)]
        return (az[0], azurerm[0]) if az and azurerm else None

    def _families(self, name: str, outcome: Rewrite) -> Families:
        script = as_script(replace(self._sources[name], content=outcome.content))
        return families_of(script.content, script.runbook_type)

    def _needs_azurerm(self, name: str, families: Mapping[str, Families]) -> bool:
        """Enable-AzureRmAlias in a runbook, or in all that call it, lets its AzureRM names stand for Az."""
        callers = {call.caller for call in self._calls if call.callee == name}
        aliased = families[name].aliased or (bool(callers) and all(families[caller].aliased for caller in callers))
        return AZURERM in families[name].places and not aliased

    def _refuse_mixture(self, rewrites: Rewrites, az: str, azurerm: str) -> Rewrites:
        return {
            name: self._manual(name, "RA472", other=azurerm if name == az else az)
            if outcome.verdict in CHANGED
            else outcome
            for name, outcome in rewrites.items()
        }

    # -- all or none

    def _without_changes(self, rewrites: Rewrites, alone: Rewrites, other: str) -> Rewrites:
        """Return what is said when ``other`` is left to a person: whoever else would have changed names it."""
        said = _reason(rewrites[other])
        return {
            name: outcome
            if outcome.verdict in _LEFT
            else self._manual(name, "RA470", alone[name], other=other, reason=said)
            if _would_change(outcome, alone[name])
            else alone[name]
            for name, outcome in rewrites.items()
        }

    def _manual(self, name: str, code: str, alone: Rewrite | None = None, **facts: Any) -> Rewrite:
        source = self._sources[name]
        said = finding(code, source.resource, line=self._line_of_call(name), column=1, **facts)
        own = alone.findings if alone is not None and alone.verdict in _LEFT else ()
        return Rewrite(source.content, Verdict.MANUAL, findings=(said, *own))

    def _line_of_call(self, name: str) -> int:
        return next((call.line for call in self._calls if call.caller == name), 1)


def _has_changes(rewrites: Rewrites) -> bool:
    return any(outcome.verdict in CHANGED for outcome in rewrites.values())


def _would_change(outcome: Rewrite, alone: Rewrite) -> bool:
    """Tell whether a runbook that uses Run As would change; one that is only renamed for others has nothing to say."""
    return outcome.verdict in CHANGED and alone.verdict is not Verdict.NOT_USED


def _left_in(rewrites: Rewrites) -> list[str]:
    return sorted((name for name, outcome in rewrites.items() if outcome.verdict in _LEFT), key=str.lower)


def _passes_name_on(outcome: Rewrite) -> bool:
    return any(found.code == _NAME_PASSED_ON for found in outcome.findings)


def _reason(outcome: Rewrite) -> str:
    first = outcome.findings[0]
    return f"line {first.line}: {first.sentence}" if first.line else first.sentence
