# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One word for where an account stands, and why."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import finding
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.migration_state import (
    STATES,
    Evidence,
    state_of,
    uses_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as import RunAs
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as_survey import Surveyed
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.runbook_plan import Decision
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.runbook_survey import (
    Seen,
    SurveyedRunbook,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._report import shapes
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import Change

ACCOUNT = AccountId("sub", "rg", "aa-ops")
RUN_AS = Surveyed(ACCOUNT, RunAs("AzureRunAsConnection", "azure"), datetime(2026, 6, 1, tzinfo=timezone.utc))
MAPPING = {"kind": "container_mapping", "name": "m1", "resource": "vaults/v/m1", "uses_run_as": True}
INTENT = {"kind": "protection_intent", "name": "i1", "resource": "vaults/v/i1", "uses_run_as": True}
FACTS = {"what": "m1", "vault": "v", "vault_region": "eastus", "account": "aa-ops", "region": "westeurope"}
ELSEWHERE = finding("RA714", "vaults/v/m1", **FACTS)


def runbook(name: str, verdict: str, *, refused: str | None = None, draft: Seen | None = None) -> SurveyedRunbook:
    target = ACCOUNT.child("runbooks", name)
    said = (finding(refused, target, runbook=name),) if refused else ()
    writes = verdict.startswith("rewritten") and not refused
    change = Change("publish", "runbook_published", target, "a", "b")
    decision = Decision(
        name, "PowerShell", "Published", target, verdict, changes=(change,) if writes else (), findings=said
    )
    return SurveyedRunbook(decision, Seen(verdict != "not_used", verdict), draft, published="a")


AUTOMATIC = runbook("Start", "rewritten")
BY_HAND = runbook("Grant", "manual")
CLEAN = runbook("Hello", "not_used")
WAITING = runbook("Resize", "rewritten", refused="RA491")
UNREAD = SurveyedRunbook(Decision("Secret", "", "", "t", "unreadable"))


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        ({"found": [], "runbooks": [CLEAN]}, "not_needed"),
        ({"found": [], "runbooks": [CLEAN], "begun": True}, "migrated"),
        ({"found": [RUN_AS], "runbooks": [CLEAN]}, "ready"),
        ({"found": [RUN_AS], "runbooks": [CLEAN], "has_identity": True}, "migrated"),
        ({"found": [RUN_AS], "runbooks": [AUTOMATIC]}, "ready"),
        ({"found": [], "runbooks": [AUTOMATIC]}, "ready"),
        ({"found": [RUN_AS], "runbooks": [AUTOMATIC], "begun": True}, "in_progress"),
        ({"found": [RUN_AS], "runbooks": [AUTOMATIC, BY_HAND]}, "manual_work"),
        ({"found": [RUN_AS], "runbooks": [AUTOMATIC, BY_HAND], "begun": True}, "in_progress"),
        ({"found": [RUN_AS], "runbooks": [BY_HAND], "begun": True}, "manual_work"),
        ({"found": [RUN_AS], "runbooks": [UNREAD]}, "manual_work"),
        ({"found": [RUN_AS], "runbooks": [CLEAN], "dependants": [MAPPING]}, "ready"),
        ({"found": [RUN_AS], "runbooks": [CLEAN], "dependants": [MAPPING], "begun": True}, "in_progress"),
        ({"found": [RUN_AS], "runbooks": [CLEAN], "dependants": [MAPPING], "warnings": [ELSEWHERE]}, "manual_work"),
        ({"found": [RUN_AS], "runbooks": [CLEAN], "dependants": [INTENT]}, "manual_work"),
        ({"found": [RUN_AS], "runbooks": [AUTOMATIC], "obstacles": ["no right"]}, "blocked"),
        ({"found": [RUN_AS], "runbooks": [CLEAN], "obstacles": ["no right"]}, "ready"),
        ({"found": None, "runbooks": [CLEAN], "unread": ["403"]}, "blocked"),
        ({"found": [RUN_AS], "runbooks": None, "unread": ["403"]}, "blocked"),
    ],
)
def test_states(evidence: dict[str, Any], state: str) -> None:
    assert state_of(Evidence(**evidence)).name == state


