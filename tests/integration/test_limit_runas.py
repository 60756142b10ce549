# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limiting Run As accounts and taking it back, end to end: real SDK clients against the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .access_estate import assign
from .limit_estate import (
    CONDITION,
    CONTRIBUTOR,
    CONTRIBUTORS_OWN,
    KEY_VAULT,
    ROLE,
    Start,
    codes,
    custom_roles,
    estate,
    held,
    journal,
    kinds,
    limit,
    not_actions,
    principal,
    restore,
    roles,
    with_runbooks,
)

SWAP = ["create run_as_role_assignment", "delete run_as_role_assignment"]
USES_VAULT = {"name": "Secrets", "text": "# Get-AzKeyVault\nGet-AzKeyVaultSecret -VaultName kv\n"}
CLEAN = {"name": "Clean", "text": "Get-AzVM | Stop-AzVM\n"}


# What is limited


def test_contributor_becomes_a_role_that_may_the_same_without_key_vault(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    made = limit(azure)
    assert (made["changed"], kinds(made)) == (True, ["create role_definition", *SWAP])
    assert roles(azure, principal(azure)) == [ROLE]
    (entry,) = custom_roles(azure)[ROLE]["permissions"]
    assert (entry["actions"], entry["dataActions"]) == (["*"], [])
    assert entry["notActions"] == [*CONTRIBUTORS_OWN, KEY_VAULT]
    assert made["role"]["not_actions"] == entry["notActions"]
    assert [place["scope"] for place in made["limited"]] == custom_roles(azure)[ROLE]["assignableScopes"]


def test_check_mode_predicts_what_the_run_does_and_writes_nothing(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    predicted = limit(azure, check=True)
    assert azure.writes() == []
    assert not azure.ledger.exists()
    assert predicted == limit(azure)
    predicted = restore(azure, check=True)
    assert predicted == restore(azure)


def test_a_second_run_changes_nothing_and_does_not_read_runbooks(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **with_runbooks(CLEAN)))
    limit(azure)
    azure.forget_requests()
    again = limit(azure)
    assert (again["changed"], len(again["unchanged"]), again["limited"]) == (False, 1, [])
    assert azure.writes() == []
    assert not [entry for entry in azure.requests() if "/runbooks" in entry["path"]]


def test_the_custom_role_is_there_before_contributor_goes(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    order = [write.split("?")[0].split("/") for write in azure.writes()]
    assert [(parts[0].strip(), parts[-2]) for parts in order] == [
        ("PUT", "roleDefinitions"),
        ("PUT", "roleAssignments"),
        ("DELETE", "roleAssignments"),
    ]


def test_conditions_and_descriptions_are_kept_at_every_scope(start_azure: Start, tmp_path: Path) -> None:
    run_as = {
        "roles": [
            {"role": "Contributor", "scope": "production/rg-vms", "condition": CONDITION, "description": "by hand"},
            {"role": "Contributor", "scope": "finance"},
            {"role": "Reader", "scope": "production"},
        ]
    }
    azure = start_azure(*estate(tmp_path, run_as=run_as))
    who = principal(azure)
    before = held(azure, who)
    made = limit(azure)
    assert len(made["limited"]) == 2
    renamed = {
        ("Contributor" if role == ROLE else role, scope, condition) for role, scope, condition in held(azure, who)
    }
    assert renamed == set(before)
    assert roles(azure, who).count(ROLE) == 2
    assert len(custom_roles(azure)[ROLE]["assignableScopes"]) == 2
    kept = [item["properties"] for item in azure.state()["role_assignments"] if item["properties"]["condition"]]
    assert kept[0]["description"] == "by hand"
    restore(azure)
    assert held(azure, who) == before


def test_contributor_that_ends_is_left_for_what_replaces_it_would_not_end(start_azure: Start, tmp_path: Path) -> None:
    held = [
        {"role": "Contributor", "scope": "production/rg-vms", "days": 7},
        {"role": "Contributor", "scope": "finance"},
    ]
    azure = start_azure(*estate(tmp_path, run_as={"roles": held}))
    who = principal(azure)
    made = limit(azure)
    (left,) = made["left"]
    assert (left["scope"].rsplit("/", 1)[-1], left["reason"], codes(made)) == ("rg-vms", "time-bound", ["RA360"])
    assert sorted(roles(azure, who)) == [ROLE, "Contributor"]
    again = limit(azure)
    assert (again["changed"], again["left"]) == (False, made["left"])
    restore(azure)
    assert roles(azure, who) == ["Contributor", "Contributor"]


def test_contributor_stays_where_it_cannot_be_told_whether_it_ends(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    azure.control("PUT", "/faults", ["status=400,code=Odd,path=*/roleAssignmentScheduleInstances*,times=0"])
    refused = limit(azure)
    assert "Listing when the role assignments at /subscriptions/" in refused["msg"]
    assert azure.writes() == []


def test_a_tenant_without_the_licence_has_no_contributor_that_ends(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, tenants=[{"name": "contoso", "premium": False}]))
    assert len(limit(azure)["limited"]) == 1


def test_more_operations_can_be_taken_away(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure, not_actions="Microsoft.Compute/*, Microsoft.Sql/servers/delete")
    assert set(not_actions(azure)) - set(CONTRIBUTORS_OWN) == {
        KEY_VAULT,
        "Microsoft.Compute/*",
        "Microsoft.Sql/servers/delete",
    }
    again = limit(azure)
    assert again["changed"] is False
    assert "Microsoft.Compute/*" in not_actions(azure)


def test_an_account_that_is_limited_already_can_be_limited_more(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    more = limit(azure, not_actions=["Microsoft.Network/*"])
    assert kinds(more) == ["update role_definition"]
    assert "Microsoft.Network/*" in not_actions(azure)


def test_a_second_account_widens_the_role_and_takes_nothing_away_from_it(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure, not_actions=["Microsoft.Sql/*"])
    other = limit(azure, "aa-finance")
    assert kinds(other) == ["update role_definition", *SWAP]
    assert len(custom_roles(azure)[ROLE]["assignableScopes"]) == 2
    assert "Microsoft.Sql/*" in not_actions(azure)
    assert codes(other) == []


def test_a_role_that_others_have_is_narrowed_for_them_too_and_that_is_said(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    other = limit(azure, "aa-finance", not_actions=["Microsoft.Sql/*"])
    assert codes(other) == ["RA356"]
    assert "1 in all: their holders lose Microsoft.Sql/* too" in other["findings"][0]["sentence"]


# What is left, and said


def test_a_management_group_is_limited_once_and_a_second_one_is_left(start_azure: Start, tmp_path: Path) -> None:
    run_as = {"roles": [{"role": "Contributor", "scope": f"mg:{group}"} for group in ("mg-top", "mg-other")]}
    azure = start_azure(*estate(tmp_path, run_as=run_as))
    made = limit(azure)
    assert "failed" not in made
    assert sorted(roles(azure, principal(azure))) == [ROLE, "Contributor"]
    assert (codes(made), made["left"][0]["reason"]) == (["RA353"], "scope")
    second = limit(azure, role_name="Second Role")
    assert sorted(roles(azure, principal(azure))) == [ROLE, "Second Role"]
    assert second["left"] == []


def test_contributor_at_the_root_is_left(start_azure: Start, tmp_path: Path) -> None:
    login = {"secret": "FAKE-root-secret", "graph": "read", "roles": [{"role": "Owner", "scope": "/"}]}
    run_as = {"roles": [{"role": "Contributor", "scope": "/"}]}
    azure = start_azure(*estate(tmp_path, run_as=run_as, logins={"migration": login}))
    made = limit(azure)
    assert (made["changed"], codes(made)) == (False, ["RA353"])
    assert "no custom role can be assigned at the root" in made["findings"][0]["sentence"]
    assert azure.writes() == []


def test_what_else_opens_vaults_is_said_and_not_touched(start_azure: Start, tmp_path: Path) -> None:
    run_as = {"roles": ["Contributor", {"role": "Owner", "scope": "finance"}]}
    groups = [{"name": "automation", "members": ["run-as"], "roles": [{"role": "Contributor", "scope": "finance"}]}]
    azure = start_azure(*estate(tmp_path, run_as=run_as, groups=groups))
    made = limit(azure)
    assert sorted(codes(made)) == ["RA351", "RA352"]
    assert len(made["limited"]) == 1


def test_a_classic_run_as_account_has_nothing_to_limit(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, run_as={"kind": "classic"}))
    made = limit(azure)
    assert (made["changed"], codes(made), made["source"]) == (False, ["RA103"], [])


def test_a_run_as_account_without_contributor_is_left_alone(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, run_as={"roles": ["Reader"]}))
    made = limit(azure)
    assert (made["changed"], made["role"]) == (False, None)
    assert custom_roles(azure) == {}


def test_an_expired_run_as_account_is_limited_all_the_same(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, run_as={"application": "run-as", "status": "expired"}))
    assert codes(limit(azure)) == ["RA101"]
    assert roles(azure, principal(azure)) == [ROLE]


def test_the_contributor_of_a_principal_that_is_gone_is_left(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    gone = "00000000-0000-0000-0000-0000000000bb"
    scope = f"/subscriptions/{azure.account('aa')['subscription_id']}"
    assign(azure, gone, scope, CONTRIBUTOR, "00000000-0000-0000-0000-0000000000aa")
    made = limit(azure, connection="AzureRunAsConnection", principal_id=gone)
    assert (made["changed"], codes(made), made["left"][0]["reason"]) == (False, ["RA354"], "gone")


# Runbooks that use Key Vault


def test_runbooks_that_use_key_vault_are_named_and_the_run_refuses(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **with_runbooks(CLEAN, USES_VAULT)))
    for check in (True, False):
        refused = limit(azure, check=check)
        assert refused["failed"] is True
        assert "Secrets, line 2 (Get-AzKeyVaultSecret)" in refused["msg"]
        assert "set key_vault_runbooks to accept" in refused["msg"]
        assert [use["runbook"] for use in refused["key_vault_runbooks"]] == ["Secrets"]
    assert azure.writes() == []


def test_accepted_runbooks_are_findings_with_their_line(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **with_runbooks(CLEAN, USES_VAULT)))
    made = limit(azure, key_vault_runbooks="accept")
    assert (made["changed"], codes(made)) == (True, ["RA350"])
    assert (made["findings"][0]["line"], made["findings"][0]["resource"].rsplit("/", 1)[-1]) == (2, "Secrets")


