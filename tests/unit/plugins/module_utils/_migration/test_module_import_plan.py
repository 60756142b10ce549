# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is imported where, by what is needed, what is there and what the user names."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.module_assets import (
    Place,
    place_of,
    without_query,
    without_secret,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.module_demands import Demand, Need
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.module_import_plan import (
    Decided,
    Scene,
    decide,
    plan_imports,
    unused_wishes,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.module_versions import (
    LEAST,
    RECOMMENDED,
    gallery_link,
    recommended,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.module_wishes import Wish, wishes_of
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.modules import (
    KNOWN_BAD,
    Shelf,
    held_modules,
    is_older,
    known_to_be_bad,
    numbers,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.azurerm_names import _twins

ACCOUNT = AccountId("00000000-0000-0000-0000-000000000001", "rg", "aa")


def item(name: str, version: str | None, state: str = "Succeeded", *, is_global: bool = False) -> dict[str, Any]:
    return {"name": name, "properties": {"version": version, "provisioningState": state, "isGlobal": is_global}}


def decided(
    needs: list[Need],
    *items: dict[str, Any],
    powershell: str = "5.1",
    versions: dict[str, str] | None = None,
    **scene: Any,
) -> dict[str, Decided]:
    """Return what is decided on, by name; ``versions`` is the user's option."""
    shelf = Shelf("here", powershell, held_modules(items))
    wishes = wishes_of({"versions": versions or {}, "links": []})
    place = Place(powershell) if powershell in ("5.1", "7.1", "7.2") else Place(runtime_environment="env")
    demand = Demand(place, {need.name.lower(): need for need in needs})
    return {one.name: one for one in decide(Scene(ACCOUNT, wishes, KNOWN_BAD, **scene), demand, shelf)}


def versions_of(found: dict[str, Decided]) -> dict[str, str | None]:
    return {name: one.wanted.version if one.wanted is not None else None for name, one in found.items()}


def codes(found: dict[str, Decided]) -> list[str]:
    return [said.code for one in found.values() for said in one.findings]


VM = Need("Az.Compute", None, ("Vm",))
LOGIN = Need("Az.Accounts", None, ("Vm",))


def test_az_accounts_is_brought_for_what_depends_on_it_though_nobody_asks_for_it() -> None:
    found = decided([VM])
    assert versions_of(found) == {"Az.Accounts": "2.15.0", "Az.Compute": "7.1.1"}
    assert found["Az.Accounts"].need.needed_by == ("Az.Compute",)


def test_it_is_imported_before_them() -> None:
    plan = plan_imports(ACCOUNT, list(decided([VM, Need("Az.Advisor")], versions={"Az.Advisor": "2.0.0"}).values()), [])
    assert [(change.wave, change.target.split("/")[-1]) for change in plan.changes] == [
        (0, "Az.Accounts"),
        (1, "Az.Advisor"),
        (1, "Az.Compute"),
    ]


@pytest.mark.parametrize("there", ["2.15.0", "2.19.0", "5.5.2", None])
def test_an_az_accounts_that_will_do_is_left_alone(there: str | None) -> None:
    assert versions_of(decided([LOGIN, VM], item("Az.Accounts", there))) == {"Az.Accounts": None, "Az.Compute": "7.1.1"}


@pytest.mark.parametrize("there", ["2.2.7", "1.0"])
def test_one_that_knows_no_identity_is_updated(there: str) -> None:
    assert versions_of(decided([LOGIN], item("Az.Accounts", there))) == {"Az.Accounts": "2.15.0"}


def test_a_default_module_is_taken_for_granted_where_its_version_is_not_told() -> None:
    there = item("Az.Accounts", None, "Created", is_global=True)
    assert (versions_of(found := decided([LOGIN], there)), codes(found)) == ({"Az.Accounts": None}, [])


def test_powershell_7_1_gets_its_own_version_and_later_ones_none() -> None:
    assert versions_of(decided([LOGIN], powershell="7.1")) == {"Az.Accounts": "2.6.0"}
    assert codes(decided([VM], powershell="7.1")) == ["RA536"]
    assert codes(found := decided([LOGIN], powershell="7.4")) == ["RA536"]
    assert found["Az.Accounts"].state == "refused"


def test_a_failed_import_is_no_module_to_be_newer_than() -> None:
    found = decided([LOGIN], item("Az.Accounts", "5.5.2", "Failed"))
    assert (versions_of(found), codes(found)) == ({"Az.Accounts": "2.15.0"}, [])


@pytest.mark.parametrize("state", ["Creating", "ContentValidated", "Updating"])
def test_an_import_that_is_under_way_is_not_made_again(state: str) -> None:
    there = item("Az.Accounts", None, state)
    found = decided([LOGIN, VM], there)
    assert (versions_of(found), codes(found)) == ({"Az.Accounts": None, "Az.Compute": "7.1.1"}, ["RA540"])
    stuck = frozenset({ACCOUNT.child("modules", "Az.Accounts").lower()})
    assert codes(decided([LOGIN, VM], there, stuck=stuck)) == ["RA541", "RA549"]


def test_the_default_package_az_brings_its_modules_and_is_not_shadowed_for_nothing() -> None:
    shelf = Shelf("env", "7.2", {}, brings_az="11.2.0")
    demand = Demand(Place(runtime_environment="env"), {"az.accounts": LOGIN, "az.compute": VM})
    found = decide(Scene(ACCOUNT, {}, KNOWN_BAD), demand, shelf)
    assert [one.wanted for one in found] == [None, None]


def test_a_secret_link_is_in_no_change_and_no_representation() -> None:
    uri = "https://contoso.example/a.zip?sig=FAKE-secret"
    wish = Wish("Az.Accounts", "2.19.0", "links", uri)
    demand = Demand(Place("5.1"), {"az.accounts": LOGIN})
    found = decide(Scene(ACCOUNT, {"az.accounts": wish}, KNOWN_BAD), demand, Shelf("here", "5.1"))
    plan = plan_imports(ACCOUNT, found, [])
    assert plan.changes[0].after == {"version": "2.19.0", "uri": "https://contoso.example/a.zip"}
    assert "FAKE-secret" not in repr(plan) + repr(found) + repr(wish)


def test_a_name_is_only_called_unknown_where_all_was_read() -> None:
    wishes = wishes_of({"versions": {"Az.Acounts": "2.15.0", "Az.Sql": "4.13.0"}, "links": []})
    assert [said.code for said in unused_wishes(ACCOUNT, wishes, [], whole=True)] == ["RA542"]
    assert unused_wishes(ACCOUNT, wishes, [], whole=False) == []


# The tables


def test_each_module_that_a_rewritten_runbook_may_call_has_a_version() -> None:
    called = {twin.az_module for twin in _twins().values() if twin.az_module}
    for powershell in ("5.1", "7.2"):
        assert called <= set(RECOMMENDED[powershell])


def test_no_version_of_the_tables_is_bad_or_too_old() -> None:
    for powershell, release in RECOMMENDED.items():
        for name, version in release.items():
            assert numbers(version) is not None
            assert known_to_be_bad(name, version, powershell, KNOWN_BAD) is None
            assert name not in LEAST or not is_older(version, LEAST[name])


def test_a_link_of_the_gallery_has_the_name_as_the_gallery_writes_it() -> None:
    assert gallery_link("az.keyvault", "5.1.0") == "https://www.powershellgallery.com/api/v2/package/Az.KeyVault/5.1.0"
    assert recommended("AZ.KEYVAULT", "7.2") == "5.1.0"


# Ids and links


@pytest.mark.parametrize(
    "place",
    [Place("5.1"), Place("7.1"), Place("7.2"), Place(runtime_environment="env one")],
    ids=lambda p: p.collection,
)
def test_an_id_of_the_ledger_leads_back_to_the_place(place: Place) -> None:
    assert place_of(ACCOUNT.child(place.collection, "Az.Accounts")) == (place, "Az.Accounts")


@pytest.mark.parametrize("collection", ["runbooks", "python3Packages", "runtimeEnvironments"])
def test_an_id_of_something_else_does_not(collection: str) -> None:
    with pytest.raises(ValueError, match="is no id of a module"):
        place_of(ACCOUNT.child(collection, "x"))


def test_the_secret_part_of_a_link_is_what_follows_the_question_mark() -> None:
    uri = "https://user:FAKE@contoso.example/a/b.zip?sig=FAKE-secret#x"
    assert without_query(uri) == "https://contoso.example/a/b.zip"
    said = f"cannot read {uri}, which has sig=FAKE-secret"
    assert without_secret(said, uri) == "cannot read https://contoso.example/a/b.zip, which has …"
    assert without_secret("as it is", "https://contoso.example/a.zip") == "as it is"
