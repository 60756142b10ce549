# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks by name, on the demo estate: what they promise, judged by what the simulated Azure holds."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from .conftest import Azure, Run

ROOT = Path(__file__).parents[2]
DEMO_ESTATE = ROOT / "tests/simulator/azure_simulator/estates/demo.yml"
MIGRATE = "azauto.runas_migration.migrate"
RETIRE = "azauto.runas_migration.retire"
# Somebody has looked at what its hybrid jobs log in as.
HYBRID_ACCEPTED = json.dumps({"enable_identity_hybrid": "accept"})
# Left out on purpose: privileged (Owner), dormant (the Run As accounts of these two), and a person's choice.
NOT_COPIED = {"aa-roles": 1, "aa-expired": 1, "aa-incomplete": 1}
PREDICTIONS = [
    {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {
                "ansible.builtin.copy": {
                    "content": "{{ [enable_identity_result, copy_runas_roles_result, site_recovery_result,"
                    " update_runbooks_result] | map(attribute='changes') | flatten | to_json }}",
                    "dest": "{{ predictions }}/{{ inventory_hostname }}.json",
                    "mode": "0600",
                },
                "check_mode": False,
                "diff": False,
            }
        ],
    }
]


@pytest.fixture(scope="module")
def estate() -> ModuleType:
    """Return the tool that judges a migration by the state before and after."""
    spec = importlib.util.spec_from_file_location("estate", ROOT / "tests/tools/estate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def migrate(azure: Azure, *arguments: str, **environment: str) -> Run:
    return azure.playbook(MIGRATE, "-e", HYBRID_ACCEPTED, *arguments, **environment)


def recap(run: Run) -> dict[str, dict[str, int]]:
    """Return the counts of each host."""
    lines = re.findall(r"^(\S+)\s+: (ok=.*)$", run.output, re.MULTILINE)
    return {host: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", counts)} for host, counts in lines}


def test_the_whole_estate_is_migrated_and_nothing_is_lost(azure: Azure, estate: ModuleType) -> None:
    before = azure.state()
    first = migrate(azure)
    assert first.code == 0, first.output
    after = azure.state()
    assert list(estate.compare(before, after)) == []
    was = {account["name"]: account for account in before["accounts"]}
    for account in after["accounts"]:
        wanted = estate.access_of_run_as(was[account["name"]], before)
        copied = estate.access(estate.principal(account), after) if estate.principal(account) else set()
        assert len(wanted - copied) == NOT_COPIED.get(account["name"], 0), account["name"]

    azure.forget_requests()
    second = migrate(azure)
    assert second.code == 0
    assert {host: counts["changed"] for host, counts in recap(second).items()} == dict.fromkeys(was, 0)
    assert azure.writes() == []


def test_check_mode_writes_nothing_and_predicts_exactly(azure: Azure) -> None:
    made = []
    for mode in (["--check", "--diff"], []):
        folder = azure.run_dir / f"predictions{len(made)}"
        folder.mkdir()
        playbook = azure.run_dir / "with_predictions.yml"
        playbook.write_text(yaml.safe_dump([{"ansible.builtin.import_playbook": MIGRATE}, *PREDICTIONS]))
        run = azure.playbook(str(playbook), "-e", HYBRID_ACCEPTED, "-e", f"predictions={folder}", *mode)
        assert run.code == 0, run.output
        if mode:
            assert azure.writes() == []
            assert not azure.ledger.exists()
        made.append(
            {path.stem: [comparable(change) for change in json.loads(path.read_text())] for path in folder.iterdir()}
        )
    predicted, carried_out = made
    assert len(predicted) == 12
    assert predicted == carried_out


def comparable(change: dict[str, Any]) -> dict[str, Any]:
    """Return a change without what only Azure decides: the principal of a fresh identity, and names made of it."""
    text = json.dumps(change, sort_keys=True)
    if change["kind"] == "role_assignment":
        text = re.sub(r'"principal_?[iI]d": "[^"]*"', '"principalId": "?"', text)
        text = re.sub(r'"target": "[^"]*"', '"target": "?"', text)
    if change["kind"] == "vault_policy":
        text = re.sub(r'"object_id": "[^"]*"', '"object_id": "?"', text)
    known: dict[str, Any] = json.loads(text)
    return known


def test_a_failing_first_account_stops_the_later_waves_by_default(azure: Azure) -> None:
    run = azure.playbook(MIGRATE, "-e", "runas_serial=1", "--limit", "aa-hybrid,aa-plain")
    assert run.code != 0
    assert "hq-servers" in run.output
    assert "aa-plain" not in recap(run)


def test_a_failing_first_account_does_not_end_the_run_of_the_others_when_told_so(azure: Azure) -> None:
    run = azure.playbook(
        MIGRATE, "-e", "runas_serial=1", "-e", "runas_stop_after_failures=0", "--limit", "aa-hybrid,aa-plain"
    )
    assert run.code != 0
    assert recap(run)["aa-hybrid"]["failed"] == 1
    assert recap(run)["aa-plain"]["failed"] == 0
    assert recap(run)["aa-plain"]["changed"] > 0


def test_in_one_wave_a_failing_account_leaves_the_others_alone(azure: Azure) -> None:
    run = azure.playbook(MIGRATE, "--limit", "aa-hybrid,aa-plain")
    assert run.code != 0
    assert recap(run)["aa-plain"]["changed"] > 0


WITHOUT_RIGHTS: dict[str, Any] = {
    "subscriptions": [{"name": "production"}],
    "accounts": [{"name": "aa", "run_as": "complete", "runbooks": []}],
    # It could enable the identity, but not give it a role: the account would be left half way.
    "logins": {"migration": {"secret": "FAKE-secret-of-a-login", "graph": "manage", "roles": ["Contributor"]}},
}


def test_an_account_that_would_stop_half_way_is_not_begun(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    estate_file = tmp_path / "estate.yml"
    estate_file.write_text(yaml.safe_dump(WITHOUT_RIGHTS))
    azure = start_azure("--estate", str(estate_file))
    run = azure.playbook(MIGRATE)
    assert run.code != 0
    assert "The migration of Automation account aa would stop half way" in run.output
    assert "Microsoft.Authorization/roleAssignments/write" in run.output
    assert azure.writes() == []

    half = azure.playbook(MIGRATE, "-e", json.dumps({"runas_preflight": False}))
    assert half.code != 0
    assert [write.split()[0] for write in azure.writes()] == ["PATCH", "PUT"]


def test_the_preflight_leaves_kept_assessments_alone(azure: Azure) -> None:
    kept = azure.run_dir / "assessments"
    assert azure.playbook(MIGRATE, "--limit", "aa-plain", "-e", f"runas_assessments={kept}").code == 0
    assert not kept.exists()


def test_findings_fail_an_account_only_when_asked(azure: Azure) -> None:
    arguments = ("--check", "--limit", "aa-languages")
    assert azure.playbook(MIGRATE, *arguments).code == 0
    failed = azure.playbook(MIGRATE, *arguments, "-e", "runas_fail_on=warning")
    assert failed.code != 0
    assert "A finding is at least as severe as fail_on." in failed.output


def test_surveys_answers_are_taken_as_flat_text(azure: Azure) -> None:
    """Commas or line ends between, empty answers unset, as AWX surveys give them."""
    users = azure.call("enable_identity", "aa-identities", check=True)["identity"]["user_assigned_identities"]
    answers = {
        "enable_identity_user_assigned": "\n".join(user["id"] for user in users),
        "copy_runas_roles_role_map": "Contributor=Reader+Virtual Machine Contributor",
        "copy_runas_roles_exclude": "",
        "update_runbooks_runbooks": "Start-TaggedVMs,Stop-DevVMs\nGet-Inventory",
    }
    run = azure.playbook(MIGRATE, "--limit", "aa-plain", "-e", json.dumps(answers))
    assert run.code == 0, run.output
    made = azure.call("enable_identity", "aa-plain")["identity"]
    assert [user["id"] for user in made["user_assigned_identities"]] == [user["id"] for user in users]
    copied = azure.call("copy_runas_roles", "aa-plain", role_map=answers["copy_runas_roles_role_map"])
    assert sorted(item["role"] for item in copied["unchanged"]) == ["Reader", "Virtual Machine Contributor"]


def test_counts_are_handed_on_for_workflows(azure: Azure) -> None:
    run = azure.playbook(MIGRATE, "--check", "--limit", "aa-plain", ANSIBLE_SHOW_CUSTOM_STATS="true")
    assert re.search(r"runas_aa_plain_[0-9a-f]{8}", run.output)


def test_names_from_azure_are_never_templates(azure: Azure) -> None:
    """A message that holds an expression comes out as it is, through role, summary and set_stats."""
    run = azure.playbook(
        MIGRATE,
        "--check",
        "--limit",
        "aa-plain",
        "-e",
        json.dumps({"update_runbooks_runbooks": "no{% raw %}{{ 7 - 4 }}{% endraw %}"}),
    )
    assert run.code != 0
    assert "no3" not in run.output


def test_the_default_stage_of_retirement_disables_and_a_second_run_changes_nothing(azure: Azure) -> None:
    assert migrate(azure, "--limit", "aa-plain").code == 0
    first = azure.playbook(RETIRE, "--limit", "aa-plain")
    assert first.code == 0, first.output
    assert recap(first)["aa-plain"]["changed"] == 1
    azure.forget_requests()
    second = azure.playbook(RETIRE, "--limit", "aa-plain")
    assert recap(second)["aa-plain"]["changed"] == 0
    assert azure.writes() == []


@pytest.mark.parametrize("in_process", [True, False])
def test_seeded_secrets_appear_nowhere(azure: Azure, in_process: bool) -> None:
    """aa-expired has a runbook with a password in it, aa-plain a credential and an encrypted variable."""
    secrets = yaml.safe_load(DEMO_ESTATE.read_text())["seeded_secrets"]
    path = json.dumps({"runas_in_process": in_process})
    output = ""
    for mode in (["--check"], []):
        run = migrate(azure, *mode, "--diff", "-vvv", "-e", path, "--limit", "aa-plain,aa-expired,aa-identities")
        assert run.code == 0, run.output[-3000:]
        output += run.output + run.errors
    output += azure.playbook(RETIRE, "--diff", "-vvv", "-e", path, "--limit", "aa-plain,aa-expired").output
    journals = [path.read_text() for path in azure.ledger.glob("*/journal.jsonl")]
    assert len(journals) == 3
    for secret in secrets:
        assert secret not in output
        assert all(secret not in journal for journal in journals)
