# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.RecoveryServices: vaults, container mappings, protection intents, jobs (contract 6)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.clock import TICKS_PER_SECOND, zulu_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation.model import Account
from azure_simulator.providers.site_recovery_resources import INTENT_TYPE, ITEM_TYPE, MAPPING_TYPE, VAULT_TYPE
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, empty, json_response
from azure_simulator.world import Resource, World, new_id

Wire = dict[str, Any]

_FULL_MAPPING_TYPE = (
    f"{VAULT_TYPE}/replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings"
)

PROVIDER = Provider(
    "Microsoft.RecoveryServices",
    (
        "2016-06-01",
        "2018-01-10",
        "2018-07-10",
        "2022-10-01",
        "2023-02-01",
        "2023-08-01",
        "2024-01-01",
        "2024-02-01",
        "2024-04-01",
        "2024-10-01",
        "2025-02-01",
        "2025-08-01",
    ),
    resource_types=("vaults",),
)

_SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.RecoveryServices/vaults"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.RecoveryServices/vaults"
_VAULT = _GROUP + "/{vault}"
_MAPPING = (
    _VAULT + "/replicationFabrics/{fabric}/replicationProtectionContainers/{container}"
    "/replicationProtectionContainerMappings/{mapping}"
)
_OPERATIONS = "site_recovery_operations"
_JOBS = "site_recovery_jobs"


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    read = "Microsoft.RecoveryServices/vaults/read"
    routes.add("arm", "GET", _SUBSCRIPTION, list_vaults, action=read)
    routes.add("arm", "GET", _GROUP, list_vaults, action=read)
    routes.add("arm", "GET", _VAULT, get_vault, action=read)
    mapping_read = "Microsoft.RecoveryServices/vaults/replicationProtectionContainerMappings/read"
    nested = (
        "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers"
        "/replicationProtectionContainerMappings"
    )
    routes.add("arm", "GET", _VAULT + "/replicationProtectionContainerMappings", list_mappings, action=mapping_read)
    routes.add("arm", "GET", _VAULT + "/replicationProtectionIntents", list_intents, action=f"{INTENT_TYPE}/read")
    items = "Microsoft.RecoveryServices/vaults/replicationProtectedItems/read"
    routes.add("arm", "GET", _VAULT + "/replicationProtectedItems", list_items, action=items)
    routes.add("arm", "GET", _MAPPING, get_mapping, action=f"{nested}/read")
    routes.add("arm", "PATCH", _MAPPING, update_mapping, action=f"{nested}/write")
    jobs = "Microsoft.RecoveryServices/vaults/replicationJobs/read"
    routes.add("arm", "GET", _VAULT + "/replicationJobs", list_jobs, action=jobs)
    routes.add("arm", "GET", _VAULT + "/replicationJobs/{job}", get_job, action=jobs)
    status = "Microsoft.RecoveryServices/vaults/replicationOperationStatus/read"
    routes.add("arm", "GET", _VAULT + "/replicationOperationStatus/{operation}", get_operation, action=status)
    routes.add("arm", "GET", _MAPPING + "/operationResults/{operation}", get_result, action=f"{nested}/read")


def dump(world: World) -> Wire:
    """Vaults and mappings as the API shows them."""
    _settle(world)
    return {
        "vaults": [_vault(item) for item in world.resources_of_type(VAULT_TYPE)],
        "container_mappings": [_shown(item) for item in world.resources_of_type(MAPPING_TYPE)],
        "protection_intents": [_shown(item) for item in world.resources_of_type(INTENT_TYPE)],
        "protected_items": [_shown(item) for item in world.resources_of_type(ITEM_TYPE)],
    }


# --- handlers -------------------------------------------------------------


def list_vaults(call: Call) -> Response:
    under = call.path.lower().split("/providers/")[0]
    return paged(call, call.world.resources_of_type(VAULT_TYPE, under + "/"), _vault)


def get_vault(call: Call) -> Response:
    return json_response(_vault(_existing_vault(call)))


