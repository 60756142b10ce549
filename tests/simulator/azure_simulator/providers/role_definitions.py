# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Authorization: role definitions, built-in and custom (contract 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.clock import zulu_text
from azure_simulator.odata import FilterError, split_terms, term_value
from azure_simulator.paging import paged
from azure_simulator.providers import role_definition_rules as rules
from azure_simulator.router import Routes
from azure_simulator.scopes import Hierarchy, contains
from azure_simulator.wire import Call, Response, empty, json_response
from azure_simulator.world import RoleDefinition

_TYPE = "Microsoft.Authorization/roleDefinitions"
_LIST = "{scope}/providers/Microsoft.Authorization/roleDefinitions"
_ONE = _LIST + "/{name}"
_FIRST_VERSION_WITH_DATA_ACTIONS = "2018-01-01-preview"
# The service sends all definitions in one answer.
_ALL_ON_ONE_PAGE = 10_000

Test = Callable[[RoleDefinition], bool]


def register(routes: Routes) -> None:
    # These two check the right themselves: at the tenant anybody may read definitions.
    routes.add("arm", "GET", _LIST, list_definitions)
    routes.add("arm", "GET", _ONE, get_definition)
    routes.add("arm", "PUT", _ONE, put_definition, action=f"{_TYPE}/write")
    routes.add("arm", "DELETE", _ONE, delete_definition, action=f"{_TYPE}/delete")


def list_definitions(call: Call) -> Response:
    _require_read(call)
    scope, hierarchy = call.params["scope"] or "/", rbac.hierarchy_of(call.world)
    tests, at_scope = _parse_filter(call.query.get("$filter", ""))
    found = [
        definition
        for guid in call.world.role_definitions
        if (definition := rbac.seen_definition(call.world, guid))
        and _concerns(definition, scope, at_scope, hierarchy)
        and all(test(definition) for test in tests)
    ]
    return paged(call, found, lambda item: _for_version(item, call), size=_ALL_ON_ONE_PAGE)


def get_definition(call: Call) -> Response:
    _require_read(call)
    return json_response(_for_version(_existing(call), call))


def put_definition(call: Call) -> Response:
    """Create or change a custom role; the answer is 201 either way (contract 4)."""
    wanted = _requested(call)
    rules.require_allowed(call.world, wanted)
    rules.require_rights(call, wanted, f"{_TYPE}/write")
    wanted.visible_from = call.world.clock.replicated_at()
    call.world.role_definitions[wanted.name] = wanted
    call.world.roles_changed()
    return json_response(_for_version(wanted, call), 201)


def delete_definition(call: Call) -> Response:
    guid = rbac.role_guid(call.params["name"])
    definition = call.world.role_definitions.get(guid)
    if definition is None:
        return empty(204)
    rules.require_rights(call, definition, f"{_TYPE}/delete")
    used = any(rbac.role_guid(a.role_definition_id) == guid for a in call.world.role_assignments.values())
    if used or definition.kind != "CustomRole":
        raise errors.bad_request(
            "RoleDefinitionHasAssignments", "There are existing role assignments referencing role."
        )
    del call.world.role_definitions[guid]
    call.world.roles_changed()
    return json_response(_for_version(definition, call))


def shown(definition: RoleDefinition, scope: str) -> dict[str, Any]:
    """A role definition as api-version 2022-04-01 shows it at a scope."""
    return {
        "properties": {
            "roleName": definition.role_name,
            "type": definition.kind,
            "description": definition.description,
            "assignableScopes": definition.assignable_scopes,
            "permissions": [rbac.as_wire(entry) for entry in definition.permissions],
            "createdOn": zulu_text(definition.created_on),
            "updatedOn": zulu_text(definition.updated_on),
            "createdBy": None,
            "updatedBy": None,
        },
        "id": rbac.definition_id(scope, definition.name),
        "type": _TYPE,
        "name": definition.name,
    }


def _require_read(call: Call) -> None:
    scope, action = call.params["scope"], f"{_TYPE}/read"
    if scope and not rbac.authorize(call.world, call.who, action, scope):
        raise errors.authorization_failed(call.who.app_id, call.who.object_id, action, scope)


def _for_version(definition: RoleDefinition, call: Call) -> dict[str, Any]:
    item = shown(definition, call.params["scope"])
    if call.api_version < _FIRST_VERSION_WITH_DATA_ACTIONS:
        entries = item["properties"]["permissions"]
        item["properties"]["permissions"] = [
            {"actions": entry["actions"], "notActions": entry["notActions"]} for entry in entries
        ]
    return item


def _existing(call: Call) -> RoleDefinition:
    guid = rbac.role_guid(call.params["name"])
    definition = rbac.seen_definition(call.world, guid)
    if definition is None:
        raise errors.arm_error(
            404,
            "RoleDefinitionDoesNotExist",
            f"The specified role definition with ID '{guid.replace('-', '')}' does not exist.",
        )
    return definition


def _requested(call: Call) -> RoleDefinition:
    properties = call.json().get("properties") or {}
    rules.require_complete(properties)
    name, scopes = properties["roleName"], properties["assignableScopes"]
    guid, now = rbac.role_guid(call.params["name"]), call.world.clock.now()
    known = call.world.role_definitions.get(guid)
    return RoleDefinition(
        name=guid,
        role_name=name,
        kind="CustomRole",
        description=properties.get("description") or "",
        scope=call.params["scope"],
        assignable_scopes=[str(item) for item in scopes],
        permissions=[rbac.as_wire(entry) for entry in properties.get("permissions") or []],
        created_on=known.created_on if known else now,
        updated_on=now,
        previous=rbac.seen_definition(call.world, guid),
    )


def _concerns(definition: RoleDefinition, scope: str, at_scope: bool, hierarchy: Hierarchy) -> bool:
    """Whether a list at a scope shows a definition: assignable there or, without atScope(), somewhere below."""
    for place in definition.assignable_scopes:
        if contains(place, scope, hierarchy) or (not at_scope and contains(scope, place, hierarchy)):
            return True
    return False


def _parse_filter(text: str) -> tuple[list[Test], bool]:
    tests: list[Test] = []
    at_scope = False
    try:
        for term in split_terms(text):
            if term.lower() in ("atscope()", "atscopeandbelow()"):
                at_scope = term.lower() == "atscope()"
            elif term.lower().startswith("type"):
                tests.append(_has_kind(term_value(term, "type")))
            else:
                tests.append(_has_name(term_value(term, "roleName")))
    except FilterError:
        raise errors.bad_request("UnsupportedQuery", f"The filter '{text}' is not supported.") from None
    return tests, at_scope


def _has_kind(kind: str) -> Test:
    return lambda definition: definition.kind.lower() == kind.lower()


def _has_name(name: str) -> Test:
    return lambda definition: definition.role_name.lower() == name.lower()
