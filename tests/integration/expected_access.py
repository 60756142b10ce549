# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a copy of access should do in a generated estate, worked out from the estate's truth and the task's options.

Nothing here comes from the collection: the rules are written a second time, as its documentation tells them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]
# Kind, what, where (in lower case), and the condition.
Right = tuple[str, str, str, str | None]

ROLE, VAULT, APP_ROLE, DIRECTORY_ROLE, GROUP = "role_assignment", "vault_policy", "app_role", "directory_role", "group"
# Which kinds a login may give, by what it may do in Microsoft Graph.
MAY: dict[str, frozenset[str]] = {
    "migration": frozenset({APP_ROLE, DIRECTORY_ROLE, GROUP}),
    "assigner": frozenset({APP_ROLE}),
    "operator": frozenset(),
}
# The roles of generated estates that let their holder give out roles.
PRIVILEGED = frozenset(
    {"Owner", "User Access Administrator", "Role Based Access Control Administrator", "Access Giver"}
)

_KINDS = ("keys", "secrets", "certificates", "storage")
_AS_ASKED = ("excluded", "role_map")
_PRIVILEGED_CODES = {ROLE: "RA303", APP_ROLE: "RA330", DIRECTORY_ROLE: "RA331", GROUP: "RA336"}
# Network Contributor says nothing about storage.
_WIDER = {("Network Contributor", "Storage Account Contributor")}


@dataclass(frozen=True)
class Asked:
    """What a task asks for. What is no role of Azure is named with its kind, as ``app_role:NAME``."""

    mapped: dict[str, list[str]] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()
    excluded_scopes: tuple[str, ...] = ()
    privileged: frozenset[str] = frozenset()
    unused: bool = False
    joins: bool = False

    def options(self) -> Json:
        """The options of the task."""
        return {
            "role_map": [{"role": role, "to": to} for role, to in self.mapped.items()],
            "exclude": [*sorted(self.excluded), *self.excluded_scopes],
            "include_privileged": sorted(self.privileged),
            "copy_unused": self.unused,
            "join_groups": ["all"] if self.joins else [],
        }

    def excludes_scope(self, scope: str) -> bool:
        """Whether what lies there is left out because the task says so."""
        outer = [place.lower() for place in self.excluded_scopes]
        return any(scope.lower() == place or scope.lower().startswith(f"{place}/") for place in outer)

    def without(self, *scopes: str) -> Asked:
        """The same, with scopes to leave out, written in another case than Azure does."""
        return replace(self, excluded_scopes=tuple(scope.upper() for scope in scopes))


@dataclass
class Expected:
    """What a first run should do, and what the identity holds in the end."""

    copied: set[Right] = field(default_factory=set)
    unchanged: set[Right] = field(default_factory=set)
    not_copied: dict[Right, str] = field(default_factory=dict)
    hand_over: set[Right] = field(default_factory=set)
    end: set[Right] = field(default_factory=set)
    differences: set[tuple[Right, str]] = field(default_factory=set)
    compared: int = 0
    same: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def verdict(self) -> str:
        """How both principals compare afterwards."""
        if self.differences:
            return "different"
        return "equal" if self.same == self.compared else "narrower as mapped"

    @property
    def again(self) -> Expected:
        """What a second run should do."""
        return replace(self, copied=set(), unchanged=self.unchanged | self.copied)

    def leave_out(self, right: Right, reason: str) -> None:
        """One right is not copied."""
        self.not_copied[right] = reason
        if reason == "unused":
            self.codes["RA304"] += 1
        elif reason == "privileged":
            self.codes[_PRIVILEGED_CODES[right[0]]] += 1

    def keep(self, rights: Iterable[Right]) -> None:
        """These the identity holds from the start, though the task leaves them out."""
        self.differences |= {(right, "kept") for right in rights}

    def compare(self, right: Right, reason: str | None, differences: Iterable[tuple[Right, str]] = ()) -> None:
        """One right of the Run As account takes part in the comparison; ``reason`` is why it was not just copied."""
        found = set(differences)
        if reason not in (None, *_AS_ASKED) and right not in self.end:
            found.add((right, str(reason)))
        self.differences |= found
        self.compared += 1
        self.same += not found and reason is None


