# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What an account's identities and Run As accounts may do, as a snapshot keeps it: Azure's words, without secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._azure import authorization, directory
from .._azure.errors import Absent, AzureError, Forbidden
from .._azure.ids import normal_id
from .._finding import Finding
from .._step import in_parallel
from . import access
from ._call import Call
from .access_around import AccessAround
from .chosen_identity import details_of_user_assigned, either_casing
from .directory_lookup import graph_claims
from .directory_reading import Holdings, Read, read_directory
from .retiree import without_secrets
from .run_as import classify
from .unread import unread_finding
from .vault_model import Vault
from .vault_reading import read_named

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Principal:
    """An identity of the account, or the service principal of a Run As account; ``of`` tells which."""

    of: str
    id: str
    application_id: str | None = None


def as_far_as_known(items: Iterable[Any], unread: Iterable[Any]) -> list[Any] | None:
    """Return a list; None where it is empty and not all of it could be read: that is not known to be empty."""
    known = list(items)
    return known if known or not list(unread) else None


def read_access(
    call: Call, account: Json, connections: Sequence[Json] | None
) -> tuple[list[dict[str, Any]] | None, tuple[Finding, ...]]:
    """Return each principal with what it may do, and what could not be read of that.

    ``account`` and ``connections`` are the wire's JSON, None where connections could not be read.
    Raises Forbidden where subscriptions may not be listed.
    """
    principals, unfound = _principals(call, account, connections or ())
    around = access.around_of(call.with_defaults(access.ARGUMENTS))
    holdings = read_directory(call.session, [one.id for one in principals], graph_claims(call.session))
    assignments, unlisted = _role_assignments(call, principals, around)
    vaults, unopened = _key_vaults(call, principals, around)
    unheld = [said for one in principals for said in _unread_holdings(one, holdings.of(one.id))]
    unseen = around.findings()
    shown = [
        {
            **_shown(one, holdings.of(one.id)),
            "role_assignments": as_far_as_known(assignments[one.id], [*unseen, *unlisted]),
            "vault_policies": as_far_as_known(_policies(one, vaults), [*unseen, *unopened]),
        }
        for one in principals
    ]
    unnamed = ["connections"] if connections is None else []
    return as_far_as_known(shown, [*unfound, *unnamed]), (*unfound, *unseen, *unlisted, *unheld, *unopened)


def _principals(call: Call, account: Json, connections: Sequence[Json]) -> tuple[list[Principal], list[Finding]]:
    """Return whose access is of interest, and which service principals could not be looked for."""
    identity, unread = account.get("identity") or {}, []
    found = [Principal("identity", str(identity["principalId"]))] if identity.get("principalId") else []
    for arm_id, detail in details_of_user_assigned(account).items():
        principal_id = either_casing(detail, "principalId")
        if principal_id:
            found.append(Principal(f"identity {arm_id}", principal_id, either_casing(detail, "clientId")))
    for run_as in classify(connections, (), datetime.now(timezone.utc)):
        if run_as.application_id is None:
            continue
        try:
            item = directory.find_service_principal(call.session, run_as.application_id)
        except Forbidden as error:
            what = f"The service principal of connection {run_as.connection}"
            unread.append(unread_finding(what, call.account.child("connections", run_as.connection), error))
            continue
        if item is not None:
            found.append(Principal(f"connection {run_as.connection}", str(item["id"]), run_as.application_id))
    return found, unread


def _role_assignments(
    call: Call, principals: Sequence[Principal], around: AccessAround
) -> tuple[dict[str, list[Json]], list[Finding]]:
    """Return the direct role assignments of each principal, by its id, at every scope that the login sees."""

    def read(pair: tuple[Principal, str]) -> list[Json] | Finding:
        principal, scope = pair
        try:
            return [*authorization.list_for_principal(call.session, scope, principal.id)]
        except (Forbidden, Absent) as error:
            return unread_finding(f"The role assignments at {scope}", scope, error)

    pairs = [(one, scope) for one in principals for scope in around.scopes(call.account.subscription_id)]
    found: dict[str, dict[str, Json]] = {one.id: {} for one in principals}
    unread: list[Finding] = []
    for (one, dummy), answer in zip(pairs, in_parallel(read, pairs, call.max_parallel), strict=True):
        if isinstance(answer, Finding):
            unread.append(answer)
        else:
            # Those inherited from above are in several lists, with their own id.
            found[one.id].update({normal_id(item["id"]): item for item in answer})
    return {principal: list(items.values()) for principal, items in found.items()}, unread


def _key_vaults(
    call: Call, principals: Sequence[Principal], around: AccessAround
) -> tuple[tuple[Vault, ...], list[Finding]]:
    """Return the key vaults whose access policies name one of the principals."""
    wanted = {one.id.lower() for one in principals}
    naming = [vault for vault in around.vaults if wanted & set(vault["names"])]
    read = read_named(call.session, naming, call.max_parallel)
    return read.vaults, [item.finding() for item in read.unread]


def _policies(principal: Principal, vaults: Iterable[Vault]) -> Iterable[dict[str, Any]]:
    for vault in vaults:
        own = vault.own(principal.id)
        if own is not None:
            yield {"vault": vault.id, "permissions": {kind: list(names) for kind, names in own.items()}}


def _shown(principal: Principal, holds: Holdings) -> dict[str, Any]:
    itself = holds.itself
    return {
        "of": principal.of,
        "id": principal.id,
        "application_id": principal.application_id,
        "service_principal": None if isinstance(itself, AzureError) or not itself else without_secrets(itself),
        "app_roles": _listed(holds.app_roles),
        "directory_roles": _listed(holds.directory_roles),
        "groups": _listed(holds.direct),
    }


def _listed(read: Read) -> list[Json] | None:
    return None if isinstance(read, AzureError) else list(read)


def _unread_holdings(principal: Principal, holds: Holdings) -> Iterable[Finding]:
    """Yield what could not be read of what a principal holds in Microsoft Entra."""
    parts = {
        "The properties": holds.itself,
        "The app roles": holds.app_roles,
        "The directory roles": holds.directory_roles,
        "The groups": holds.direct,
    }
    for what, read in parts.items():
        # A principal that is gone has no properties, and Azure says so: that was read.
        if isinstance(read, AzureError) and not isinstance(read, Absent):
            yield unread_finding(f"{what} of service principal {principal.id}", principal.id, read)