def list_mappings(call: Call) -> Response:
    """All mappings of a vault; ``nextLink`` is there even when it is null (contract 6)."""
    vault = _working_vault(call)
    items = call.world.resources_of_type(MAPPING_TYPE, vault.id + "/")
    return paged(call, items, _shown, extra={"nextLink": None}, empty_page=call.world.settings.empty_pages)


def list_intents(call: Call) -> Response:
    vault = _working_vault(call)
    return paged(call, call.world.resources_of_type(INTENT_TYPE, vault.id + "/"), _shown, extra={"nextLink": None})


def list_items(call: Call) -> Response:
    """The machines that a vault protects."""
    vault = _working_vault(call)
    return paged(call, call.world.resources_of_type(ITEM_TYPE, vault.id + "/"), _shown, extra={"nextLink": None})


def get_mapping(call: Call) -> Response:
    return json_response(_single(_existing_mapping(call)))


def update_mapping(call: Call) -> Response:
    """The A2A input replaces what was there once the operation ended; a job is made (contract 6 and 6.3)."""
    mapping = _existing_mapping(call)
    given = (call.json().get("properties") or {}).get("providerSpecificInput") or {}
    details = mapping.properties["providerSpecificDetails"]
    if given.get("instanceType") != "A2A" or details.get("instanceType") != "A2A":
        raise errors.bad_request("ProviderSpecificInputInvalid", "The provider specific input must be of type A2A.")
    wanted = {
        "instanceType": "A2A",
        "agentAutoUpdateStatus": given.get("agentAutoUpdateStatus") or "Disabled",
        "automationAccountArmId": given.get("automationAccountArmId"),
        "automationAccountAuthenticationType": given.get("automationAccountAuthenticationType") or "RunAsAccount",
        "scheduleName": details.get("scheduleName"),
        "jobScheduleName": details.get("jobScheduleName"),
    }
    problem = _problem(call.world, wanted, _existing_vault(call))
    return _accepted(call, mapping, wanted, _start_job(call, mapping, problem))


def list_jobs(call: Call) -> Response:
    vault = _existing_vault(call)
    jobs = [job for job in _jobs(call.world).values() if job["id"].lower().startswith(vault.id.lower() + "/")]
    return paged(call, jobs, _job, extra={"nextLink": None})


def get_job(call: Call) -> Response:
    job = _jobs(call.world).get(call.params["job"].lower())
    if job is None:
        raise _absent("job", call.params["job"])
    return json_response(_job(job))


def get_operation(call: Call) -> Response:
    """The status behind Azure-AsyncOperation."""
    operation = _operation(call)
    running = not call.world.clock.is_visible(operation["ready_at"])
    job = _jobs(call.world)[operation["job"]]
    body: Wire = {"id": call.path, "name": call.params["operation"], "status": "InProgress"}
    if not running:
        body["status"] = job["properties"]["state"]
        if job["properties"]["errors"]:
            body["error"] = {"code": "AutomationAccountInvalid", "message": operation["problem"]}
    return json_response(body, headers={"Retry-After": f"{call.world.settings.retry_after:g}"} if running else None)


def get_result(call: Call) -> Response:
    """What Location leads to: 202 while it runs, then the mapping."""
    operation = _operation(call)
    if not call.world.clock.is_visible(operation["ready_at"]):
        again = f"{call.url_of(call.path)}?api-version={call.api_version}"
        return empty(202, {"Location": again, "Retry-After": f"{call.world.settings.retry_after:g}"})
    if operation["problem"]:
        raise errors.bad_request("AutomationAccountInvalid", operation["problem"])
    return json_response(_single(_existing_mapping(call)))


# --- helpers --------------------------------------------------------------


def _existing_vault(call: Call) -> Resource:
    subscription, group, name = (call.params[key] for key in ("subscription", "group", "vault"))
    if call.world.find_resource_group(subscription, group) is None:
        raise errors.resource_group_not_found(group)
    vault_id = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{VAULT_TYPE}/{name}"
    vault = call.world.resources.get(vault_id.lower())
    if vault is None:
        raise errors.resource_not_found(f"{VAULT_TYPE}/{name}", group)
    return vault


