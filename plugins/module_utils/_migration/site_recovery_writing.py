# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Writing container mappings, and reading them back: for the step that moves them, and for rollback."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .._azure import site_recovery
from .._azure.errors import Failed
from .._azure.ids import last_segment
from .._azure.long_running import OperationFailed
from .._azure.session import Session
from .._step import StepError
from .site_recovery_model import DISABLED, RUN_AS, Fields, fields_from, fields_of, same_fields
from .waiting import pauses

Json = Mapping[str, Any]


def read_mapping_fields(session: Session, mapping_id: str) -> dict[str, Any]:
    """Return how a mapping updates its agents, as the ledger records it. Raises Absent where there is none."""
    return fields_of(site_recovery.get_container_mapping(session, mapping_id)).as_dict()


def write_mapping(session: Session, mapping_id: str, fields: Json, deadline: float, patience: float = 0.0) -> Json:
    """Write to a mapping what the ledger recorded, wait, read back, and return the mapping's JSON.

    A missing type is written as RunAsAccount, which is what it means, a missing status as Disabled. ``deadline`` is in
    seconds, for one operation. ``patience`` is for how many seconds an operation that failed is tried again: Site
    Recovery sees a fresh role late (docs/contract.md, 6.3). Raises StepError where the mapping is not as written.
    """
    wanted = fields_from(fields)
    for pause in pauses(patience):
        try:
            return _written(session, mapping_id, wanted, deadline)
        except OperationFailed:
            if pause <= 0:
                raise
        time.sleep(pause)
    raise Failed(f"Container mapping {last_segment(mapping_id)} was not written.")


def _written(session: Session, mapping_id: str, wanted: Fields, deadline: float) -> Json:
    mapping = site_recovery.update_container_mapping(
        session,
        mapping_id,
        wanted.auto_update or DISABLED,
        wanted.account,
        wanted.authentication or RUN_AS,
        deadline,
    )
    now = fields_of(mapping)
    if not same_fields(now, wanted):
        raise StepError(
            f"Azure answered that container mapping {last_segment(mapping_id)} was written, but it is not as planned: "
            f"auto-update {now.auto_update}, account {now.account}, type {now.authentication}. The state before is in "
            "the ledger. Run again, and check what else writes this mapping."
        )
    return mapping
