# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: applications, service principals and deleted items (contract 5).

App roles are in ``directory_relations``, memberships in ``directory_groups``, directory roles in
``directory_role_management``, next to this file.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from azure_simulator import directory_roles, entra
from azure_simulator.clock import TICKS_PER_SECOND, graph_text, parse
from azure_simulator.errors import Refusal
from azure_simulator.graph_wire import body_of, many, matching, not_found, one, refusal
from azure_simulator.providers import directory_groups, directory_relations, directory_role_management
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty
from azure_simulator.world import DirectoryObject, World, new_id

Wire = dict[str, Any]

READ = "Application.Read.All"
WRITE = "Application.ReadWrite.All"
_TWO_YEARS = 730 * 24 * 3600 * TICKS_PER_SECOND

_COLLECTIONS = {"applications": entra.APPLICATION, "servicePrincipals": entra.SERVICE_PRINCIPAL}
_READ_ONLY = {"id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain", "servicePrincipalType"}


def register(routes: Routes) -> None:
    for collection in _COLLECTIONS:
        _register_collection(routes, collection)
    routes.add("graph", "POST", "/v1.0/applications/{id}/addPassword", add_password, action=WRITE)
    routes.add("graph", "POST", "/v1.0/applications/{id}/removePassword", remove_password, action=WRITE)
    federated = "/v1.0/applications/{id}/federatedIdentityCredentials"
    routes.add("graph", "GET", federated, list_federated_credentials, action=READ)
    deleted = "/v1.0/directory/deletedItems"
    for kind in _COLLECTIONS.values():
        routes.add("graph", "GET", f"{deleted}/microsoft.graph.{kind}", _list_deleted(kind), action=READ)
    routes.add("graph", "GET", deleted + "/{id}", get_deleted, action=READ)
    routes.add("graph", "DELETE", deleted + "/{id}", purge, action=WRITE)
    routes.add("graph", "POST", deleted + "/{id}/restore", restore, action=WRITE)
    directory_relations.register(routes)
    directory_groups.register(routes)
    directory_role_management.register(routes)


def dump(world: World) -> dict[str, Any]:
    """The directory as Graph shows it, without keys and secrets."""
    return {
        "directory": {
            "objects": [_dumped(obj) for obj in world.objects.values()],
            "deleted": [_dumped(obj) for obj in world.deleted_objects.values()],
            "app_role_assignments": list(entra.assignments(world).values()),
            "role_assignments": list(directory_roles.assignments(world).values()),
        }
    }


def _register_collection(routes: Routes, collection: str) -> None:
    path = f"/v1.0/{collection}"
    routes.add("graph", "GET", path, _list(collection), action=READ)
    routes.add("graph", "POST", path, _create(collection), action=WRITE)
    for template in (path + "/{id}", path + "(appId='{appId}')"):
        routes.add("graph", "GET", template, _get(collection), action=READ)
        routes.add("graph", "PATCH", template, _patch(collection), action=WRITE)
        routes.add("graph", "DELETE", template, _delete(collection), action=WRITE)


Handler = Callable[[Call], Response]


# --- applications and service principals ----------------------------------


def _list(collection: str) -> Handler:
    def handler(call: Call) -> Response:
        objects = entra.visible(call.world, call.who.tenant_id, _COLLECTIONS[collection])
        found = matching(call, [obj.data for obj in objects])
        return many(call, collection, [without_keys(data) for data in found])

    return handler


def _get(collection: str) -> Handler:
    def handler(call: Call) -> Response:
        obj = _existing(call, collection)
        # Only a single object whose keyCredentials are named by $select tells the certificates (contract 5).
        with_keys = "keyCredentials" in call.query.get("$select", "")
        return one(call, collection, shown(obj, with_keys=with_keys))

    return handler


def _create(collection: str) -> Handler:
    def handler(call: Call) -> Response:
        wanted = body_of(call)
        obj = _new_application(call, wanted) if collection == "applications" else _new_service_principal(call, wanted)
        call.world.add_object(obj)
        location = f"{call.base_url}/v2/{obj.tenant_id}/directoryObjects/{obj.id}/Microsoft.DirectoryServices"
        return one(call, collection, shown(obj), 201, {"Location": location})

    return handler


def _patch(collection: str) -> Handler:
    def handler(call: Call) -> Response:
        obj = _existing(call, collection)
        changes = body_of(call)
        for name in changes:
            if name not in obj.data or name in _READ_ONLY:
                raise refusal(call, 400, "Request_BadRequest", f"Invalid property '{name}'.")
        if "keyCredentials" in changes:
            changes["keyCredentials"] = _key_credentials(call, obj, changes["keyCredentials"])
        if "passwordCredentials" in changes:
            changes["passwordCredentials"] = _kept_passwords(obj, changes["passwordCredentials"])
        obj.data.update(changes)
        return empty(204)

    return handler


