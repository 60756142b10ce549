# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of each container mapping, and what the ledger says of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import finding
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.site_recovery_model import (
    ContainerMapping,
    Fields,
    Vault,
    fields_of,
    machine_of,
    mapping_of,
    same_fields,
    same_region,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.site_recovery_plan import (
    ENABLE,
    SETTLED,
    Asked,
    Blocked,
    Decided,
    Options,
    Own,
    changes_of,
    decide,
    own_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

AA = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa"
OTHER = AA + "-other"
VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/rsv"
MAPPING = VAULT.replace("/subscriptions/", "/Subscriptions/") + "/replicationFabrics/f/x/c/y/m"
STEP = "migrate_site_recovery"

RUN_AS = Fields("Enabled", AA, "RunAsAccount")
IDENTITY = Fields("Enabled", AA, "SystemAssignedIdentity")
OFF = Fields("Disabled", AA, "SystemAssignedIdentity")
NOTHING = Own()


def mapping(fields: Fields, *, provider: str = "A2A", health: tuple[str, ...] = ()) -> ContainerMapping:
    return ContainerMapping(MAPPING, "m", provider, fields, health)


def decided(
    fields: Fields,
    *,
    region: str = "West Europe",
    own: Own = NOTHING,
    gone: tuple[str, ...] = (),
    provider: str = "A2A",
    health: tuple[str, ...] = (),
    **options: Any,
) -> Decided:
    vault = Vault(VAULT, "rsv", "westeurope", "Succeeded", (mapping(fields, provider=provider, health=health),))
    asked = Asked(AA, region, Options(**options), own, frozenset(name.lower() for name in gone))
    (one,) = decide(vault, asked)
    return one


@pytest.mark.parametrize(
    ("fields", "options", "action", "writes"),
    [
        (RUN_AS, {}, "moved", [IDENTITY]),
        (Fields("Enabled", AA, None), {}, "moved", [IDENTITY]),
        (
            Fields("enabled", AA.upper(), "runasaccount"),
            {},
            "moved",
            [Fields("Enabled", AA.upper(), IDENTITY.authentication)],
        ),
        (RUN_AS, {"toggle": True}, "moved", [OFF, IDENTITY]),
        (IDENTITY, {}, "unchanged", []),
        (IDENTITY, {"toggle": True}, "unchanged", []),
        (IDENTITY, {"toggle": True, "health": ("AgentAutoUpdateInfra",)}, "toggled", [OFF, IDENTITY]),
        (IDENTITY, {"health": ("AgentAutoUpdateInfra",)}, "unchanged", []),
        (Fields("Disabled", AA, "RunAsAccount"), {}, "left", []),
        (Fields("Disabled", AA, "RunAsAccount"), {"auto_update": ENABLE}, "switched_on", [IDENTITY]),
        (Fields(None, None, None), {}, "left", []),
        (Fields("Enabled", OTHER, "RunAsAccount"), {}, "left", []),
        (Fields("Enabled", OTHER, "RunAsAccount"), {"link": True}, "moved", [IDENTITY]),
        (Fields("Disabled", OTHER, None), {"link": True}, "left", []),
        (Fields("Disabled", None, None), {"link": True, "auto_update": ENABLE}, "switched_on", [IDENTITY]),
        (RUN_AS, {"provider": "VMwareCbt"}, "left", []),
    ],
)
def test_what_becomes_of_a_mapping(fields: Fields, options: dict[str, Any], action: str, writes: list[Fields]) -> None:
    one = decided(fields, **options)
    assert (one.action, list(one.writes)) == (action, writes)
    assert one.needs_identity is (action != "left")


@pytest.mark.parametrize(
    ("fields", "options", "codes"),
    [
        (Fields("Disabled", AA, None), {}, ["RA711"]),
        (Fields("Enabled", OTHER, None), {}, ["RA704"]),
        (Fields("Enabled", OTHER, None), {"gone": (OTHER,)}, ["RA703"]),
        (Fields("Enabled", "not an id", None), {}, ["RA704"]),
        (Fields("Disabled", None, None), {}, []),
        (RUN_AS, {"provider": ""}, ["RA705"]),
        (RUN_AS, {"region": "eastus"}, ["RA706"]),
        (IDENTITY, {"region": "eastus"}, []),
    ],
)
def test_what_is_told_of_it(fields: Fields, options: dict[str, Any], codes: list[str]) -> None:
    one = decided(fields, **options)
    assert [item.code for item in one.findings] == codes
    assert one.writes == ()


def test_a_vault_of_another_region_that_is_named_is_refused() -> None:
    with pytest.raises(StepError, match=r"which is in westeurope, cannot be moved .* which is in eastus"):
        decided(RUN_AS, region="eastus", named=True)


def test_a_switch_of_ours_is_turned_on_again_even_when_the_account_was_forgotten() -> None:
    own = Own(switched_off=frozenset({MAPPING.lower()}))
    for fields in (OFF, Fields("Disabled", None, None)):
        assert decided(fields, own=own).writes == (IDENTITY,)
    assert decided(IDENTITY, own=own).action == "unchanged"


def test_the_writes_of_one_mapping_follow_each_other() -> None:
    first, second = changes_of([decided(RUN_AS, toggle=True)])
    assert first.before == RUN_AS.as_dict()
    assert first.after == second.before == OFF.as_dict()
    assert second.after == IDENTITY.as_dict()
    assert first.track == second.track != ""


def test_blocked_vaults_keep_their_mappings() -> None:
    found = finding("RA708", VAULT, account="aa", role="Contributor", scope=VAULT, vault="rsv")
    blocked = Blocked({VAULT.lower(): ("no role", found)})
    moved, right = decided(RUN_AS), decided(IDENTITY)
    assert [(one.action, one.reason) for one in blocked.apply([moved, right])] == [
        ("left", "no role"),
        ("unchanged", None),
    ]


# What the ledger says


def record(number: int, before: Fields, after: Fields, *, done: bool = True, step: str = STEP) -> list[dict[str, Any]]:
    change = {
        "action": "update",
        "kind": "container_mapping",
        "target": MAPPING,
        "before": before.as_dict(),
        "after": after.as_dict(),
    }
    common = {"run": "r", "step": step}
    end = [{**common, "event": "done", "number": number + 1, "of": number}] if done else []
    return [{**common, "event": "intend", "number": number, "change": change}, *end]


@pytest.mark.parametrize(
    ("records", "off", "toggled"),
    [
        ([], False, False),
        (record(1, RUN_AS, IDENTITY), False, False),
        (record(1, RUN_AS, OFF), True, False),
        (record(1, RUN_AS, OFF, done=False), True, False),
        ([*record(1, RUN_AS, OFF), *record(3, OFF, IDENTITY)], False, True),
        ([*record(1, RUN_AS, OFF), *record(3, OFF, IDENTITY, done=False)], True, False),
        ([*record(1, RUN_AS, OFF), *record(3, OFF, RUN_AS, step="rollback_migration")], False, False),
        ([*record(1, RUN_AS, OFF), {"event": SETTLED, "mapping": MAPPING, "run": "r", "step": STEP}], False, False),
        (record(1, Fields("Disabled", AA, None), IDENTITY, done=False), False, False),
    ],
)
def test_whose_switch_it_was(records: list[dict[str, Any]], off: bool, toggled: bool) -> None:
    own = own_of(records, STEP)
    assert (MAPPING.lower() in own.switched_off, MAPPING.lower() in own.toggled) == (off, toggled)


# Values


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (RUN_AS, Fields("Enabled", AA, None), True),
        (RUN_AS, Fields("Enabled", AA.upper(), "RunAsAccount"), True),
        (RUN_AS, IDENTITY, False),
        (RUN_AS, Fields("Enabled", OTHER, "RunAsAccount"), False),
        (RUN_AS, Fields("Disabled", AA, "RunAsAccount"), False),
        (OFF, Fields(None, None, None), True),
    ],
)
def test_when_two_mean_the_same(left: Fields, right: Fields, same: bool) -> None:
    assert same_fields(left, right) is same