def expected(told: Json, asked: Asked, login: str = "migration") -> Expected:
    """What the copy of one account's access should do."""
    result = Expected()
    _role_assignments(told, asked, result)
    _vault_policies(told, asked, result)
    dormant = bool(told["unused"]) and not asked.unused
    for kind, items in ((APP_ROLE, told["app_roles"]), (DIRECTORY_ROLE, told["directory_roles"])):
        for item in items:
            _directory(kind, item, asked, dormant, kind in MAY[login], result)
    _groups(told, asked, dormant, GROUP in MAY[login], result)
    result.codes["RA312"] = len(told["eligible"])
    result.codes["RA314"] = told["unused"] == "deleted"
    return result


def roles(items: Iterable[Json]) -> set[Right]:
    """Role assignments of the truth as rights."""
    return {_role(item, item["role_name"]) for item in items}


def _role(item: Json, name: str) -> Right:
    return ROLE, name, item["scope"].lower(), item["condition"]


# --- role assignments -----------------------------------------------------


def _role_assignments(told: Json, asked: Asked, result: Expected) -> None:
    before = roles(told["identity_holds"])
    fates = [(item, *_fate(item, told, asked, before, result)) for item in told["direct"]]
    result.end |= before | {right for right in result.copied if right[0] == ROLE}
    for item, gives, reason in fates:
        wider = {
            (_role(item, name), "wider")
            for name in gives
            if reason == "role_map" and (item["role_name"], name) in _WIDER
        }
        result.compare(_role(item, item["role_name"]), reason, wider)
    given = {_role(item, name) for item, gives, dummy in fates for name in gives}
    wanted = roles(told["direct"]) | given
    left_out = {_role(item, item["role_name"]) for item, dummy, reason in fates if reason in _AS_ASKED}
    result.keep((before & left_out) - given)
    result.differences |= {(right, "more") for right in before - wanted}


def _fate(item: Json, told: Json, asked: Asked, before: set[Right], result: Expected) -> tuple[list[str], str | None]:
    """The roles that the identity has or gets for one, and why it is not just the same one."""
    source = _role(item, item["role_name"])
    names = asked.mapped.get(item["role_name"])
    if item["role_name"] in asked.excluded or asked.excludes_scope(item["scope"]):
        result.leave_out(source, "excluded")
        return [], "excluded"
    if names == []:
        result.leave_out(source, "role_map")
    gives, refused = [], None
    for name in [item["role_name"]] if names is None else names:
        right = _role(item, name)
        why = _why_not(right, told, asked, before)
        if why is None:
            gives.append(name)
            (result.unchanged if right in before else result.copied).add(right)
            result.codes["RA305"] += name == "Contributor" and _is_wide(item["scope"])
        else:
            refused = refused or why
            result.leave_out(right, why)
            result.codes["RA306"] += why == "other condition"
    return gives, refused or (None if names is None else "role_map")


def _is_wide(scope: str) -> bool:
    """Whether it is a subscription, a management group or the root: Contributor there is always called out."""
    return scope.count("/") <= 2 or "/managementGroups/" in scope


def _why_not(right: Right, told: Json, asked: Asked, before: set[Right]) -> str | None:
    name = right[1]
    if right in before:
        return None
    if told["unused"] and not asked.unused:
        return "unused"
    if name in PRIVILEGED and name not in asked.privileged:
        return "privileged"
    return "other condition" if right[:3] in {there[:3] for there in before} else None


# --- access policies ------------------------------------------------------


def policy(vault: str, permissions: Mapping[str, Iterable[str]]) -> Right:
    """Permissions in a key vault as a right."""
    kinds = [f"{kind}: {', '.join(permissions[kind])}" for kind in _KINDS if permissions.get(kind)]
    return VAULT, f"Access policy ({'; '.join(kinds)})", vault.lower(), None


def names_of(permissions: Mapping[str, Iterable[str]]) -> set[str]:
    """Permissions, each by itself and in lower case."""
    return {f"{kind}/{name}".lower() for kind, names in permissions.items() for name in names}