def _working_vault(call: Call) -> Resource:
    """The vault; an error for one in state Failed. Which one Azure answers is unverified (contract 6.2)."""
    vault = _existing_vault(call)
    _settle(call.world)
    if vault.properties["provisioningState"] == "Failed":
        message = f"The vault '{vault.name}' is in state Failed."
        raise errors.arm_error(call.world.settings.failed_vault_status, "VaultInFailedState", message)
    return vault


def _existing_mapping(call: Call) -> Resource:
    vault = _existing_vault(call)
    _settle(call.world)
    fabric, container, name = (call.params[key] for key in ("fabric", "container", "mapping"))
    mapping_id = (
        f"{vault.id}/replicationFabrics/{fabric}/replicationProtectionContainers/{container}"
        f"/replicationProtectionContainerMappings/{name}"
    )
    mapping = call.world.resources.get(mapping_id.lower())
    if mapping is None:
        raise _absent("protection container mapping", name)
    return mapping


def _settle(world: World) -> None:
    """Let the mappings show what the operations that ended by now have written."""
    for operation in world.provider_state.get(_OPERATIONS, {}).values():
        if "wanted" in operation and world.clock.is_visible(operation["ready_at"]):
            mapping, details = world.resources[operation["mapping"].lower()], operation.pop("wanted")
            mapping.properties["providerSpecificDetails"] = details
            if world.settings.site_recovery_health_follows and _on_identity(details):
                _drop_run_as_health(mapping)


def _on_identity(details: Wire) -> bool:
    kind = details["automationAccountAuthenticationType"]
    return details["agentAutoUpdateStatus"] == "Enabled" and kind == "SystemAssignedIdentity"


def _drop_run_as_health(mapping: Resource) -> None:
    """Take away what is said about Run As accounts; that this follows a write is unverified (contract 6.3)."""
    nested = [
        one
        for error in mapping.properties["healthErrorDetails"]
        for one in ({**error, "innerHealthErrors": []}, *error["innerHealthErrors"])
    ]
    left = [one for one in nested if not one["errorCategory"].startswith("AgentAutoUpdateRunAsAccount")]
    mapping.properties["healthErrorDetails"] = left
    mapping.properties["health"] = "Critical" if left else "Normal"


def _problem(world: World, details: Wire, vault: Resource) -> str | None:
    """Why Site Recovery could not use an automation account, or None."""
    if details["agentAutoUpdateStatus"] != "Enabled":
        return None
    account = world.accounts.get(str(details["automationAccountArmId"] or "").lower())
    if account is None:
        return "The automation account that the mapping names was not found."
    if world.settings.site_recovery_checks_region and _region(account.location) != _region(vault.location or ""):
        return f"The automation account {account.name} is not in the region of the vault {vault.name}."
    if details["automationAccountAuthenticationType"] != "SystemAssignedIdentity":
        return None
    if not account.system_principal_id:
        return f"The automation account {account.name} has no system assigned identity."
    if world.settings.site_recovery_checks_roles and not _may_use(world, account, vault):
        return f"The identity of the automation account {account.name} is not allowed to use the vault {vault.name}."
    return None


def _region(name: str) -> str:
    return name.replace(" ", "").lower()


def _may_use(world: World, account: Account, vault: Resource) -> bool:
    """Whether the account's identity could write to the vault's fabrics, as Contributor can, by roles seen by now."""
    action = "Microsoft.RecoveryServices/vaults/replicationFabrics/write"
    held = rbac.visible_at(world, vault.id, below=False, holders=[account.system_principal_id or ""])
    for assignment in held:
        definition = world.role_definitions.get(rbac.role_guid(assignment.role_definition_id))
        entries = definition.permissions if definition else []
        if world.clock.is_visible(assignment.visible_from) and any(rbac.grants(entry, action) for entry in entries):
            return True
    return False


