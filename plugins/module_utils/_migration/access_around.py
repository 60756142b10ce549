# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What copying access needs to know of a tenant, whatever the account: read once, and shared by the workers of a run.

None of it is written on: what a change rests on is read again for each account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any

from .._azure import authorization, eligibility, role_assignment_search, subscriptions
from .._azure.errors import Absent, Failed, Forbidden
from .._azure.ids import last_segment, normal_id, same_id
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import in_parallel
from .access_model import Role, built_in_only, role_of
from .shared_reading import Shelf, peek, shared
from .unread import Unread
from .vault_reading import read_vaults

Json = Mapping[str, Any]

# The folder beside those of the accounts for what their workers share, and the file in it for what lies around them.
SHARED = "surroundings"
KEPT_AS = "access.json"
# What the finding is about where management groups cannot be listed.
_ALL_GROUPS = "/"


@dataclass(frozen=True)
class AccessAround:
    """What lies around all accounts: plain data that JSON can hold, without secrets.

    ``subscriptions`` have ``id`` and ``tenant``, "" where that is not told; ``management_groups`` are resource ids.
    ``eligible`` are roles that a principal may activate, ``vaults`` key
    vaults with whom their access policies name. ``holders`` are where Resource Graph found role assignments of service
    principals, None where it was not asked; ``definitions`` are Azure's own roles among those, as the wire has them:
    custom roles may change any time.
    """

    subscriptions: tuple[Json, ...] = ()
    management_groups: tuple[str, ...] = ()
    eligible: tuple[Json, ...] = ()
    vaults: tuple[Json, ...] = ()
    holders: tuple[Json, ...] | None = None
    definitions: tuple[Json, ...] = ()
    unread: tuple[Json, ...] = ()

    def scopes(self, subscription_id: str) -> list[str]:
        """Return the ids of every scope with a list of its own, that of the account's subscription first."""
        own = [f"/subscriptions/{subscription_id}"]
        visible = [str(item["id"]) for item in self.subscriptions]
        others = [f"/subscriptions/{name}" for name in visible if not same_id(name, subscription_id)]
        return [*own, *others, *self.management_groups]

    def covers(self, subscription_id: str) -> bool:
        """Tell whether a subscription was looked at."""
        return any(same_id(str(item["id"]), subscription_id) for item in self.subscriptions)

    @property
    def whole(self) -> bool:
        """Whether ``scopes`` are all that the login sees: management groups could be listed."""
        return not any(item["resource"] == _ALL_GROUPS for item in self.unread)

    def findings(self) -> tuple[Finding, ...]:
        """Return what could not be read."""
        return tuple(Unread(**item).finding() for item in self.unread)

    def roles(self) -> dict[str, Role]:
        """Return the roles that are known already, by guid."""
        return {role.guid: role for role in map(role_of, self.definitions)}

    def eligible_for(self, principals: Iterable[str]) -> tuple[Finding, ...]:
        """Return a finding for each role that one of the principals may activate."""
        wanted = {principal.lower() for principal in principals}
        found = [item for item in self.eligible if item["principal_id"] in wanted]
        return tuple(finding("RA312", item["id"], role=item["role"], scope=item["scope"]) for item in found)


def read_around(
    session: Session, subscription_id: str, max_parallel: int, *, search: bool, vaults: bool
) -> AccessAround:
    """Read what the login sees, the subscription of an account included.

    ``search`` asks Resource Graph for the role assignments of all service principals, ``vaults`` reads key vaults too.
    """
    unread: list[Unread] = []
    visible = [
        {"id": str(item["subscriptionId"]), "tenant": str(item.get("tenantId") or "")}
        for item in subscriptions.list_subscriptions(session)
    ]
    if not any(same_id(item["id"], subscription_id) for item in visible):
        visible.append({"id": subscription_id, "tenant": ""})
    groups = _management_groups(session, unread)
    scopes = [*(f"/subscriptions/{item['id']}" for item in visible), *groups]
    eligible = _eligible(session, scopes, max_parallel, unread)
    holders = find_holders(session, groups, None) if search else None
    definitions = in_parallel(partial(_definition, session, scopes), _roles_of(holders or ()), max_parallel)
    return AccessAround(
        subscriptions=tuple(visible),
        management_groups=tuple(groups),
        eligible=tuple(eligible),
        vaults=tuple(_vaults(session, [item["id"] for item in visible], max_parallel, unread) if vaults else ()),
        holders=holders,
        definitions=tuple(item for item in definitions if item is not None),
        unread=tuple(asdict(item) for item in unread),
    )


