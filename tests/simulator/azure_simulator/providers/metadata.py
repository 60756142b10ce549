# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource Manager itself: cloud metadata, tenants, subscriptions, resource groups, providers (contract 9.1)."""

from __future__ import annotations

import codecs
import json
from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.paging import paged
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, bytes_response, json_response
from azure_simulator.world import ResourceGroup, Subscription

_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"


def register(routes: Routes) -> None:
    """Add all routes of Resource Manager."""
    providers = routes.providers

    def list_providers(call: Call) -> Response:
        return json_response({"value": [_provider(call, item) for item in providers.values()]})

    def get_provider(call: Call) -> Response:
        found = providers.get(call.params["namespace"].lower())
        if found is None:
            raise errors.arm_error(
                404,
                "InvalidResourceNamespace",
                f"The resource namespace '{call.params['namespace']}' is invalid.",
                from_gateway=True,
            )
        return json_response(_provider(call, found))

    routes.add("arm", "GET", "/metadata/endpoints", _endpoints, public=True)
    routes.add("arm", "GET", "/tenants", _list_tenants)
    routes.add("arm", "GET", "/subscriptions", _list_subscriptions)
    read = "Microsoft.Resources/subscriptions/"
    routes.add("arm", "GET", "/subscriptions/{subscription}", _get_subscription, action=read + "read")
    routes.add("arm", "GET", "/subscriptions/{subscription}/resourceGroups", _list_groups)
    routes.add("arm", "GET", _GROUP, _get_group, action=read + "resourceGroups/read")
    routes.add("arm", "GET", "/subscriptions/{subscription}/providers", list_providers, action=read + "providers/read")
    routes.add(
        "arm",
        "GET",
        "/subscriptions/{subscription}/providers/{namespace}",
        get_provider,
        action=read + "providers/read",
    )


def _endpoints(call: Call) -> Response:
    """One object for 2022-09-01, an array for 2019-05-01, the old shape for 2015-01-01."""
    version = call.api_version
    if version == "2015-01-01":
        return json_response(_old_metadata(call))
    metadata = _metadata(call)
    if version == "2019-05-01":
        metadata["ossrdbmsResourceId"] = metadata.pop("ossrDbmsResourceId")
        return json_response([metadata])
    if version not in ("2022-09-01", "2023-12-01"):
        raise errors.bad_request("InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")
    content = json.dumps(metadata).encode()
    if call.world.settings.metadata_bom:
        content = codecs.BOM_UTF8 + content
    return bytes_response(content, "application/json; charset=utf-8")


def _old_metadata(call: Call) -> dict[str, Any]:
    endpoints = call.world.endpoints
    return {
        "galleryEndpoint": f"{endpoints.resource_manager}/gallery",
        "graphEndpoint": endpoints.graph,
        "portalEndpoint": f"{endpoints.resource_manager}/portal",
        "authentication": {
            "loginEndpoint": endpoints.login,
            "audiences": [endpoints.resource_manager],
        },
    }


def _metadata(call: Call) -> dict[str, Any]:
    endpoints = call.world.endpoints
    arm = endpoints.resource_manager
    return {
        "portal": f"{arm}/portal",
        "authentication": {
            "loginEndpoint": endpoints.login,
            "audiences": [arm, "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": f"{arm}/media",
        "graphAudience": endpoints.graph,
        "graph": endpoints.graph,
        "name": "AzureSimulator",
        "suffixes": _SUFFIXES,
        "batch": f"{arm}/batch",
        "resourceManager": arm,
        "vmImageAliasDoc": f"{arm}/aliases.json",
        "activeDirectoryDataLake": f"{arm}/datalake",
        "sqlManagement": f"{arm}/sql",
        "microsoftGraphResourceId": endpoints.graph,
        "appInsightsResourceId": f"{arm}/appinsights",
        "appInsightsTelemetryChannelResourceId": f"{arm}/appinsights/v2/track",
        "attestationResourceId": f"{arm}/attest",
        "synapseAnalyticsResourceId": f"{arm}/synapse",
        "logAnalyticsResourceId": f"{arm}/loganalytics",
        "ossrDbmsResourceId": f"{arm}/ossrdbms",
        "gallery": f"{arm}/gallery",
    }


_SUFFIXES = {
    "azureDataLakeStoreFileSystem": "azuredatalakestore.invalid",
    "acrLoginServer": "azurecr.invalid",
    "sqlServerHostname": "database.invalid",
    "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.invalid",
    "keyVaultDns": "vault.invalid",
    "storage": "core.invalid",
    "azureFrontDoorEndpointSuffix": "azurefd.invalid",
    "storageSyncEndpointSuffix": "afs.invalid",
    "mhsmDns": "managedhsm.invalid",
    "mysqlServerEndpoint": "mysql.database.invalid",
    "postgresqlServerEndpoint": "postgres.database.invalid",
    "mariadbServerEndpoint": "mariadb.database.invalid",
    "synapseAnalytics": "dev.azuresynapse.invalid",
    "attestationEndpoint": "attest.invalid",
}


def _list_tenants(call: Call) -> Response:
    tenant = call.world.tenants[call.who.tenant_id.lower()]
    return json_response(
        {
            "value": [
                {
                    "id": f"/tenants/{tenant.id}",
                    "tenantId": tenant.id,
                    "countryCode": "NL",
                    "displayName": tenant.name,
                    "domains": [tenant.domain],
                    "tenantCategory": "Home",
                    "defaultDomain": tenant.domain,
                    "tenantType": "AAD",
                }
            ]
        }
    )


def _list_subscriptions(call: Call) -> Response:
    """Only those in which the caller has some role at, above or below the subscription."""
    tenant = call.who.tenant_id.lower()
    shown = [
        item
        for item in call.world.subscriptions.values()
        if item.tenant_id.lower() == tenant and rbac.sees_subscription(call.world, call.who, item.id)
    ]
    return paged(call, shown, _subscription, extra={"count": {"type": "Total", "value": len(shown)}})


def _get_subscription(call: Call) -> Response:
    return json_response(_subscription(call.world.subscriptions[call.params["subscription"].lower()]))


def _subscription(item: Subscription) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{item.id}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": item.id,
        "tenantId": item.tenant_id,
        "displayName": item.name,
        "state": item.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _list_groups(call: Call) -> Response:
    """The resource groups that the caller may read: a role at one of them is enough to see it."""
    subscription = call.params["subscription"].lower()
    action = "Microsoft.Resources/subscriptions/resourceGroups/read"
    groups = [item for item in call.world.resource_groups.values() if item.subscription_id.lower() == subscription]
    seen = [item for item in groups if rbac.authorize(call.world, call.who, action, item.id)]
    if not seen and not rbac.authorize(call.world, call.who, action, f"/subscriptions/{subscription}"):
        raise errors.authorization_failed(call.who.app_id, call.who.object_id, action, f"/subscriptions/{subscription}")
    return paged(call, seen, _group)


def _get_group(call: Call) -> Response:
    group = call.world.find_resource_group(call.params["subscription"], call.params["group"])
    if group is None:
        raise errors.resource_group_not_found(call.params["group"])
    return json_response(_group(group))


def _group(group: ResourceGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "tags": group.tags,
        "properties": {"provisioningState": "Succeeded"},
    }


def _provider(call: Call, provider: Provider) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{call.params['subscription']}/providers/{provider.namespace}",
        "namespace": provider.namespace,
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [
            {
                "resourceType": item,
                "locations": list(provider.locations),
                "apiVersions": sorted(provider.versions, reverse=True),
                "capabilities": "None",
            }
            for item in provider.resource_types
        ],
    }
