# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stories that the crash sweep breaks: the migration of each account of the demo estate, and its retirement."""

from __future__ import annotations

from .crash_points import Step, Story

MIGRATED = (
    "aa-plain",
    "aa-identities",
    "aa-roles",
    "aa-hybrid",
    "aa-expired",
    "aa-incomplete",
    "aa-shared-east",
    "aa-languages",
    "aa-recovery",
)
RETIRED = ("aa-plain", "aa-recovery")

_MIGRATE: tuple[Step, ...] = (
    ("enable_identity", {"hybrid": "accept"}),
    ("copy_runas_roles", {}),
    ("migrate_site_recovery", {"toggle": True}),
    ("ensure_modules", {}),
    ("probe_identity", {}),
    ("update_runbook", {"pending_draft": "keep"}),
)
_DISABLE: Step = ("remove_runas", {})
_DELETE: Step = ("remove_runas", {"stage": "delete", "soak_days": 0})

_UNRETIRE: Step = ("rollback_migration", {"steps": ["remove_runas"], "accept_lost": True})

STORIES = (
    *(Story("migration", account, _MIGRATE) for account in MIGRATED),
    *(
        Story("retirement", account, (_DISABLE, _DELETE), prepare=_MIGRATE, undo=(_UNRETIRE,), lost=("certificates",))
        for account in RETIRED
    ),
)
