# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PowerShell modules of an account, and packages of its runtime environments: the requests (contract 3.5, 3.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure_simulator import errors
from azure_simulator.paging import paged
from azure_simulator.providers.automation import environments, module_imports
from azure_simulator.providers.automation.default_modules import module_properties, with_defaults
from azure_simulator.providers.automation.model import Account, Asset
from azure_simulator.providers.automation.support import account_of, add_route, child, properties_of, times
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty, json_response
from azure_simulator.world import World

Properties = dict[str, Any]

_COLLECTIONS = {
    "modules": ("modules", "5.1"),
    "powershell7Modules": ("powershell7_modules", "7.1"),
    "powershell72Modules": ("powershell72_modules", "7.2"),
}


def register(routes: Routes) -> None:
    for segment in _COLLECTIONS:
        _register(routes, f"/{segment}", f"{segment}/", _of_account(segment))
    _register(routes, "/runtimeEnvironments/{environment}/packages", "runtimeEnvironments/packages/", _of_environment)


@dataclass(slots=True, frozen=True)
class _Shelf:
    """One collection of a request: its own assets, and those that come along and cannot be deleted."""

    account: Account
    segment: str
    powershell: str
    own: dict[str, Asset]
    found: dict[str, Asset]
    fresh: Callable[[], Properties]
    show: Callable[[Account, str, Asset, Properties], dict[str, Any]]
    editable: bool = True


def _register(routes: Routes, path: str, action: str, shelf_of: Callable[[Call], _Shelf]) -> None:
    def list_(call: Call) -> Response:
        shelf = _settled(call, shelf_of(call))
        return paged(call, list(shelf.found.values()), lambda asset: _shown(shelf, asset, asset.properties))

    def get(call: Call) -> Response:
        shelf = _settled(call, shelf_of(call))
        asset = _find(call, shelf)
        return json_response(_shown(shelf, asset, asset.properties))

    def put(call: Call) -> Response:
        return _import(call, _settled(call, shelf_of(call)))

    def patch(call: Call) -> Response:
        shelf = _settled(call, shelf_of(call))
        _find(call, shelf)
        return _import(call, shelf)

    def delete(call: Call) -> Response:
        return _delete(call, _settled(call, shelf_of(call)))

    one = path + "/{name}"
    add_route(routes, "GET", path, list_, action + "read")
    add_route(routes, "GET", one, get, action + "read")
    add_route(routes, "PUT", one, put, action + "write")
    add_route(routes, "PATCH", one, patch, action + "write")
    add_route(routes, "DELETE", one, delete, action + "delete")


def _of_account(segment: str) -> Callable[[Call], _Shelf]:
    collection, powershell = _COLLECTIONS[segment]

    def shelf_of(call: Call) -> _Shelf:
        account = account_of(call)
        own: dict[str, Asset] = getattr(account, collection)
        found = with_defaults(account, collection)
        return _Shelf(account, segment, powershell, own, found, _fresh_module, _show_module)

    return shelf_of


def _of_environment(call: Call) -> _Shelf:
    account, item = environments.find_named(call, call.params["environment"])
    packages = account.environment_packages.setdefault(item.name.lower(), {})
    segment = f"runtimeEnvironments/{item.name}/packages"
    powershell = str((item.properties.get("runtime") or {}).get("version") or "")
    editable = not environments.is_system(item)
    return _Shelf(account, segment, powershell, packages, packages, _fresh_package, _show_package, editable)


def _import(call: Call, shelf: _Shelf) -> Response:
    name, now, settings = call.params["name"], call.world.clock.now(), call.world.settings
    if not shelf.editable:
        raise errors.bare(400, "BadRequest", "A system runtime environment cannot be changed.")
    known = _known(shelf, name.lower())
    asset = known or Asset(name, shelf.fresh(), now)
    place = module_imports.Place(shelf.account, _with_default_packages(shelf, call), shelf.powershell)
    module_imports.begin(asset, place, properties_of(call), now, settings)
    asset.modified = now
    shelf.own[name.lower()] = asset
    headers = {} if known else {"Location": call.url_of(call.path)}
    return json_response(_answer(shelf, asset), 200 if known else 201, headers)


