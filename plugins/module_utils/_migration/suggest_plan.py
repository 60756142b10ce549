# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""From evidence to roles: the smallest ones, at the narrowest scopes, inside what is held today. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import normal_id
from .._finding import Finding, finding
from .access_choices import inside
from .operations import is_data, only_reads
from .role_catalogue import Catalogue, Powers
from .role_cover import Cover, cover
from .suggest_model import Evidence, Holding, NotCovered, Reasons, Suggestion, Suggestions
from .suggest_places import Places, outer_first


def suggest(
    evidence: Evidence, holdings: Sequence[Holding], catalogue: Catalogue, *, level: str, custom: bool
) -> Suggestions:
    """Return what evidence suggests in place of the roles that are held.

    ``level`` is how narrow a scope may be. Roles that somebody made are suggested only with ``custom``, but for the
    role that is held itself. A role with a condition, or one that could not be read, is left as it is.
    """
    usable = [
        item for item in holdings if item.assignment.condition is None and item.assignment.role in catalogue.powers
    ]
    places = Places(evidence, level, usable, catalogue.powers)
    work = _Work(places, catalogue, catalogue.candidates(custom=custom))
    for scope in outer_first(places.needs):
        work.settle(scope)
    left = [item for item in holdings if item not in usable]
    return Suggestions(
        suggestions=tuple(work.suggestions),
        role_map=tuple(_role_map(work.suggestions, usable)),
        not_covered=(*places.not_covered, *work.not_covered),
        findings=(*work.findings, *_findings(places, work, usable, left)),
    )


@dataclass
class _Work:
    """What has been settled so far, the outer scopes first: what is given there is given inside, too."""

    places: Places
    catalogue: Catalogue
    candidates: list[Powers]
    suggestions: list[Suggestion] = field(default_factory=list)
    not_covered: list[NotCovered] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def settle(self, scope: str) -> None:
        """Suggest roles for what is needed at one scope."""
        needs = {
            name: reasons for name, reasons in self.places.needs[scope].items() if not self._given(scope, name, reasons)
        }
        by_holding: dict[tuple[str, str], dict[str, Reasons]] = defaultdict(dict)
        holders: dict[tuple[str, str], Holding] = {}
        # Changes first: the role that takes the place of theirs may read, too.
        for operation, reasons in sorted(needs.items(), key=lambda item: (only_reads(item[0]), item[0])):
            holding = self.places.holding_for(scope, operation, tuple(holders.values()))
            if holding is None:
                self._not_held(scope, operation, reasons)
            else:
                holders[holding.key] = holding
                by_holding[holding.key][operation] = reasons
        for key, theirs in by_holding.items():
            self._suggest(self.places.shown[scope], holders[key], theirs)

    def _given(self, scope: str, operation: str, reasons: Reasons) -> bool:
        """Tell whether a role that is suggested further out allows it; the reasons are then that role's."""
        for given in self.suggestions:
            within = normal_id(given.scope) != scope and (inside(scope, given.scope) or _reaches(given, scope))
            if within and self.catalogue.powers[given.role_id].allow(operation):
                _join(given.reasons, operation, reasons)
                return True
        return False

    def _suggest(self, scope: str, holding: Holding, needs: Mapping[str, Reasons]) -> None:
        own = self.catalogue.powers[holding.assignment.role]
        candidates = [item for item in self.candidates if item.role.assignable_at(scope)]
        if own not in candidates and not own.role.privileged:
            candidates.append(own)
        found = cover(needs, candidates, within=own)
        guessed = {operation for operation in found.only_wide if needs[operation].assumed}
        if guessed:
            text = "only a role for nearly everything allows it, and where it is needed is not known"
            for operation in sorted(guessed):
                self.not_covered += _each_reason("only_everything", text, scope, operation, needs[operation])
            needs = {operation: reasons for operation, reasons in needs.items() if operation not in guessed}
            found = cover(needs, candidates, within=own)
        for powers in found.roles:
            allowed = {operation: reasons for operation, reasons in needs.items() if powers.allow(operation)}
            fit = "everything" if powers.is_for_everything else powers.fit(frozenset(needs)).name.lower()
            self.suggestions.append(Suggestion(powers.role.name, powers.role.guid, scope, holding, fit, allowed))
            self._comment(powers, scope, fit, found)
        for operation in sorted(found.uncovered):
            text = "of the roles that may be suggested none allows it"
            self.not_covered += _each_reason("no_role", text, scope, operation, needs[operation])

    def _comment(self, powers: Powers, scope: str, fit: str, found: Cover) -> None:
        name = powers.role.name
        if fit == "everything":
            operations = ", ".join(sorted(found.only_wide))
            self.findings.append(finding("RA343", scope, role=name, scope=scope, operations=operations))
        elif fit == "foreign":
            self.findings.append(finding("RA344", scope, role=name, scope=scope))

    def _not_held(self, scope: str, operation: str, reasons: Reasons) -> None:
        data = is_data(operation)
        text = "access policies, keys or a role of a group may allow it" if data else "a role of a group may allow it"
        self.not_covered += _each_reason("no_role_today", text, self.places.shown[scope], operation, reasons)


