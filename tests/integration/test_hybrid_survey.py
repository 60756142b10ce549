# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hybrid worker groups of an account on the simulator: workers, machines, verdicts, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Throttled
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import Finding
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.hybrid_survey import survey_hybrid

if TYPE_CHECKING:
    from .conftest import Azure

LOGINS = {
    "migration": {"secret": "not-a-real-secret-1", "roles": ["Reader"]},
    "account-only": {
        "secret": "not-a-real-secret-2",
        "roles": [{"role": "Reader", "scope": "production/rg-automation"}],
    },
    "stranger": {"secret": "not-a-real-secret-3", "roles": []},
}


@pytest.fixture
def with_groups(start_azure: Callable[..., Azure], tmp_path: Path) -> Callable[..., Azure]:
    """Start a simulator with the account ``aa`` that has the groups given."""

    def start(*groups: dict[str, Any], **keys: Any) -> Azure:
        account = {"name": "aa", "hybrid_worker_groups": list(groups), **keys}
        path = tmp_path / "estate.json"
        path.write_text(
            json.dumps({"subscriptions": [{"name": "production"}], "logins": LOGINS, "accounts": [account]})
        )
        return start_azure("--estate", str(path), "--set", "retry_after=0")

    return start


def survey(
    azure: Azure,
    identity: str = "None",
    run_on: dict[str, list[str]] | None = None,
    *,
    login: str = "migration",
    user_assigned: bool = False,
    **more: Any,
) -> tuple[dict[str, Any], list[Finding]]:
    named = azure.account("aa")
    account = AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])
    with Session(Login(**azure.login(login))) as session:
        return survey_hybrid(
            session, account, identity, run_on or {}, user_assigned_wanted=user_assigned, max_parallel=4, **more
        )


def codes(findings: list[Finding]) -> list[str]:
    return sorted(said.code for said in findings)


VM = {"name": "vm1", "version": "1.1.13"}
ARC = {"name": "arc1", "machine": "arc", "os": "Linux", "version": "1.1.12"}
AGENT = {"name": "old1", "kind": "agent"}


def test_workers_are_shown_with_what_their_machines_tell(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [VM, ARC, AGENT]})
    shown = survey(azure)[0]["groups"][0]["workers"]
    assert [(one["name"], one["kind"], one["os"], one["version"], one["machine_identity"]) for one in shown] == [
        ("vm1", "extension", "Windows", "1.1.13", "SystemAssigned"),
        ("arc1", "extension", "Linux", "1.1.12", "SystemAssigned"),
        ("old1", "agent", None, None, None),
    ]
    assert shown[0]["machine_id"].endswith("/Microsoft.Compute/virtualMachines/vm1") and shown[0]["last_seen"]


def test_a_group_tells_its_runbooks_and_what_they_will_log_in_as(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [VM, ARC], "credential": "local-admin"})
    document, findings = survey(azure, run_on={"HQ": ["Restart", "Backup", "Restart"]})
    assert {key: value for key, value in document["groups"][0].items() if key != "workers"} == {
        "name": "hq",
        "type": "User",
        "credential": "local-admin",
        "runbooks": ["Backup", "Restart"],
        "verdict": "changes_identity",
        "sentence": "Jobs that ask for a managed identity get the system-assigned identity of the machine today, and "
        "will get the system-assigned identity of the account in its place.",
    }
    assert codes(findings) == ["RA210"]


def test_an_account_with_an_identity_changes_nothing(with_groups: Callable[..., Azure]) -> None:
    document, findings = survey(with_groups({"name": "hq", "workers": [VM]}), "SystemAssigned")
    assert (document["groups"][0]["verdict"], findings) == ("unchanged", [])


def test_agents_are_unknown_until_somebody_looks_their_version_up(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [{**AGENT, "machine": "vm", "machine_identity": "none"}]})
    document, findings = survey(azure)
    assert document["groups"][0]["verdict"] == "unknown"
    assert codes(findings) == ["RA212", "RA217"]
    assert "7.3.1125.0 on Windows or 1.7.4.0 on Linux" in findings[0].sentence
    document, findings = survey(azure, versions={"OLD1": "7.3.702.0"})
    assert (document["groups"][0]["verdict"], codes(findings)) == ("too_old", ["RA211", "RA217"])
    assert "is agent-based and 7.3.702.0" in findings[0].sentence
    document, findings = survey(azure, versions={"old1": "7.3.1424.0"})
    assert (document["groups"][0]["verdict"], codes(findings)) == ("unchanged", ["RA217"])


def test_the_extension_of_a_machine_tells_nothing_about_the_agent_beside_it(with_groups: Callable[..., Azure]) -> None:
    """A machine may be both, with two entries in the group (docs/contract.md, 1.2)."""
    both = [VM, {"name": "vm1", "kind": "agent", "machine": "vm"}]
    azure = with_groups({"name": "hq", "workers": both})
    workers = survey(azure)[0]["groups"][0]["workers"]
    assert [(one["kind"], one["version"]) for one in workers] == [("extension", "1.1.13"), ("agent", None)]
    assert sum("virtualMachines/vm1" in entry["path"] for entry in azure.requests()) == 1


