# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of access policies share: an estate with key vaults, and a copy through a real session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_around import read_around
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import Choices
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_copy import Copy as Kinds
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import (
    Copying,
    Kind,
    Part,
    Target,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_proof import Proof, prove
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_sources import (
    dormant_principals,
    find_sources,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_policies import VaultPolicies
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import Hands, Outcome, Plan, carry_out

from .access_estate import session, small

if TYPE_CHECKING:
    from .conftest import Azure

MAX_PARALLEL = 4


def with_vaults(tmp_path: Path, *vaults: dict[str, Any], **members: Any) -> tuple[str, ...]:
    """Write the small estate with key vaults; return how to serve it."""
    return small(tmp_path, key_vaults=list(vaults), **members)


def kv(name: str = "kv", *policies: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A key vault; by default the Run As account may read its secrets."""
    known = list(policies) or [{"principal": "run-as", "secrets": ["Get", "List"]}]
    return {"name": name, "access_policies": known, **members}


class Copy:
    """A copy of the access policies of one account, step by step, with a session of its own."""

    def __init__(self, opened: Session, azure: Azure, account: str, principal_id: str | None, **choices: Any) -> None:
        named = azure.account(account)
        self.account = AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])
        self.azure = azure
        sources = find_sources(opened, self.account, None, None, MAX_PARALLEL).sources
        target = Target(self.account, "system", principal_id)
        copying = Copying(target, sources, dormant_principals(sources), Choices(**choices))
        around = read_around(opened, self.account.subscription_id, MAX_PARALLEL, search=False, vaults=True)
        self.unread = [item for item in around.findings() if " key vault" in item.sentence]
        self.kind: Kind = VaultPolicies(opened, copying, around, MAX_PARALLEL)
        self.kinds = Kinds([self.kind], replication_timeout=10)

    @property
    def part(self) -> Part:
        return self.kinds.part

    def plan(self) -> Part:
        return self.kinds.plan()

    def carry_out(self) -> Outcome:
        """Carry the plan out as the step does, with a ledger."""
        plan = Plan(self.part.changes)
        folder = _ledger.account_folder(str(self.azure.ledger), self.account.name, self.account.arm_id)
        hands = Hands(reread=self.kinds.reread, write=self.kinds.write)
        with _ledger.held(folder, self.account.arm_id, "copy_runas_roles") as journal:
            outcome = carry_out(plan, hands, journal, max_parallel=MAX_PARALLEL)
        if outcome.done and outcome.complete:
            self.kinds.verify()
        return outcome

    def proof(self, outcome: Outcome, *, check_mode: bool = False) -> Proof:
        """Compare what the Run As account may do with what the identity may do now, or would in check mode."""
        held = self.kinds.held(outcome, check_mode=check_mode)
        assert held is not None
        return prove(self.part.fates, held, {})


def copied(
    azure: Azure,
    *,
    account: str = "aa",
    login: str = "migration",
    between: Callable[[], None] = lambda: None,
    **choices: Any,
) -> tuple[Copy, Outcome]:
    """Plan and carry out; ``between`` is what somebody else does after the plan was made."""
    with session(azure, login) as opened:
        copy = Copy(opened, azure, account, identity(azure, account), **choices)
        copy.plan()
        between()
        return copy, copy.carry_out()


def identity(azure: Azure, account: str = "aa") -> str:
    """Return the principal id of an account's system-assigned identity."""
    found: str = principal(azure, account)
    return found


def principal(azure: Azure, name: str) -> str:
    """Return the object id of a service principal by its display name."""
    objects = azure.state()["directory"]["objects"]
    return next(
        str(item["id"])
        for item in objects
        if item["@odata.type"] == "#microsoft.graph.servicePrincipal" and item["displayName"] == name
    )


def policies(azure: Azure, vault: str = "kv") -> dict[str, dict[str, list[str]]]:
    """Return the access policies of a vault: permissions by object id, kinds without any left out."""
    entries = properties(azure, vault)["accessPolicies"]
    return {
        entry["objectId"]: {kind: names for kind, names in entry["permissions"].items() if names} for entry in entries
    }


def properties(azure: Azure, vault: str = "kv") -> dict[str, Any]:
    return next(dict(item["properties"]) for item in azure.state()["key_vaults"] if item["name"] == vault)


def vault_id(azure: Azure, vault: str = "kv") -> str:
    return next(str(item["id"]) for item in azure.state()["key_vaults"] if item["name"] == vault)
