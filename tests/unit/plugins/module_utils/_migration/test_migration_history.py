# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger says was done, and what has come back since."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.migration_history import (
    History,
    drift_of,
    history_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retiree import Entra
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as import RunAs
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as_survey import Surveyed
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.runbook_plan import Decision
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.runbook_survey import (
    Seen,
    SurveyedRunbook,
)

ACCOUNT = AccountId("sub", "rg", "aa-ops")
RUNBOOK = ACCOUNT.child("runbooks", "Start")
CONNECTION = ACCOUNT.child("connections", "AzureRunAsConnection")


def written(folder: Path, step: str, change: dict[str, Any], facts: dict[str, Any] | None = None) -> History:
    """Record one write as a step does and return what is read of it."""
    with _ledger.held(folder, ACCOUNT.arm_id, step) as journal:
        number = journal.intend({"before": None, **change})
        if facts is not None:
            journal.confirm(number, facts)
    return history_of(_ledger.read_journal(folder))


def published(verdict: str, digest: str) -> SurveyedRunbook:
    decision = Decision("Start", "PowerShell", "Published", RUNBOOK, verdict)
    return SurveyedRunbook(decision, Seen(verdict != "not_used", verdict), published=digest)


def run_as(enabled: bool = True) -> Surveyed:
    principal = {"id": "Sp-1", "appId": "app", "accountEnabled": enabled}
    application = {"id": "obj", "appId": "app", "displayName": "x", "keyCredentials": []}
    return Surveyed(
        ACCOUNT,
        RunAs("AzureRunAsConnection", "azure", application_id="app"),
        datetime(2026, 6, 1, tzinfo=timezone.utc),
        Entra(application, principal),
    )


def codes(history: History, **now: Any) -> list[str]:
    state = {"found": [], "runbooks": [], "principal_id": None, **now}
    return [said.code for said in drift_of(ACCOUNT, history, **state)]


def test_nothing_was_done() -> None:
    assert not history_of([]).begun


def test_what_was_only_intended_was_not_done(tmp_path: Path) -> None:
    publish = {"action": "publish", "kind": "runbook_published", "target": RUNBOOK, "after": "new"}
    assert not written(tmp_path, "update_runbook", publish).begun


def test_a_rewritten_runbook_is_as_it_was_written(tmp_path: Path) -> None:
    publish = {"action": "publish", "kind": "runbook_published", "target": RUNBOOK, "after": "new"}
    history = written(tmp_path, "update_runbook", publish, {})
    assert history.begun
    assert codes(history, runbooks=[published("not_used", "new")]) == []


def test_a_rewritten_runbook_that_was_changed_and_is_clean_is_no_drift(tmp_path: Path) -> None:
    publish = {"action": "publish", "kind": "runbook_published", "target": RUNBOOK, "after": "new"}
    history = written(tmp_path, "update_runbook", publish, {})
    assert codes(history, runbooks=[published("not_used", "other")]) == []


def test_a_rewritten_runbook_that_uses_run_as_again(tmp_path: Path) -> None:
    publish = {"action": "publish", "kind": "runbook_published", "target": RUNBOOK.upper(), "after": "new"}
    history = written(tmp_path, "update_runbook", publish, {})
    assert codes(history, runbooks=[published("rewritten", "old")]) == ["RA497"]


def test_a_deleted_connection_that_is_back(tmp_path: Path) -> None:
    delete = {"action": "delete", "kind": "connection", "target": CONNECTION, "after": None}
    history = written(tmp_path, "remove_runas", delete, {})
    assert codes(history) == []
    assert codes(history, found=[run_as()]) == ["RA110"]


def test_a_disabled_service_principal_that_is_enabled_again(tmp_path: Path) -> None:
    disable = {"action": "disable", "kind": "service_principal", "target": "/servicePrincipals/sp-1", "after": {}}
    history = written(tmp_path, "remove_runas", disable, {})
    assert codes(history, found=[run_as(enabled=False)]) == []
    assert codes(history, found=[run_as(enabled=True)]) == ["RA111"]