def _known(shelf: _Shelf, name: str) -> Asset | None:
    """The module that an import changes; one that comes with the account is put aside, and shows itself again later."""
    known = shelf.own.get(name)
    if known is None or not known.properties.get("isGlobal"):
        return known
    shelf.account.shadowed_modules.setdefault(shelf.segment, {})[name] = shelf.own.pop(name)
    return None


def _with_default_packages(shelf: _Shelf, call: Call) -> dict[str, Asset]:
    """What an import finds beside it; the default package Az of an environment brings all modules of Az."""
    if "environment" not in call.params:
        return dict(shelf.found)
    dummy, item = environments.find_named(call, call.params["environment"])
    brings_az = "az" in (item.properties.get("defaultPackages") or {})
    default = {"az.accounts": Asset("Az.Accounts", {"version": None, "provisioningState": "Succeeded"})}
    return {**(default if brings_az else {}), **shelf.found}


def _answer(shelf: _Shelf, asset: Asset) -> dict[str, Any]:
    """The PUT answers before the import: state Creating, error.message null (contract 3.4)."""
    begun = {
        **asset.properties,
        "sizeInBytes": 0,
        "error": {"code": None, "message": None},
        "provisioningState": module_imports.STATES[0],
    }
    return _shown(shelf, asset, {**begun, "activityCount": 0} if "activityCount" in begun else begun)


def _delete(call: Call, shelf: _Shelf) -> Response:
    if not shelf.editable:
        raise errors.bare(400, "BadRequest", "A system runtime environment cannot be changed.")
    name = call.params["name"].lower()
    own = shelf.own.get(name)
    if own is not None and not own.properties.get("isGlobal"):
        del shelf.own[name]
        behind = shelf.account.shadowed_modules.get(shelf.segment, {}).pop(name, None)
        if behind is not None:
            shelf.own[name] = behind
        return empty(200)
    if name in shelf.found:
        status = call.world.settings.delete_default_module_status
        raise errors.bare(status, "BadRequest", "A global module cannot be deleted.")
    return empty(204)


def _settled(call: Call, shelf: _Shelf) -> _Shelf:
    module_imports.settle_all(shelf.own.values(), call.world.clock.now(), call.world.settings)
    return shelf


def settle_account(world: World, account: Account) -> None:
    """Bring all imports of an account up to the present."""
    collections = [getattr(account, collection) for collection, dummy in _COLLECTIONS.values()]
    for own in (*collections, *account.environment_packages.values()):
        module_imports.settle_all(own.values(), world.clock.now(), world.settings)


def _find(call: Call, shelf: _Shelf) -> Asset:
    asset = shelf.found.get(call.params["name"].lower())
    if asset is None:
        raise errors.bare(404, "NotFound", "Module not found.")
    return asset


def _fresh_module() -> Properties:
    return dict(module_properties(None, is_global=False, state=module_imports.STATES[0]))


def _fresh_package() -> Properties:
    return {
        "default": False,
        "version": None,
        "sizeInBytes": 0,
        "error": {"code": None, "message": None},
        "provisioningState": module_imports.STATES[0],
    }


def _shown(shelf: _Shelf, asset: Asset, properties: Properties) -> dict[str, Any]:
    return shelf.show(shelf.account, shelf.segment, asset, properties)


def _show_module(account: Account, segment: str, asset: Asset, properties: Properties) -> dict[str, Any]:
    stamps = times(asset.created or account.created, asset.modified or account.created)
    return {**child(account, segment, asset.name), "properties": {**stamps, **properties}}


def _show_package(account: Account, segment: str, package: Asset, properties: Properties) -> dict[str, Any]:
    return {
        **child(account, segment, package.name),
        "location": account.location,
        "tags": {},
        "properties": properties,
        "systemData": {},
    }
