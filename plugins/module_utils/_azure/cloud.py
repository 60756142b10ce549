# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which Azure: public, sovereign, or any Resource Manager endpoint.

Known clouds need no request; for a URL, ``/metadata/endpoints`` is read
(azure-contracts, section 9.1).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from .errors import Failed

METADATA_API_VERSION = "2022-09-01"


@dataclass(frozen=True)
class Cloud:
    """The endpoints of one Azure. All are base URLs without a slash at the end."""

    name: str
    resource_manager: str
    login: str
    graph: str
    # The resource that tokens for Resource Manager are asked for.
    audience: str
    known: bool = True

    @property
    def arm_scope(self) -> str:
        """The token scope for Resource Manager."""
        return f"{self.audience.rstrip('/')}/.default"

    @property
    def graph_scope(self) -> str:
        """The token scope for Microsoft Graph: an audience of its own (azure-contracts, section 5)."""
        return f"{self.graph}/.default"


def _known(name: str, resource_manager: str, login: str, graph: str) -> Cloud:
    return Cloud(name, resource_manager, login, graph, audience=resource_manager)


_PUBLIC = _known(
    "AzureCloud", "https://management.azure.com", "https://login.microsoftonline.com", "https://graph.microsoft.com"
)
_CHINA = _known(
    "AzureChinaCloud",
    "https://management.chinacloudapi.cn",
    "https://login.chinacloudapi.cn",
    "https://microsoftgraph.chinacloudapi.cn",
)
_GOVERNMENT = _known(
    "AzureUSGovernment",
    "https://management.usgovcloudapi.net",
    "https://login.microsoftonline.us",
    "https://graph.microsoft.us",
)

_BY_NAME = {
    "": _PUBLIC,
    "azurecloud": _PUBLIC,
    "azurepubliccloud": _PUBLIC,
    "azurechinacloud": _CHINA,
    "azureusgovernment": _GOVERNMENT,
    "azureusgovernmentcloud": _GOVERNMENT,
}


def find_cloud(cloud_environment: str | None, fetch: Callable[[str], bytes]) -> Cloud:
    """Return the cloud of a known name, or the one that an endpoint URL describes.

    ``fetch`` gets a URL and returns the body; it raises the errors of ``errors``.
    Raises ValueError for a text that is neither.
    """
    wanted = (cloud_environment or "").strip()
    known = _BY_NAME.get(wanted.lower())
    if known:
        return known
    if not wanted.lower().startswith("https://"):
        names = "AzureCloud, AzureChinaCloud, AzureUSGovernment"
        raise ValueError(f"cloud_environment {wanted!r} is neither one of {names} nor an https:// URL.")
    endpoint = wanted.rstrip("/")
    return _from_metadata(endpoint, fetch(f"{endpoint}/metadata/endpoints?api-version={METADATA_API_VERSION}"))


def _from_metadata(endpoint: str, body: bytes) -> Cloud:
    """Read the answer of an endpoint; a byte order mark may precede it (azure-contracts, section 9.1)."""
    try:
        answer = json.loads(body.decode("utf-8-sig"))
        authentication = answer["authentication"]
        return Cloud(
            name=str(answer.get("name") or endpoint),
            resource_manager=str(answer.get("resourceManager") or endpoint).rstrip("/"),
            login=str(authentication["loginEndpoint"]).rstrip("/"),
            graph=str(answer["microsoftGraphResourceId"]).rstrip("/"),
            audience=str(authentication["audiences"][0]).rstrip("/"),
            known=False,
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise Failed(
            f"{endpoint}/metadata/endpoints is not the description of an Azure cloud. "
            "Check that cloud_environment is the URL of a Resource Manager endpoint."
        ) from None
