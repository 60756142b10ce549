# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the ledger options."""

from __future__ import annotations


class ModuleDocFragment:
    """Where the record of the migration is kept, and which plan is approved."""

    DOCUMENTATION = r"""
options:
  ledger:
    description:
      - The folder of the ledger. Each account has a folder of its own in it, for the owner only.
      - Or the URL of a blob container, such as C(https://account.blob.core.windows.net/container), with a prefix after
        it if wanted, in any cloud. The container has to be there, and the login needs the role C(Storage Blob Data
        Contributor) on it. Each account is then locked by a lease. See C(docs/ledger.md).
      - What a step is about to change is recorded here, with its previous state, before it is changed.
      - Environment variable E(RUNAS_MIGRATION_LEDGER). Without it, C(~/runas_migration_ledger).
    type: path
  ledger_ephemeral:
    description:
      - Under an AWX job (E(JOB_ID) is set), a ledger inside the job's own folders is refused, because it ends with the
        job.
      - V(accept) takes it all the same. The migration works, but cannot be rolled back.
    type: str
    choices: [refuse, accept]
    default: refuse
  expect_plan:
    description:
      - The RV(ignore:plan_fingerprint) that a run in check mode returned and that was approved. Any other plan is
        refused before the first write. A plan without changes is always accepted.
    type: str
  not_before:
    description:
      - Nothing is written before this time, such as V(2026-11-28T22:00:00Z). It needs a time zone.
      - A run that has something to change is refused then. One that has nothing to change succeeds at any time, and so
        does check mode, which says that the window is not open.
    type: str
  not_after:
    description:
      - No write begins after this time, such as V(2026-11-29T04:00:00Z). It needs a time zone.
      - A step that is at work then stops before its next write. What it has done is recorded, and a run inside a
        window does the rest.
    type: str
  change_reference:
    description:
      - The number of the change request, or what else says why this is done. Each record of the ledger carries it.
    type: str
"""
