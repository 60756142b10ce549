# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The temporary runbook: what it is called, what proves it ours, and its text for PowerShell or Python. Pure.

It logs in, prints one line of JSON (whom its token belongs to, and which subscriptions that one sees) and changes
nothing. The token itself is never printed. How a script finds its identity: docs/contract.md, 2.10.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._azure.ids import AccountId, normal_id
from .._step import StepError
from .chosen_identity import ChosenIdentity

PREFIX = "runas-migration-probe-"
TAGS = {"runas-migration": "probe"}
DESCRIPTION = (
    "Temporary runbook of the Ansible collection azauto.runas_migration. It logs in with the identity of the account, "
    "tells who that is, changes nothing, and is removed at once. It may be deleted."
)
# What the line of the answer is known by among whatever else a job prints.
MARK = "azauto.runas_migration"

POWERSHELL, POWERSHELL_72, PYTHON = "PowerShell", "PowerShell72", "Python3"

# A client id comes from Azure and goes into code: nothing but a GUID may.
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PLAIN_URL = re.compile(r"https://[A-Za-z0-9.:/_-]+")

# Both kinds of token of Get-AzAccessToken are understood; without a subscription Connect-AzAccount may fail, and the
# identity's own address still tells who it is (docs/contract.md, 2.10).
_POWERSHELL_TEXT = """\
# DESCRIPTION
$ErrorActionPreference = 'Stop'
$subscriptions = @()
Disable-AzContextAutosave -Scope Process | Out-Null
try {
    Connect-AzAccount -IdentityOPTIONS | Out-Null
    $subscriptions = @(Get-AzSubscription -WarningAction SilentlyContinue | ForEach-Object { $_.Id })
    $token = (Get-AzAccessToken -WarningAction SilentlyContinue).Token
    if ($token -is [securestring]) {
        $token = [System.Net.NetworkCredential]::new('', $token).Password
    }
} catch {
    Write-Warning $_.Exception.Message
    $headers = @{ 'X-IDENTITY-HEADER' = $env:IDENTITY_HEADER; 'Metadata' = 'True' }
    $token = (Invoke-RestMethod -Uri ($env:IDENTITY_ENDPOINT + '?QUERY') -Headers $headers).access_token
}
$payload = $token.Split('.')[1].Replace('-', '+').Replace('_', '/')
$payload = $payload.PadRight($payload.Length + (4 - $payload.Length % 4) % 4, '=')
$claims = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($payload)) | ConvertFrom-Json
[ordered]@{
    probe = 'MARK'
    oid = $claims.oid
    tid = $claims.tid
    subscriptions = @($subscriptions)
    az_accounts = "$((Get-Module Az.Accounts).Version)"
    powershell = "$($PSVersionTable.PSVersion)"
} | ConvertTo-Json -Compress
"""

_PYTHON_TEXT = """\
# DESCRIPTION
import base64
import json
import os
import sys
from urllib.request import Request, build_opener


def answer_of(url, headers):
    return json.load(build_opener().open(Request(url, headers=headers), timeout=120))


identity = {"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"], "Metadata": "True"}
token = answer_of(os.environ["IDENTITY_ENDPOINT"] + "?QUERY", identity)["access_token"]
payload = token.split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode("utf-8"))
listed = answer_of("MANAGER/subscriptions?api-version=2020-01-01", {"Authorization": "Bearer " + token})
subscriptions = [item["subscriptionId"] for item in listed["value"]]
print(json.dumps({
    "probe": "MARK",
    "oid": claims["oid"],
    "tid": claims["tid"],
    "subscriptions": subscriptions,
    "python": sys.version.split()[0],
}))
"""


@dataclass(frozen=True)
class Script:
    """The runbook as it is made: its name, its type and its content."""

    name: str
    type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """What the ledger and a plan name the content by."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Surroundings:
    """What the text needs to know of the Azure: its Resource Manager, the audience of tokens, and Az's name for it."""

    manager: str
    audience: str
    environment: str | None = None


def name_of(account: AccountId, identity: ChosenIdentity) -> str:
    """Return the name of the runbook: the same for the same account and identity, and a valid one (contract 2)."""
    about = f"{normal_id(account.arm_id)}\n{normal_id(identity.name)}"
    return PREFIX + hashlib.sha256(about.encode()).hexdigest()[:12]


def script_for(account: AccountId, identity: ChosenIdentity, runbook_type: str, around: Surroundings) -> Script:
    """Return the runbook that logs in with an identity.

    Raises StepError where what would go into its text is not what it should be.
    """
    _refuse_strange(identity, around)
    query = f"resource={around.audience}" + (f"&client_id={identity.client_id}" if identity.arm_id else "")
    options = f" -AccountId '{identity.client_id}'" if identity.arm_id else ""
    options += f" -Environment {around.environment}" if around.environment else ""
    text = _PYTHON_TEXT if runbook_type == PYTHON else _POWERSHELL_TEXT
    values = {
        "DESCRIPTION": DESCRIPTION,
        "OPTIONS": options,
        "QUERY": query,
        "MARK": MARK,
        "MANAGER": around.manager,
    }
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return Script(name_of(account, identity), runbook_type, text.encode())


def _refuse_strange(identity: ChosenIdentity, around: Surroundings) -> None:
    if identity.arm_id and not _GUID.fullmatch(identity.client_id or ""):
        raise StepError(
            f"Azure tells no usable client id of the user-assigned identity {identity.arm_id}: {identity.client_id!r}. "
            "Nothing was changed. Let the login read the identity, or attach it with enable_identity."
        )
    for url in (around.manager, around.audience):
        if not _PLAIN_URL.fullmatch(url):
            raise StepError(f"The address {url!r} of this Azure cannot be written into a runbook. Nothing was changed.")


def answer_in(output: str) -> Mapping[str, Any] | None:
    """Return what the runbook printed about its token, among whatever else is in a job's output; None without it."""
    for line in output.splitlines():
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict) and answer.get("probe") == MARK:
            return answer
    return None


def is_marked(item: Mapping[str, Any]) -> bool:
    """Tell whether a runbook's JSON has our name and our description: nobody writes both by chance."""
    properties = item.get("properties") or {}
    return str(item["name"]).lower().startswith(PREFIX) and properties.get("description") == DESCRIPTION
