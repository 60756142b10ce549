# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role matrix: what the identity holds of what the Run As account holds."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.journal import Change
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.roles import matrix
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import held_role, identity_role

SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
READER, WRITER, OTHER = (f"0000000{number}-0000-0000-0000-000000000000" for number in (1, 2, 3))


def access(held: list[dict[str, Any]], identity: list[dict[str, Any]] | None) -> dict[str, Any]:
    principal = {"connection": "AzureRunAsConnection", "principal_id": "p", "assignments": held}
    return {"principals": [principal], "identity": identity}


def change(action: str, role: str, guid: str, scope: str, time: str, outcome: str = "done") -> Change:
    state = {"role": role, "role_definition": guid, "scope": scope, "condition": None}
    before, after = (None, state) if action == "create" else (state, None)
    return Change(time, "copy_runas_roles", "r", 1, action, "role_assignment", "t", outcome, None, before, after)


def verdicts(lines: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(line["role"], line["run_as"], line["identity"]) for line in lines]


@pytest.mark.parametrize(
    ("identity", "verdict"),
    [
        pytest.param([identity_role("Reader", READER, GROUP.upper() + "/")], "held", id="the same scope in other case"),
        pytest.param([identity_role("Reader", READER, SUBSCRIPTION)], "held", id="a scope above"),
        pytest.param([identity_role("Reader", READER, f"{GROUP}/providers/a/b/c")], "narrower", id="a scope below"),
        pytest.param([identity_role("Reader", READER, GROUP, "@x == 1")], "narrower", id="with a condition"),
        pytest.param([identity_role("Writer", WRITER, GROUP)], "missing", id="another role that no migration gave"),
        pytest.param([identity_role("Reader", READER, f"{GROUP}2")], "missing", id="a scope whose name begins alike"),
        pytest.param([], "missing", id="nothing"),
        pytest.param(None, "unknown", id="not readable"),
    ],
)
def test_a_role_is_held_narrower_or_missing(identity: list[dict[str, Any]] | None, verdict: str) -> None:
    held = held_role("Reader", READER, GROUP, identity=None)
    assert matrix(access([held], identity), [], "2026-01-01T00:00:00Z")[0]["identity"] == verdict


def test_what_the_assessment_says_counts_where_ids_cannot_tell() -> None:
    at_group = "/providers/Microsoft.Management/managementGroups/mg"
    lines = matrix(access([held_role("Reader", READER, at_group, identity=True)], []), [], "2026-01-01T00:00:00Z")
    assert verdicts(lines) == [("Reader", "held", "held")]


def test_two_conditions_are_another_condition() -> None:
    held = held_role("Reader", READER, GROUP, condition="@a == 1")
    lines = matrix(access([held], [identity_role("Reader", READER, GROUP, "@b == 2")]), [], "2026-01-01T00:00:00Z")
    assert verdicts(lines) == [("Reader", "held", "other_condition")]


def test_roles_that_a_migration_gave_at_the_scope_replace_another() -> None:
    identity = [identity_role("Writer", WRITER, GROUP), identity_role("Other", OTHER, GROUP)]
    given = [
        change("create", "Writer", WRITER, GROUP, "2026-01-01T00:00:00Z"),
        change("create", "Other", OTHER, GROUP, "2026-01-01T01:00:00Z"),
    ]
    lines = matrix(access([held_role("Reader", READER, GROUP)], identity), given, "2026-01-02T00:00:00Z")
    assert verdicts(lines) == [("Reader", "held", "mapped")]
    assert (lines[0]["through"], lines[0]["copied"]) == ("Writer, Other", "2026-01-01T01:00:00Z")


def test_what_happened_after_the_assessment_is_applied_to_it() -> None:
    held = [held_role("Reader", READER, GROUP), held_role("Writer", WRITER, GROUP)]
    later = [
        change("create", "Reader", READER, GROUP, "2026-01-03T00:00:00Z"),
        change("delete", "Writer", WRITER, GROUP, "2026-01-03T00:00:00Z"),
        change("create", "Other", OTHER, GROUP, "2026-01-03T00:00:00Z", outcome="failed"),
    ]
    lines = matrix(access(held, [identity_role("Writer", WRITER, GROUP)]), later, "2026-01-02T00:00:00Z")
    assert verdicts(lines) == [("Reader", "held", "held"), ("Writer", "held", "mapped")]


def test_an_assessment_that_does_not_see_a_copied_role_any_more_is_believed() -> None:
    given = [change("create", "Reader", READER, GROUP, "2026-01-01T00:00:00Z")]
    lines = matrix(access([held_role("Reader", READER, GROUP)], []), given, "2026-01-02T00:00:00Z")
    assert verdicts(lines) == [("Reader", "held", "missing")]


def test_roles_that_only_the_identity_has_are_lines_too() -> None:
    lines = matrix(access([], [identity_role("Reader", READER, GROUP)]), [], "2026-01-02T00:00:00Z")
    assert verdicts(lines) == [("Reader", "not_held", "held")]


def test_a_journal_alone_tells_what_was_copied() -> None:
    lines = matrix(None, [change("create", "Reader", READER, GROUP, "2026-01-01T00:00:00Z")], None)
    assert verdicts(lines) == [("Reader", "not_held", "held")]


def test_what_a_journal_holds_of_another_shape_is_no_role() -> None:
    broken = Change("t", "s", "r", 1, "create", "role_assignment", "t", "done", None, None, {"role": 1, "scope": []})
    assert matrix(None, [broken], None) == []
