# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copying access policies of key vaults, through a real session."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import key_vault
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_proof import Verdict
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import Outcome

from .access_estate import Start, session
from .vault_estate import Copy, copied, identity, kv, policies, principal, properties, vault_id, with_vaults

OTHERS = {"principal": "login-migration", "keys": ["sign"], "storage": ["Get"]}


def test_a_policy_is_copied_by_adding_and_a_second_run_changes_nothing(start_azure: Start, tmp_path: Path) -> None:
    held = {"principal": "run-as", "secrets": ["Get", "List"], "keys": ["wrapKey"]}
    azure = start_azure(*with_vaults(tmp_path, kv("kv", held)))
    before = properties(azure)
    copy, outcome = copied(azure)
    assert outcome.complete
    assert azure.writes() == [f"PUT {vault_id(azure)}/accessPolicies/add?api-version=2023-02-01"]
    permissions = {"secrets": ["Get", "List"], "keys": ["wrapKey"]}
    assert policies(azure) == {principal(azure, "run-as"): permissions, identity(azure): permissions}
    after = properties(azure)
    assert {**after, "accessPolicies": None} == {**before, "accessPolicies": None}
    assert [done.facts for done in outcome.done] == [{"id": vault_id(azure), "created": True}]
    azure.forget_requests()
    again, outcome = copied(azure)
    assert (again.part.changes, len(again.part.unchanged), outcome.done) == ((), 1, [])
    assert azure.writes() == []
    assert copy.part.fates == again.part.fates


def test_check_mode_predicts_what_the_run_does_before_there_is_an_identity(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv()))
    with session(azure) as opened:
        unknown = Copy(opened, azure, "aa", None)
        planned = unknown.plan()
        assert unknown.kind.held() == []
        assert azure.writes() == []
        predicted = unknown.proof(Outcome(), check_mode=True)
    done, outcome = copied(azure)
    assert [change.approval for change in planned.changes] == [change.approval for change in done.part.changes]
    assert done.part.fates == planned.fates
    assert done.proof(outcome) == predicted
    assert predicted.verdict is Verdict.EQUAL


def test_only_what_the_identity_lacks_is_sent_and_nobody_elses_entry_moves(start_azure: Start, tmp_path: Path) -> None:
    own = {"principal": "aa", "secrets": ["get", "set"]}
    azure = start_azure(
        *with_vaults(tmp_path, kv("kv", {"principal": "run-as", "secrets": ["Get", "List"]}, own, OTHERS))
    )
    copied(azure)
    assert policies(azure) == {
        principal(azure, "run-as"): {"secrets": ["Get", "List"]},
        identity(azure): {"secrets": ["get", "set", "List"]},
        principal(azure, "login-migration"): {"keys": ["sign"], "storage": ["Get"]},
    }


def test_vaults_of_every_visible_subscription_are_found(start_azure: Start, tmp_path: Path) -> None:
    vaults = [kv("kv-one"), kv("kv-two", subscription="finance"), kv("kv-others", OTHERS)]
    azure = start_azure(*with_vaults(tmp_path, *vaults))
    copied(azure)
    assert [identity(azure) in policies(azure, name) for name in ("kv-one", "kv-two", "kv-others")] == [
        True,
        True,
        False,
    ]


def test_more_vaults_than_a_page_has_are_all_found(start_azure: Start, tmp_path: Path) -> None:
    strangers = [kv(f"kv-{number}", OTHERS) for number in range(120)]
    azure = start_azure(*with_vaults(tmp_path, *strangers, kv("kv-last")))
    copy, dummy = copied(azure)
    assert [change.target for change in copy.part.changes] == [vault_id(azure, "kv-last")]


def test_vaults_that_a_list_shows_without_properties_are_read_one_by_one(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv(), kv("kv-2")), "--set", "slim_key_vault_list=true")
    dummy, outcome = copied(azure)
    assert len(outcome.done) == 2


# What is left alone


def test_an_rbac_vault_is_left_alone_and_a_role_is_suggested(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv(rbac=True)))
    copy, dummy = copied(azure)
    (found,) = copy.part.findings
    assert (found.code, found.resource) == ("RA321", vault_id(azure))
    assert "Key Vault Secrets User" in found.remedy
    assert [entry["reason"] for entry in copy.part.not_copied] == ["rbac mode"]
    assert azure.writes() == []