def _vault_policies(told: Json, asked: Asked, result: Expected) -> None:
    own = {item["vault"]: item["permissions"] for item in told["identity_policies"]}
    result.codes["RA320"] += len(told["compound_policies"])
    for item in told["vault_policies"]:
        vault = item["vault"]
        right, before = policy(vault, item["permissions"]), own.get(vault, {})
        reason = _why_no_policy(item, told, asked)
        if reason is None:
            result.copied.add(right)
            result.end.add(right)
        else:
            result.leave_out(right, reason)
        result.codes["RA321"] += reason == "rbac mode"
        result.codes["RA322"] += item["firewall"] and reason is None
        if item["rbac"] and reason == "rbac mode":
            continue
        result.compare(right, reason)
        beyond = {
            kind: [name for name in names if f"{kind}/{name}".lower() not in names_of(item["permissions"])]
            for kind, names in before.items()
        }
        if names_of(beyond):
            result.differences.add((policy(vault, beyond), "more"))


def _why_no_policy(item: Json, told: Json, asked: Asked) -> str | None:
    if asked.excludes_scope(item["vault"]):
        return "excluded"
    if item["rbac"]:
        return "rbac mode"
    return "unused" if told["unused"] and not asked.unused else None


# --- Microsoft Entra ------------------------------------------------------


def _directory(kind: str, item: Json, asked: Asked, dormant: bool, may: bool, result: Expected) -> None:
    """An app role or a directory role."""
    name = item["value"] if kind == APP_ROLE else item["role_name"]
    scope = item["resource"] if kind == APP_ROLE else item["scope"]
    right: Right = (kind, name, scope.lower(), None)
    named = {f"{kind}:{name}", f"{kind}:{scope}/{name}"}
    if named & asked.excluded:
        reason: str | None = "excluded"
    elif dormant:
        reason = "unused"
    else:
        reason = "privileged" if item["privileged"] and not named & asked.privileged else None
    _give(right, reason, may, result)
    # Runbooks that log in to Exchange or SharePoint have to be changed.
    result.codes["RA333"] += reason is None and item.get("of") in ("exchange", "sharepoint")


def _give(right: Right, reason: str | None, may: bool, result: Expected) -> None:
    if reason is not None:
        result.leave_out(right, reason)
    elif may:
        result.copied.add(right)
        result.end.add(right)
    else:
        result.hand_over.add(right)
        result.codes["RA332"] += 1
        reason = "handed over"
    result.compare(right, reason)


def group(item: Json) -> Right:
    """Membership in a group as a right."""
    return GROUP, item["name"], f"/groups/{item['id']}".lower(), None


def _groups(told: Json, asked: Asked, dormant: bool, may: bool, result: Expected) -> None:
    before = {item["name"] for item in told["identity_groups"]}
    result.end |= {group(item) for item in told["identity_groups"]}
    own = [item for item in told["groups"] if item["own"]]
    for item in own:
        givers = {item["name"], *item["around"]} - before
        given = [one for one in told["through_groups"] if one["group"] in givers]
        roles_given = [one for other in told["groups"] if other["name"] in givers for one in other["directory_roles"]]
        gifts = [*given, *roles_given]
        reason = _why_not_joined(item, gifts, asked, dormant)
        if item["name"] in before and reason != "excluded":
            result.unchanged.add(group(item))
            result.compare(group(item), None)
            continue
        _give(group(item), reason, may, result)
        if item["name"] in before:
            result.keep([group(item)])
        closed = item["dynamic"] or item["synced"]
        result.codes["RA335"] += reason is not None and closed and reason.endswith("group")
        if reason == "not asked for" or (reason or "").endswith("group"):
            result.codes["RA334" if gifts else "RA337"] += len(gifts) or 1
    if own:
        result.differences |= {
            (group(item), "more")
            for item in told["identity_groups"]
            if item["name"] not in {one["name"] for one in own}
        }


def _why_not_joined(item: Json, gifts: list[Json], asked: Asked, dormant: bool) -> str | None:
    named = f"group:{item['name']}"
    if named in asked.excluded:
        return "excluded"
    if not asked.joins:
        return "not asked for"
    if dormant:
        return "unused"
    if item["dynamic"] or item["synced"]:
        return "dynamic group" if item["dynamic"] else "synced group"
    return "privileged" if any(one["privileged"] for one in gifts) and named not in asked.privileged else None