def test_an_identity_that_was_made_anew(tmp_path: Path) -> None:
    enable = {
        "action": "update",
        "kind": "identity",
        "target": ACCOUNT.arm_id,
        "after": {"principal_id": "(known after apply)"},
    }
    history = written(tmp_path, "enable_identity", enable, {"principal_id": "p1"})
    assert codes(history, principal_id="p1") == []
    assert codes(history, principal_id="p2") == ["RA203"]
    assert codes(history, principal_id=None) == ["RA203"]


def test_what_was_not_read_is_not_said_to_have_come_back(tmp_path: Path) -> None:
    delete = {"action": "delete", "kind": "connection", "target": CONNECTION, "after": None}
    history = written(tmp_path, "remove_runas", delete, {})
    assert codes(history, found=None, runbooks=None) == []


MAPPING = "/Subscriptions/s/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/rsv/x/m"


@pytest.mark.parametrize(
    ("kind", "uses_run_as", "expected"),
    [
        ("SystemAssignedIdentity", True, ["RA717"]),
        ("SystemAssignedIdentity", False, []),
        ("RunAsAccount", True, []),
    ],
)
def test_a_mapping_that_was_moved_and_uses_run_as_again(
    tmp_path: Path, kind: str, uses_run_as: bool, expected: list[str]
) -> None:
    after = {"agentAutoUpdateStatus": "Enabled", "automationAccountAuthenticationType": kind}
    change = {"action": "update", "kind": "container_mapping", "target": MAPPING, "after": after}
    history = written(tmp_path, "migrate_site_recovery", change, {})
    dependant = {"kind": "container_mapping", "name": "m", "resource": MAPPING.lower(), "uses_run_as": uses_run_as}
    assert codes(history, dependants=[dependant]) == expected


# After a rollback


IDENTITY = {"type": "SystemAssigned", "principal_id": "(known after apply)", "user_assigned_identities": []}
NONE = {"type": "None", "principal_id": None, "user_assigned_identities": []}


def change(action: str, kind: str, before: Any, after: Any, target: str = RUNBOOK) -> dict[str, Any]:
    return {"action": action, "kind": kind, "target": target, "before": before, "after": after}


def test_what_was_taken_back_was_not_begun(tmp_path: Path) -> None:
    identity = change("update", "identity", NONE, IDENTITY, ACCOUNT.arm_id)
    written(tmp_path, "enable_identity", identity, {"principal_id": "p-1"})
    written(tmp_path, "update_runbook", change("replace", "runbook_draft", None, "new"), {})
    migrated = written(tmp_path, "update_runbook", change("publish", "runbook_published", "old", "new"), {})
    assert migrated.begun
    written(tmp_path, "rollback_migration", change("replace", "runbook_draft", None, "old"), {})
    published_back = written(tmp_path, "rollback_migration", change("publish", "runbook_published", "new", "old"), {})
    assert [one.target for one in published_back.written.values()] == [ACCOUNT.arm_id]
    back = written(tmp_path, "rollback_migration", {**identity, "before": {}, "after": NONE}, {})
    assert not back.begun
    assert codes(back, principal_id=None, runbooks=[published("rewritten", "old")]) == []


def test_what_a_rollback_was_only_about_to_take_back_still_counts(tmp_path: Path) -> None:
    written(tmp_path, "update_runbook", change("publish", "runbook_published", "old", "new"), {})
    cut = written(tmp_path, "rollback_migration", change("publish", "runbook_published", "new", "old"))
    assert [one.after for one in cut.of("runbook_published")] == ["new"]


def test_a_migration_after_a_rollback_counts_again(tmp_path: Path) -> None:
    for dummy in range(2):
        written(tmp_path, "update_runbook", change("publish", "runbook_published", "old", "new"), {})
        written(tmp_path, "rollback_migration", change("publish", "runbook_published", "new", "old"), {})
    again = written(tmp_path, "update_runbook", change("publish", "runbook_published", "old", "newer"), {})
    assert [one.after for one in again.of("runbook_published")] == ["newer"]


def test_a_connection_that_a_rollback_made_again_is_not_back_by_itself(tmp_path: Path) -> None:
    written(tmp_path, "remove_runas", change("delete", "connection", {"name": "c"}, None, CONNECTION), {})
    back = written(tmp_path, "rollback_migration", change("create", "connection", None, {"name": "c"}, CONNECTION), {})
    assert codes(back, found=[run_as()]) == []