def _delete(collection: str) -> Handler:
    def handler(call: Call) -> Response:
        obj = _existing(call, collection)
        if obj.data.get("servicePrincipalType") == "ManagedIdentity":
            raise refusal(
                call, 400, "Request_BadRequest", "Managed Identities can only be removed by removing the identity."
            )
        entra.soft_delete(call.world, obj)
        return empty(204)

    return handler


def shown(obj: DirectoryObject, *, with_keys: bool = False) -> Wire:
    """An object as Graph shows it; the certificates themselves only when asked for."""
    return dict(obj.data) if with_keys else without_keys(obj.data)


def without_keys(data: Wire) -> Wire:
    """A copy of an object whose certificates are blanked."""
    if not data.get("keyCredentials"):
        return dict(data)
    return {**data, "keyCredentials": [{**item, "key": None} for item in data["keyCredentials"]]}


def list_federated_credentials(call: Call) -> Response:
    """The federated identity credentials of an application: a collection of its own, not a part of its object."""
    obj = _existing(call, "applications")
    context = f"applications('{call.params['id']}')/federatedIdentityCredentials"
    return many(call, context, obj.data.get("federatedIdentityCredentials", []))


def _existing(call: Call, collection: str) -> DirectoryObject:
    kind, world, tenant = _COLLECTIONS[collection], call.world, call.who.tenant_id
    app_id = call.params.get("appId")
    if app_id is None:
        obj = world.find_object(call.params["id"])
    elif kind == entra.SERVICE_PRINCIPAL:
        obj = world.service_principal_of_app(tenant, app_id)
    else:
        obj = world.application_of_app(tenant, app_id)
    known = obj is not None and obj.kind == kind and obj.tenant_id.lower() == tenant.lower()
    if obj is None or not known or not world.clock.is_visible(obj.visible_from):
        raise not_found(call, app_id or call.params["id"])
    return obj


def _new_application(call: Call, wanted: Wire) -> DirectoryObject:
    tenant = call.world.tenants[call.who.tenant_id.lower()]
    name = _display_name(call, wanted)
    data = entra.application(new_id(), new_id(), name, graph_text(call.world.clock.now()), tenant.domain)
    obj = DirectoryObject(data["id"], entra.APPLICATION, tenant.id, data)
    obj.visible_from = call.world.clock.replicated_at()
    data["keyCredentials"] = _key_credentials(call, obj, wanted.get("keyCredentials") or [])
    return obj


def _new_service_principal(call: Call, wanted: Wire) -> DirectoryObject:
    tenant_id, app_id = call.who.tenant_id, str(wanted.get("appId", ""))
    application = call.world.application_of_app(tenant_id, app_id)
    if application is None:
        raise refusal(call, 400, "Request_BadRequest", f"The appId '{app_id}' of the service principal is unknown.")
    if call.world.service_principal_of_app(tenant_id, app_id) is not None:
        raise _name_in_use(call, app_id)
    name = application.data["displayName"]
    data = entra.service_principal(new_id(), app_id, name, graph_text(call.world.clock.now()), tenant_id)
    obj = DirectoryObject(data["id"], entra.SERVICE_PRINCIPAL, tenant_id, data)
    obj.visible_from = call.world.clock.replicated_at()
    return obj


def _name_in_use(call: Call, app_id: str) -> Refusal:
    return refusal(
        call,
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        f"The service principal cannot be created, updated, or restored because the service principal name "
        f"{app_id} is already in use.",
    )


def _display_name(call: Call, wanted: Wire) -> str:
    name = wanted.get("displayName")
    if not isinstance(name, str) or not name:
        raise refusal(call, 400, "Request_BadRequest", "A value is required for property 'displayName'.")
    return name


# --- credentials ----------------------------------------------------------


def _key_credentials(call: Call, obj: DirectoryObject, wanted: Any) -> list[Wire]:
    """The whole collection as it will be: what is not sent is gone (contract 5)."""
    if not isinstance(wanted, list) or not all(isinstance(item, dict) for item in wanted):
        raise refusal(call, 400, "Request_BadRequest", "Invalid value specified for property 'keyCredentials'.")
    known = {item["keyId"]: item for item in obj.data["keyCredentials"]}
    return [_key_credential(call, item, known.get(item.get("keyId", ""))) for item in wanted]