def _start_job(call: Call, mapping: Resource, problem: str | None) -> Wire:
    name, vault = new_id(), _existing_vault(call)
    now = zulu_text(call.world.clock.now())
    vault_id = vault.id.replace("/subscriptions/", "/Subscriptions/", 1)
    job = {
        "id": f"{vault_id}/replicationJobs/{name}",
        "name": name,
        "type": f"{VAULT_TYPE}/replicationJobs",
        "properties": {
            "activityId": new_id(),
            "scenarioName": "UpdateProtectionContainerMapping",
            "friendlyName": "Update protection container mapping",
            "state": "Failed" if problem else "Succeeded",
            "stateDescription": "Failed" if problem else "Completed",
            "tasks": [],
            "errors": [_job_error(problem, now)] if problem else [],
            "startTime": now,
            "endTime": now,
            "allowedActions": [],
            "targetObjectId": mapping.id,
            "targetObjectName": mapping.name,
            "customDetails": {"instanceType": "AsrJobDetails"},
        },
    }
    _jobs(call.world)[name] = {**job, "problem": problem}
    return _jobs(call.world)[name]


def _job_error(problem: str, now: str) -> Wire:
    service = {
        "code": "151024",
        "message": problem,
        "possibleCauses": "The automation account cannot be used.",
        "recommendedAction": "Correct that, and write the mapping again.",
        "activityId": new_id(),
    }
    return {"errorLevel": "Error", "creationTime": now, "taskId": "", "serviceErrorDetails": service}


def _accepted(call: Call, mapping: Resource, wanted: Wire, job: Wire) -> Response:
    operation, settings = new_id(), call.world.settings
    ready_at = call.world.clock.now() + int(settings.operation_seconds * TICKS_PER_SECOND)
    operations = call.world.provider_state.setdefault(_OPERATIONS, {})
    operations[operation] = {"ready_at": ready_at, "job": job["name"], "problem": job["problem"]}
    if job["problem"] is None:
        operations[operation] |= {"mapping": mapping.id, "wanted": wanted}
    vault_path = _existing_vault(call).id
    version = f"?api-version={call.api_version}"
    headers = {
        "Location": f"{call.url_of(call.path)}/operationResults/{operation}{version}",
        "Retry-After": f"{settings.retry_after:g}",
        "x-ms-request-id": job["id"],
    }
    if settings.site_recovery_async_operation:
        headers["Azure-AsyncOperation"] = f"{call.url_of(vault_path)}/replicationOperationStatus/{operation}{version}"
    return empty(202, headers)


def _operation(call: Call) -> Wire:
    operation: Wire | None = call.world.provider_state.get(_OPERATIONS, {}).get(call.params["operation"])
    if operation is None:
        raise _absent("operation", call.params["operation"])
    return operation


def _jobs(world: World) -> dict[str, Wire]:
    jobs: dict[str, Wire] = world.provider_state.setdefault(_JOBS, {})
    return jobs


def _absent(what: str, name: str) -> errors.Refusal:
    return errors.arm_error(404, "NotFound", f"The {what} '{name}' was not found.")


def _job(job: Wire) -> Wire:
    return {key: value for key, value in job.items() if key != "problem"}


def _vault(vault: Resource) -> Wire:
    return {
        "location": vault.location,
        "name": vault.name,
        "etag": "W/\"datetime'2024-01-01T00%3A00%3A00.0000000Z'\"",
        "properties": vault.properties,
        "id": vault.id,
        "type": VAULT_TYPE,
        "sku": {"name": "RS0", "tier": "Standard"},
        "tags": vault.tags or {},
    }


def _shown(item: Resource) -> Wire:
    return {"id": item.id, "name": item.name, "type": item.type, "properties": item.properties}


def _single(mapping: Resource) -> Wire:
    """The single answer's type differs from the vault-level list's (contract 6)."""
    return {**_shown(mapping), "type": _FULL_MAPPING_TYPE}
