# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links of runbooks to schedules: compared, and made again."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.job_schedules import (
    Dependants,
    Link,
    Webhook,
    after_publishing,
    hybrid_findings,
    lost_webhooks,
    missing,
    repairs,
)

ACCOUNT = AccountId("s", "rg", "aa")
NIGHTLY = Link("1", "Rb", "nightly", None, {"Password": "FAKE-value", "Count": "3"})
HOURLY = Link("2", "Rb", "hourly", "workers")


def again(link: Link, new_id: str, **parameters: str) -> Link:
    return Link(new_id, link.runbook.upper(), link.schedule.upper(), link.run_on, parameters)


def summary(changes: Sequence[object]) -> list[str]:
    return [f"{change.action} {(change.after or change.before)['schedule']}" for change in changes]  # type: ignore[attr-defined]


def test_links_under_new_ids_with_lower_cased_parameter_names_are_the_same() -> None:
    now = [again(NIGHTLY, "8", password="FAKE-value", count="3"), again(HOURLY, "9")]
    assert repairs(ACCOUNT, [NIGHTLY, HOURLY], now) == []


def test_a_lost_link_is_made_again_under_a_new_id() -> None:
    changes = repairs(ACCOUNT, [NIGHTLY, HOURLY], [HOURLY])
    assert summary(changes) == ["create nightly"]
    assert not changes[0].target.endswith("/1")


def test_a_link_without_its_parameters_is_replaced() -> None:
    changes = repairs(ACCOUNT, [NIGHTLY], [again(NIGHTLY, "8")])
    assert summary(changes) == ["delete NIGHTLY", "create nightly"]
    assert changes[0].track == changes[1].track


def test_a_link_that_runs_elsewhere_is_replaced() -> None:
    assert summary(repairs(ACCOUNT, [HOURLY], [Link("9", "Rb", "hourly")])) == ["delete hourly", "create hourly"]


def test_a_later_run_leaves_links_alone_that_differ_by_now() -> None:
    assert missing(ACCOUNT, [NIGHTLY], [again(NIGHTLY, "8")]) == []
    assert summary(missing(ACCOUNT, [NIGHTLY, HOURLY], [HOURLY])) == ["create nightly"]


def test_values_of_parameters_are_in_no_change() -> None:
    changes = repairs(ACCOUNT, [NIGHTLY], [again(NIGHTLY, "8", password="FAKE-other")])
    assert "FAKE" not in repr([change.as_dict() for change in changes])
    assert changes[-1].after["parameters"] == ["count", "password"]


def test_only_links_with_a_new_id_are_read_again() -> None:
    asked: list[str] = []

    def read(links: Sequence[Link]) -> list[Link]:
        asked.extend(link.id for link in links)
        return [NIGHTLY for dummy in links]

    now = after_publishing([HOURLY, NIGHTLY], [again(NIGHTLY, "8"), again(HOURLY, "2")], read)
    assert asked == ["8"]
    assert now == [NIGHTLY, HOURLY]


def test_the_ledger_keeps_links_and_webhooks_whole() -> None:
    dependants = Dependants((NIGHTLY, HOURLY), (Webhook("hook", "Rb", "workers"),))
    assert Dependants.from_bytes(dependants.to_bytes()) == dependants


def test_a_webhook_that_is_gone_is_a_finding() -> None:
    found = lost_webhooks(ACCOUNT, [Webhook("a", "Rb"), Webhook("b", "Rb")], [Webhook("A", "Rb")])
    assert [(said.code, said.resource) for said in found] == [("RA603", ACCOUNT.child("webhooks", "b"))]


def test_runbooks_on_hybrid_workers_are_named() -> None:
    found = hybrid_findings(ACCOUNT, Dependants((NIGHTLY, HOURLY), (Webhook("hook", "Rb", "workers"),)))["rb"]
    assert [said.sentence.split("(")[1].split(")")[0] for said in found] == ["schedule hourly", "webhook hook"]