def test_a_firewall_is_told_of_and_does_not_keep_the_policy_from_being_copied(
    start_azure: Start, tmp_path: Path
) -> None:
    walled = kv("kv-rules", firewall={"addresses": ["203.0.113.7"], "bypass": "None"})
    azure = start_azure(*with_vaults(tmp_path, walled, kv("kv-shut", public_network_access="disabled")))
    copy, outcome = copied(azure)
    assert [found.code for found in copy.part.findings] == ["RA322", "RA322"]
    assert "lets through: addresses 203.0.113.7/32, private endpoints" in copy.part.findings[0].sentence
    assert "lets through: trusted services of Azure, private endpoints" in copy.part.findings[1].sentence
    assert len(outcome.done) == 2


def test_entries_of_others_of_another_tenant_and_with_an_application_are_not_copied(
    start_azure: Start, tmp_path: Path
) -> None:
    elsewhere = "00000000-0000-4000-8000-00000000000e"
    compound = kv("kv-compound", {"principal": "run-as", "application": "run-as", "secrets": ["get"]})
    group = kv("kv-group", {"principal": "operators", "secrets": ["get"]})
    azure = start_azure(
        *with_vaults(
            tmp_path,
            compound,
            group,
            kv("kv-moved", tenant=elsewhere),
            groups=[{"name": "operators", "members": ["run-as"]}],
        )
    )
    copy, dummy = copied(azure)
    assert [(found.code, found.resource.rsplit("/", 1)[-1]) for found in copy.part.findings] == [
        ("RA320", "kv-compound"),
        ("RA324", "kv-moved"),
    ]
    assert [entry["reason"] for entry in copy.part.not_copied] == ["other tenant"]
    assert azure.writes() == []


def test_a_dormant_run_as_account_and_an_excluded_scope_are_left_out(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{"name": "aa", "identity": "system", "run_as": {"application": "run-as", "status": "expired"}}]
    azure = start_azure(*with_vaults(tmp_path, kv(), kv("kv-2", subscription="finance"), accounts=accounts))
    copy, dummy = copied(azure)
    assert [found.code for found in copy.part.findings] == ["RA304", "RA304"]
    scope = vault_id(azure, "kv-2").split("/providers/")[0]
    copy, outcome = copied(azure, copy_unused=True, exclude_scopes=(scope,))
    assert [entry["reason"] for entry in copy.part.not_copied] == ["excluded"]
    assert len(outcome.done) == 1


def test_a_full_vault_is_found_before_anything_is_written(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv("kv", other_policies=1023), kv("kv-2", other_policies=1000)))
    copy, outcome = copied(azure)
    assert [found.code for found in copy.part.findings] == ["RA325", "RA326"]
    assert [entry["reason"] for entry in copy.part.not_copied] == ["full"]
    assert [done.change.target for done in outcome.done] == [vault_id(azure, "kv-2")]
    assert len(properties(azure)["accessPolicies"]) == 1024


def test_a_vault_that_is_not_ready_is_told_of(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv(state="RegisteringDns")))
    copy, dummy = copied(azure)
    assert ([found.code for found in copy.part.findings], azure.writes()) == (["RA323"], [])


# Several at once


def run_together(*copies: Copy) -> list[Outcome]:
    """Carry out plans that were all made before the first is carried out, at the same time."""
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda copy=copy: outcomes.append(copy.carry_out())) for copy in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def two_accounts(tmp_path: Path, **members: Any) -> tuple[str, ...]:
    accounts = [
        {"name": name, "identity": "system", "run_as": {"application": f"run-as-{name}"}} for name in ("aa", "bb")
    ]
    held = [{"principal": "run-as-aa", "secrets": ["get"]}, {"principal": "run-as-bb", "secrets": ["list"]}]
    return with_vaults(tmp_path, kv("kv", *held), accounts=accounts, **members)


def test_two_accounts_copied_at_once_into_one_vault_lose_nothing(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two_accounts(tmp_path))
    with session(azure) as one, session(azure) as other:
        copies = [Copy(one, azure, "aa", identity(azure, "aa")), Copy(other, azure, "bb", identity(azure, "bb"))]
        assert [len(copy.plan().changes) for copy in copies] == [1, 1]
        # Both have read before either writes: an answer takes its time.
        azure.forget_requests()
        azure.control("PUT", "/faults", ["latency=400,method=PUT,times=0"])
        outcomes = run_together(*copies)
    assert [outcome.complete for outcome in outcomes] == [True, True]
    asked = [entry["method"] for entry in azure.requests() if "/vaults/kv" in entry["path"]]
    assert (asked[:2], asked.count("PUT")) == (["GET", "GET"], 2)
    assert policies(azure) == {
        principal(azure, "run-as-aa"): {"secrets": ["get"]},
        principal(azure, "run-as-bb"): {"secrets": ["list"]},
        identity(azure, "aa"): {"secrets": ["get"]},
        identity(azure, "bb"): {"secrets": ["list"]},
    }