def test_a_user_assigned_identity_leaves_hybrid_jobs_without_any(with_groups: Callable[..., Azure]) -> None:
    document, findings = survey(with_groups({"name": "hq", "workers": [VM]}), user_assigned=True)
    assert document["groups"][0]["verdict"] == "changes_identity"
    assert document["groups"][0]["sentence"].endswith("will get no managed identity in its place.")
    assert codes(findings) == ["RA202", "RA210"]


def test_workers_that_differ_are_named_in_the_sentence(with_groups: Callable[..., Azure]) -> None:
    bare = {"name": "bare", "machine_identity": "none", "version": "1.1.13"}
    document, findings = survey(with_groups({"name": "hq", "workers": [VM, bare]}))
    assert document["groups"][0]["sentence"].startswith("vm1: Jobs that ask")
    assert " bare: Jobs can use no managed identity today" in document["groups"][0]["sentence"]
    assert codes(findings) == ["RA210", "RA216"]


def test_a_machine_that_may_not_be_read_is_not_known(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [VM, ARC]})
    document, findings = survey(azure, login="account-only")
    group = document["groups"][0]
    assert [one["machine_identity"] for one in group["workers"]] == [None, None]
    assert group["verdict"] == "unknown"
    assert codes(findings) == ["RA213", "RA213"]
    assert "AuthorizationFailed" in findings[0].sentence and "vm1" in findings[0].sentence


def test_a_machine_that_is_gone_is_said_to_be(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [{"name": "lost", "machine": "gone"}]})
    document, findings = survey(azure)
    assert (document["groups"][0]["verdict"], codes(findings)) == ("unchanged", ["RA214"])
    assert document["groups"][0]["sentence"] == "The machine is not there any more."


def test_the_extensions_of_an_arc_machine_that_cannot_be_read_cost_the_version_only(
    with_groups: Callable[..., Azure],
) -> None:
    azure = with_groups({"name": "hq", "workers": [ARC]})
    azure.control("PUT", "/faults", ["status=403,path=*/extensions*,times=0"])
    document, findings = survey(azure)
    (worker,) = document["groups"][0]["workers"]
    assert (worker["version"], worker["machine_identity"]) == (None, "SystemAssigned")
    assert codes(findings) == ["RA210", "RA901"]


def test_system_groups_are_listed_and_their_workers_left_alone(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "pc-1_guid", "type": "System", "workers": 1}, {"name": "hq", "workers": 0})
    document, findings = survey(azure, user_assigned=True)
    assert [(group["name"], group["type"], group["verdict"]) for group in document["groups"]] == [
        ("hq", "User", "unchanged"),
        ("pc-1_guid", "System", "unchanged"),
    ]
    assert [said.sentence for said in findings] == [
        "User-assigned identities do not work in jobs on hybrid workers (hq)."
    ]
    assert not any("pc-1_guid" in entry["path"] for entry in azure.requests())


def test_groups_that_may_not_be_read_are_no_empty_list(with_groups: Callable[..., Azure]) -> None:
    document, findings = survey(with_groups({"name": "hq", "workers": [VM]}), login="stranger")
    assert document["groups"] == [] and "AuthorizationFailed" in document["unread"]
    assert codes(findings) == ["RA901"]


def test_workers_that_may_not_be_read_leave_the_group_unknown(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [VM]}, {"name": "branch", "workers": [ARC]})
    azure.control("PUT", "/faults", ["status=403,path=*/hq/hybridRunbookWorkers*,times=0"])
    document, findings = survey(azure)
    assert [(group["name"], group["verdict"]) for group in document["groups"]] == [
        ("branch", "changes_identity"),
        ("hq", "unknown"),
    ]
    assert codes(findings) == ["RA210", "RA901"]


def test_a_group_that_is_deleted_midway_is_left_out(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [VM]})
    azure.control("PUT", "/faults", ["status=404,path=*/hq/hybridRunbookWorkers*,times=0"])
    assert survey(azure) == ({"groups": []}, [])


def test_runbooks_on_a_group_that_is_not_there_are_named(with_groups: Callable[..., Azure]) -> None:
    findings = survey(with_groups(), run_on={"hq": ["Restart"], "unused": []})[1]
    assert [(said.code, said.sentence) for said in findings] == [
        ("RA215", "Runbooks Restart are to run on hybrid worker group hq, which the account does not have.")
    ]


def test_a_group_named_in_braces_and_tags_is_only_text(with_groups: Callable[..., Azure]) -> None:
    name = "{{ lookup('pipe', 'id') }} <script> ../é"
    document, findings = survey(with_groups({"name": name.replace("/", "_"), "workers": [VM]}))
    assert document["groups"][0]["name"] == name.replace("/", "_")
    assert name.replace("/", "_") in findings[0].sentence


def test_it_only_reads_and_asks_no_more_than_it_needs(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [VM, ARC]}, {"name": "branch", "workers": [VM]})
    azure.forget_requests()
    survey(azure)
    arm = [entry for entry in azure.requests() if entry["path"].startswith("/subscriptions/")]
    assert azure.writes() == []
    assert len(arm) == 1 + 2 + 2 + 1


def test_being_throttled_out_is_not_swallowed(with_groups: Callable[..., Azure]) -> None:
    azure = with_groups({"name": "hq", "workers": [VM]})
    azure.control("PUT", "/faults", ["status=429,path=*/virtualMachines/*,times=0"])
    with pytest.raises(Throttled):
        survey(azure)