def test_a_draft_that_uses_key_vault_runs_nowhere(start_azure: Start, tmp_path: Path) -> None:
    draft = {"name": "Fresh", "state": "new", "text": "Get-AzKeyVaultSecret"}
    azure = start_azure(*estate(tmp_path, **with_runbooks(CLEAN, draft)))
    assert limit(azure)["changed"] is True


def test_a_runbook_that_may_not_be_read_is_not_taken_for_clean(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **with_runbooks(CLEAN)))
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/runbooks/Clean/content*,times=0"])
    refused = limit(azure)
    assert "could not be read: Runbook Clean" in refused["msg"]
    assert azure.writes() == []
    made = limit(azure, key_vault_runbooks="accept")
    assert (made["changed"], codes(made)) == (True, ["RA901"])


def test_runbooks_of_an_account_that_shares_the_run_as_account_count_too(start_azure: Start, tmp_path: Path) -> None:
    shared = {"application": "run-as"}
    accounts = [{"name": "aa", "run_as": shared}, {"name": "aa-too", "run_as": shared, "runbooks": [USES_VAULT]}]
    azure = start_azure(*estate(tmp_path, accounts=accounts))
    refused = limit(azure)
    assert "Secrets of aa-too, line 2 (Get-AzKeyVaultSecret)" in refused["msg"]
    assert azure.writes() == []
    assert codes(limit(azure, key_vault_runbooks="accept")) == ["RA104", "RA350"]
    assert limit(azure, "aa-too")["changed"] is False


