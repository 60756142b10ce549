# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each kind of asset keeps of a PUT, and what a PATCH changes (contract 3)."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from azure_simulator import errors
from azure_simulator.clock import from_datetime, offset_text
from azure_simulator.providers.automation.model import Asset

Properties = dict[str, Any]
Accepted = tuple[Properties, Any]

_FOREVER = "9999-12-31T23:59:59.9999999+00:00"


def _bad(message: str) -> errors.Refusal:
    return errors.bare(400, "BadRequest", message)


def patch_description(asset: Asset, sent: Properties) -> None:
    """Certificates: only the description can change."""
    if "description" in sent:
        asset.properties["description"] = sent["description"]


def connection(name: str, sent: Properties) -> Accepted:
    kind = (sent.get("connectionType") or {}).get("name")
    if not kind:
        raise _bad("The connection type is missing.")
    return {
        "description": sent.get("description"),
        "fieldDefinitionValues": dict(sent.get("fieldDefinitionValues") or {}),
        "connectionType": {"name": kind},
    }, None


def patch_connection(asset: Asset, sent: Properties) -> None:
    """The whole fieldDefinitionValues map is replaced (contract 3.1)."""
    patch_description(asset, sent)
    if sent.get("fieldDefinitionValues") is not None:
        asset.properties["fieldDefinitionValues"] = dict(sent["fieldDefinitionValues"])


def certificate(name: str, sent: Properties) -> Accepted:
    """The private key never comes back, so it is kept as the asset's secret."""
    try:
        blob = base64.b64decode(sent.get("base64Value") or "", validate=True)
        loaded = _load_certificate(blob)
    except ValueError:
        raise _bad("The certificate is invalid.") from None
    der = loaded.public_bytes(Encoding.DER)
    return {
        "description": sent.get("description"),
        "isExportable": bool(sent.get("isExportable")),
        "thumbprint": hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(),
        "expiryTime": offset_text(from_datetime(loaded.not_valid_after_utc)),
    }, blob


def _load_certificate(blob: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(blob)
    except ValueError:
        loaded = pkcs12.load_key_and_certificates(blob, None)[1]
    if loaded is None:
        raise ValueError("the PKCS #12 file holds no certificate")
    return loaded


def credential(name: str, sent: Properties) -> Accepted:
    if not sent.get("userName") or sent.get("password") is None:
        raise _bad("The user name or password is missing.")
    return {"userName": sent["userName"], "description": sent.get("description")}, sent["password"]


def patch_credential(asset: Asset, sent: Properties) -> None:
    patch_description(asset, sent)
    if sent.get("userName"):
        asset.properties["userName"] = sent["userName"]
    if sent.get("password") is not None:
        asset.secret = sent["password"]


def variable(name: str, sent: Properties) -> Accepted:
    """An encrypted value is never shown (contract 3.4)."""
    encrypted = bool(sent.get("isEncrypted"))
    kept = {"isEncrypted": encrypted, "description": sent.get("description")}
    if encrypted:
        return kept, sent.get("value")
    return {**kept, "value": sent.get("value")}, None


def patch_variable(asset: Asset, sent: Properties) -> None:
    patch_description(asset, sent)
    if "value" not in sent:
        return
    if asset.properties["isEncrypted"]:
        asset.secret = sent["value"]
    else:
        asset.properties["value"] = sent["value"]


def schedule(name: str, sent: Properties) -> Accepted:
    if not sent.get("startTime") or not sent.get("frequency"):
        raise _bad("The start time or frequency of the schedule is missing.")
    return {
        "description": sent.get("description"),
        "startTime": sent["startTime"],
        "startTimeOffsetMinutes": 0,
        "expiryTime": sent.get("expiryTime") or _FOREVER,
        "expiryTimeOffsetMinutes": 0,
        "isEnabled": True,
        "nextRun": sent["startTime"],
        "nextRunOffsetMinutes": 0,
        "interval": sent.get("interval"),
        "frequency": sent["frequency"],
        "timeZone": sent.get("timeZone") or "UTC",
        "advancedSchedule": sent.get("advancedSchedule"),
    }, None


def patch_schedule(asset: Asset, sent: Properties) -> None:
    patch_description(asset, sent)
    if sent.get("isEnabled") is not None:
        asset.properties["isEnabled"] = bool(sent["isEnabled"])


def package(name: str, sent: Properties) -> Accepted:
    """A Python package. Its import is over at once; its version is the link's, or the last part of its path."""
    link = sent.get("contentLink") or {}
    uri = str(link.get("uri") or "")
    if not uri:
        raise _bad("The content link of the module is missing.")
    found = re.search(r"(\d+(?:\.\d+){1,3})(?:\.nupkg|\.zip)?$", uri.rstrip("/"))
    return {
        "isGlobal": False,
        "version": link.get("version") or (found[1] if found else None),
        "sizeInBytes": 1024,
        "activityCount": 1,
        "error": {"code": None, "message": ""},
        "provisioningState": "Succeeded",
        "isComposite": False,
    }, None


def module_answer(properties: Properties) -> Properties:
    """The PUT answers before the import: state Creating, error.message null (contract 3.4)."""
    return {
        **properties,
        "sizeInBytes": 0,
        "activityCount": 0,
        "error": {"code": None, "message": None},
        "provisioningState": "Creating",
    }


def patch_package(asset: Asset, sent: Properties) -> None:
    if sent.get("contentLink"):
        asset.properties.update(package(asset.name, sent)[0])


def source_control(name: str, sent: Properties) -> Accepted:
    """The access token is a secret; the answer never has it."""
    kept = {
        item: sent.get(item)
        for item in ("repoUrl", "branch", "folderPath", "autoSync", "publishRunbook", "sourceType", "description")
    }
    return kept, sent.get("securityToken")


def patch_source_control(asset: Asset, sent: Properties) -> None:
    for item in ("branch", "folderPath", "autoSync", "publishRunbook", "description"):
        if item in sent:
            asset.properties[item] = sent[item]
