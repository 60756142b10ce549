# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Az commands that behave otherwise than their AzureRM twins (Microsoft's "Breaking changes for Az 1.0.0")."""

from __future__ import annotations

import re

from .azurerm_scene import Scene
from .commands import Command

_DATA_SOURCE = "get-azurermoperationalinsightsdatasource"
_USAGE = "get-azurermstorageusage"
_DIRECTORY = re.compile(r"[a-z]+-azurermad(?:app|group|user|serviceprincipal|sp)\w*")
_BLOBS = re.compile(r"[a-z]+-azurestorage(?:blob|container|file|share|queue|table)\w*")
_STORAGE_MEMBER = re.compile(r"\.(?:ICloudBlob|Cloud(?:Blob|File|Queue|Table)\w*)\b", re.IGNORECASE)


def report_changes(scene: Scene, command: Command) -> None:
    """Report what changed for this call: an error where its meaning breaks, else a warning."""
    if command.name == _USAGE and not _names(command, ("location",)):
        scene.report.add("RA509", command.node, what=command.written, change="it needs -Location in Az")
    elif command.name == _DATA_SOURCE and not _names(command, ("kind", "name")):
        scene.report.add("RA509", command.node, what=command.written, change="it needs -Kind or -Name in Az")
    elif _DIRECTORY.fullmatch(command.name):
        change = (
            "newer Az.Resources modules return objects of Microsoft Graph (Id and AppId for ObjectId and ApplicationId)"
        )
        scene.report.add("RA510", command.node, what=command.written, change=change)
    elif _BLOBS.fullmatch(command.name) and _STORAGE_MEMBER.search(scene.script.plain):
        change = "the storage objects inside its result are of other types, in the namespace Microsoft.Azure.Storage"
        scene.report.add("RA510", command.node, what=command.written, change=change)


def _names(command: Command, parameters: tuple[str, ...]) -> bool:
    given = [a.name for a in command.arguments() if a.name]
    splatted = any(a.splat for a in command.arguments())
    return splatted or any(full.startswith(name) for name in given for full in parameters)
