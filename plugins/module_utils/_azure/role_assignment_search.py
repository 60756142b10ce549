# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Role assignments of principals, wherever they are, by Resource Graph (contract 8.3).

One query finds what takes a list per subscription and management group otherwise, but it shows Azure as it was minutes
ago, without conditions, and leaves out what the login may not read without a word. So each one that is found is to be
read again, and nothing that is not found is proven not to be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .ids import normal_id
from .resource_graph import query
from .session import Session

# The most subscriptions of one query (section 8.1), and principals in one: far below the length that a query may have.
_SUBSCRIPTIONS = 1000
_PRINCIPALS = 100

_FROM = "authorizationresources | where type =~ 'microsoft.authorization/roleassignments'"
_COLUMNS = (
    "project id, principalId=tostring(properties.principalId), scope=tostring(properties.scope), "
    "roleDefinitionId=tostring(properties.roleDefinitionId) | order by id asc"
)
# Without it a query of subscriptions leaves out what they inherit from management groups and from the root.
_SCOPE = "AtScopeAboveAndBelow"


def find_role_assignments(
    session: Session,
    principal_ids: Sequence[str] | None,
    *,
    subscriptions: Sequence[str] = (),
    management_groups: Sequence[str] = (),
) -> list[dict[str, str]]:
    """Return the direct role assignments of principals, those of their groups not included, ordered by id.

    Without ``principal_ids`` it is those of all service principals.
    ``subscriptions`` are ids and ``management_groups`` names, one or the other: at them, inside them and above them.
    Without both it is all that the login sees. An item has ``id`` and ``scope``, ``role_definition_id`` (only its last
    segment counts) and ``principal_id``. Raises the errors of ``errors``; Failed with code BadRequest where the login
    sees no subscription at all.
    """
    found: dict[str, dict[str, str]] = {}
    for principals in _batches(principal_ids, _PRINCIPALS) if principal_ids is not None else [()]:
        text = f"{_FROM} | where {_condition(principals)} | {_COLUMNS}"
        for batch in list(_batches(subscriptions, _SUBSCRIPTIONS)) or [()]:
            rows = query(
                session,
                text,
                f"Looking for the role assignments of {_shown(principals)}",
                subscriptions=batch,
                management_groups=management_groups,
                authorization_scope=_SCOPE,
            )
            found |= {normal_id(row["id"]): _item(row) for row in rows}
    return [found[key] for key in sorted(found)]


def _condition(principals: Sequence[str]) -> str:
    if not principals:
        return "tostring(properties.principalType) =~ 'ServicePrincipal'"
    listed = ", ".join(_text(principal) for principal in principals)
    return f"tostring(properties.principalId) in~ ({listed})"


def _item(row: dict[str, str]) -> dict[str, str]:
    return {
        "id": row["id"],
        "scope": row["scope"],
        "role_definition_id": row["roleDefinitionId"],
        "principal_id": row["principalId"],
    }


def _batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _text(value: str) -> str:
    """Return a text as the query language writes it, between single quotes."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _shown(principals: Sequence[str]) -> str:
    if not principals:
        return "all service principals"
    more = f" and {len(principals) - 1} more" if len(principals) > 1 else ""
    return f"principal {principals[0]}{more}"
