# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles fit what an access policy permits."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_roles import fitting_roles

ALL_KEYS = ("get", "list", "create", "import", "delete", "recover", "backup", "restore", "purge", "update")


@pytest.mark.parametrize(
    ("permissions", "roles"),
    [
        ({"secrets": ("Get", "List")}, ["Secrets User"]),
        ({"secrets": ("list",), "keys": ("list",), "certificates": ("get", "list")}, ["Reader"]),
        ({"secrets": ("get", "set")}, ["Secrets Officer"]),
        ({"keys": ("get", "list", "wrapKey", "unwrapKey")}, ["Crypto Service Encryption User"]),
        ({"keys": ("get", "sign")}, ["Crypto User"]),
        ({"keys": ALL_KEYS}, ["Crypto Officer"]),
        ({"certificates": ("get", "import", "managecontacts")}, ["Certificates Officer"]),
        # A certificate with its private key is read as a secret.
        ({"certificates": ("get",), "secrets": ("get",)}, ["Certificate User"]),
        ({"keys": ALL_KEYS, "secrets": ("get",)}, ["Secrets User", "Crypto Officer"]),
        ({"keys": ("all",), "secrets": ("All",)}, ["Secrets Officer", "Crypto Officer"]),
        ({"storage": ("regeneratekey",)}, ["Administrator"]),
        ({"storage": ("setsas",), "secrets": ("get",)}, ["Administrator"]),
    ],
)
def test_the_least_roles_that_cover_a_policy_are_named(
    permissions: dict[str, tuple[str, ...]], roles: list[str]
) -> None:
    assert list(fitting_roles(permissions)) == [f"Key Vault {role}" for role in roles]


@pytest.mark.parametrize("permissions", [{"secrets": ("get", "teleport")}, {"ledgers": ("get",)}])
def test_nobody_guesses_a_role_for_a_permission_that_is_not_known(permissions: dict[str, tuple[str, ...]]) -> None:
    assert fitting_roles(permissions) == ()
