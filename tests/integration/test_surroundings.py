# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What depends on an account, read from the simulator: inside the account, and around all accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Throttled
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.dependant_survey import (
    read_own,
    survey_dependants,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.surroundings import (
    Surroundings,
    read_surroundings,
)

if TYPE_CHECKING:
    from .conftest import Azure

ODD = "Ops 'n' \"more\" {{ 7 * 7 }} {x}"
ESTATE = r"""
subscriptions:
  - {name: production}
  - {name: development}
  - {name: closed}
custom_roles: [{name: Sees the subscription, actions: [Microsoft.Resources/subscriptions/read]}]
accounts:
  - name: aa-one
    run_as: {application: shared}
    source_controls: [{name: git, auto_sync: true, repo_url: "https://ops:FAKE-git-token@git.invalid/runbooks"}]
    update_configurations:
      - {name: weekly, pre_task: Uses}
      - {name: "Ops 'n' \"more\" {{ 7 * 7 }} {x}", post_task: "Ops 'n' \"more\" {{ 7 * 7 }} {x}"}
    dsc_nodes: [{name: vm1}]
    dsc_configurations: [Web]
    linked_workspace: ws
  - {name: aa-two, subscription: development, run_as: {application: shared}}
  - {name: aa-apart, subscription: development, run_as: complete}
  - {name: aa-nothing, subscription: development}
  - {name: aa-closed, subscription: closed, run_as: {application: shared}}
vaults:
  - name: rsv
    region: northeurope
    subscription: development
    mappings:
      - name: by-run-as
        account: aa-one
        authentication: null
        health: [AgentAutoUpdateInfra, AgentAutoUpdateRunAsAccountExpired]
      - {name: by-identity, account: aa-apart, authentication: SystemAssignedIdentity}
      - {name: on-premises, provider: InMageRcm}
    intents: [{name: vm1, account: aa-one}, {name: vm2}]
action_groups:
  - name: ag-alert
    subscription: development
    runbooks:
      - {account: aa-one, runbook: Uses, uri: "https://FAKE.invalid/webhooks?token=FAKE-webhook-token"}
solutions:
  - {name: Updates(ws), workspace: ws}
  - {name: SecurityInsights(ws), workspace: ws}
  - {name: "Start-Stop-VM[ws]", subscription: development, account: aa-one, runbooks: [Uses]}
logins:
  migration: {secret: FAKE-migration-secret, roles: [Reader]}
  partly:
    secret: FAKE-partly-secret
    roles:
      - {role: Reader, scope: production}
      - {role: Reader, scope: development}
      - {role: Sees the subscription, scope: closed}
  one-only: {secret: FAKE-one-only-secret, roles: [{role: Reader, scope: production}]}
seeded_secrets: [FAKE-git-token, FAKE-webhook-token]
"""


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    estate = tmp_path / "estate.yml"
    estate.write_text(ESTATE)
    return start_azure("--estate", str(estate))


def account(azure: Azure, name: str = "aa-one") -> AccountId:
    found = azure.account(name)
    return AccountId(found["subscription_id"], found["resource_group"], found["automation_account_name"])


def session(azure: Azure, login: str = "migration") -> Session:
    return Session(Login(**azure.login(login)))


def around(azure: Azure, login: str = "migration", *, other_accounts: bool = True) -> Surroundings:
    with session(azure, login) as open_session:
        return read_surroundings(open_session, account(azure), 8, other_accounts=other_accounts)


def survey(azure: Azure, name: str = "aa-one", login: str = "migration") -> tuple[list[dict[str, Any]], list[Any]]:
    """Return dependants and findings of an account, as the module reads them."""
    where = account(azure, name)
    with session(azure, login) as open_session:
        own = read_own(open_session, where, 8)
        surroundings = read_surroundings(open_session, where, 8, other_accounts=True)
    applications = [row["application_id"] for row in surroundings.holders or () if row["account"] == where.arm_id]
    return survey_dependants(where, own, surroundings, applications, ["Uses", ODD], location="westeurope")


def missed(surroundings: Surroundings) -> list[str]:
    return sorted(item["what"].rpartition(" ")[0] for item in surroundings.unread)


def test_everything_that_depends_on_an_account(azure: Azure) -> None:
    dependants, findings = survey(azure)
    assert {(item["kind"], item["name"], item["uses_run_as"]) for item in dependants} == {
        ("source_control", "git", None),
        ("update_configuration", "weekly", True),
        ("update_configuration", ODD, True),
        ("container_mapping", "by-run-as", True),
        ("protection_intent", "vm1", True),
        ("action_group", "ag-alert", True),
        ("solution", "Updates(ws)", None),
        ("solution", "Start-Stop-VM[ws]", True),
        ("account", "aa-two", True),
        ("account", "aa-closed", True),
        ("dsc_node", "vm1", None),
        ("dsc_configuration", "Web", None),
    }
    assert sorted({found.code for found in findings}) == [
        *("RA104", "RA610", "RA620", "RA625", "RA626", "RA630", "RA631", "RA635"),
        *("RA701", "RA710", "RA712", "RA713", "RA714"),
    ]
    assert azure.writes() == []


def test_an_account_that_nothing_depends_on_has_none_of_it(azure: Azure) -> None:
    assert survey(azure, "aa-nothing") == ([], [])


def test_no_secret_is_kept(azure: Azure) -> None:
    dependants, findings = survey(azure)
    told = json.dumps([dependants, [found.as_dict() for found in findings], asdict(around(azure))])
    assert "FAKE-" not in told
    assert "ag-alert" in told


def test_what_is_kept_survives_json(azure: Azure) -> None:
    surroundings = around(azure)
    assert json.loads(json.dumps(asdict(surroundings)))["mappings"] == list(surroundings.mappings)
    assert [item["name"] for item in surroundings.mappings] == ["by-run-as", "by-identity"]
    assert [item["name"] for item in surroundings.solutions] == ["Updates(ws)", "Start-Stop-VM[ws]"]


def test_other_accounts_are_read_on_request_only(azure: Azure) -> None:
    assert around(azure, other_accounts=False).holders is None
    assert not [entry for entry in azure.requests() if "/connections" in entry["path"]]


def test_a_subscription_that_refuses_is_told_and_the_others_are_read(azure: Azure) -> None:
    closed = account(azure, "aa-closed").subscription_id
    surroundings = around(azure, "partly")
    denied = {item["what"] for item in surroundings.unread if item["resource"] == f"/subscriptions/{closed}"}
    assert denied == {item["what"] for item in surroundings.unread}
    assert f"The Automation accounts of subscription {closed}" in denied
    assert [item["name"] for item in surroundings.mappings] == ["by-run-as", "by-identity"]
    dependants, findings = survey(azure, login="partly")
    assert "aa-two" in {item["name"] for item in dependants}
    assert {found.code for found in findings} >= {"RA901", "RA104"}


def test_the_subscription_of_the_account_is_read_though_it_is_not_in_the_list(azure: Azure) -> None:
    with session(azure, "one-only") as open_session:
        there = account(azure, "aa-two")
        surroundings = read_surroundings(open_session, there, 4, other_accounts=True)
    assert surroundings.covers(there)
    assert {item["resource"] for item in surroundings.unread} == {f"/subscriptions/{there.subscription_id}"}
    assert len(surroundings.unread) == 4


def test_a_list_of_subscriptions_that_is_refused_is_told(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=/subscriptions?*"])
    surroundings = around(azure)
    assert surroundings.subscriptions == (account(azure).subscription_id,)
    assert [item["resource"] for item in surroundings.unread] == ["/subscriptions"]


@pytest.mark.parametrize("status", [400, 404, 409])
def test_a_vault_in_a_failed_state_may_use_anything(
    start_azure: Callable[..., Azure], tmp_path: Path, status: int
) -> None:
    estate = tmp_path / "failed.yml"
    estate.write_text(ESTATE.replace("  - name: rsv\n", "  - name: rsv\n    state: Failed\n"))
    azure = start_azure("--estate", str(estate), "--set", f"failed_vault_status={status}")
    dependants, findings = survey(azure)
    assert not {"container_mapping", "protection_intent"} & {item["kind"] for item in dependants}
    sentences = [found.sentence for found in findings if found.code == "RA715"]
    assert len(sentences) == 2
    assert sentences[0].startswith(
        "Vault rsv is in state Failed. The container mappings of vault rsv could not be read"
    )


def test_a_vault_that_refuses_is_told(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/replicationProtectionIntents*"])
    surroundings = around(azure)
    assert missed(surroundings) == ["The protection intents of vault"]
    assert len(surroundings.mappings) == 2


@pytest.mark.parametrize("path", ["*/aa-two/connections?*", "*/aa-two/connections/*"])
def test_an_account_that_is_deleted_midway_is_told_and_the_others_are_read(azure: Azure, path: str) -> None:
    azure.control("PUT", "/faults", [f"status=404,code=ResourceNotFound,path={path}"])
    dependants, findings = survey(azure)
    assert [item["name"] for item in dependants if item["kind"] == "account"] == ["aa-closed"]
    (gone,) = [found for found in findings if found.code == "RA639"]
    assert gone.resource == account(azure, "aa-two").arm_id


def test_the_account_itself_may_be_deleted_midway(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=404,code=ResourceNotFound,path=*/aa-one/*,times=0"])
    with session(azure) as open_session:
        own = read_own(open_session, account(azure), 4)
    assert (own.source_controls, own.workspace) == ((), None)
    assert [item.what.rpartition(" of ")[0] for item in own.unread] == [
        "The source controls",
        "The software update configurations",
        "The DSC nodes",
        "The DSC configurations",
        "The linked workspace",
    ]


def test_parts_of_the_account_that_refuse_are_told_one_by_one(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/sourceControls*"])
    dependants, findings = survey(azure)
    assert "source_control" not in {item["kind"] for item in dependants}
    assert [found.sentence.partition(" could")[0] for found in findings if found.code == "RA901"] == [
        "The source controls of account aa-one"
    ]


@pytest.mark.parametrize(
    "code", ["status=409,code=MissingSubscriptionRegistration", "status=404,code=InvalidResourceNamespace"]
)
def test_a_provider_that_is_not_there_has_nothing_there(azure: Azure, code: str) -> None:
    azure.control("PUT", "/faults", [f"{code},path=*/Microsoft.OperationsManagement/*,times=0"])
    surroundings = around(azure)
    assert (surroundings.solutions, surroundings.unread) == ((), ())


def test_being_throttled_ends_the_reading(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=429,path=*/actionGroups*,times=0"])
    with pytest.raises(Throttled, match="action groups"):
        around(azure)


def test_the_cost_does_not_grow_with_the_accounts_without_run_as(azure: Azure) -> None:
    around(azure)
    paths = [entry["path"].partition("?")[0] for entry in azure.requests() if entry["service"] == "arm"]
    per_account = [path for path in paths if "/automationAccounts/" in path]
    # One list of connections for each account, and one connection for each that has one.
    assert len(per_account) == 5 + 4
