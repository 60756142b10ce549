# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""A few calls of the SDKs in the parent process, answered from memory: nothing is sent.

The SDKs build the tables of their models, and Python its caches of abstract
classes, when something is first asked. What the parent has built, no forked
worker builds again: a seventh of the CPU of a task that finds nothing to do
(docs/benchmarks.md).
"""

from __future__ import annotations

import io
import json
from typing import Any

from ..module_utils._azure import authorization, automation, directory, subscriptions
from ..module_utils._azure.credential import Login
from ..module_utils._azure.ids import AccountId
from ..module_utils._azure.session import Session
from ..module_utils._runbook import rewrite

try:
    from requests.adapters import HTTPAdapter
except ImportError:
    HTTPAdapter = object  # type: ignore[assignment,misc]

_ZEROS = "00000000-0000-0000-0000-000000000000"
_TIME = "2020-01-01T00:00:00+00:00"
_ACCOUNT = AccountId(_ZEROS, "rehearsal", "rehearsal")
# Instance discovery would be one more question; no answer below is a token of anything.
_LOGIN = Login(tenant=_ZEROS, client_id=_ZEROS, secret=_ZEROS, disable_instance_discovery=True)
_RUNBOOK = b"""\
$connection = Get-AutomationConnection -Name AzureRunAsConnection
try {
    Connect-AzAccount -ServicePrincipal -Tenant $connection.TenantID -ApplicationId $connection.ApplicationID `
        -CertificateThumbprint $connection.CertificateThumbprint
} catch { throw "no login" }
Get-AzVM | Start-AzVM
"""

_ANSWERS: dict[str, Any] = {
    "openid-configuration": {
        "issuer": f"https://login.microsoftonline.com/{_ZEROS}/v2.0",
        "authorization_endpoint": f"https://login.microsoftonline.com/{_ZEROS}/authorize",
        "token_endpoint": f"https://login.microsoftonline.com/{_ZEROS}/token",
    },
    "token": {"token_type": "Bearer", "expires_in": 3600, "access_token": "rehearsal"},
    "rehearsal": {
        "id": _ACCOUNT.arm_id,
        "name": "rehearsal",
        "location": "westeurope",
        "tags": {},
        "identity": {"type": "SystemAssigned", "principalId": _ZEROS, "tenantId": _ZEROS},
        "properties": {
            "state": "Ok",
            "creationTime": _TIME,
            "sku": {"name": "Basic"},
            "encryption": {"keySource": "Microsoft.Automation"},
        },
        "systemData": {"createdAt": _TIME},
    },
    "runbooks": {"value": [{"name": "r", "properties": {"runbookType": "PowerShell", "creationTime": _TIME}}]},
    "connections": {"value": [{"name": "c", "properties": {"connectionType": {"name": "Azure"}}}]},
    "c": {"name": "c", "properties": {"fieldDefinitionValues": {"TenantId": _ZEROS}, "creationTime": _TIME}},
    "certificates": {"value": [{"name": "k", "properties": {"expiryTime": _TIME, "isExportable": False}}]},
    "subscriptions": {"value": []},
    "roleAssignments": {"value": [{"name": _ZEROS, "properties": {"principalId": _ZEROS, "createdOn": _TIME}}]},
    "roleDefinitions": {"value": [{"name": _ZEROS, "properties": {"permissions": [{"actions": ["*"]}]}}]},
}


def rehearse() -> None:
    """Ask what the steps ask most. Raises AzureError or ImportError where a package is missing."""
    with Session(_LOGIN, adapter=_FromMemory()) as session:
        automation.get_account(session, _ACCOUNT)
        automation.list_runbooks(session, _ACCOUNT)
        automation.published_content(session, _ACCOUNT, "r")
        automation.list_connections(session, _ACCOUNT)
        automation.get_connection(session, _ACCOUNT, "c")
        automation.list_certificates(session, _ACCOUNT)
        subscriptions.list_subscriptions(session)
        authorization.list_for_principal(session, "/", _ZEROS)
        authorization.find_definitions(session, "/", "Reader")
        directory.get_service_principal(session, _ZEROS)
    rewrite(_RUNBOOK, "PowerShell")


class _FromMemory(HTTPAdapter):
    """Answers each request by the last part of its path."""

    def send(self, request: Any, *dummy_arguments: Any, **dummy_keywords: Any) -> Any:
        """Return the answer; {} to what has none."""
        from urllib3 import HTTPResponse

        # As urllib3 does for each request; the first time, Python asks every mapping class there is what it is.
        request.headers.copy()
        name = request.url.partition("?")[0].rpartition("/")[2]
        body = _RUNBOOK if name == "content" else json.dumps(_ANSWERS.get(name, {})).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        answer = HTTPResponse(io.BytesIO(body), headers=headers, status=200, preload_content=False)
        return self.build_response(request, answer)
