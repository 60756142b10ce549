# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assets that differ only in their properties (contract 3): one table, one set of handlers.

Connections, certificates, credentials, variables, schedules, Python 3 packages, source controls. PowerShell modules
have a life of their own and are in ``modules``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure_simulator import errors
from azure_simulator.paging import paged
from azure_simulator.providers.automation import asset_kinds
from azure_simulator.providers.automation.asset_kinds import Accepted
from azure_simulator.providers.automation.model import Account, Asset, add_asset
from azure_simulator.providers.automation.support import account_of, add_route, child, properties_of, times
from azure_simulator.router import Routes
from azure_simulator.settings import Settings
from azure_simulator.wire import Call, Response, empty, json_response

Properties = dict[str, Any]


@dataclass(slots=True, frozen=True)
class Kind:
    """How one kind of asset differs from the others.

    ``accept`` turns the properties of a PUT into (properties to keep, secret); ``patch`` changes the
    kept ones in place; ``listed`` makes a list item's properties of them.
    """

    segment: str
    collection: str
    missing: str
    accept: Callable[[str, Properties], Accepted]
    patch: Callable[[Asset, Properties], None]
    listed: Callable[[Properties, Settings], Properties]
    answered: Callable[[Properties], Properties] = dict


def _whole(properties: Properties, settings: Settings) -> Properties:
    return properties


def _listed_connection(properties: Properties, settings: Settings) -> Properties:
    return {**properties, "fieldDefinitionValues": None} if settings.slim_connection_list else properties


KINDS = (
    # The missing connection really has an empty message (contract 0).
    Kind("connections", "connections", "", asset_kinds.connection, asset_kinds.patch_connection, _listed_connection),
    Kind(
        "certificates",
        "certificates",
        "Certificate not found.",
        asset_kinds.certificate,
        asset_kinds.patch_description,
        _whole,
    ),
    Kind(
        "credentials",
        "credentials",
        "Credential not found.",
        asset_kinds.credential,
        asset_kinds.patch_credential,
        _whole,
    ),
    Kind("variables", "variables", "Variable not found.", asset_kinds.variable, asset_kinds.patch_variable, _whole),
    Kind("schedules", "schedules", "Schedule not found.", asset_kinds.schedule, asset_kinds.patch_schedule, _whole),
    Kind(
        "python3Packages",
        "python3_packages",
        "Python3 package not found.",
        asset_kinds.package,
        asset_kinds.patch_package,
        _whole,
        asset_kinds.module_answer,
    ),
    Kind(
        "sourceControls",
        "source_controls",
        "Source control not found.",
        asset_kinds.source_control,
        asset_kinds.patch_source_control,
        _whole,
    ),
)


def register(routes: Routes) -> None:
    for kind in KINDS:
        _register(routes, kind)


def _register(routes: Routes, kind: Kind) -> None:
    def list_(call: Call) -> Response:
        account = account_of(call)
        settings = call.world.settings

        def item(asset: Asset) -> dict[str, Any]:
            return _show(account, kind, asset, kind.listed(asset.properties, settings))

        return paged(call, list(_collection(account, kind).values()), item)

    def get(call: Call) -> Response:
        account, asset = _find(call, kind)
        return json_response(_show(account, kind, asset, asset.properties))

    def put(call: Call) -> Response:
        account = account_of(call)
        name = call.params["name"]
        known = name.lower() in _collection(account, kind)
        properties, secret = kind.accept(name, properties_of(call))
        asset = add_asset(call.world, account, kind.collection, name, properties, secret)
        headers = {} if known else {"Location": call.url_of(call.path)}
        return json_response(
            _show(account, kind, asset, kind.answered(asset.properties)), 200 if known else 201, headers
        )

    def patch(call: Call) -> Response:
        account, asset = _find(call, kind)
        kind.patch(asset, properties_of(call))
        asset.modified = call.world.clock.now()
        return json_response(_show(account, kind, asset, asset.properties))

    def delete(call: Call) -> Response:
        account = account_of(call)
        gone = _collection(account, kind).pop(call.params["name"].lower(), None)
        if gone is not None and kind.collection == "schedules":
            _drop_links_of_schedule(account, gone.name)
        return empty(204 if gone is None else 200)

    one = f"/{kind.segment}/{{name}}"
    add_route(routes, "GET", f"/{kind.segment}", list_, f"{kind.segment}/read")
    add_route(routes, "GET", one, get, f"{kind.segment}/read")
    add_route(routes, "PUT", one, put, f"{kind.segment}/write")
    add_route(routes, "PATCH", one, patch, f"{kind.segment}/write")
    add_route(routes, "DELETE", one, delete, f"{kind.segment}/delete")


def _collection(account: Account, kind: Kind) -> dict[str, Asset]:
    collection: dict[str, Asset] = getattr(account, kind.collection)
    return collection


def _find(call: Call, kind: Kind) -> tuple[Account, Asset]:
    account = account_of(call)
    asset = _collection(account, kind).get(call.params["name"].lower())
    if asset is None:
        raise errors.bare(404, "NotFound", kind.missing)
    return account, asset


def _show(account: Account, kind: Kind, asset: Asset, properties: Properties) -> dict[str, Any]:
    return {
        **child(account, kind.segment, asset.name),
        "properties": {**times(asset.created or account.created, asset.modified or account.created), **properties},
    }


def _drop_links_of_schedule(account: Account, schedule: str) -> None:
    for key, link in list(account.job_schedules.items()):
        if link.schedule.lower() == schedule.lower():
            del account.job_schedules[key]