def test_an_account_that_may_not_be_read_could_share_it(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/aa-finance/connections*,times=0"])
    assert "could not be read: The connections of account aa-finance" in limit(azure)["msg"]
    assert azure.writes() == []


# The custom role that is there


def somebodys_role(**members: Any) -> dict[str, Any]:
    return {"custom_roles": [{"name": ROLE, "actions": ["*"], "subscriptions": ["finance"], **members}]}


def test_the_role_of_microsofts_own_script_is_kept_and_widened(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **somebodys_role(not_actions=["microsoft.keyvault/*", "Microsoft.Sql/*"])))
    made = limit(azure)
    assert kinds(made) == ["update role_definition", *SWAP]
    assert sorted(not_actions(azure), key=str.lower) == sorted(
        [*CONTRIBUTORS_OWN, "microsoft.keyvault/*", "Microsoft.Sql/*"], key=str.lower
    )
    assert len(custom_roles(azure)[ROLE]["assignableScopes"]) == 2


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"actions": ["Microsoft.Compute/*"]}, "does not allow everything but some operations"),
        ({"data_actions": ["Microsoft.Storage/*"]}, "has data actions"),
    ],
)
def test_somebodys_role_of_another_kind_is_refused(
    start_azure: Start, tmp_path: Path, members: dict[str, Any], why: str
) -> None:
    azure = start_azure(*estate(tmp_path, **somebodys_role(**members)))
    refused = limit(azure)
    assert refused["failed"] is True
    assert why in refused["msg"]
    assert "Name another with role_name" in refused["msg"]
    assert azure.writes() == []
    assert limit(azure, role_name="Run As without Key Vault")["changed"] is True


