# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin, as ansible-inventory and ansible-playbook run it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._ledger import account_folder

from .conftest import Azure, ansible_playbook, written

START = Callable[..., Azure]
PRODUCTION = {
    *("aa-plain", "aa-identities", "aa-roles", "aa-hybrid", "aa-classic"),
    *("aa-languages", "aa-recovery", "aa-done"),
}
DEVELOPMENT = {"aa-expired", "aa-incomplete"}
FINANCE = {"aa-shared-east", "aa-shared-west"}
LISTS = "*/providers/Microsoft.Automation/automationAccounts?*"
# What an attacker would call a thing: it must stay text on every core.
TEMPLATE, BLOCK = "{{ 7*7 }}", "{% if true %}run{% endif %}"


def arm_reads(azure: Azure, part: str) -> list[str]:
    return [entry["path"] for entry in azure.requests() if entry["service"] == "arm" and part in entry["path"]]


def estate(folder: Path, accounts: list[dict[str, Any]], **more: Any) -> str:
    path = folder / "estate.yml"
    path.write_text(yaml.safe_dump({"accounts": accounts, **more}))
    return str(path)


# --- what is listed -------------------------------------------------------


def test_every_account_that_the_login_sees_is_a_host_with_the_variables_of_the_modules(azure: Azure) -> None:
    listed = azure.listed()
    assert set(listed.hosts) == PRODUCTION | DEVELOPMENT | FINANCE
    account = azure.account("aa-plain")
    shown = listed.hosts["aa-plain"]
    assert {name: shown[name] for name in account} == account
    assert shown["ansible_connection"] == "local"
    assert shown["account_tags"] == {"team": "platform"}
    assert shown["subscription_name"] == "production"
    # AWX would keep and show the mark.
    assert "__ansible_unsafe" not in listed.output
    assert listed.errors == ""


def test_it_takes_one_list_for_each_subscription_and_writes_nothing(azure: Azure) -> None:
    azure.listed()
    assert len(arm_reads(azure, "automationAccounts")) == 3
    assert azure.writes() == []


def test_accounts_are_grouped_by_region_and_subscription(azure: Azure) -> None:
    groups = azure.listed().groups
    assert groups["automation_accounts"] == PRODUCTION | DEVELOPMENT | FINANCE
    assert groups["subscription_finance"] == FINANCE
    assert groups["region_eastus"] == {"aa-shared-east"}
    assert not any(name.startswith("identity") for name in groups)


def test_the_groups_can_be_left_out(azure: Azure) -> None:
    groups = azure.listed(options={"default_groups": False, "group": ""}).groups
    assert set(groups) == {"all", "ungrouped"}


def test_identities_are_read_on_request_one_account_at_a_time(azure: Azure) -> None:
    listed = azure.listed(options={"read_identity": True})
    assert listed.groups["identity_system_assigned"] == {"aa-done"}
    assert listed.groups["identity_user_assigned"] == {"aa-identities"}
    assert len(listed.groups["identity_none"]) == 10
    # The list has neither of them (azure-contracts, section 1).
    assert len(listed.hosts["aa-identities"]["identity"]["user_assigned_identities"]) == 2


def test_resource_graph_finds_the_same_with_one_query(azure: Azure) -> None:
    by_list = azure.listed()
    azure.forget_requests()
    by_query = azure.listed(options={"source": "resource_graph"})
    assert (by_query.hosts, by_query.groups) == (by_list.hosts, by_list.groups)
    assert len(arm_reads(azure, "Microsoft.ResourceGraph")) == 1
    assert arm_reads(azure, "automationAccounts") == []
    assert azure.writes() == []


def test_more_accounts_than_a_page_has_are_all_there(start_azure: START) -> None:
    azure = start_azure("--accounts", "1005", "--runbooks", "0")
    options = {"hostnames": ["automation_account_name"]}
    assert len(azure.listed(options=options).hosts) == 1005
    assert len(azure.listed(options={**options, "source": "resource_graph"}).hosts) == 1005


# --- which subscriptions and accounts -------------------------------------


