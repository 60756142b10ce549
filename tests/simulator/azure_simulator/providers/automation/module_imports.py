# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports of PowerShell modules and of a runtime environment's packages (contract 3.5.1).

A PUT is answered before the import begins; how it will end is decided then, and shown when its time has passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from azure_simulator import errors
from azure_simulator.clock import TICKS_PER_SECOND
from azure_simulator.providers.automation.model import Account, Asset
from azure_simulator.settings import Settings

Properties = dict[str, Any]

# What an import goes through, in the order of the SDK's enumeration.
STATES = (
    "Creating",
    "StartingImportModuleRunbook",
    "RunningImportModuleRunbook",
    "ContentRetrieved",
    "ContentValidated",
    "ContentStored",
    "ModuleDataStored",
    "ActivitiesStored",
    "ModuleImportRunbookComplete",
)
_USABLE = ("Succeeded", "Created")
_VERSION = re.compile(r"\d+(\.\d+){1,3}")
_IN_LINK = re.compile(r"(\d+(?:\.\d+){1,3})(?:\.nupkg|\.zip)?$")
_IN_GALLERY = re.compile(r"/api/v2/package/([^/]+)/([^/]+)/?$", re.IGNORECASE)
# Known dependencies on a version of Az.Accounts; of the others only that they have one.
_NEEDS = {("az.resources", "1.11.0"): "1.7.2", ("az.containerinstance", "3.1.0"): "2.7.6"}
_FAILED = (
    "Error importing the module {name}. Import failed with the following error: "
    "Orchestrator.Shared.AsyncModuleImport.ModuleImportException: {what}"
)
_NOT_LOADED = (
    "An error occurred when trying to import the module to an internal PowerShell session. Either the module "
    "dependencies are not imported correctly or the module is unsupported. Internal Error Message: {inner}"
)


@dataclass(slots=True)
class Import:
    """An import that is under way: when it began (ticks), its version, and why it will fail; None for well."""

    started: int
    version: str | None
    error: str | None


@dataclass(slots=True, frozen=True)
class Place:
    """Where a module is imported to. ``modules`` are all that are found there, by lower-case name."""

    account: Account
    modules: Mapping[str, Asset]
    powershell: str


def begin(asset: Asset, place: Place, sent: Properties, now: int, settings: Settings) -> None:
    """Start an import into an asset that is in its place already; 400 for a link that cannot be taken."""
    link = sent.get("contentLink") or {}
    uri, version = str(link.get("uri") or ""), link.get("version")
    if not uri:
        raise errors.bare(400, "BadRequest", "The content link of the module is missing.")
    if version is not None and not _VERSION.fullmatch(str(version)):
        raise errors.bare(400, "BadRequest", "The version of the content link is invalid.")
    _refuse_busy(asset, settings)
    found = _IN_LINK.search(uri.split("?", maxsplit=1)[0].rstrip("/"))
    version = str(version) if version is not None else (found[1] if found else None)
    if _is_there(asset, version):
        return
    error = _error(asset.name, version, uri, place)
    asset.secret = Import(now, version, error)
    if "isGlobal" in asset.properties:
        asset.properties["isGlobal"] = False
    _show_state(asset, STATES[0])
    settle(asset, now, settings)


def _refuse_busy(asset: Asset, settings: Settings) -> None:
    if isinstance(asset.secret, Import) and settings.module_busy_status:
        raise errors.bare(settings.module_busy_status, "Conflict", "The module is being imported.")


def _is_there(asset: Asset, version: str | None) -> bool:
    """The same version again is a silent no-op."""
    shown = asset.properties
    same = version is not None and shown.get("version") == version
    return same and shown.get("provisioningState") == "Succeeded" and not shown.get("isGlobal")


def settle(asset: Asset, now: int, settings: Settings) -> None:
    """Bring an asset's properties up to the present."""
    going = asset.secret
    if not isinstance(going, Import):
        return
    passed = (now - going.started) / TICKS_PER_SECOND
    if not settings.module_imports_end:
        _show_state(asset, STATES[2])
    elif passed < settings.module_import_seconds:
        _show_state(asset, STATES[int(passed / settings.module_import_seconds * len(STATES))])
    else:
        _end(asset, going)


def settle_all(assets: Iterable[Asset], now: int, settings: Settings) -> None:
    """Bring all of them up to the present."""
    for asset in assets:
        settle(asset, now, settings)


def _end(asset: Asset, going: Import) -> None:
    asset.secret = None
    _show_state(asset, "Succeeded" if going.error is None else "Failed")
    asset.properties["error"] = {"code": None, "message": going.error or ""}
    asset.properties["version"] = going.version
    if going.error is None:
        asset.properties["sizeInBytes"] = 1024
        if "activityCount" in asset.properties:
            asset.properties["activityCount"] = 1


def _show_state(asset: Asset, state: str) -> None:
    asset.properties["provisioningState"] = state


def _error(name: str, version: str | None, uri: str, place: Place) -> str | None:
    what = _what_fails(name, version, uri, place)
    return None if what is None else _FAILED.format(name=name, what=what)


def _what_fails(name: str, version: str | None, uri: str, place: Place) -> str | None:
    gallery = _IN_GALLERY.search(uri.split("?", maxsplit=1)[0])
    if gallery is not None and gallery[1].lower() != name.lower():
        return f"Cannot import the module of name {name}, as the module structure was invalid."
    if name.lower() in place.account.failing_imports:
        return "While importing the module, an error occurred while processing the module content."
    if name.lower() == "az.accounts" and place.powershell == "7.1" and _numbers(version) >= (2, 12, 3):
        return _NOT_LOADED.format(inner="Could not load file or assembly 'Newtonsoft.Json, Version=13.0.0.0'.")
    if name.lower().startswith("az.") and name.lower() != "az.accounts":
        return _lacks_az_accounts(name, version, place)
    return None


def _lacks_az_accounts(name: str, version: str | None, place: Place) -> str | None:
    wanted = _NEEDS.get((name.lower(), version or ""), "")
    there = place.modules.get("az.accounts")
    if there is not None and there.properties.get("provisioningState") in _USABLE:
        known = there.properties.get("version")
        if not wanted or known is None or _numbers(known) >= _numbers(wanted):
            return None
    inner = f"The specified module 'Az.Accounts' with version '{wanted or '1.0.0'}' was not loaded because no valid "
    return _NOT_LOADED.format(inner=inner + "module file was found in any module directory.")


def _numbers(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version or "0"))
