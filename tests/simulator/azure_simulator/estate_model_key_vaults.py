# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the schema of an estate that is about key vaults (contract 7 and 7.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=260)]


class Model(BaseModel):
    """Common rules: no unknown keys, and numbers are not taken for names."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AccessPolicy(Model):
    """Who may do what in a key vault; `principal` names an application, identity, account or group.

    With `application` the entry is that of a user together with an application, `tenant` is another than the vault's.
    """

    principal: Name
    application: Name | None = None
    tenant: str | None = None
    keys: list[str] = []
    secrets: list[str] = []
    certificates: list[str] = []
    storage: list[str] = []

    def permissions(self) -> dict[str, list[str]]:
        """The permissions by kind, as Azure has them."""
        kinds = {"keys": self.keys, "secrets": self.secrets, "certificates": self.certificates, "storage": self.storage}
        return {kind: list(names) for kind, names in kinds.items()}


class Firewall(Model):
    """What a key vault lets through; an empty one lets nothing through but trusted services."""

    default_action: Literal["Allow", "Deny"] = "Deny"
    bypass: Literal["AzureServices", "None"] = "AzureServices"
    addresses: list[str] = []
    subnets: list[str] = []


class KeyVault(Model):
    """A key vault; with `rbac` its access policies are ignored by Azure.

    `tenant` is the id of the tenant that it trusts, if that is not the subscription's. `other_policies` are entries of
    principals that do not matter, to fill it up. A `deleted` one is soft-deleted.
    """

    name: Name
    subscription: str | None = None
    resource_group: Name = "rg-secrets"
    region: str | None = None
    rbac: bool = False
    state: str = "Succeeded"
    tenant: str | None = None
    firewall: Firewall | None = None
    public_network_access: Literal["Enabled", "Disabled", "enabled", "disabled"] = "Enabled"
    access_policies: list[AccessPolicy] = []
    other_policies: Annotated[int, Field(ge=0, le=1024)] = 0
    deleted: bool = False