@pytest.mark.parametrize(
    ("options", "accounts"),
    [
        ({"subscriptions": ["finance"]}, FINANCE),
        ({"subscriptions": ["Finance", "development"]}, FINANCE | DEVELOPMENT),
        ({"subscription_id": "finance"}, FINANCE),
        ({"management_groups": ["mg-workloads"]}, PRODUCTION | DEVELOPMENT),
        ({"management_groups": ["mg-contoso"]}, PRODUCTION | DEVELOPMENT | FINANCE),
        ({"management_groups": ["mg-workloads"], "subscriptions": ["finance"], "tags": ["team"]}, {"aa-plain"}),
        ({"resource_groups": ["RG-recovery"]}, {"aa-recovery"}),
        ({"tags": {"Team": "platform"}}, {"aa-plain"}),
        ({"tags": {"team": "other"}}, set()),
        ({"host_filters": ["location == 'eastus'", "location == 'westus2'"]}, FINANCE),
        ({"exclude_host_filters": ["subscription_name != 'finance'"]}, FINANCE),
        ({"host_filters": ["true"], "exclude_host_filters": ["'shared' not in automation_account_name"]}, FINANCE),
    ],
)
def test_accounts_are_chosen(azure: Azure, options: dict[str, Any], accounts: set[str]) -> None:
    assert set(azure.listed(login="reader", options=options).hosts) == accounts


def test_the_subscription_of_the_environment_does_not_hide_the_others(azure: Azure) -> None:
    plain = azure.account("aa-plain")
    assert len(azure.listed(AZURE_SUBSCRIPTION_ID=plain["subscription_id"]).hosts) == 12


def test_constructed_groups_and_variables(azure: Azure) -> None:
    options = {
        "keyed_groups": [{"key": "tags.team | default('nobody')", "prefix": "team"}],
        "groups": {"shared": "'shared' in automation_account_name"},
        "compose": {"where": "resource_group ~ '/' ~ automation_account_name"},
        "strict": True,
    }
    listed = azure.listed(options=options)
    assert listed.groups["team_platform"] == {"aa-plain"}
    assert listed.groups["shared"] == FINANCE
    assert listed.hosts["aa-plain"]["where"] == "rg-automation/aa-plain"


# --- names ----------------------------------------------------------------


@pytest.fixture
def twins(start_azure: START, tmp_path: Path) -> Azure:
    accounts = [
        {"name": "aa-twin", "resource_group": "rg-one", "tags": {"side": "left"}},
        {"name": "AA-Twin", "resource_group": "rg-two", "tags": {"side": "right"}},
        {"name": "aa-other"},
    ]
    return start_azure("--estate", estate(tmp_path, accounts))


def test_accounts_of_one_name_are_all_told_apart_whatever_is_filtered(twins: Azure) -> None:
    names = set(twins.listed().hosts)
    suffixes = {
        hashlib.sha256(arm_id(account).lower().encode()).hexdigest()[:8]: account["name"]
        for account in twins.endpoint["accounts"]
        if account["name"].lower() == "aa-twin"
    }
    assert names == {"aa-other", *(f"{name}_{suffix}" for suffix, name in suffixes.items())}
    left = set(twins.listed(options={"tags": {"side": "left"}}).hosts)
    assert left < names and len(left) == 1


def test_host_names_can_be_made_of_expressions(twins: Azure) -> None:
    options = {"hostnames": ["tags.nickname", "tags.side ~ '.' ~ resource_group"]}
    listed = twins.listed(options=options)
    assert set(listed.hosts) == {"left.rg-one", "right.rg-two", "aa-other"}
    assert "cannot be evaluated for 3 accounts" in " ".join(listed.errors.split())


# --- untrusted text -------------------------------------------------------


@pytest.fixture
def hostile(start_azure: START, tmp_path: Path) -> Azure:
    account = {"name": "aa-hostile", "tags": {"sum": TEMPLATE, "block": BLOCK, TEMPLATE: "<script>"}}
    more = {"subscriptions": [{"name": f"sub {TEMPLATE} / ..", "resource_groups": ["rg-automation"]}]}
    return start_azure("--estate", estate(tmp_path, [account], **more))


def values_in_a_play(azure: Azure, options: dict[str, Any], *arguments: str, **environment: str) -> Any:
    """What a task sees of the host's variables."""
    answer = azure.run_dir / "seen.json"
    shown = "{{ [account_tags, subscription_name, copied | default('')] | to_json }}"
    task = {"ansible.builtin.copy": {"content": shown, "dest": str(answer), "mode": "0600"}}
    play = written([{"hosts": "all", "gather_facts": False, "tasks": [task]}], azure.run_dir)
    run = ansible_playbook("-i", str(azure.source(options)), play, *arguments, **{**azure.environment(), **environment})
    assert run.code == 0, run.output + run.errors
    return json.loads(answer.read_text())


def test_no_template_from_azure_is_run(hostile: Azure) -> None:
    options = {"compose": {"copied": "tags.sum"}, "strict": True}
    tags, name, copied = values_in_a_play(hostile, options)
    assert tags == {"sum": TEMPLATE, "block": BLOCK, TEMPLATE: "<script>"}
    assert name == f"sub {TEMPLATE} / .."
    assert copied == TEMPLATE