def test_somebodys_role_is_no_matter_where_nothing_is_to_be_limited(start_azure: Start, tmp_path: Path) -> None:
    other = somebodys_role(actions=["Microsoft.Compute/*"])
    azure = start_azure(*estate(tmp_path, run_as={"roles": ["Reader"]}, **other))
    made = limit(azure)
    assert ("failed" in made, made["changed"]) == (False, False)


def test_a_role_of_azures_own_is_refused(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    refused = limit(azure, role_name="Contributor")
    assert "it is one of Azure's own" in refused["msg"]
    assert azure.writes() == []


@pytest.mark.parametrize("action", ["*", "Compute", "Microsoft.*/*/read", "Microsoft.Compute /*"])
def test_an_operation_that_azure_cannot_know_is_refused(start_azure: Start, tmp_path: Path, action: str) -> None:
    azure = start_azure(*estate(tmp_path))
    refused = limit(azure, not_actions=[action])
    assert f"not_actions names '{action}', which is no operation of Azure" in refused["msg"]
    assert azure.requests() == []


# The way back


def test_restoring_gives_contributor_back_and_removes_what_was_made(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    before = azure.state()
    limit(azure)
    azure.forget_requests()
    undone = restore(azure)
    assert kinds(undone) == [*SWAP, "delete role_definition"]
    assert [place["scope"].rsplit("/", 1)[-1] for place in undone["restored"]] == [
        azure.account("aa")["subscription_id"]
    ]
    after = azure.state()
    assert after["role_definitions"] == before["role_definitions"] == []
    ids = [[item["id"] for item in state["role_assignments"]] for state in (before, after)]
    assert sorted(ids[0]) == sorted(ids[1])
    assert restore(azure)["changed"] is False


def test_the_role_stays_while_another_account_has_it(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    limit(azure, "aa-finance")
    first = restore(azure)
    assert (kinds(first), codes(first)) == (SWAP, ["RA358"])
    assert "1 role assignment of it stays" in first["findings"][0]["sentence"]
    assert roles(azure, principal(azure, "run-as-finance")) == [ROLE]
    assert kinds(restore(azure, "aa-finance"))[-1] == "delete role_definition"
    assert custom_roles(azure) == {}


def test_somebodys_role_stays_when_nobody_has_it_any_more(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **somebodys_role()))
    limit(azure)
    undone = restore(azure)
    assert (kinds(undone), codes(undone)) == (SWAP, ["RA358"])
    assert ROLE in custom_roles(azure)


def test_without_the_ledger_nothing_is_restored(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    azure.forget_requests()
    refused = restore(azure, ledger=str(tmp_path / "other"))
    assert refused["failed"] is True
    assert "does not know what it had before" in refused["msg"]
    assert "Name the ledger that limit_runas wrote" in refused["msg"]
    assert azure.writes() == []


def test_an_account_that_was_never_limited_needs_no_restoring(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    assert (restore(azure)["changed"], azure.writes()) == (False, [])


def test_the_undo_needs_neither_the_connection_nor_microsoft_graph(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    azure.control("PUT", "/faults", ["status=403,code=Forbidden,service=graph,times=0"])
    undone = restore(azure)
    assert undone["changed"] is True
    assert undone["source"][0]["connection"] == "AzureRunAsConnection"
    assert roles(azure, principal(azure)) == ["Contributor"]


def test_either_connection_to_a_service_principal_takes_it_back(start_azure: Start, tmp_path: Path) -> None:
    pair = [{"application": "run-as", "connection": name, "certificate": "Both"} for name in ("First", "Second")]
    azure = start_azure(*estate(tmp_path, run_as=pair))
    limit(azure)
    undone = restore(azure, connection="first")
    assert [source["connection"] for source in undone["source"]] == ["First", "Second"]
    assert roles(azure, principal(azure)) == ["Contributor"]


# What is recorded


def test_the_ledger_has_all_that_is_replaced_before_the_first_write(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **somebodys_role(description="by hand")))
    state = azure.state()
    (definition,) = state["role_definitions"]
    (old,) = [i for i in state["role_assignments"] if i["properties"]["principalId"] == principal(azure)]
    limit(azure)
    records = journal(azure)
    assert [record["event"] for record in records][:2] == ["limit_snapshot", "intend"]
    assert records[0]["role_definition"]["properties"] == definition["properties"]
    assert [item["properties"] for item in records[0]["role_assignments"]] == [old["properties"]]


def test_another_plan_than_the_approved_one_is_refused(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    approved = limit(azure, check=True)["plan_fingerprint"]
    refused = limit(azure, expect_plan=approved, not_actions=["Microsoft.Sql/*"])
    assert "is not the approved one" in refused["msg"]
    assert azure.writes() == []
    assert limit(azure, expect_plan=approved)["changed"] is True


# As playbooks


def test_the_playbook_limits_all_accounts_and_takes_it_back(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **with_runbooks(USES_VAULT)))
    accepted = ["-e", "limit_runas_key_vault_runbooks=accept", "-e", "limit_runas_not_actions=Microsoft.Sql/*"]
    run = azure.playbook("azauto.runas_migration.limit", *accepted)
    assert run.code == 0, run.output
    assert "RA350 Secrets, line 2: Runbook Secrets uses Key Vault (Get-AzKeyVaultSecret)" in run.output
    both = [principal(azure), principal(azure, "run-as-finance")]
    assert [roles(azure, who) for who in both] == [[ROLE]] * 2
    assert "Microsoft.Sql/*" in not_actions(azure)
    again = azure.playbook("azauto.runas_migration.limit", *accepted)
    assert (again.code, again.output.count("changed=0")) == (0, 2)
    back = azure.playbook("azauto.runas_migration.limit", "-e", "limit_runas_state=restored")
    assert back.code == 0, back.output
    assert [roles(azure, who) for who in both] == [["Contributor"]] * 2


def test_the_playbook_fails_the_account_whose_runbooks_use_key_vault(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **with_runbooks(USES_VAULT)))
    run = azure.playbook("azauto.runas_migration.limit")
    assert run.code == 2
    assert "Runbooks of aa use Key Vault and would stop working: Secrets, line 2 (Get-AzKeyVaultSecret)" in run.output
    assert roles(azure, principal(azure)) == ["Contributor"]
    assert roles(azure, principal(azure, "run-as-finance")) == [ROLE]