def test_a_warning_that_somebody_should_read_first() -> None:
    expired = finding("RA101", "c", connection="c", expired="2024-01-01")
    state = state_of(Evidence(found=[RUN_AS], runbooks=[AUTOMATIC], warnings=[expired]))
    assert (state.name, state.because[1]) == ("ready_with_warnings", expired.text())


def test_the_default_role_alone_is_no_reason_to_wait() -> None:
    default = finding("RA305", "a", scope="/subscriptions/s")
    assert state_of(Evidence(found=[RUN_AS], runbooks=[AUTOMATIC], warnings=[default])).name == "ready"


def test_a_draft_of_somebody_waits_for_a_decision_and_not_for_a_hand() -> None:
    assert WAITING.automatic is True
    assert state_of(Evidence(found=[RUN_AS], runbooks=[WAITING])).name == "ready"


def test_a_draft_that_uses_run_as_beside_clean_content_is_left_to_its_author() -> None:
    one = runbook("Hello", "not_used", draft=Seen(True, "rewritten"))
    assert (one.uses_run_as, one.automatic) == (True, False)
    assert state_of(Evidence(found=[RUN_AS], runbooks=[one])).name == "manual_work"


def test_a_missing_module_is_work_by_hand() -> None:
    one = SurveyedRunbook(
        Decision(
            "Start",
            "PowerShell",
            "Published",
            "t",
            "rewritten",
            findings=(finding("RA525", "t", runbook="Start", reason="x"),),
        ),
        Seen(True, "rewritten"),
        published="a",
    )
    assert (one.automatic, one.refused_because) == (False, ("RA525",))


def test_the_reasons_name_what_is_left() -> None:
    state = state_of(Evidence(found=[RUN_AS], runbooks=[AUTOMATIC, BY_HAND], begun=True))
    assert state.because == (
        "1 runbook can be rewritten: Start.",
        "Runbook Grant has to be changed by hand.",
    )


def test_container_mappings_are_moved_and_intents_are_for_a_person() -> None:
    state = state_of(Evidence(found=[RUN_AS], runbooks=[AUTOMATIC], dependants=[MAPPING, INTENT]))
    assert state.because == (
        "The protection intent i1 uses the Run As account.",
        "1 runbook can be rewritten: Start.",
        "1 container mapping can be moved to the identity: m1.",
    )


def test_a_mapping_on_run_as_is_no_reason_to_wait() -> None:
    on_run_as = finding("RA701", "vaults/v/m1", mapping="m1", vault="v", account="aa-ops")
    assert state_of(Evidence([RUN_AS], [CLEAN], dependants=[MAPPING], warnings=[on_run_as])).name == "ready"


@pytest.mark.parametrize("found", [[], [RUN_AS]])
def test_how_far_the_retirement_is_belongs_to_the_reasons(found: list[Surveyed]) -> None:
    state = state_of(Evidence(found=found, runbooks=[CLEAN], begun=True, retired=["It is disabled since T."]))
    assert state.name == "migrated"
    assert state.because[1] == "It is disabled since T."
    assert "can be retired" not in state.because[0]


def test_drift_comes_before_everything() -> None:
    back = finding("RA497", "t", runbook="Start", time="2026-01-01")
    state = state_of(Evidence(found=None, runbooks=None, drift=[back]))
    assert (state.name, state.because) == ("drifted", (back.sentence,))


def test_ten_thousand_runbooks_do_not_make_a_sentence_of_ten_thousand_names() -> None:
    many = [runbook(f"R{number}", "manual") for number in range(10_000)]
    assert state_of(Evidence(found=[RUN_AS], runbooks=many)).because[-1] == "And 9990 more."


def test_what_uses_run_as() -> None:
    evidence = Evidence(found=[RUN_AS], runbooks=[AUTOMATIC, CLEAN], dependants=[MAPPING])
    assert uses_of(evidence) == ["runbook Start", "container mapping m1"]


def test_the_report_knows_every_state() -> None:
    assert {*STATES, shapes.NOT_ASSESSED} == set(shapes.STATES)