def test_no_template_from_azure_is_run_from_the_cache_either(hostile: Azure, tmp_path: Path) -> None:
    options = {"compose": {"copied": "tags.block"}, **cached_in(tmp_path)}
    first = values_in_a_play(hostile, options)
    hostile.forget_requests()
    assert values_in_a_play(hostile, options) == first
    assert first[0]["block"] == first[2] == BLOCK
    assert hostile.requests() == []


def test_groups_made_of_hostile_text_are_plain_names(hostile: Azure) -> None:
    options = {"keyed_groups": [{"key": "tags", "prefix": "tag"}], "groups": {"sums": "tags.sum is defined"}}
    groups = hostile.listed(options=options).groups
    assert groups["subscription_sub____7_7________"] == {"aa-hostile"}
    assert groups["sums"] == {"aa-hostile"}
    assert all(name.replace("_", "").isalnum() for name in groups)


# --- a module at work -----------------------------------------------------


@pytest.mark.parametrize("fast", [True, False])
def test_modules_work_with_the_variables_on_both_paths(azure: Azure, fast: bool) -> None:
    options = {
        "subscription_id": "{{ subscription_id }}",
        "resource_group": "{{ resource_group }}",
        "automation_account_name": "{{ automation_account_name }}",
    }
    task = {"azauto.runas_migration.enable_identity": options}
    play = {"hosts": "subscription_finance", "gather_facts": False, "tasks": [task]}
    run = ansible_playbook(
        *("-i", str(azure.source()), written([play], azure.run_dir), "-e", json.dumps({"runas_in_process": fast})),
        **azure.environment(),
    )
    assert run.code == 0, run.output + run.errors
    assert len(azure.writes()) == len(FINANCE)
    assert "reserved name" not in run.errors


# --- the login ------------------------------------------------------------


def test_the_login_can_stand_in_the_file_with_templates(azure: Azure) -> None:
    login = azure.login()
    secret = azure.run_dir / "secret"
    secret.write_text(login["secret"])
    options = {**login, "tenant": "{{ where }}", "secret": f"{{{{ lookup('ansible.builtin.file', '{secret}') }}}}"}
    names = ("AZURE_TENANT", "AZURE_CLIENT_ID", "AZURE_SECRET", "AZURE_CLOUD_ENVIRONMENT", "RUNAS_MIGRATION_CA_BUNDLE")
    unset = dict.fromkeys(names, "")
    listed = azure.listed("-e", json.dumps({"where": login["tenant"]}), "-vvvv", options=options, **unset)
    assert len(json.loads(listed.output[listed.output.index("{\n") :])["_meta"]["hostvars"]) == 12
    assert login["secret"] not in listed.output + listed.errors


def test_a_refused_login_fails_with_one_sentence_and_without_the_secret(azure: Azure) -> None:
    run = azure.listed(AZURE_SECRET="FAKE-wrong-secret-not-real")
    assert run.code != 0
    assert "the login was refused" in one_line(run.errors)
    assert "FAKE-wrong-secret-not-real" not in run.output + run.errors
    assert "Traceback" not in run.errors


# --- what cannot be read --------------------------------------------------


def one_line(text: str) -> str:
    return " ".join(text.split())


GONE = "status=404,code=NotFound,path=*/managementGroups/mg-nowhere/*,times=0"
FORBIDDEN = "status=403,code=AuthorizationFailed,path=/subscriptions/{0}/providers/Microsoft.Automation/*,times=0"
TROUBLES = [
    (FORBIDDEN, {}, "The Automation accounts of subscription finance", PRODUCTION | DEVELOPMENT),
    (None, {"subscriptions": ["development", "nowhere"]}, "The subscription nowhere is not among the 3", DEVELOPMENT),
    (
        GONE,
        {"management_groups": ["mg-nowhere"], "subscriptions": ["development"]},
        "The management group mg-nowhere is not there",
        DEVELOPMENT,
    ),
]


@pytest.mark.parametrize(("fault", "options", "sentence", "rest"), TROUBLES, ids=["403", "subscription", "group"])
def test_what_cannot_be_read_fails_unless_a_part_is_allowed(
    azure: Azure, fault: str | None, options: dict[str, Any], sentence: str, rest: set[str]
) -> None:
    finance = azure.account("aa-shared-east")["subscription_id"]
    if fault:
        azure.control("PUT", "/faults", [fault.format(finance)])
    refused = azure.listed(login="reader", options=options)
    assert refused.code != 0
    assert sentence in one_line(refused.errors)
    partial = azure.listed(login="reader", options={**options, "allow_partial": True})
    assert set(partial.hosts) == rest
    assert f"The inventory is partial: {sentence}" in one_line(partial.errors)


