# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The times between the stages of a retirement, what a purge takes, and what is handed over."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import finding
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import Assignment
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.recent_sign_ins import (
    SignIns,
    judge_sign_ins,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retiree import Entra, Retiree, assets_of
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_hand_over import (
    with_commands,
    write_commands,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_options import Options
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_plan import Pending
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_purge_plan import (
    Remains,
    purge_wishes,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_soak import judge_soak
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_stages import (
    Stages,
    news_of,
    shown,
    stages_of,
    told,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
ACCOUNT = AccountId("s1", "rg", "aa")
APP = "11111111-1111-1111-1111-111111111111"
OBJECT = "22222222-2222-2222-2222-222222222222"
APPLICATION = {"id": OBJECT, "appId": APP, "displayName": "aa_run_as"}
PRINCIPAL = {"id": "sp-1", "appId": APP, "accountEnabled": False}
DISABLED = Entra(APPLICATION, PRINCIPAL)
ENABLED = Entra(APPLICATION, {**PRINCIPAL, "accountEnabled": True})
GONE = Entra()
DELETED = {**APPLICATION, "deletedDateTime": "2026-05-01T00:00:00Z"}


def before(**span: float) -> str:
    return (NOW - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def retiree() -> Retiree:
    fields = {"ApplicationId": APP.upper(), "TenantId": "t1", "CertificateThumbprint": "AB"}
    connection = {
        "name": "AzureRunAsConnection",
        "properties": {"fieldDefinitionValues": fields, "connectionType": {"name": "AzureServicePrincipal"}},
    }
    return assets_of([connection], [], [], NOW).retirees[0]


def made(kind: str, action: str, number: int, state: dict[str, Any], time: str) -> list[dict[str, Any]]:
    """Return the two records of a write that was made."""
    change = {"kind": kind, "action": action, "target": "t", "before": state, "after": None}
    frame = {"run": "r", "time": time}
    return [
        {**frame, "event": "intend", "number": number, "change": change},
        {**frame, "event": "done", "number": number + 1, "of": number, "facts": {}},
    ]


def principal(action: str, number: int, time: str) -> list[dict[str, Any]]:
    return made("service_principal", action, number, {"id": "sp-1", "application_id": APP}, time)


def application(action: str, number: int, time: str) -> list[dict[str, Any]]:
    return made("application", action, number, {"id": OBJECT, "application_id": APP}, time)


def seen(event: str, time: str) -> dict[str, Any]:
    return {"event": event, "time": time, "application_id": APP, "principal_id": "sp-1"}


# What the ledger knows


@pytest.mark.parametrize(
    ("records", "since"),
    [
        ([], None),
        (principal("disable", 1, "T1"), "T1"),
        (principal("disable", 1, "T1")[:1], None),
        ([*principal("disable", 1, "T1"), *principal("enable", 3, "T2")], None),
        ([*principal("disable", 1, "T1"), *principal("enable", 3, "T2"), *principal("disable", 5, "T3")], "T3"),
        ([seen("disabled_seen", "T1"), seen("disabled_seen", "T2")], "T1"),
        ([*principal("disable", 1, "T1"), seen("disabled_seen", "T2")], "T1"),
        ([*principal("disable", 1, "T1"), seen("enabled_seen", "T2"), seen("disabled_seen", "T3")], "T3"),
    ],
)
def test_since_when_it_is_disabled(records: list[dict[str, Any]], since: str | None) -> None:
    assert stages_of(records).disabled.get(APP) == since


def test_a_restored_application_is_not_deleted_any_more() -> None:
    records = application("delete", 1, "T1")
    assert stages_of(records).deleted == {APP: "T1"}
    assert stages_of([*records, *application("restore", 3, "T2")]).deleted == {}


def test_object_ids_are_remembered_from_whatever_has_them() -> None:
    snapshot = {"event": "snapshot", "application": APPLICATION, "service_principal": {**PRINCIPAL, "id": "sp-0"}}
    unread = {"event": "snapshot", "application": None, "service_principal": None}
    stages = stages_of([snapshot, *principal("disable", 1, "T1"), unread])
    assert (stages.applications, stages.principals) == ({APP: OBJECT}, {APP: ["sp-0", "sp-1"]})


@pytest.mark.parametrize(
    ("entra", "known", "events"),
    [
        (DISABLED, {}, ["disabled_seen"]),
        (DISABLED, {APP: "T1"}, []),
        (ENABLED, {APP: "T1"}, ["enabled_seen"]),
        (ENABLED, {}, []),
        (GONE, {}, []),
        (Entra(unread="forbidden"), {APP: "T1"}, []),
    ],
)
def test_what_is_news_to_the_ledger(entra: Entra, known: dict[str, str], events: list[str]) -> None:
    assert [event for event, dummy in news_of({APP: entra}, Stages(disabled=known))] == events


def test_how_far_it_is_in_words() -> None:
    assert told(Stages(disabled={APP: "T1"})) == [
        f"The service principal of application {APP} has been disabled since T1."
    ]
    assert told(Stages({APP: "T1"}, {APP: "T2"})) == [f"Application {APP} was deleted at T2."]
    assert told(Stages({APP: "T1"}, {APP: "T2"}, {APP: "T3"})) == [f"Application {APP} was deleted for good at T3."]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=5), "1 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=30), "30 hours"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_spans_of_time_in_words(span: timedelta, words: str) -> None:
    assert shown(span) == words


# The soak


def soak(entra: Entra, since: str | None, **options: Any) -> list[str]:
    stages = Stages(disabled={APP: since} if since else {})
    given = Options("delete", **options)
    return [item.code for item in judge_soak(ACCOUNT, [retiree()], {APP: entra}, stages, given, NOW)]


@pytest.mark.parametrize(
    ("entra", "since", "options", "codes"),
    [
        (DISABLED, before(days=30), {}, []),
        (DISABLED, before(days=1), {"soak_days": 1}, []),
        (GONE, None, {}, []),
        (ENABLED, None, {"soak_days": 0}, ["RA820"]),
        (DISABLED, None, {"soak_days": 0}, []),
        (Entra(unread="forbidden"), before(days=31), {}, []),
        (Entra(unread="forbidden"), None, {"accept_unread": True}, ["RA816"]),
        (Entra(tenant="t2"), None, {"accept_unread": True}, ["RA816"]),
    ],
)
def test_what_may_be_deleted(entra: Entra, since: str | None, options: dict[str, Any], codes: list[str]) -> None:
    assert soak(entra, since, **options) == codes


@pytest.mark.parametrize(
    ("entra", "since", "options", "sentence"),
    [
        (ENABLED, None, {}, "is enabled: nothing is deleted"),
        (ENABLED, before(days=99), {}, "is enabled, although the ledger says"),
        (DISABLED, None, {}, "by somebody else, which counts from when it was seen first, at 2026-06-01T00:00:00Z"),
        (DISABLED, before(days=29, hours=23), {}, "can be deleted from 2026-06-01T01:00:00Z on"),
        (DISABLED, before(minutes=-6), {"soak_days": 1}, "6 minutes ahead of this machine's clock"),
        (Entra(unread="forbidden"), None, {}, "is disabled cannot be told (forbidden)"),
        (Entra(tenant="t2"), None, {}, "belongs to tenant t2"),
    ],
)
def test_what_may_not(entra: Entra, since: str | None, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StepError) as refused:
        soak(entra, since, **options)
    assert sentence in str(refused.value)
    assert "Nothing was changed" in str(refused.value)


# The purge


def role_assignment(name: str, owner: str = "sp-1") -> Assignment:
    return Assignment(f"/subscriptions/s1/x/{name}", "/subscriptions/s1", "b24988ac", owner)


def purge(remains: Remains, stages: Stages | None = None, **options: Any) -> Any:
    given = Options("purge", **options)
    return purge_wishes(ACCOUNT, [retiree()], [], {APP: remains}, stages or Stages(), given, NOW)


def test_role_assignments_go_one_after_the_other_and_the_application_last() -> None:
    remains = Remains(
        GONE, DELETED, ("sp-1",), (role_assignment("b"), role_assignment("a")), {"b24988ac": "Contributor"}
    )
    wishes = purge(remains)
    changes = wishes.entra[APP]
    assert [change.target.rsplit("/", 1)[-1] for change in changes] == ["a", "b", OBJECT]
    assert len({change.track for change in changes}) == 1
    assert changes[0].before["role"] == "Contributor"
    assert changes[2].before == {"id": OBJECT, "application_id": APP, "display_name": "aa_run_as"}
    assert [item.code for item in wishes.findings] == ["RA814"]


@pytest.mark.parametrize(
    ("remains", "stages", "sentence"),
    [
        (Remains(DISABLED), Stages(), "is there: a purge comes after the stage delete"),
        (Remains(Entra(principal=PRINCIPAL)), Stages(), "The service principal of application"),
        (
            Remains(GONE, {**DELETED, "deletedDateTime": before(days=29)}),
            Stages(),
            "can be purged from 2026-06-02T00:00:00Z",
        ),
        (Remains(GONE, {**DELETED, "deletedDateTime": before(days=-1)}), Stages(), "24 hours ahead"),
        (Remains(Entra(unread="no")), Stages(deleted={APP: before(days=1)}), "can be purged from 2026-06-30T00:00:00Z"),
    ],
)
def test_what_is_not_purged_yet(remains: Remains, stages: Stages, sentence: str) -> None:
    refusal = purge(remains, stages).refusal
    assert sentence in str(refusal)
    assert "Nothing was changed" in str(refusal)


def test_what_entra_does_not_show_is_handed_over_and_may_still_be_wanted_back() -> None:
    remains = Remains(Entra(unread="no"), None, ("sp-1",), (role_assignment("a"),))
    wishes = purge(remains)
    assert (dict(wishes.entra), [item.finding.code for item in wishes.pending]) == ({}, ["RA804"])
    late = purge(remains, Stages(deleted={APP: before(days=31)}))
    assert [change.kind for change in late.entra[APP]] == ["run_as_role_assignment"]


def test_role_assignments_that_nobody_can_find_are_told() -> None:
    assert [item.code for item in purge(Remains(GONE, DELETED)).findings] == ["RA814", "RA815"]


# Sign-ins


def signed_in(number: int, resource: str = "Vault", **more: Any) -> dict[str, Any]:
    return {"createdDateTime": before(hours=number), "resourceDisplayName": resource, **more}


def judged(found: SignIns, **options: Any) -> list[str]:
    return [item.sentence for item in judge_sign_ins(ACCOUNT, [found], Options("disable", **options))]


def test_the_last_sign_in_to_each_resource_is_told_newest_first() -> None:
    items = (
        signed_in(9),
        signed_in(5, "Other", ipAddress="192.0.2.1"),
        signed_in(2),
        signed_in(7, "Old"),
        signed_in(8, "X"),
    )
    (said,) = judged(SignIns(APP, NOW, items=items))
    assert "logged in 5 times" in said
    assert f"Vault at {before(hours=2)}; Other at {before(hours=5)} from 192.0.2.1; Old at" in said
    assert said.endswith("and 1 more resources.")


def test_names_from_the_log_are_one_printable_line() -> None:
    (said,) = judged(SignIns(APP, NOW, items=(signed_in(1, "evil\nname\x1b[31m"),)))
    assert "\n" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize("accepted", [True, False])
def test_a_log_that_was_not_read_refuses_only_where_sign_ins_are_refused(accepted: bool) -> None:
    unread = SignIns(APP, NOW, unread="status 403.", licence=False)
    assert "could not be read" in judged(unread)[0]
    if accepted:
        assert judged(unread, refuse_recent_sign_ins=True, accept_unread=True)
    else:
        with pytest.raises(StepError, match="could not be read"):
            judged(unread, refuse_recent_sign_ins=True)


# The hand-over


def left(action: str, application_id: str = APP, code: str = "RA804") -> Pending:
    facts = {"what": "It", "application": application_id, "reason": "no\nright", "task": "do it", "users": "x"}
    return Pending(action, "application", application_id, finding(code, ACCOUNT.arm_id, **facts))


def commands(*pending: Pending, stages: Stages | None = None) -> list[str | None]:
    return [item.command for item in with_commands(pending, "https://graph.example", stages or Stages())]


def test_the_commands() -> None:
    known = Stages(applications={APP: OBJECT})
    assert commands(left("disable"), left("delete"), left("purge"), stages=known) == [
        f"az ad sp update --id {APP} --set accountEnabled=false",
        f"az ad app delete --id {APP}",
        f"az rest --method DELETE --url https://graph.example/v1.0/directory/deletedItems/{OBJECT}",
    ]


def test_a_deleted_application_whose_object_id_nobody_knows_is_looked_for() -> None:
    (command,) = commands(left("purge"))
    assert command is not None
    assert command.startswith("az rest --method GET --url 'https://graph.example/v1.0/directory/deletedItems/")


def test_what_is_no_application_id_never_comes_into_a_shell() -> None:
    assert commands(left("disable", "x; rm -rf ~"), left("disable", code="RA805")) == [None, None]


def test_the_file_of_a_stage_goes_with_what_it_asks_for_and_those_of_earlier_stages_too(tmp_path: Path) -> None:
    asked = with_commands([left("disable")], "g", Stages())
    first = write_commands(tmp_path, ACCOUNT, None, "disable", asked)
    assert first is not None
    assert f"\naz ad sp update --id {APP} --set accountEnabled=false\n" in first.read_text()
    assert "no right" in first.read_text()
    second = write_commands(tmp_path, ACCOUNT, None, "delete", with_commands([left("delete")], "g", Stages()))
    assert second is not None
    assert write_commands(tmp_path, ACCOUNT, "One", "delete", []) is None
    assert first.exists() and second.exists()
    assert write_commands(tmp_path, ACCOUNT, None, "delete", []) is None
    assert not first.exists() and not second.exists()