def test_two_accounts_that_share_an_identity_each_add_their_own(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two_accounts(tmp_path))
    shared = identity(azure, "aa")
    with session(azure) as one, session(azure) as other:
        copies = [Copy(one, azure, "aa", shared), Copy(other, azure, "bb", shared)]
        for copy in copies:
            copy.plan()
        # One after the other: the second finds an entry that was not there when it was planned.
        assert [copy.carry_out().complete for copy in copies] == [True, True]
        held = [item.role for copy in copies for item in copy.kind.held()]
    assert policies(azure)[shared] == {"secrets": ["get", "list"]}
    assert held == [
        "Access policy (secrets: get)",
        "Access policy (secrets: list)",
        "Access policy (secrets: list)",
        "Access policy (secrets: get)",
    ]


def test_what_somebody_else_had_added_meanwhile_counts_as_there(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*with_vaults(tmp_path, kv()))
    tenant, own, target = properties(azure)["tenantId"], identity(azure), vault_id(azure)

    def somebody() -> None:
        with session(azure) as other:
            key_vault.add_access_policy(other, target, tenant, own, {"secrets": ["LIST", "get", "set"]})

    azure.forget_requests()
    dummy, outcome = copied(azure, between=somebody)
    assert [done.facts for done in outcome.done] == [{"id": target, "created": False}]
    assert len(azure.writes()) == 1


# What the identity holds


def test_what_the_identity_holds_is_read_anew(start_azure: Start, tmp_path: Path) -> None:
    own = {"principal": "aa", "keys": ["sign"]}
    azure = start_azure(*with_vaults(tmp_path, kv(), kv("kv-own", own), kv("kv-rbac", rbac=True), kv("kv-2")))
    with session(azure) as opened:
        copy = Copy(opened, azure, "aa", identity(azure))
        part = copy.plan()
        assert [item.scope for item in copy.kind.held()] == [vault_id(azure, "kv-own")]
        outcome = copy.carry_out()
        held = copy.kind.held()
        assert {item.key for fate in part.fates for item in fate.gives} < {item.key for item in held}
        proof = copy.proof(outcome)
        assert [(item.how, item.right.scope) for item in proof.differences] == [("more", vault_id(azure, "kv-own"))]
        assert (proof.compared, proof.same) == (2, 2)
        opened.arm("DELETE", vault_id(azure, "kv-2"), key_vault.API_VERSION, "Deleting")
        assert len(copy.kind.held()) == len(held) - 1


# Against the truth


def flat(permissions: dict[str, list[str]]) -> set[str]:
    return {f"{kind}/{name}".lower() for kind, names in permissions.items() for name in names}


def test_in_a_generated_estate_just_the_policies_that_count_are_copied(start_azure: Start) -> None:
    azure = start_azure("--access-principals", "12", "--assignments", "3", "--seed", "11")
    truth = azure.state()["truth"]
    both_modes: list[set[str]] = [set(), set()]
    for name in sorted(truth):
        copied(azure, account=name)
        again, dummy = copied(azure, account=name)
        told = truth[name]
        counting = {} if told["unused"] else {one["vault"]: one for one in told["vault_policies"] if not one["rbac"]}
        ignored = {one["vault"] for one in told["vault_policies"] if one["rbac"]}
        for vault, one in counting.items():
            there = [item["permissions"] for item in told["identity_policies"] if item["vault"] == vault]
            given = policies(azure, vault.rsplit("/", 1)[-1])[identity(azure, name)]
            assert flat(given) == set().union(*map(flat, [one["permissions"], *there]))
        assert again.part.changes == ()
        assert {entry["id"] for entry in again.part.unchanged} == set(counting)
        assert {found.resource for found in again.part.findings if found.code == "RA321"} == ignored
        both_modes[0] |= set(counting)
        both_modes[1] |= ignored
    assert all(both_modes)
