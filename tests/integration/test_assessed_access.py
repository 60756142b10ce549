# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""runas_info on access of every kind: what there is, what copying would do about it, and what that costs."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.assessment_around import ACCESS_KEPT_AS

from .access_estate import Start, codes
from .entra_estate import ENTRA, entra, object_id
from .vault_estate import kv

if TYPE_CHECKING:
    from .conftest import Azure

Json = dict[str, Any]
ACCESS = {"scope": ["access"]}
# One account with access of every kind, and one whose Run As account holds nothing beside a role.
EVERYTHING: Json = {
    "accounts": [
        ENTRA["accounts"][0],
        {"name": "plain", "run_as": {"application": "other", "roles": ["Reader"]}},
        {"name": "plainer", "run_as": {"application": "another", "roles": ["Reader"]}},
    ],
    "tenants": [{"name": "contoso", "premium": True}],
    "eligible": [{"principal": "operators", "role": "Contributor", "scope": "production"}],
    "key_vaults": [kv("kv-open"), kv("kv-rbac", rbac=True), kv("kv-other", {"principal": "aa", "secrets": ["Get"]})],
}


@pytest.fixture
def azure(start_azure: Start, tmp_path: Path) -> Azure:
    return start_azure(*entra(tmp_path, **EVERYTHING))


def assess(azure: Azure, account: str = "aa", **options: Any) -> Json:
    """Return the assessment of an account's access."""
    result = azure.call("runas_info", account, **{**ACCESS, **options})
    assert not result.get("failed"), result
    document: Json = result["assessment"]
    return document


def others(document: Json) -> list[tuple[str, str, str]]:
    """Return kind, role and fate of each right that is no role assignment."""
    return sorted((item["kind"], item["role"], item["what"]) for item in document["access"]["others"])


def asked(azure: Azure, part: str) -> list[str]:
    return [f"{entry['method']} {entry['path']}" for entry in azure.requests() if part in entry["path"]]


# What there is


def test_each_right_and_what_copying_would_do_about_it(azure: Azure) -> None:
    document = assess(azure)
    secrets = "Access policy (secrets: Get, List)"
    assert others(document) == [
        ("app_role", "AppRoleAssignment.ReadWrite.All", "privileged"),
        ("app_role", "Exchange.ManageAsApp", "copied"),
        ("app_role", "Invoices.Read", "copied"),
        ("app_role", "Sites.FullControl.All", "privileged"),
        ("app_role", "User.Read.All", "copied"),
        ("app_role", "full_access_as_app", "privileged"),
        ("directory_role", "Directory Readers", "copied"),
        ("directory_role", "Global Administrator", "privileged"),
        ("group", "assignable", "not asked for"),
        ("group", "from-ad", "not asked for"),
        ("group", "operators", "not asked for"),
        ("group", "owners", "not asked for"),
        ("group", "ruled", "not asked for"),
        ("vault_policy", secrets, "copied"),
        ("vault_policy", secrets, "rbac mode"),
    ]
    assert {"RA312", "RA321", "RA330", "RA331", "RA333", "RA334", "RA337"} <= set(codes(document))
    assert azure.writes() == []


def test_an_entry_says_whose_right_it_is_and_where(azure: Azure) -> None:
    (mail,) = [item for item in assess(azure)["access"]["others"] if item["role"] == "User.Read.All"]
    assert mail == {
        "connection": "AzureRunAsConnection",
        "principal_id": object_id(azure, "run-as"),
        "kind": "app_role",
        "role": "User.Read.All",
        "scope": "Microsoft Graph",
        "condition": None,
        "what": "copied",
    }


def test_a_login_that_may_not_give_it_would_hand_it_over(azure: Azure) -> None:
    document = assess(azure, login="reader")
    fates = Counter(what for kind, dummy, what in others(document) if kind in ("app_role", "directory_role"))
    assert fates == {"handed_over": 4, "privileged": 4}
    told = [item for item in document["findings"] if item["code"] == "RA332"]
    assert len(told) == 4
    assert "copy_runas_roles writes the command" in told[0]["remedy"]


def test_what_was_copied_is_held_when_the_account_is_assessed_again(azure: Azure) -> None:
    before = others(assess(azure))
    azure.call("copy_runas_roles", "aa")
    held = [(kind, role, "held" if what == "copied" else what) for kind, role, what in before]
    assert others(assess(azure)) == held


