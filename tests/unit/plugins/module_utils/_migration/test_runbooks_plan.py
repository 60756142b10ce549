# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done with one runbook: by its state, its draft, what people wish, and what earlier runs left."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import Finding, finding
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.runbook_memory import Memory
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.runbook_plan import (
    Decision,
    Runbook,
    Wishes,
    decide,
    digest,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import Rewrite, RewriteOptions, rewrite

OLD = b"""$c = Get-AutomationConnection -Name AzureRunAsConnection\r
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId `\r
    -CertificateThumbprint $c.CertificateThumbprint\r
Get-AzVM\r
"""
NEW = b"Connect-AzAccount -Identity\r\nGet-AzVM\r\n"
CLEAN = b"Get-Date\n"
MANUAL = b"$c = Get-AutomationConnection -Name AzureRunAsConnection\nSend-Mail $c.CertificateThumbprint\n"
BROKEN = b"\xff" + OLD
WORK = b"# my new version\n" + OLD

SKIP, KEEP, DRAFT_ONLY = Wishes(), Wishes(keep_drafts=True), Wishes(publish=False)


def rewritten(content: bytes) -> Rewrite:
    return rewrite(content, "PowerShell", RewriteOptions())


REFUSAL = finding("RA495", "/rb", runbook="rb")


def decided(
    published: bytes | None,
    draft: bytes | None = None,
    wishes: Wishes = SKIP,
    memory: Memory | None = None,
    refusals: tuple[Finding, ...] = (),
) -> Decision:
    state = "New" if published is None else "Published" if draft is None else "Edit"
    runbook = Runbook("rb", "PowerShell", state, "/rb", published, draft)
    return decide(runbook, rewritten, wishes, memory or Memory(), refusals)


def steps(decision: Decision) -> list[tuple[str, str | None, str | None]]:
    """The changes as (action, before, after), contents by name."""
    names = {digest(OLD): "OLD", digest(NEW): "NEW", digest(WORK): "WORK", digest(CLEAN): "CLEAN", None: None}
    return [(change.action, names[change.before], names[change.after]) for change in decision.changes]


def codes(decision: Decision) -> list[str]:
    return [said.code for said in decision.findings if said.code >= "RA490"]


def test_the_samples_are_what_their_names_say() -> None:
    assert rewritten(OLD).content == NEW
    assert rewritten(WORK).content == b"# my new version\n" + NEW
    assert rewritten(NEW).verdict.value == rewritten(CLEAN).verdict.value == "not_used"
    assert rewritten(MANUAL).verdict.value == "manual"
    assert rewritten(BROKEN).verdict.value == "unparsable"


PUBLISH = [("replace", None, "NEW"), ("publish", "OLD", "NEW")]


@pytest.mark.parametrize(
    ("published", "draft", "wishes", "expected", "draft_fact", "said"),
    [
        # Published, no draft: rewritten and published.
        (OLD, None, SKIP, PUBLISH, "none", []),
        (OLD, None, KEEP, PUBLISH, "none", []),
        (OLD, None, DRAFT_ONLY, [("replace", None, "NEW")], "none", ["RA490"]),
        # A draft equal to the rewrite is ours: of a run that was killed, or of publish: false.
        (OLD, NEW, SKIP, [("publish", "OLD", "NEW")], "none", []),
        (OLD, NEW, DRAFT_ONLY, [], "none", ["RA490"]),
        # A draft that equals the published content holds nobody's work.
        (OLD, OLD, SKIP, [("replace", "OLD", "NEW"), ("publish", "OLD", "NEW")], "none", []),
        # Somebody's draft.
        (OLD, WORK, SKIP, [], "skipped", ["RA491"]),
        (OLD, CLEAN, SKIP, [], "skipped", ["RA491"]),
        (
            OLD,
            WORK,
            KEEP,
            [("replace", "WORK", "NEW"), ("publish", "OLD", "NEW"), ("restore", None, "WORK")],
            "kept",
            ["RA492"],
        ),
        (OLD, WORK, Wishes(keep_drafts=True, publish=False), [], "skipped", ["RA491"]),
        # After that run: nothing is left to do, the draft is still reported.
        (NEW, WORK, KEEP, [], "kept", ["RA492"]),
        (NEW, WORK, SKIP, [], "kept", ["RA492"]),
        (NEW, CLEAN, SKIP, [], "kept", []),
        # Never published: the draft is somebody's work.
        (None, OLD, SKIP, [], "skipped", ["RA493"]),
        (None, OLD, KEEP, [("replace", "OLD", "NEW")], "kept", []),
        (None, CLEAN, KEEP, [], "none", []),
        # Nothing to rewrite.
        (NEW, None, SKIP, [], "none", []),
        (CLEAN, None, SKIP, [], "none", []),
        (MANUAL, None, SKIP, [], "none", []),
        (BROKEN, None, SKIP, [], "none", []),
    ],
)
def test_what_is_done(
    published: bytes | None,
    draft: bytes | None,
    wishes: Wishes,
    expected: list[tuple[str, str | None, str | None]],
    draft_fact: str,
    said: list[str],
) -> None:
    decision = decided(published, draft, wishes)
    assert steps(decision) == expected
    assert decision.draft == draft_fact
    assert codes(decision) == said


def test_a_second_look_at_the_outcome_finds_nothing_to_do() -> None:
    assert steps(decided(NEW, None, SKIP)) == []
    assert steps(decided(None, NEW, KEEP)) == []


@pytest.mark.parametrize("content", [MANUAL, BROKEN])
def test_what_cannot_be_rewritten_is_reported_with_its_place(content: bytes) -> None:
    decision = decided(content)
    assert decision.changes == ()
    assert all(said.line for said in decision.findings) and decision.findings


def test_all_that_will_be_overwritten_is_backed_up() -> None:
    assert decided(OLD, WORK, KEEP).backup == (OLD, WORK)
    assert decided(OLD).backup == (OLD,)
    assert decided(None, OLD, KEEP).backup == (OLD,)


def test_changes_of_a_runbook_share_its_track() -> None:
    assert {change.track for change in decided(OLD, WORK, KEEP).changes} == {"/rb"}


# What earlier runs left, as the ledger tells it.

SAVED = Memory(ours=frozenset({digest(NEW)}), saved=digest(WORK), planned=digest(NEW))


def test_killed_before_publishing_the_rewrite_is_published_and_the_draft_put_back() -> None:
    for wishes in (SKIP, KEEP):
        decision = decided(OLD, NEW, wishes, SAVED)
        assert steps(decision) == [("publish", "OLD", "NEW"), ("restore", None, "WORK")]
        assert decision.settled is None


def test_killed_after_publishing_the_draft_is_put_back() -> None:
    assert steps(decided(NEW, None, SKIP, SAVED)) == [("restore", None, "WORK")]


def test_killed_after_putting_the_draft_back_nothing_is_left_but_a_note() -> None:
    decision = decided(NEW, WORK, KEEP, SAVED)
    assert (steps(decision), decision.settled) == ([], digest(WORK))


def test_killed_before_the_first_write_all_is_done_anew() -> None:
    decision = decided(OLD, WORK, KEEP, SAVED)
    assert [action for action, *dummy in steps(decision)] == ["replace", "publish", "restore"]
    assert decision.set_aside == digest(WORK)


def test_a_newer_draft_of_somebody_is_not_overwritten_by_a_saved_one() -> None:
    decision = decided(NEW, CLEAN, KEEP, SAVED)
    assert (steps(decision), decision.settled, codes(decision)) == ([], digest(WORK), ["RA494"])


def test_a_saved_draft_that_was_published_since_is_not_put_back() -> None:
    decision = decided(WORK, None, SKIP, SAVED)
    assert [change.action for change in decision.changes] == ["replace", "publish"]
    assert decision.settled == digest(WORK)


def test_a_saved_draft_is_not_put_back_onto_other_published_content() -> None:
    decision = decided(CLEAN, None, SKIP, SAVED)
    assert (steps(decision), decision.settled, codes(decision)) == ([], digest(WORK), ["RA494"])


def test_a_saved_draft_that_the_ledger_lost_is_reported() -> None:
    lost = Memory(ours=SAVED.ours, saved=SAVED.saved, planned=SAVED.planned, lost=True)
    decision = decided(NEW, None, SKIP, lost)
    assert (steps(decision), decision.settled, codes(decision)) == ([], digest(WORK), ["RA494"])


def test_a_rewrite_of_ours_with_other_options_is_no_draft_of_somebody() -> None:
    other = b"Connect-AzAccount -Identity -AccountId 00000000-0000-0000-0000-000000000001\r\nGet-AzVM\r\n"
    decision = decided(OLD, other, SKIP, Memory(ours=frozenset({digest(other)})))
    assert [change.action for change in decision.changes] == ["replace", "publish"]
    assert decision.draft == "none"


def test_without_a_ledger_a_killed_run_is_finished_too() -> None:
    assert steps(decided(OLD, NEW, SKIP)) == [("publish", "OLD", "NEW")]


@pytest.mark.parametrize(
    ("published", "draft", "wishes"), [(OLD, None, SKIP), (OLD, WORK, KEEP), (OLD, OLD, SKIP), (None, OLD, KEEP)]
)
def test_a_rewrite_that_is_refused_is_not_written_anywhere(
    published: bytes | None, draft: bytes | None, wishes: Wishes
) -> None:
    decision = decided(published, draft, wishes, refusals=(REFUSAL,))
    assert (decision.changes, decision.new, decision.backup) == ((), None, ())
    assert decision.findings == (REFUSAL,)
    assert decision.verdict == "rewritten"


@pytest.mark.parametrize("content", [CLEAN, MANUAL, NEW])
def test_a_refusal_says_nothing_of_a_runbook_that_would_not_change(content: bytes) -> None:
    assert decided(content, refusals=(REFUSAL,)) == decided(content)


def test_a_saved_draft_stays_saved_while_the_rewrite_is_refused() -> None:
    memory = Memory(ours=frozenset({digest(NEW)}), saved=digest(WORK), planned=digest(NEW))
    decision = decided(OLD, NEW, KEEP, memory, refusals=(REFUSAL,))
    assert (decision.changes, decision.settled) == ((), None)
    assert steps(decided(OLD, NEW, KEEP, memory)) == [("publish", "OLD", "NEW"), ("restore", None, "WORK")]
