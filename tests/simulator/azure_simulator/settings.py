# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be set per run, and changed through the control API."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True)
class Settings:
    """Times are seconds unless the name says otherwise.

    The members below ``retry_after`` decide what the contract leaves open or reports
    only second-hand; no test may assert one of their values as real.
    """

    latency_ms: float = 0.0
    throttle: bool = False
    replication_delay: float = 0.0
    retry_after: float = 1.0
    operation_seconds: float = 0.0
    metadata_bom: bool = False
    empty_pages: bool = True
    runbook_page_size: int = 100
    publish_reids_job_schedules: bool = False
    put_runbook_reids_job_schedules: bool = True
    publish_without_draft_status: int = 400
    slim_runbook_list: bool = False
    slim_connection_list: bool = True
    principal_checked_always: bool = False
    role_assignment_limit: int = 4000
    graph_page_size: int = 100
    site_recovery_async_operation: bool = True

    def update(self, values: dict[str, Any]) -> None:
        """Set the named members; ValueError names an unknown one or a wrong type."""
        kinds = {item.name: type(getattr(self, item.name)) for item in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"there is no setting {name!r}; known: {', '.join(sorted(kinds))}")
            setattr(self, name, _as(kinds[name], name, value))

    def as_dict(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)}


def _as(kind: type, name: str, value: Any) -> Any:
    if kind is bool:
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false, not {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(f"{name} is a number of at least 0, not {value!r}")
    return kind(value)