def _reaches(given: Suggestion, scope: str) -> bool:
    """A scope above subscriptions is the one of the role that is held there."""
    above = not normal_id(given.scope).startswith("/subscriptions/")
    return above and normal_id(given.scope) == given.instead_of.key[0] and given.instead_of.contains(scope)


def _join(known: dict[str, Reasons], operation: str, more: Reasons) -> None:
    if operation in known:
        known[operation].activity.extend(more.activity)
        known[operation].code.extend(more.code)
    else:
        known[operation] = more


def _each_reason(reason: str, text: str, scope: str, operation: str, reasons: Reasons) -> list[NotCovered]:
    """Return one entry per call in a runbook; one alone where only the log tells of an operation."""
    calls = dict.fromkeys((use.runbook, use.version, use.line, use.cmdlet) for use in reasons.code)
    if not calls:
        return [NotCovered(reason, text, operation=operation, scope=scope)]
    return [
        NotCovered(reason, f"{cmdlet}: {text}", runbook, version, line, operation, scope)
        for runbook, version, line, cmdlet in calls
    ]


def _role_map(suggestions: Sequence[Suggestion], holdings: Sequence[Holding]) -> list[dict[str, Any]]:
    """Return the rules for copy_runas_roles.

    A rule holds for a role at its scope and at all inside it. So an assignment inside another one of the same role,
    which nothing takes the place of, gets a rule that keeps it.
    """
    distinct = {item.key: item for item in holdings}
    rules: dict[tuple[str, str], list[Any]] = {}
    for key, holding in distinct.items():
        own = [item for item in suggestions if item.instead_of.key == key]
        to = [_given(item, holding) for item in sorted(own, key=lambda item: (item.scope.lower(), item.role.lower()))]
        if to not in ([], [holding.role_name]):
            rules[key] = to
    for key, holding in distinct.items():
        if key not in rules and any(_lies_inside(holding, distinct[other]) for other in rules):
            rules[key] = [holding.role_name]
    return [
        {"role": distinct[key].role_name, "scope": distinct[key].assignment.scope, "to": rules[key]}
        for key in sorted(rules)
    ]


def _given(item: Suggestion, holding: Holding) -> Any:
    return item.role if normal_id(item.scope) == holding.key[0] else {"role": item.role, "scope": item.scope}


def _lies_inside(holding: Holding, other: Holding) -> bool:
    same_role = holding.key[1] == other.key[1]
    return same_role and holding.key != other.key and inside(holding.assignment.scope, other.assignment.scope)


def _is_mapped(holding: Holding, suggestions: Sequence[Suggestion]) -> bool:
    return any(item.instead_of.key == holding.key for item in suggestions)


def _findings(places: Places, work: _Work, usable: Sequence[Holding], left: Sequence[Holding]) -> Iterable[Finding]:
    for scope in sorted(places.gone):
        yield finding("RA349", scope, scope=scope)
    for item in work.suggestions:
        if item.assumed:
            assumed = ", ".join(sorted(name for name, reason in item.reasons.items() if reason.assumed))
            yield finding("RA347", item.scope, role=item.role, scope=item.scope, operations=assumed)
    for holding in usable:
        if not _is_mapped(holding, work.suggestions):
            yield finding("RA346", holding.assignment.scope, role=holding.role_name, scope=holding.assignment.scope)
    for holding in left:
        why = "it has a condition" if holding.assignment.condition else "the role could not be read"
        yield finding(
            "RA348", holding.assignment.scope, role=holding.role_name, scope=holding.assignment.scope, why=why
        )
    operations = dict.fromkeys(
        (item.operation or "", item.scope) for item in (*places.not_covered, *work.not_covered) if item.operation
    )
    for operation, where in operations:
        yield finding("RA345", where or operation, operation=operation, scope=where or "any scope")