def test_a_run_as_account_that_nothing_can_log_in_as_is_told_so(start_azure: Start, tmp_path: Path) -> None:
    applications = [{**ENTRA["applications"][0], "enabled": False}, ENTRA["applications"][1]]
    azure = start_azure(*entra(tmp_path, **EVERYTHING, applications=applications))
    fates = {what for kind, dummy, what in others(assess(azure)) if kind in ("app_role", "directory_role")}
    assert fates == {"unused"}


def test_the_scope_leaves_it_out(azure: Azure) -> None:
    assert assess(azure, scope=["run_as"])["access"] is None
    assert assess(azure, scope=["preflight"])["access"] is None
    assert asked(azure, "Microsoft.KeyVault") == asked(azure, "$batch") == []


LOGIN = {
    "name": "Start",
    "text": "$c = Get-AutomationConnection -Name AzureRunAsConnection\n"
    "Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId "
    "-CertificateThumbprint $c.CertificateThumbprint\nGet-AzVM\n",
}


def test_what_would_not_be_copied_is_a_warning_and_no_obstacle(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{**account, "identity": "system", "runbooks": [LOGIN]} for account in EVERYTHING["accounts"]]
    azure = start_azure(*entra(tmp_path, **{**EVERYTHING, "accounts": accounts}))
    whole: Json = {"scope": ["run_as", "access", "runbooks", "dependants"]}
    assert assess(azure, "plain", **whole)["state"] == "ready"
    document = assess(azure, **whole)
    assert document["state"] == "ready_with_warnings"
    assert any(text.startswith("RA3") for text in document["state_because"])
    without = assess(azure, scope=["run_as", "runbooks", "dependants"])
    assert without["state"] == "ready"


def test_roles_that_end_are_told_as_copying_tells_them(start_azure: Start, tmp_path: Path) -> None:
    ending = {"role": "Monitoring Reader", "scope": "production/rg-vms", "days": 30}
    names = ("aa", "ab")
    accounts = [
        {"name": name, "identity": "system", "run_as": {"application": f"{name}-app", "roles": ["Reader", ending]}}
        for name in names
    ]
    azure = start_azure(*entra(tmp_path, accounts=accounts, applications=[], groups=[]))
    kept = {"assessments": str(tmp_path / "assessments")}
    for name in names:
        (told,) = [item for item in assess(azure, name, **kept)["findings"] if item["code"] == "RA315"]
        (copied,) = azure.call("copy_runas_roles", name, check=True)["findings"]
        assert told == copied
    # One list serves all that are assessed into one folder; in check mode nothing is kept.
    listed = asked(azure, "/roleAssignmentScheduleInstances?")
    assert [("principalId" in path) for path in listed] == [False, True, True]


# It foretells what copying does


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    """An estate of a dozen principals with access of every kind, whose truth is known."""
    from .conftest import _start, _stop

    size = ("--access-principals", "12", "--assignments", "3", "--seed", "5")
    azure = _start(tmp_path_factory.mktemp("generated") / "azure", size)
    yield azure
    _stop(azure)


def test_every_account_of_a_generated_estate_gets_what_its_assessment_foretold(generated: Azure) -> None:
    seen: Counter[str] = Counter()
    for account in generated.endpoint["accounts"]:
        # A deleted principal is not looked for in an assessment, so there is nothing to compare.
        if generated.state()["truth"][account["name"]]["unused"] == "deleted":
            continue
        foretold = Counter(
            _shown(item, item["what"]) for item in assess(generated, account["name"])["access"]["others"]
        )
        assert foretold == Counter(_planned(generated.call("copy_runas_roles", account["name"], check=True)))
        seen += Counter(what for *dummy, what in foretold)
    assert set(seen) >= {"copied", "not asked for", "rbac mode", "unused"}


def _planned(result: Json) -> list[tuple[str, ...]]:
    """Return what a copy in check mode does about everything but role assignments."""
    buckets = {"copied": "copied", "unchanged": "held", "hand_over": "handed_over", "not_copied": None}
    return [
        _shown(item, what or item["reason"])
        for bucket, what in buckets.items()
        for item in result[bucket]
        if item["kind"] != "role_assignment"
    ]


def _shown(item: Json, what: str) -> tuple[str, ...]:
    return item["kind"], item["role"], item["scope"].lower(), what


