# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which access policies of key vaults an identity gets, keeps and does not get."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import Choices
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import (
    Copying,
    Fate,
    Part,
    Right,
    Target,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_proof import Verdict, prove
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_model import (
    POLICY_LIMIT,
    Entry,
    Vault,
    right,
    union,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_policies import set_policy_command
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_policy_plan import (
    VaultPlan,
    added_by,
    plan_vault_policies,
    rights_held,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import KNOWN_AFTER_APPLY, Plan

GROUP = "/subscriptions/S1/resourceGroups/rg"
KV = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
TARGET = Target(AccountId("s1", "rg", "aa"), "system", "identity")
TENANTS = {"s1": "tenant"}
GET, LIST = {"secrets": ("get",)}, {"secrets": ("list",)}


def entry(permissions: dict[str, tuple[str, ...]], who: str = "run-as", **more: Any) -> Entry:
    return Entry(
        **{"tenant_id": "tenant", "object_id": who, "application_id": None, "permissions": permissions, **more}
    )


def vault(*entries: Entry, **more: Any) -> Vault:
    return Vault(**{"id": KV, "name": "kv", "tenant_id": "tenant", "entries": entries, **more})


def planning(
    *vaults: Vault,
    dormant: dict[str, str | None] | None = None,
    target: Target = TARGET,
    tenants: dict[str, str] | None = None,
    **choices: Any,
) -> VaultPlan:
    copying = Copying(target, (), dormant or {"run-as": None}, Choices(**choices))
    return plan_vault_policies(copying, vaults, TENANTS if tenants is None else tenants)


def plan(*vaults: Vault, **options: Any) -> Part:
    return planning(*vaults, **options).part


def codes(part: Part) -> list[str]:
    return [found.code for found in part.findings]


def reasons(part: Part) -> list[str]:
    return [entry["reason"] for entry in part.not_copied]


def fates(part: Part) -> list[tuple[str, int, str | None]]:
    return [(fate.holder, len(fate.gives), fate.reason) for fate in part.fates]


def test_a_policy_is_copied_with_the_names_that_azure_wrote() -> None:
    held = {"keys": ("wrapKey",), "secrets": ("Get", "List")}
    planned = planning(vault(entry(held)))
    part = planned.part
    (change,) = part.changes
    assert (change.action, change.kind, change.target, change.before) == ("add", "vault_policy", KV, None)
    assert change.after == {
        "tenant_id": "tenant",
        "object_id": "identity",
        "permissions": {"keys": ["wrapKey"], "secrets": ["Get", "List"]},
    }
    assert fates(part) == [("run-as", 1, None)]
    assert planned.given == {KV.lower(): right(KV, held)}
    assert part.fates[0].gives == (right(KV, held),)
    assert (part.findings, part.unchanged, part.not_copied) == ((), (), ())


def test_an_object_id_is_found_in_any_case_of_letters() -> None:
    assert len(plan(vault(entry(GET, who="RUN-AS"))).changes) == 1


def test_only_what_the_identity_lacks_is_added() -> None:
    both = {"secrets": ("Get", "List"), "keys": ("sign",)}
    part = plan(vault(entry(both), entry({"secrets": ("get", "set")}, who="Identity")))
    (change,) = part.changes
    assert change.before["permissions"] == {"secrets": ["get", "set"]}
    assert change.after["permissions"] == {"keys": ["sign"], "secrets": ["get", "set", "List"]}
    assert added_by(change) == {"secrets": ("List",), "keys": ("sign",)}
    # What it gives is all that the Run As account may do there.
    assert part.fates[0].gives == (right(KV, both),)


def test_an_identity_that_may_do_it_all_already_is_left_as_it_is() -> None:
    part = plan(vault(entry(GET), entry({"secrets": ("All",), "keys": ("get",)}, who="identity")))
    assert (part.changes, part.findings) == ((), ())
    (unchanged,) = part.unchanged
    assert unchanged == {**right(KV, GET).as_dict(), "id": KV}
    assert fates(part) == [("run-as", 1, None)]


def test_two_run_as_accounts_with_policies_in_one_vault_lead_to_one_change() -> None:
    held = vault(entry(GET), entry(LIST, who="other"), entry(GET, who="third"))
    part = plan(held, dormant={"run-as": None, "other": None, "third": "gone"})
    (change,) = part.changes
    assert change.after["permissions"] == {"secrets": ["list", "get"]}
    assert fates(part) == [("third", 0, "unused"), ("other", 1, None), ("run-as", 1, None)]
    assert {fate.gives for fate in part.fates[1:]} == {(right(KV, {"secrets": ("list", "get")}),)}


def test_an_entry_together_with_an_application_is_told_of_and_not_copied() -> None:
    part = plan(vault(entry(GET, application_id="app")))
    assert (part.changes, part.fates, part.not_copied, codes(part)) == ((), (), (), ["RA320"])
    assert "together with application app (secrets: get)" in part.findings[0].sentence


def test_an_entry_without_permissions_is_nothing() -> None:
    assert plan(vault(entry({}))) == Part()


def test_others_policies_are_nobodys_business() -> None:
    assert plan(vault(entry(GET, who="stranger"), lets_through="private endpoints")) == Part()


def test_in_an_rbac_vault_nothing_is_written_and_roles_are_suggested() -> None:
    part = plan(vault(entry({"secrets": ("get", "list")}), entry(GET, who="identity"), rbac=True))
    assert (part.changes, part.unchanged, codes(part), reasons(part)) == ((), (), ["RA321"], ["rbac mode"])
    assert "is without effect, gives no access" in part.findings[0].sentence
    assert "give the identity at the vault: Key Vault Secrets User." in part.findings[0].remedy
    # A policy without effect is no right, so nothing is missing where it is not copied.
    assert (part.fates, part.held) == ((), ())


def test_a_permission_that_nobody_knows_gets_no_role_suggested() -> None:
    part = plan(vault(entry({"secrets": ("teleport",)}), rbac=True))
    assert "a role of your own" in part.findings[0].remedy


def test_a_firewall_is_a_finding_and_the_policy_is_copied_all_the_same() -> None:
    part = plan(vault(entry(GET), lets_through="addresses 203.0.113.7/32, private endpoints"))
    assert (len(part.changes), codes(part)) == (1, ["RA322"])
    assert "lets through: addresses 203.0.113.7/32, private endpoints." in part.findings[0].sentence


@pytest.mark.parametrize("rbac", [True, False])
def test_an_excluded_scope_at_or_above_the_vault_is_left_out(rbac: bool) -> None:
    held = vault(entry(GET), rbac=rbac, lets_through="private endpoints")
    part = plan(held, exclude_scopes=(GROUP.upper(),))
    assert (part.changes, part.findings, reasons(part)) == ((), (), ["excluded"])
    assert len(plan(vault(entry(GET)), exclude_scopes=(f"{GROUP}-2",)).changes) == 1


def test_what_nothing_can_use_is_copied_only_on_request() -> None:
    held = vault(entry(GET), lets_through="private endpoints")
    part = plan(held, dormant={"run-as": "its service principal is gone"})
    assert (part.changes, codes(part), reasons(part)) == ((), ["RA304"], ["unused"])
    assert f"Access policy (secrets: get) at {KV} was not copied: nothing uses it" in part.findings[0].sentence
    wanted = plan(held, dormant={"run-as": "its service principal is gone"}, copy_unused=True)
    assert (len(wanted.changes), codes(wanted)) == (1, ["RA322"])


def test_a_vault_that_is_not_ready_is_not_written() -> None:
    part = plan(vault(entry(GET), state="RegisteringDns"))
    assert (part.changes, codes(part), reasons(part)) == ((), ["RA323"], ["not ready"])
    assert "in state RegisteringDns" in part.findings[0].sentence


@pytest.mark.parametrize(
    ("held", "tenants"),
    [
        (vault(entry(GET, tenant_id="old")), TENANTS),
        (vault(entry(GET, tenant_id="old"), tenant_id="OLD"), TENANTS),
        (vault(entry(GET, tenant_id="old")), {"s1": ""}),
    ],
)
def test_an_entry_of_another_tenant_names_nobody_here(held: Vault, tenants: dict[str, str]) -> None:
    part = plan(held, tenants=tenants)
    assert (part.changes, codes(part), reasons(part)) == ((), ["RA324"], ["other tenant"])
    assert "the entry is of tenant old" in part.findings[0].sentence
    assert part.fates == ()


def test_tenants_are_compared_without_case_and_an_unknown_one_is_no_difference() -> None:
    assert len(plan(vault(entry(GET, tenant_id="TENANT"))).changes) == 1
    assert len(plan(vault(entry(GET)), tenants={}).changes) == 1


def filled(count: int, *entries: Entry) -> Vault:
    return vault(*entries, *(entry(GET, who=f"stranger {number}") for number in range(count - len(entries))))


def test_a_full_vault_gets_no_new_entry() -> None:
    part = plan(filled(POLICY_LIMIT, entry(GET)))
    assert (part.changes, codes(part), reasons(part)) == ((), ["RA325"], ["full"])
    assert "has 1024 access policies, and Azure allows 1024" in part.findings[0].sentence


def test_a_full_vault_merges_into_the_entry_that_is_there() -> None:
    part = plan(filled(POLICY_LIMIT, entry(GET), entry(LIST, who="identity")))
    assert (len(part.changes), part.findings) == (1, ())


def test_a_vault_that_gets_nearly_full_is_told_of() -> None:
    part = plan(filled(1000, entry(GET)))
    assert (len(part.changes), codes(part)) == (1, ["RA326"])
    assert "would have 1001 of at most 1024" in part.findings[0].sentence
    assert codes(plan(filled(900, entry(GET)))) == []


def test_the_plan_is_the_same_before_azure_made_the_identity_and_in_whatever_order_it_lists() -> None:
    held = [vault(entry({"secrets": ("Get", "list")})), vault(entry(GET), id=f"{KV}-2", name="kv-2")]
    known = plan(*held)
    unknown = plan(*reversed(held), target=replace(TARGET, principal_id=None))
    assert unknown.changes[0].after["object_id"] == KNOWN_AFTER_APPLY
    assert Plan(known.changes).fingerprint == Plan(unknown.changes).fingerprint
    other = plan(vault(entry({"secrets": ("LIST", "get")}), id=KV.lower()), held[1])
    assert Plan(other.changes).fingerprint == Plan(known.changes).fingerprint
    assert [change.track for change in known.changes] == [KV.lower(), f"{KV}-2".lower()]


# What the identity holds


def fate(permissions: dict[str, tuple[str, ...]], *, given: bool = True) -> Fate:
    held = right(KV, permissions)
    return Fate(held, "run-as", gives=(held,) if given else (), reason=None if given else "unused")


def roles(rights: list[Right]) -> list[str]:
    return [item.role.removeprefix("Access policy ") for item in rights]


def test_a_right_is_held_where_all_of_it_is() -> None:
    both = {"secrets": ("get", "list")}
    assert roles(rights_held(vault(), {"secrets": ("GET",)}, [fate(GET), fate(both)])) == ["(secrets: get)"]
    assert roles(rights_held(vault(), {"secrets": ("List", "get")}, [fate(both)])) == ["(secrets: get, list)"]
    assert rights_held(vault(), None, [fate(GET)]) == []


def test_what_is_beyond_the_run_as_accounts_is_a_right_of_its_own() -> None:
    own = {"keys": ("sign",), "secrets": ("get", "set")}
    assert roles(rights_held(vault(), own, [fate(GET)])) == ["(secrets: get)", "(keys: sign; secrets: set)"]
    # A part of what is still to be given is not beyond it.
    assert roles(rights_held(vault(), own, [fate({"secrets": ("get", "list")})])) == ["(keys: sign; secrets: set)"]


def test_what_is_not_to_be_copied_is_not_found_later_because_of_what_is() -> None:
    fates = [fate({"secrets": ("get", "list")}), fate(GET, given=False)]
    own = {"secrets": ("get", "list")}
    assert roles(rights_held(vault(), own, fates, before=[])) == ["(secrets: get, list)"]
    assert len(rights_held(vault(), own, fates, before=[right(KV, GET)])) == 2


def test_in_an_rbac_vault_no_policy_gives_a_right() -> None:
    assert rights_held(vault(rbac=True), GET, [fate(GET)]) == []


@pytest.mark.parametrize(
    ("own", "verdict", "more"),
    [
        ({}, Verdict.EQUAL, []),
        ({"secrets": ("get",)}, Verdict.EQUAL, []),
        ({"secrets": ("get", "list")}, Verdict.EQUAL, []),
        ({"secrets": ("get", "purge"), "keys": ("sign",)}, Verdict.DIFFERENT, ["(keys: sign; secrets: purge)"]),
    ],
)
def test_a_check_proves_the_same_as_the_run(own: dict[str, tuple[str, ...]], verdict: Verdict, more: list[str]) -> None:
    held = vault(entry({"secrets": ("get", "list")}), *([entry(own, who="identity")] if own else []))
    planned = planning(held)
    before = prove(planned.part.fates, [*planned.part.held, *planned.given.values()], {})
    afterwards = union([own, {"secrets": ("get", "list")}])
    after = prove(planned.part.fates, rights_held(held, afterwards, planned.part.fates, planned.part.held), {})
    assert before == after
    assert (after.verdict, roles([item.right for item in after.differences])) == (verdict, more)


# What somebody with more rights is asked to do


def test_the_command_names_all_of_each_kind_that_it_changes() -> None:
    own = entry({"secrets": ("Set",), "keys": ("sign",)}, who="identity")
    (change,) = plan(vault(entry({"secrets": ("Get",)}), own)).changes
    command = set_policy_command(change)
    assert command == (
        "az keyvault set-policy --name=kv --subscription=S1 --object-id=identity --secret-permissions set get"
    )


def test_the_command_quotes_names_and_refuses_what_looks_like_an_option() -> None:
    held = vault(entry(GET), id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv; rm -rf $HOME", name="kv")
    (change,) = plan(held).changes
    command = set_policy_command(change)
    assert command is not None
    assert shlex.split(command)[3] == "--name=kv; rm -rf $HOME"
    assert "'--name=kv; rm -rf $HOME'" in command
    for strange in ({"secrets": ("--bypass",)}, {"ledgers": ("get",)}):
        assert set_policy_command(plan(vault(entry(strange))).changes[0]) is None
