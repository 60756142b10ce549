# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.RecoveryServices: vaults, container mappings, protection intents, jobs (contract 6)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.clock import TICKS_PER_SECOND, zulu_text
from azure_simulator.estate_model_dependants import Intent, Mapping
from azure_simulator.paging import paged
from azure_simulator.providers.automation.model import Account
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, empty, json_response
from azure_simulator.world import Resource, World, new_id

Wire = dict[str, Any]

VAULT_TYPE = "Microsoft.RecoveryServices/vaults"
MAPPING_TYPE = f"{VAULT_TYPE}/replicationProtectionContainerMappings"
_INTENT_TYPE = f"{VAULT_TYPE}/replicationProtectionIntents"
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
    routes.add("arm", "GET", _VAULT + "/replicationProtectionIntents", list_intents, action=f"{_INTENT_TYPE}/read")
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
    return {
        "vaults": [_vault(item) for item in world.resources_of_type(VAULT_TYPE)],
        "container_mappings": [_shown(item) for item in world.resources_of_type(MAPPING_TYPE)],
        "protection_intents": [_shown(item) for item in world.resources_of_type(_INTENT_TYPE)],
    }


# --- what an estate makes -------------------------------------------------


def vault_resource(group_id: str, name: str, location: str, state: str = "Succeeded") -> Resource:
    """A Recovery Services vault in a resource group."""
    properties = {"provisioningState": state, "privateEndpointStateForSiteRecovery": "None"}
    vault_id = f"{group_id}/providers/{VAULT_TYPE}/{name}"
    return Resource(vault_id, VAULT_TYPE, name, properties, location, {})


def mapping_resource(vault_id: str, mapping: Mapping, account_id: str | None) -> Resource:
    """A container mapping of a vault. Its id begins with a capital S (contract 6)."""
    base = vault_id.replace("/subscriptions/", "/Subscriptions/", 1) + "/replicationFabrics"
    source = f"{base}/{mapping.fabric}/replicationProtectionContainers/{mapping.container}"
    target_fabric = mapping.target_container.removesuffix("-container")
    target = f"{base}/{target_fabric}/replicationProtectionContainers/{mapping.target_container}"
    properties = {
        "targetProtectionContainerId": target,
        "targetProtectionContainerFriendlyName": mapping.target_container,
        "providerSpecificDetails": _details(mapping, account_id),
        "health": "Critical" if mapping.health else "Normal",
        "healthErrorDetails": _health_errors(mapping.health),
        "policyId": f"{base.removesuffix('/replicationFabrics')}/replicationPolicies/24-hour-retention-policy",
        "state": "Paired",
        "sourceProtectionContainerFriendlyName": mapping.container,
        "sourceFabricFriendlyName": mapping.fabric,
        "targetFabricFriendlyName": target_fabric,
        "policyFriendlyName": "24-hour-retention-policy",
    }
    mapping_id = f"{source}/replicationProtectionContainerMappings/{mapping.name}"
    return Resource(mapping_id, MAPPING_TYPE, mapping.name, properties)


def _details(mapping: Mapping, account_id: str | None) -> Wire:
    if mapping.provider != "A2A":
        return {"instanceType": mapping.provider}
    details: Wire = {
        "instanceType": "A2A",
        "agentAutoUpdateStatus": mapping.auto_update,
        "automationAccountArmId": account_id,
        "scheduleName": None,
        "jobScheduleName": None,
    }
    if mapping.authentication is not None:
        details["automationAccountAuthenticationType"] = mapping.authentication
    return details


def _health_errors(categories: list[str]) -> list[Wire]:
    """What Site Recovery complains about: the first category, and the others inside it as what it comes from.

    That a mapping carries these categories is unverified (contract 6.2).
    """
    if not categories:
        return []
    outer, *inner = (_health_error(category) for category in categories)
    return [{**outer, "innerHealthErrors": inner}]


def _health_error(category: str) -> Wire:
    return {
        "errorSource": "Provider",
        "errorType": "Configuration",
        "errorLevel": "Error",
        "errorCategory": category,
        "errorCode": "151001",
        "summaryMessage": f"{category} in short.",
        "errorMessage": f"{category} at length.",
        "possibleCauses": "",
        "recommendedAction": "",
        "creationTimeUtc": "2024-01-01T00:00:00Z",
    }