def shared_around(shelf: Shelf | None, read: Callable[[], AccessAround], *, keep: bool) -> AccessAround:
    """Return what ``read`` returns, or what another worker has read and kept not long ago.

    ``shelf`` is None where nothing is shared; without ``keep`` nothing is written. Raises LedgerError where the folder
    cannot be used.
    """
    if shelf is None:
        return read()
    if keep:
        return _from_json(shared(shelf, lambda: asdict(read()), _usable))
    found = peek(shelf, _usable)
    return read() if found is None else _from_json(found)


def _management_groups(session: Session, unread: list[Unread]) -> list[str]:
    try:
        return [str(group["id"]) for group in subscriptions.list_management_groups(session)]
    except Forbidden as error:
        unread.append(Unread.of("The list of management groups", _ALL_GROUPS, error))
        return []


def _eligible(session: Session, scopes: Sequence[str], max_parallel: int, unread: list[Unread]) -> Iterable[Json]:
    """Return what may be activated anywhere, each once: what is inherited is in several lists."""
    found: dict[str, Json] = {}
    for listed, missed in in_parallel(partial(_eligible_at, session), scopes, max_parallel):
        found |= {normal_id(item["id"]): _shown(item) for item in listed}
        unread += missed
    return found.values()


def _vaults(session: Session, visible: Sequence[str], max_parallel: int, unread: list[Unread]) -> Iterable[Json]:
    """Return key vaults with the principals that their access policies name; what these may do is read for each."""
    for reading in in_parallel(partial(read_vaults, session), visible, max_parallel):
        unread += reading.unread
        for vault in reading.vaults:
            named = sorted({entry.object_id.lower() for entry in vault.entries})
            yield {"id": vault.id, "name": vault.name, "names": named}


def _eligible_at(session: Session, scope: str) -> tuple[list[Json], list[Unread]]:
    what = f"The eligible role assignments at {scope}"
    try:
        return list(eligibility.list_eligible(session, scope)), []
    except (Forbidden, Absent) as error:
        return [], [Unread.of(what, scope, error)]
    except Failed as error:
        # A tenant without the licence has no eligible role assignments (docs/contract.md, 4.6).
        return [], [] if error.code == eligibility.NOT_LICENSED else [Unread.of(what, scope, error)]


def _shown(item: Json) -> dict[str, Any]:
    properties = item["properties"]
    named = (properties.get("expandedProperties") or {}).get("roleDefinition") or {}
    role = last_segment(properties["roleDefinitionId"]).lower()
    return {
        "id": item["id"],
        "principal_id": str(properties["principalId"]).lower(),
        "role": str(named.get("displayName") or role),
        "scope": properties["scope"],
    }


def find_holders(session: Session, groups: Sequence[str], principals: Sequence[str] | None) -> tuple[Json, ...]:
    """Return where principals hold something, or all service principals, as Resource Graph knows.

    Whether it shows what management groups hold to a query that names none is not known (docs/contract.md, 8.3), so it
    is asked for those too.
    """
    find = role_assignment_search.find_role_assignments
    rows = find(session, principals)
    if groups:
        rows += find(session, principals, management_groups=[last_segment(group) for group in groups])
    return tuple({normal_id(row["id"]): row for row in rows}.values())


def _roles_of(holders: Iterable[Json]) -> list[str]:
    return sorted({last_segment(str(row["role_definition_id"])).lower() for row in holders})


def _definition(session: Session, scopes: Sequence[str], guid: str) -> Json | None:
    """Return one of Azure's own roles; None for another, or one that cannot be read here: then accounts read it."""
    try:
        return built_in_only(authorization.get_definition(session, scopes[0] if scopes else "/", guid))
    except (Forbidden, Absent):
        return None


def _usable(content: Json) -> bool:
    return bool(_from_json(content))


def _from_json(content: Json) -> AccessAround:
    """Return what was kept. Raises TypeError or KeyError for what is none."""
    parts: dict[str, Any] = {item.name: content[item.name] for item in fields(AccessAround)}
    for name, part in parts.items():
        if part is None and name == "holders":
            continue
        kind = str if name == "management_groups" else dict
        if not isinstance(part, (list, tuple)) or not all(isinstance(item, kind) for item in part):
            raise TypeError(f"{name} is no list of {kind.__name__}")
        parts[name] = tuple(part)
    return AccessAround(**parts)