def test_an_assessment_has_every_right_of_the_truth(generated: Azure) -> None:
    seen: Counter[str] = Counter()
    for name, told in generated.state()["truth"].items():
        if told["unused"] == "deleted":
            continue
        wanted = [
            *(("vault_policy", item["vault"].lower()) for item in told["vault_policies"]),
            *(("app_role", f"{item['value']} of {item['resource']}") for item in told["app_roles"]),
            *(("directory_role", f"{item['role_name']} of {item['scope']}") for item in told["directory_roles"]),
            *(("group", f"{item['name']} of /groups/{item['id']}") for item in told["groups"] if item["own"]),
        ]
        found = [(item["kind"], _named(item)) for item in assess(generated, name)["access"]["others"]]
        assert sorted(found) == sorted(wanted), name
        seen += Counter(kind for kind, dummy in wanted)
    assert set(seen) == {"vault_policy", "app_role", "directory_role", "group"}


def _named(item: Json) -> str:
    scope: str = item["scope"]
    return scope.lower() if item["kind"] == "vault_policy" else f"{item['role']} of {scope}"


# What it costs


def test_what_lies_around_is_read_once_for_all_accounts(azure: Azure, tmp_path: Path) -> None:
    kept = {"assessments": str(tmp_path / "assessments")}
    assess(azure, "plain", **kept)
    azure.forget_requests()
    assess(azure, "plainer", **kept)
    assert asked(azure, "$batch") == ["POST /v1.0/$batch"]
    assert asked(azure, "/subscriptions?") == asked(azure, "managementGroups?") == asked(azure, "KeyVault") == []
    assert asked(azure, "roleEligibility") == []
    path = tmp_path / "assessments" / ACCESS_KEPT_AS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert azure.login()["secret"] not in path.read_text()
    assert json.loads(path.read_text())["content"]["vaults"]


def test_another_login_reads_for_itself(azure: Azure, tmp_path: Path) -> None:
    kept = {"assessments": str(tmp_path / "assessments")}
    assess(azure, "plain", **kept)
    azure.forget_requests()
    assess(azure, "plainer", login="reader", **kept)
    assert len(asked(azure, "/subscriptions?")) == 1


def test_check_mode_keeps_nothing(azure: Azure, tmp_path: Path) -> None:
    assess(azure, check=True, assessments=str(tmp_path / "assessments"))
    assert not (tmp_path / "assessments").exists()


def test_an_inventory_reads_what_lies_around_once(azure: Azure) -> None:
    listed = azure.listed(options={"assess": True, "assess_scope": ["access"], "ledger": str(azure.ledger)})
    assert listed.hosts["aa"]["runas_findings"]["RA330"] == 3
    assert len(asked(azure, "managementGroups?")) == 1
    assert len(asked(azure, "Microsoft.KeyVault/vaults?")) == 1


# What cannot be read


def test_what_microsoft_graph_does_not_tell_is_a_finding_and_the_rest_is_there(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,service=graph,path=*batch*,times=0"])
    document = assess(azure)
    assert {kind for kind, *dummy in others(document)} == {"vault_policy"}
    unread = " ".join(item["sentence"] for item in document["findings"] if item["code"] == "RA901")
    for what in ("app roles", "directory roles", "groups"):
        assert f"Which {what} principal {object_id(azure, 'run-as')}" in unread


def test_vaults_that_may_not_be_listed_are_a_finding(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*/Microsoft.KeyVault/vaults[?]*,times=0"])
    document = assess(azure)
    assert "vault_policy" not in {kind for kind, *dummy in others(document)}
    assert any("The key vaults of subscription" in item["sentence"] for item in document["findings"])


def test_a_vault_that_is_throttled_costs_the_other_kinds_and_no_role(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=429,path=*/Microsoft.KeyVault/vaults/kv-open?*,times=0"])
    document = assess(azure, "aa")
    assert document["access"]["others"] is None
    assert [one["connection"] for one in document["access"]["principals"]] == ["AzureRunAsConnection"]
    (said,) = [item for item in document["findings"] if item["code"] == "RA902"]
    assert "The access beside role assignments of Automation account aa" in said["sentence"]


def test_subscriptions_that_may_not_be_listed_leave_the_access_unknown(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=/subscriptions[?]*,times=0"])
    document = assess(azure)
    assert document["access"] is None
    assert "RA901" in codes(document)
