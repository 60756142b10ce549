# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an assessment says of a right that is no role assignment."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Forbidden
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_around import AccessAround
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import Choices
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_others import (
    shown_others,
    what_becomes_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import (
    APP_ROLE,
    Copying,
    Fate,
    Part,
    Right,
    Target,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retiree import Entra
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as import RunAs
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as_survey import Surveyed
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.unread import Unread
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_model import Entry, Vault
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_policy_plan import (
    plan_vault_policies,
)

ACCOUNT = AccountId("s1", "rg", "aa")
READ = Right(APP_ROLE, "User.Read.All", "Microsoft Graph", ("graph", "read"))
KV = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"


def run_as(principal: str | None = "one", connection: str | None = "AzureRunAsConnection") -> Surveyed:
    entra = Entra(None, {"id": principal.upper()} if principal else None)
    return Surveyed(ACCOUNT, RunAs(connection, "azure", application_id="app"), datetime.now(timezone.utc), entra)


def vault(rbac: bool = False, **permissions: tuple[str, ...]) -> Vault:
    """A vault in which each principal may do something with secrets."""
    entries = tuple(Entry("tenant", who, None, {"secrets": names}) for who, names in permissions.items())
    return Vault(KV, "kv", "tenant", entries, rbac=rbac)


def planned(*vaults: Vault, principals: tuple[str, ...] = ("one",)) -> Part:
    copying = Copying(Target(ACCOUNT, "system", "identity"), (), dict.fromkeys(principals), Choices())
    return plan_vault_policies(copying, vaults, {}).part


@pytest.mark.parametrize(
    ("fate", "held", "what"),
    [
        (Fate(READ, "one", gives=(READ,)), (), "copied"),
        (Fate(READ, "one", gives=(READ,)), (READ,), "held"),
        (Fate(READ, "one", reason="handed over"), (), "handed_over"),
        (Fate(READ, "one", reason="privileged"), (READ,), "privileged"),
        (Fate(READ, "one", reason="not asked for"), (), "not asked for"),
    ],
)
def test_the_word_for_what_becomes_of_a_right(fate: Fate, held: tuple[Right, ...], what: str) -> None:
    assert what_becomes_of(fate, Part(held=held)) == what


def test_each_connection_has_the_rights_of_its_principal_whatever_the_casing() -> None:
    part = Part(fates=(Fate(READ, "one", gives=(READ,)), Fate(READ, "two", reason="unused")))
    found = [run_as("one", "First"), run_as("two", None), run_as(None, "Gone"), run_as("one", "Second")]
    shown = [(item["connection"], item["principal_id"], item["what"]) for item in shown_others(found, part)]
    assert shown == [("First", "one", "copied"), (None, "two", "unused"), ("Second", "one", "copied")]


def test_what_two_may_do_in_one_vault_is_told_of_each_as_its_own() -> None:
    part = planned(vault(one=("get",), two=("get", "list")), principals=("one", "two"))
    shown = [(item["principal_id"], item["role"]) for item in shown_others([run_as("one"), run_as("two")], part)]
    assert shown == [("one", "Access policy (secrets: get)"), ("two", "Access policy (secrets: get, list)")]
    assert {fate.right.role for fate in part.fates} == {"Access policy (secrets: get, list)"}, "the change is one"


def test_of_two_in_one_vault_only_what_is_lacking_is_copied() -> None:
    part = planned(vault(one=("get",), two=("list",), identity=("get",)), principals=("one", "two"))
    shown = shown_others([run_as("one"), run_as("two")], part)
    assert [(item["principal_id"], item["what"]) for item in shown] == [("one", "held"), ("two", "copied")]


def test_a_policy_without_effect_is_told_of_although_nothing_is_compared() -> None:
    part = planned(vault(rbac=True, one=("get",)))
    assert part.fates == ()
    assert [item["what"] for item in shown_others([run_as()], part)] == ["rbac mode"]


def test_all_scopes_are_known_unless_management_groups_could_not_be_listed() -> None:
    def around(what: str, resource: str) -> AccessAround:
        unread = Unread.of(what, resource, Forbidden("no"))
        return AccessAround(unread=(vars(unread),))

    assert AccessAround().whole
    assert around("The key vaults of subscription s1", "/subscriptions/s1").whole
    assert not around("The list of management groups", "/").whole
