# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tool should find out about the access of a generated estate. ESTATES.md tells what each member means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from azure_simulator import directory_roles, entra, entra_resources
from azure_simulator import estate_model as model
from azure_simulator.estate_build import Builder
from azure_simulator.estate_model_key_vaults import KeyVault
from azure_simulator.generated_access import PRIVILEGED
from azure_simulator.generated_directory import PRIVILEGED_APP_ROLES, PRIVILEGED_DIRECTORY_ROLES

Json = dict[str, Any]


@dataclass
class PrincipalTruth:
    """What a service principal holds, in the words of the estate; its role assignments are in ``direct``.

    ``groups`` are all that it is in, ``own_groups`` those that it is itself a member of.
    """

    application: str
    home: str
    direct: list[model.Role]
    groups: list[model.Group] = field(default_factory=list)
    own_groups: list[model.Group] = field(default_factory=list)
    eligible: list[model.Eligible] = field(default_factory=list)
    vaults: list[KeyVault] = field(default_factory=list)
    app_roles: list[str] = field(default_factory=list)
    directory_roles: list[model.Role] = field(default_factory=list)
    deleted: bool = False


@dataclass
class AccountTruth:
    """One account; ``unused`` is why nothing can log in with its Run As account, if so."""

    name: str
    home: str
    principal: PrincipalTruth
    identity_roles: list[model.Role]
    unused: str | None = None
    identity_groups: list[model.Group] = field(default_factory=list)


def finished(truths: Sequence[AccountTruth], builder: Builder) -> dict[str, Json]:
    """The whole truth by the account's name, with the ids that the world gave to things."""
    return {truth.name: _account(truth, truths, builder) for truth in truths}


def _account(truth: AccountTruth, every: Sequence[AccountTruth], builder: Builder) -> Json:
    principal = truth.principal
    identity = builder.principals[truth.name]
    shared = [other.name for other in every if other.principal is principal and other is not truth]
    return {
        "id": builder.account_ids[truth.name],
        "identity_principal_id": identity.id,
        "application": principal.application,
        "application_id": builder.applications[principal.application].data["appId"],
        "principal_id": builder.principals[principal.application].id,
        "unused": truth.unused,
        "shared_with": [builder.account_ids[name] for name in shared],
        "direct": [_role(builder, principal.application, role) for role in principal.direct],
        "through_groups": [
            {**_role(builder, group.name, role), "group": group.name}
            for group in principal.groups
            for role in group.roles
        ],
        "eligible": [_eligible(builder, item) for item in principal.eligible],
        "groups": [_group(builder, group, principal) for group in principal.groups],
        "vault_policies": list(_policies(builder, principal.vaults, principal.application)),
        "compound_policies": list(_policies(builder, principal.vaults, principal.application, compound=True)),
        "app_roles": [_app_role(builder, principal.application, name) for name in principal.app_roles],
        "directory_roles": [_directory_role(role) for role in principal.directory_roles],
        "identity_holds": [_role(builder, truth.name, role) for role in truth.identity_roles],
        "identity_policies": list(_policies(builder, principal.vaults, truth.name)),
        "identity_groups": [_named(builder, group) for group in truth.identity_groups],
    }


def _role(builder: Builder, holder: str, role: model.Role) -> Json:
    """A role assignment; nothing in it comes from the world's own role assignments."""
    definition = builder.role(role.role, "the truth")
    return {
        "principal": builder.principals[holder].id,
        "role": definition.name,
        "role_name": role.role,
        "scope": _scope(builder, role.scope),
        "condition": role.condition,
        "description": role.description,
        "custom": definition.kind == "CustomRole",
        "privileged": role.role in PRIVILEGED,
    }


def _scope(builder: Builder, text: str | None) -> str:
    return builder.scope(text, builder.subscription(None, "the truth"), "the truth")


def _eligible(builder: Builder, item: model.Eligible) -> Json:
    return {
        "principal": builder.principals[item.principal].id,
        "group": item.principal,
        "role": builder.role(item.role, "the truth").name,
        "role_name": item.role,
        "scope": _scope(builder, item.scope),
    }


def _policies(
    builder: Builder, vaults: Sequence[KeyVault], principal: str, *, compound: bool = False
) -> Iterator[Json]:
    """The entries of a principal; ``compound`` ones are those of a user together with an application."""
    for vault in vaults:
        for policy in vault.access_policies:
            if policy.principal != principal or (policy.application is not None) != compound:
                continue
            subscription = builder.subscription(vault.subscription, "the truth")
            group = builder.group(subscription, vault.resource_group)
            yield {
                "vault": f"{group.id}/providers/Microsoft.KeyVault/vaults/{vault.name}",
                "rbac": vault.rbac,
                "firewall": vault.firewall is not None,
                "permissions": policy.permissions(),
            }


def _app_role(builder: Builder, holder: str, name: str) -> Json:
    """An app role; its resource is the display name of the application that offers it."""
    owner, dummy, value = name.rpartition("/")
    known = entra_resources.BY_NAME.get(owner)
    tenant = builder.principals[holder].tenant_id
    app_id = known.app_id if known else entra.GRAPH_APP_ID
    ours = builder.principals.get(owner)
    resource = ours or builder.world.service_principal_of_app(tenant, app_id)
    if resource is None:
        raise KeyError(name)
    return {
        "value": value,
        "resource": resource.data["displayName"],
        "resource_id": resource.id,
        "of": owner or "graph",
        "privileged": name in PRIVILEGED_APP_ROLES,
    }


def _directory_role(role: model.Role) -> Json:
    return {
        "role": directory_roles.TEMPLATES[role.role],
        "role_name": role.role,
        "scope": role.scope or "/",
        "privileged": role.role in PRIVILEGED_DIRECTORY_ROLES,
    }


def _group(builder: Builder, group: model.Group, principal: PrincipalTruth) -> Json:
    """A group; it gives out what lies in it, and what the groups around it give."""
    return {
        **_named(builder, group),
        "own": group in principal.own_groups,
        "around": [other.name for other in _around(group, principal.groups)],
        "dynamic": group.dynamic,
        "synced": group.synced,
        "role_assignable": group.role_assignable,
        "directory_roles": [_directory_role(role) for role in group.directory_roles],
    }


def _around(group: model.Group, groups: Sequence[model.Group]) -> list[model.Group]:
    """The groups that a group lies in, at any depth."""
    next_ones = [other for other in groups if group.name in other.members]
    return [*next_ones, *(outer for one in next_ones for outer in _around(one, groups))]


def _named(builder: Builder, group: model.Group) -> Json:
    return {"id": builder.principals[group.name].id, "name": group.name}
