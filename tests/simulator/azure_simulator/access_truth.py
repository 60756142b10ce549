# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tool should find out about the access of a generated estate. ESTATES.md tells what each member means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from azure_simulator import estate_model as model
from azure_simulator.estate_build import Builder
from azure_simulator.estate_model_key_vaults import KeyVault
from azure_simulator.generated_access import PRIVILEGED

Json = dict[str, Any]


@dataclass
class PrincipalTruth:
    """What a service principal holds, in the words of the estate; its role assignments are in ``direct``."""

    application: str
    home: str
    direct: list[model.Role]
    groups: list[model.Group] = field(default_factory=list)
    eligible: list[model.Eligible] = field(default_factory=list)
    vaults: list[KeyVault] = field(default_factory=list)
    app_roles: list[str] = field(default_factory=list)
    deleted: bool = False


@dataclass
class AccountTruth:
    """One account; ``unused`` is why nothing can log in with its Run As account, if so."""

    name: str
    home: str
    principal: PrincipalTruth
    identity_roles: list[model.Role]
    unused: str | None = None


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
        "vault_policies": [_policy(builder, vault) for vault in principal.vaults],
        "app_roles": list(principal.app_roles),
        "identity_holds": [_role(builder, truth.name, role) for role in truth.identity_roles],
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


def _policy(builder: Builder, vault: KeyVault) -> Json:
    (policy,) = vault.access_policies
    subscription = builder.subscription(vault.subscription, "the truth")
    group = builder.group(subscription, vault.resource_group)
    return {
        "vault": f"{group.id}/providers/Microsoft.KeyVault/vaults/{vault.name}",
        "rbac": vault.rbac,
        "permissions": policy.permissions(),
    }
