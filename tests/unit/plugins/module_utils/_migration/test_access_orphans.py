# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role assignments that are left behind by an earlier identity: those that were taken away again are none."""

from __future__ import annotations

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_orphans import find_orphans
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.migration_history import (
    History,
    Written,
)

ACCOUNT = AccountId("sub", "rg", "aa-ops")


def test_a_role_that_was_lowered_is_no_orphan_and_nothing_is_asked() -> None:
    """The login is none, so a question would raise."""
    taken = Written("delete", "/scope/r1", None, "2026-01-01T00:00:00Z")
    history = History({("role_assignment", "/scope/r1"): taken})
    with Session(Login()) as session:
        assert find_orphans(session, ACCOUNT, history, "principal", 1) == ()
