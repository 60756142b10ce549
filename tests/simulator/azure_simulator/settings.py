# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be set per run, and changed through the control API."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(slots=True)
class Settings:
    """Times are seconds unless the name says otherwise.

    The members below ``retry_after`` decide what the contract leaves open or reports
    only second-hand; no test may assert one of their values as real.
    """

    latency_ms: float = _setting(0.0, "milliseconds to wait before every answer")
    throttle: bool = _setting(False, "Resource Manager's token buckets")
    replication_delay: float = _setting(0.0, "seconds until a new object is seen by other services")
    lease_speed: float = _setting(1.0, "how many times faster than asked the leases of blobs end")
    retry_after: float = _setting(1.0, "seconds in the Retry-After of long-running operations")
    operation_seconds: float = _setting(0.0, "seconds that long-running operations and jobs take")
    metadata_bom: bool = _setting(False, "a byte order mark before the metadata, which the az command line cannot read")
    empty_pages: bool = _setting(True, "lists of more than one page have an empty one after the first")
    runbook_page_size: int = _setting(100, "runbooks per page")
    module_import_seconds: float = _setting(0.0, "seconds that the import of a module or package takes")
    module_imports_end: bool = _setting(True, "imports of modules and packages come to an end")
    module_busy_status: int = _setting(409, "status of a PUT of a module that is being imported; 0 starts anew")
    delete_default_module_status: int = _setting(400, "status of a DELETE of a module that comes with the account")
    publish_reids_job_schedules: bool = _setting(False, "publishing gives the runbook's job schedules new ids")
    publish_loses_job_schedules: bool = _setting(False, "publishing loses the runbook's job schedules")
    put_runbook_reids_job_schedules: bool = _setting(True, "a PUT keeps one job schedule of a runbook, bare")
    publish_without_draft_status: int = _setting(400, "status of a publish without a draft")
    slim_runbook_list: bool = _setting(False, "items of the runbook list have no parameters")
    slim_connection_list: bool = _setting(True, "items of the connection list have no field values")
    job_seconds: float = _setting(0.0, "seconds that jobs and test jobs take besides")
    test_job_conflict_status: int = _setting(409, "status of a test job while one runs; 0 replaces the one that runs")
    hybrid_jobs_use_machine_identity: bool = _setting(False, "jobs on hybrid workers log in as their machine")
    jobs_newest_first: bool = _setting(True, "lists of jobs begin with the newest; else with the oldest")
    activity_log_takes_caller: bool = _setting(True, "the Activity Log can be filtered by caller")
    activity_log_names_application: bool = _setting(False, "callers in it are application ids; else object ids")
    principal_checked_always: bool = _setting(False, "PrincipalNotFound also when principalType is sent")
    role_assignment_limit: int = _setting(4000, "role assignments per subscription")
    key_vault_policy_limit: int = _setting(1024, "access policies per key vault")
    slim_key_vault_list: bool = _setting(False, "items of the list of key vaults have no properties")
    role_assignment_page_size: int = _setting(100, "role assignments per page")
    role_definition_limit: int = _setting(5000, "custom roles")
    sign_ins_licensed: bool = _setting(True, "the tenants have the licence that the list of sign-ins asks for")
    graph_page_size: int = _setting(100, "directory objects per page")
    resource_graph_delay: float = _setting(0.0, "seconds that Resource Graph's role assignments lag behind")
    resource_graph_tenant_has_groups: bool = _setting(
        True, "a Resource Graph query without scope sees role assignments of management groups and the root"
    )
    resource_graph_shows_inherited: bool = _setting(
        True, "Resource Graph shows role assignments from above to who may read those of a subscription inside"
    )
    site_recovery_async_operation: bool = _setting(True, "Azure-AsyncOperation header on mapping updates")
    failed_vault_status: int = _setting(400, "status of the lists of a vault in state Failed")
    site_recovery_checks_region: bool = _setting(False, "mappings move only to accounts in the region of the vault")
    site_recovery_health_follows: bool = _setting(False, "a mapping that moved to an identity is well again")
    site_recovery_checks_roles: bool = _setting(False, "mappings move only to identities with rights on the vault")

    def update(self, values: dict[str, Any]) -> None:
        """Set the named members; ValueError names an unknown one or a wrong type."""
        kinds = {item.name: type(getattr(self, item.name)) for item in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"there is no setting {name!r}; known: {', '.join(sorted(kinds))}")
            setattr(self, name, _as(kinds[name], name, value))

    @classmethod
    def describe(cls) -> list[tuple[str, Any, str]]:
        """Name, default and meaning of every setting, for the help."""
        return [(item.name, item.default, item.metadata["help"]) for item in fields(cls)]

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