def test_a_management_group_that_may_not_be_read_is_told_from_one_that_is_not_there(azure: Azure) -> None:
    refused = azure.listed(options={"management_groups": ["mg-contoso"]})
    assert refused.code != 0
    assert "The management group mg-contoso cannot be read" in one_line(refused.errors)


def test_a_subscription_that_never_used_automation_has_no_accounts(azure: Azure) -> None:
    finance = azure.account("aa-shared-east")["subscription_id"]
    fault = f"status=409,code=MissingSubscriptionRegistration,path=/subscriptions/{finance}/providers/*,times=0"
    azure.control("PUT", "/faults", [fault])
    assert set(azure.listed().hosts) == PRODUCTION | DEVELOPMENT
    assert azure.writes() == []


def test_throttling_that_does_not_end_is_no_partial_inventory(azure: Azure) -> None:
    azure.control("PUT", "/faults", [f"status=429,retry_after=0,path={LISTS},times=0"])
    run = azure.listed(options={"allow_partial": True})
    assert run.code != 0
    assert "status 429" in one_line(run.errors)


def test_an_account_deleted_between_list_and_read_is_no_host(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=404,code=ResourceNotFound,path=*/automationAccounts/aa-done?*,times=0"])
    hosts = azure.listed(options={"read_identity": True}).hosts
    assert set(hosts) == (PRODUCTION | DEVELOPMENT | FINANCE) - {"aa-done"}


def test_an_identity_that_may_not_be_read_fails_unless_a_part_is_allowed(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*/automationAccounts/aa-done?*,times=0"])
    assert azure.listed(options={"read_identity": True}).code != 0
    partial = azure.listed(options={"read_identity": True, "allow_partial": True})
    assert "identity" not in partial.hosts["aa-done"]
    assert "The identity of Automation account aa-done cannot be read" in one_line(partial.errors)


# --- mistakes in the file -------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"subscritpions": ["finance"]}, "There is no option subscritpions."),
        ({"host_filters": ["location =="]}, "host_filters: 'location ==' is no expression"),
        ({"strict": True, "host_filters": ["tags.team == 'x'"]}, "cannot be evaluated for account"),
        ({"tags": "team"}, "tags is a dict of names and values, or a list"),
        ({"secret": "", "auth_source": "env"}, "The login lacks the option secret"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(azure: Azure, options: dict[str, Any], sentence: str) -> None:
    run = azure.listed(options=options, AZURE_SECRET="")
    if "auth_source" not in options:
        run = azure.listed(options=options)
    assert run.code != 0
    assert sentence in one_line(run.errors)
    assert "Traceback" not in run.errors


def test_a_filter_that_some_accounts_cannot_answer_warns_once(azure: Azure) -> None:
    listed = azure.listed(options={"host_filters": ["tags.team == 'platform'"]})
    assert set(listed.hosts) == {"aa-plain"}
    assert one_line(listed.errors).count("cannot be evaluated for 11 accounts") == 1


# --- the cache ------------------------------------------------------------


def cached_in(folder: Path) -> dict[str, Any]:
    return {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(folder / "cache")}


def flush_in_a_play(azure: Azure, options: dict[str, Any]) -> None:
    """Run an empty play with --flush-cache, which ansible-inventory has not on every core."""
    play = written([{"hosts": "all", "gather_facts": False, "tasks": []}], azure.run_dir)
    run = ansible_playbook("-i", str(azure.source(options)), play, "--flush-cache", **azure.environment())
    assert run.code == 0, run.output + run.errors


def test_the_second_time_comes_from_the_cache_until_it_is_flushed(azure: Azure, tmp_path: Path) -> None:
    options = {"read_identity": True, **cached_in(tmp_path)}
    first = azure.listed(options=options)
    azure.forget_requests()
    assert azure.listed(options=options).hosts == first.hosts
    assert azure.requests() == []
    flush_in_a_play(azure, options)
    assert len(arm_reads(azure, "automationAccounts")) == 3 + 12


def test_the_cache_of_other_options_is_not_used_and_filters_are_applied_to_it(azure: Azure, tmp_path: Path) -> None:
    cached = cached_in(tmp_path)
    azure.listed(options=cached)
    assert set(azure.listed(options={**cached, "subscriptions": ["finance"]}).hosts) == FINANCE
    azure.forget_requests()
    narrowed = {**cached, "subscriptions": ["finance"], "host_filters": ["location == 'eastus'"]}
    assert set(azure.listed(options=narrowed).hosts) == {"aa-shared-east"}
    assert azure.requests() == []


def test_a_partial_inventory_from_the_cache_still_says_so(azure: Azure, tmp_path: Path) -> None:
    options = {"subscriptions": ["development", "nowhere"], "allow_partial": True, **cached_in(tmp_path)}
    for dummy in range(2):
        assert "The subscription nowhere is not among the 3" in one_line(azure.listed(options=options).errors)


def test_the_cache_holds_no_secret(azure: Azure, tmp_path: Path) -> None:
    azure.listed(options={**azure.login(), **cached_in(tmp_path)})
    (kept,) = (tmp_path / "cache").iterdir()
    text = kept.read_text()
    assert "aa-plain" in text
    assert azure.login()["secret"] not in text


# --- kept assessments -----------------------------------------------------


def arm_id(account: dict[str, str]) -> str:
    return AccountId(account["subscription_id"], account["resource_group"], account["name"]).arm_id


def keep(folder: Path, azure: Azure, name: str, text: str) -> None:
    account = next(account for account in azure.endpoint["accounts"] if account["name"] == name)
    path = account_folder(str(folder), name, arm_id(account))
    path.mkdir(parents=True)
    (path / "assessment.json").write_text(text)


def test_kept_assessments_give_variables_and_groups_without_a_request(azure: Azure, tmp_path: Path) -> None:
    document = {
        "format": 1,
        "state": "manual_work",
        "run_as": [{"status": "complete"}, {"status": "expired"}],
        "findings": [{"code": "RA401"}, {"code": "RA401"}, {"code": "RA101"}],
    }
    keep(tmp_path, azure, "aa-plain", json.dumps(document))
    keep(tmp_path, azure, "aa-done", json.dumps({"format": 1, "state": "not_needed", "run_as": []}))
    listed = azure.listed(options={"assessments": str(tmp_path)})
    shown = {name: value for name, value in listed.hosts["aa-plain"].items() if name.startswith("runas")}
    assert shown == {
        "runas_state": "manual_work",
        "runas_status": "expired",
        "runas_findings": {"RA101": 1, "RA401": 2},
    }
    assert listed.groups["state_manual_work"] == listed.groups["run_as_expired"] == {"aa-plain"}
    assert listed.groups["state_not_needed"] == listed.groups["run_as_absent"] == {"aa-done"}
    assert "runas_state" not in listed.hosts["aa-roles"]
    assert len(arm_reads(azure, "automationAccounts")) == 3


@pytest.mark.parametrize(("text", "why"), [("{", "is no JSON"), ('{"format": 2}', "is no assessment of format 1")])
def test_a_kept_assessment_that_cannot_be_read_is_no_missing_one(
    azure: Azure, tmp_path: Path, text: str, why: str
) -> None:
    keep(tmp_path, azure, "aa-plain", text)
    run = azure.listed(options={"assessments": str(tmp_path)})
    assert run.code != 0
    assert why in one_line(run.errors)


# --- assessments made now ---------------------------------------------------


def test_accounts_are_assessed_on_request_and_nothing_is_written(azure: Azure) -> None:
    listed = azure.listed(options={"assess": True, "ledger": str(azure.ledger)}, login="reader")
    assert listed.groups["state_blocked"] == {"aa-hybrid"}
    assert listed.groups["state_not_needed"] == listed.groups["run_as_absent"] == {"aa-done"}
    assert listed.groups["run_as_expired"] == {"aa-expired"}
    assert listed.groups["run_as_incomplete"] == {"aa-incomplete"}
    assert listed.hosts["aa-plain"]["runas_state"] == "ready"
    assert listed.hosts["aa-plain"]["runas_findings"]["RA305"] == 1
    assert azure.writes() == []
    vaults = [entry for entry in azure.requests() if "Microsoft.RecoveryServices/vaults?" in entry["path"]]
    assert len(vaults) == 3, "what lies around all accounts is read once for each subscription"


def test_an_assessment_that_is_refused_fails_the_inventory_or_is_a_warning(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*/automationAccounts/aa-plain?*,times=0"])
    assert "aa-plain cannot be assessed" in one_line(azure.listed(options={"assess": True}).errors)
    partial = azure.listed(options={"assess": True, "allow_partial": True, "assess_scope": ["run_as", "runbooks"]})
    assert "aa-plain cannot be assessed" in one_line(partial.errors)
    assert "runas_state" not in partial.hosts["aa-plain"]
    assert partial.hosts["aa-roles"]["runas_state"] == "manual_work"