def intent_resource(vault_id: str, intent: Intent, account_id: str | None) -> Resource:
    """A protection intent of a vault; what is null in the estate is not in the answer (contract 6.2)."""
    optional = {
        "agentAutoUpdateStatus": intent.auto_update,
        "automationAccountArmId": account_id,
        "automationAccountAuthenticationType": intent.authentication,
    }
    group_id = vault_id.partition("/providers/")[0]
    details = {
        "instanceType": "A2A",
        "fabricObjectId": f"{group_id}/providers/Microsoft.Compute/virtualMachines/{intent.name}",
        "primaryLocation": "westeurope",
        "recoveryLocation": "northeurope",
        "recoveryAvailabilityType": "Single",
        **{name: value for name, value in optional.items() if value is not None},
    }
    properties = {
        "friendlyName": intent.name,
        "jobId": None,
        "jobState": "Succeeded",
        "isActive": True,
        "providerSpecificDetails": details,
    }
    base = vault_id.replace("/subscriptions/", "/Subscriptions/", 1)
    return Resource(f"{base}/replicationProtectionIntents/{intent.name}", _INTENT_TYPE, intent.name, properties)


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
    return paged(call, call.world.resources_of_type(_INTENT_TYPE, vault.id + "/"), _shown, extra={"nextLink": None})


def get_mapping(call: Call) -> Response:
    return json_response(_single(_existing_mapping(call)))


def update_mapping(call: Call) -> Response:
    """The A2A input replaces what was there; a job is made, and the answer comes later (contract 6)."""
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
    if problem is None:
        mapping.properties["providerSpecificDetails"] = wanted
    return _accepted(call, mapping, _start_job(call, mapping, problem))


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
    if vault.properties["provisioningState"] == "Failed":
        message = f"The vault '{vault.name}' is in state Failed."
        raise errors.arm_error(call.world.settings.failed_vault_status, "VaultInFailedState", message)
    return vault


def _existing_mapping(call: Call) -> Resource:
    vault = _existing_vault(call)
    fabric, container, name = (call.params[key] for key in ("fabric", "container", "mapping"))
    mapping_id = (
        f"{vault.id}/replicationFabrics/{fabric}/replicationProtectionContainers/{container}"
        f"/replicationProtectionContainerMappings/{name}"
    )
    mapping = call.world.resources.get(mapping_id.lower())
    if mapping is None:
        raise _absent("protection container mapping", name)
    return mapping


def _problem(world: World, details: Wire, vault: Resource) -> str | None:
    """Why Site Recovery could not use an automation account, or None."""
    if details["agentAutoUpdateStatus"] != "Enabled":
        return None
    account = world.accounts.get(str(details["automationAccountArmId"] or "").lower())
    if account is None:
        return "The automation account that the mapping names was not found."
    if details["automationAccountAuthenticationType"] == "SystemAssignedIdentity" and not account.system_principal_id:
        return f"The automation account {account.name} has no system assigned identity."
    if world.settings.site_recovery_checks_roles and not _may_use(world, account, vault):
        return f"The identity of the automation account {account.name} is not allowed to use the vault {vault.name}."
    return None


def _may_use(world: World, account: Account, vault: Resource) -> bool:
    """Whether the account's identity could write to the vault's fabrics, as Contributor can."""
    entries = rbac.permissions(world, account.system_principal_id or "", vault.id)
    action = "Microsoft.RecoveryServices/vaults/replicationFabrics/write"
    return any(rbac.grants(entry, action) for entry in entries)


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
            "errors": [{"serviceErrorDetails": {"message": problem}}] if problem else [],
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


def _accepted(call: Call, mapping: Resource, job: Wire) -> Response:
    operation, settings = new_id(), call.world.settings
    ready_at = call.world.clock.now() + int(settings.operation_seconds * TICKS_PER_SECOND)
    operations = call.world.provider_state.setdefault(_OPERATIONS, {})
    operations[operation] = {"ready_at": ready_at, "job": job["name"], "problem": job["problem"]}
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
