# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of sign-ins of service principals: Microsoft Graph's JSON of each (contract 5.6). No HTTP here."""

from __future__ import annotations

from typing import Any

from azure_simulator.clock import graph_text
from azure_simulator.world import DirectoryObject, World, new_id

Wire = dict[str, Any]

_STATE = "sign_ins"
_REASONS = {0: "Other.", 7000112: "Application is disabled.", 700016: "Application was not found in the directory."}


def logged(world: World) -> list[tuple[str, Wire]]:
    """All sign-ins, each with its tenant in lower case."""
    found: list[tuple[str, Wire]] = world.provider_state.setdefault(_STATE, [])
    return found


def add(world: World, principal: DirectoryObject, moment: int, resource: str, error: int, address: str) -> None:
    """Log a sign-in at ``moment`` (ticks); ``error`` is 0 for one that did not fail."""
    item = {
        "id": new_id(),
        "createdDateTime": graph_text(moment),
        "appId": principal.data["appId"],
        "appDisplayName": principal.data["displayName"],
        "servicePrincipalId": principal.id,
        "servicePrincipalName": principal.data["displayName"],
        "servicePrincipalCredentialKeyId": new_id(),
        "servicePrincipalCredentialThumbprint": "",
        "resourceDisplayName": resource,
        "resourceId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "ipAddress": address,
        "signInEventTypes": ["servicePrincipal"],
        "status": {
            "errorCode": error,
            "failureReason": _REASONS.get(error, "The login failed."),
            "additionalDetails": None,
        },
    }
    logged(world).append((principal.tenant_id.lower(), item))
