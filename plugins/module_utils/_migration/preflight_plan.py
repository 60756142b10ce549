# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the login that migrates may do, judged from what was read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.caller import GraphClaims
from .._azure.ids import normal_id
from .._finding import Finding, finding
from .actions import allows
from .preflight_needs import RETIREMENT, STEPS, Need, Needs, Step, planned_steps

Json = dict[str, Any]

# What also does for a permission of Microsoft Graph, for applications.
_GRAPH_COVERED_BY = {
    "Application.Read.All": frozenset(
        {"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
    ),
    "Application.ReadWrite.All": frozenset({"Application.ReadWrite.All"}),
}
# What may do: the first for applications that the login owns, the other for some of the writes.
_GRAPH_MAY_DO = {
    "Application.Read.All": frozenset({"Application.ReadWrite.OwnedBy"}),
    "Application.ReadWrite.All": frozenset({"Application.ReadWrite.OwnedBy", "Directory.ReadWrite.All"}),
}
_AS_THE_USER = "Directory.AccessAsUser.All"
# The template ids of Global Administrator, Application Administrator, Cloud Application Administrator: the same in
# every tenant. Who has one of these needs no application permission.
_ADMINISTRATORS = frozenset(
    {
        "62e90394-69f5-4237-9190-012177145e10",
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        "158c047a-c907-4556-b7ef-446551a6b5f7",
    }
)
# The ids of Microsoft Graph's app roles that matter here: the same in every tenant.
GRAPH_APP_ROLES = {
    "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30": "Application.Read.All",
    "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9": "Application.ReadWrite.All",
    "18a4783c-866b-4cc7-a460-3d5e5662c884": "Application.ReadWrite.OwnedBy",
    "7ab1d382-f21e-4acd-a863-ba3e13f7da61": "Directory.Read.All",
    "19dbc75e-c2e2-444c-a770-ec69d8559fc7": "Directory.ReadWrite.All",
}
# So many of those who could help, and of the places where something lacks, are named in a sentence.
_NAMED = 5


@dataclass(frozen=True)
class Rights:
    """The permission entries of a login at a scope.

    ``limited`` ones come from role assignments with a condition; ``complete`` is whether all could be read.
    """

    entries: tuple[Mapping[str, Any], ...] = ()
    limited: tuple[Mapping[str, Any], ...] = ()
    complete: bool = True

    def holds(self, permission: str) -> bool | None:
        """Tell whether the login may do it there; None is not known."""
        if any(allows(entry, permission) for entry in self.entries):
            return True
        return None if not self.complete or self.depends(permission) else False

    def depends(self, permission: str) -> bool:
        """Tell whether it is a condition that decides."""
        return any(allows(entry, permission) for entry in self.limited)


@dataclass(frozen=True)
class GraphRights:
    """Permissions of a login in Microsoft Graph: ``held``, and those that other things decide, such as a user's roles.

    ``known`` is False where nothing tells.
    """

    held: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    known: bool = True

    def holds(self, permission: str) -> bool | None:
        """Tell whether the login has the permission; None is not known."""
        covering = _GRAPH_COVERED_BY.get(permission, frozenset({permission}))
        if self.held & covering:
            return True
        may_do = _GRAPH_MAY_DO.get(permission, frozenset())
        undecided = self.perhaps & (covering | {_AS_THE_USER}) or (self.held | self.perhaps) & may_do
        return None if not self.known or undecided else False


def graph_rights(claims: GraphClaims | None) -> GraphRights:
    """Return what a token's claims say: a user's delegated permissions go only as far as his own rights do."""
    if claims is None or claims.directory_roles & _ADMINISTRATORS:
        return GraphRights(claims.roles if claims else frozenset(), known=False)
    return GraphRights(claims.roles, claims.scopes)


def graph_rights_of(app_role_assignments: Iterable[Mapping[str, Any]]) -> GraphRights:
    """Return what the app roles of a service principal give it in Microsoft Graph."""
    ids = (str(item["appRoleId"]).lower() for item in app_role_assignments)
    return GraphRights(frozenset(GRAPH_APP_ROLES[item] for item in ids if item in GRAPH_APP_ROLES))


@dataclass(frozen=True)
class Judged:
    """A need, and whether it is met: None is not known. ``depends``: a condition decides."""

    need: Need
    held: bool | None
    depends: bool = False


def judge(wanted: Sequence[Need], rights: Mapping[str, Rights], graph: GraphRights) -> list[Judged]:
    """Compare what is needed with what a login may do; ``rights`` by comparable scope."""
    judged = []
    for need in wanted:
        if need.in_graph:
            judged.append(Judged(need, graph.holds(need.permission)))
            continue
        there = rights.get(normal_id(need.scope), Rights(complete=False))
        held = there.holds(need.permission)
        judged.append(Judged(need, held, held is None and there.complete and there.depends(need.permission)))
    return judged


def only_reads(judged: Sequence[Judged]) -> bool:
    """Tell whether a login is none to migrate with: of the writes that are needed in Azure it is known to have none."""
    writes = [item.held for item in judged if item.need.write and not item.need.in_graph]
    return False in writes and True not in writes and not any(item.depends for item in judged)


def anything_known(judged: Sequence[Judged]) -> bool:
    """Tell whether there is anything to judge by; nothing needed is known to be met."""
    return not judged or any(item.held is not None for item in judged if not item.need.in_graph)


def shown_steps(needs: Needs, judged: Sequence[Judged], known: bool) -> list[Json]:
    """Return the steps as the assessment shows them; ``known`` is False where another login migrates."""
    return [_shown(step, judged, known) for step in planned_steps(needs)]


def _shown(step: Step, judged: Sequence[Judged], known: bool) -> Json:
    own = [item for item in judged if item.need.step == step.name]
    entries = [
        {"permission": item.need.permission, "scope": item.need.scope, "held": item.held if known else None}
        for item in own
    ]
    # Microsoft Graph can be done without, so it makes no step impossible.
    possible = _all([item.held for item in own if not item.need.in_graph]) if known else None
    return {"step": step.name, "possible": possible, "needs": entries}


def _all(held: Sequence[bool | None]) -> bool | None:
    if False in held:
        return False
    return None if None in held else True


# --- what lacks -----------------------------------------------------------


@dataclass(frozen=True)
class Grantor:
    """Somebody who may give out roles: his role assignment."""

    scope: str
    role: str
    principal_id: str
    principal_type: str

    def as_dict(self) -> Json:
        """Return it as the assessment carries it."""
        return {
            "scope": self.scope,
            "role": self.role,
            "principal_id": self.principal_id,
            "principal_type": self.principal_type,
        }

    def text(self) -> str:
        """Return it as a sentence names it."""
        return f"{self.principal_type} {self.principal_id} ({self.role} at {self.scope})"


Grantors = Mapping[str, Sequence[Grantor]]


def missing(judged: Sequence[Judged]) -> list[Need]:
    """Return the needs that are known not to be met."""
    return [item.need for item in judged if item.held is False]


def lack_findings(account_id: str, judged: Sequence[Judged], grantors: Grantors) -> Iterator[Finding]:
    """Yield a finding per step for what the login lacks, and for what a condition decides; ``grantors`` by scope."""
    for step in STEPS:
        lacking = [need for need in missing(judged) if need.step == step.name]
        depending = [item.need for item in judged if item.depends and item.need.step == step.name]
        if lacking:
            yield from _lacking(account_id, step, lacking, grantors)
        if depending:
            yield finding("RA914", account_id, step=step.name, permissions=_listed(depending))


def _lacking(account_id: str, step: Step, lacking: Sequence[Need], grantors: Grantors) -> Iterator[Finding]:
    in_azure = [need for need in lacking if not need.in_graph]
    in_graph = [need for need in lacking if need.in_graph]
    if in_azure:
        code = "RA912" if step.name == RETIREMENT else "RA910"
        yield finding(
            code,
            account_id,
            step=step.name,
            lacking=_listed(in_azure),
            roles=_roles(in_azure),
            grantors=_named(in_azure, grantors),
        )
    for need in in_graph:
        yield finding("RA913", account_id, step=step.name, permission=need.permission, instead=step.instead)


def _listed(needs: Sequence[Need]) -> str:
    """Return needs by scope, as a sentence lists them."""
    by_scope: dict[str, list[str]] = {}
    for need in needs:
        by_scope.setdefault(need.scope, []).append(need.permission)
    return _some([f"{', '.join(permissions)} at {scope}" for scope, permissions in by_scope.items()], "; ")


def _roles(needs: Sequence[Need]) -> str:
    by_role: dict[str, dict[str, None]] = {}
    for need in needs:
        by_role.setdefault(need.role, {})[need.scope] = None
    return "; ".join(f"{role} at {_some(list(scopes), ', ')}" for role, scopes in by_role.items())


def _named(needs: Sequence[Need], grantors: Grantors) -> str:
    found = list(dict.fromkeys(item for need in needs for item in grantors.get(normal_id(need.scope), ())))
    if not found:
        return "Nobody is known who may give out roles there."
    return f"Who may give out roles there: {_some([item.text() for item in found], '; ')}."


def _some(texts: Sequence[str], separator: str) -> str:
    more = len(texts) - _NAMED
    return separator.join([*texts[:_NAMED], *([f"and {more} more"] if more > 0 else [])])