def test_regions_are_compared_as_azure_writes_them() -> None:
    assert same_region("West Europe", "westeurope")
    assert not same_region("westeurope", "westeurope2")


def test_a_mapping_of_the_wire() -> None:
    inner = {"errorCategory": "AgentAutoUpdateInfra"}
    item = {
        "id": MAPPING,
        "name": "m",
        "properties": {
            "healthErrorDetails": [{"errorCategory": "VersionExpiry", "innerHealthErrors": [inner]}],
            "providerSpecificDetails": {"instanceType": "A2A", "agentAutoUpdateStatus": "Enabled"},
        },
    }
    found = mapping_of(item)
    assert (found.is_a2a, found.health) == (True, ("VersionExpiry", "AgentAutoUpdateInfra"))
    assert found.vault_id.lower() == VAULT.lower()
    assert fields_of({"id": MAPPING, "properties": None}) == Fields(None, None, None)


def test_a_machine_of_the_wire_may_tell_nothing() -> None:
    bare = machine_of({"id": "i", "name": "vm", "properties": {"providerSpecificDetails": {"instanceType": "A2A"}}})
    assert bare is not None
    assert bare.as_dict() == {
        "name": "vm",
        "machine": None,
        "agent_version": None,
        "agent_expiry": None,
        "update_required": None,
    }
    assert machine_of({"id": "i", "name": "vm", "properties": {}}) is None