def _key_credential(call: Call, wanted: Wire, known: Wire | None) -> Wire:
    if known is not None and not wanted.get("key"):
        return {**known, "displayName": wanted.get("displayName", known["displayName"])}
    try:
        certificate = base64.b64decode(wanted.get("key") or "", validate=True)
    except (binascii.Error, ValueError):
        certificate = b""
    if not certificate:
        raise refusal(
            call, 400, "KeyCredentialsInvalidValue", "New key credential values must contain a valid 'key' member."
        )
    now = call.world.clock.now()
    return {
        "customKeyIdentifier": wanted.get("customKeyIdentifier") or entra.thumbprint_of(certificate),
        "displayName": wanted.get("displayName"),
        "endDateTime": wanted.get("endDateTime") or graph_text(now + _TWO_YEARS),
        "key": wanted["key"],
        "keyId": wanted.get("keyId") or new_id(),
        "startDateTime": wanted.get("startDateTime") or graph_text(now),
        "type": wanted.get("type") or "AsymmetricX509Cert",
        "usage": wanted.get("usage") or "Verify",
    }


def _kept_passwords(obj: DirectoryObject, wanted: Any) -> list[Wire]:
    kept = {item.get("keyId") for item in wanted or []}
    for key_id in [key for key in obj.secrets if key not in kept]:
        del obj.secrets[key_id]
    return [item for item in obj.data["passwordCredentials"] if item["keyId"] in kept]


def add_password(call: Call) -> Response:
    """A new client secret; its text is told here and never again (contract 5)."""
    obj = _existing(call, "applications")
    wanted = body_of(call).get("passwordCredential") or {}
    text, now = f"FAKE~{new_id()}", call.world.clock.now()
    end = parse(wanted["endDateTime"]) if wanted.get("endDateTime") else now + _TWO_YEARS
    item = entra.password_credential(
        new_id(), text, str(wanted.get("displayName") or ""), graph_text(now), graph_text(end)
    )
    obj.data["passwordCredentials"] = [*obj.data["passwordCredentials"], item]
    obj.secrets[item["keyId"]] = text
    return one(call, "microsoft.graph.passwordCredential", {**item, "secretText": text})


def remove_password(call: Call) -> Response:
    obj = _existing(call, "applications")
    key_id = body_of(call).get("keyId")
    kept = [item for item in obj.data["passwordCredentials"] if item["keyId"] != key_id]
    if len(kept) == len(obj.data["passwordCredentials"]):
        raise refusal(call, 400, "Request_BadRequest", "No password credential found with keyId.")
    obj.data["passwordCredentials"] = kept
    obj.secrets.pop(str(key_id), None)
    return empty(204)


# --- deleted items --------------------------------------------------------


def _list_deleted(kind: str) -> Handler:
    def handler(call: Call) -> Response:
        items = [
            shown(obj)
            for obj in call.world.deleted_objects.values()
            if obj.kind == kind and obj.tenant_id.lower() == call.who.tenant_id.lower()
        ]
        return many(call, f"{kind}s", matching(call, items))

    return handler


def get_deleted(call: Call) -> Response:
    return one(call, "directoryObjects", typed(_deleted(call)))


def restore(call: Call) -> Response:
    """Bring one object back under its id; an application does not bring its service principal (contract 5.8)."""
    obj = _deleted(call)
    if obj.kind == entra.SERVICE_PRINCIPAL:
        _refuse_lonely_or_second(call, obj)
    entra.restore(call.world, obj.id)
    obj.visible_from = call.world.clock.replicated_at()
    return one(call, "directoryObjects", typed(obj))


def _refuse_lonely_or_second(call: Call, principal: DirectoryObject) -> None:
    """Refuse to restore a service principal without an application in this tenant, or beside another one."""
    tenant, app_id = call.who.tenant_id, principal.data["appId"]
    if call.world.service_principal_of_app(tenant, app_id) is not None:
        raise _name_in_use(call, app_id)
    owner = principal.data.get("appOwnerOrganizationId")
    if owner == tenant and call.world.application_of_app(tenant, app_id) is None:
        text = f"The appId '{app_id}' of the service principal does not reference a valid application object."
        raise refusal(call, 400, "Request_BadRequest", text)


def purge(call: Call) -> Response:
    """Delete for good; nothing brings it back."""
    del call.world.deleted_objects[_deleted(call).id.lower()]
    return empty(204)


def typed(obj: DirectoryObject) -> Wire:
    """An object among others of other kinds, which says what it is."""
    return {"@odata.type": f"#microsoft.graph.{obj.kind}", **shown(obj)}


def _deleted(call: Call) -> DirectoryObject:
    obj = call.world.deleted_objects.get(call.params["id"].lower())
    if obj is None or obj.tenant_id.lower() != call.who.tenant_id.lower():
        raise not_found(call, call.params["id"])
    return obj


def _dumped(obj: DirectoryObject) -> Wire:
    return {**typed(obj), "tenant_id": obj.tenant_id, "members": sorted(obj.members)}
