# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated job does: it logs in as its runbook asks, and nothing more (design section 7).

A few regular expressions find the login; the rest of the script is never run. What it prints of its token is read
from it too (``job_words``). What else its jobs do is said by the estate (``Conduct``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from azure_simulator import clock, rbac
from azure_simulator.providers.automation.job_words import printed
from azure_simulator.providers.automation.model import Account, Conduct
from azure_simulator.providers.automation.parameters import script_text
from azure_simulator.wire import Caller
from azure_simulator.world import DirectoryObject, World, new_id

_CONNECT = re.compile(
    r"(?:Connect-AzAccount|Add-AzAccount|Login-AzAccount|Connect-AzureRmAccount|Add-AzureRmAccount|Login-AzureRmAccount)"
    r"(?P<rest>(?:`\r?\n|[^\r\n|;}])*)",
    re.IGNORECASE,
)
_ACCOUNT_ID = re.compile(r"-AccountId[\s:]+(\"[^\"]*\"|'[^']*'|\$?[\w.-]+)", re.IGNORECASE)
_RUN_AS = re.compile(r"Get-AutomationConnection\s+(?:-Name[\s:]+)?(\"[^\"]*\"|'[^']*'|\$?[\w.-]+)", re.IGNORECASE)
_SPLAT_IDENTITY = re.compile(r"\bIdentity\s*=\s*\$true", re.IGNORECASE)
_PYTHON_IDENTITY = re.compile(r"ManagedIdentityCredential\(|IDENTITY_ENDPOINT")
_PYTHON_RUN_AS = re.compile(r"get_automation_connection\(\s*(\"[^\"]*\"|'[^']*')")
_PYTHON_CLIENT_ID = re.compile(r"client_id[\"']?\s*[:=]\s*[\"']?([\w.-]+)")
# A login in try whose catch asks the identity's endpoint instead.
_FALLS_BACK = re.compile(r"\btry\b.*?Connect-AzAccount.*?\bcatch\b.*?IDENTITY_ENDPOINT", re.IGNORECASE | re.DOTALL)
_STOPS = re.compile(r"ErrorActionPreference\s*=\s*[\"']?Stop", re.IGNORECASE)
_COMMENT = re.compile(r"<#.*?#>|(?m:^[ \t]*#[^\r\n]*)", re.DOTALL)


@dataclass(slots=True)
class Outcome:
    """How a job ended, and the streams it wrote."""

    status: str = "Completed"
    exception: str | None = None
    output: str = ""
    streams: list[dict[str, Any]] = field(default_factory=list)


class LoginRefused(Exception):
    """The login that the script asks for fails; the text is what the job shows."""


def run(
    world: World, account: Account, content: bytes, runbook_type: str, run_on: str | None, conduct: Conduct
) -> Outcome:
    """Log in as ``content`` asks; no login in it means a job that writes nothing but what its conduct says."""
    text = _COMMENT.sub("", script_text(content))
    outcome = Outcome()
    try:
        logins = _find_logins(text, runbook_type)
        principals = [_log_in(world, account, kind, wanted, run_on) for kind, wanted in logins]
    except LoginRefused as refused:
        outcome.status, outcome.exception = "Failed", str(refused)
        _write(world, outcome, "Error", str(refused))
        return outcome
    for principal in principals:
        _greet(world, account, principal, text, runbook_type, outcome)
    if outcome.status == "Completed":
        _behave(world, conduct, outcome)
    return outcome


def _behave(world: World, conduct: Conduct, outcome: Outcome) -> None:
    """What the jobs of the runbook do besides."""
    for kind, count in (("Warning", conduct.warnings), ("Error", conduct.errors)):
        for number in range(1, count + 1):
            _write(world, outcome, kind, f"{kind} {number} of the script.")
    outcome.status = conduct.status
    if conduct.status == "Failed":
        outcome.exception = "The script stopped with an error."


def _find_logins(text: str, runbook_type: str) -> list[tuple[str, str | None]]:
    """(``identity`` | ``run_as``, account id or connection name) of each login, without repeats."""
    if runbook_type.lower().startswith("python"):
        return _python_logins(text)
    found: list[tuple[str, str | None]] = []
    for match in _CONNECT.finditer(text):
        rest = match["rest"]
        if re.search(r"-Identity\b", rest, re.IGNORECASE) or ("@" in rest and _SPLAT_IDENTITY.search(text)):
            wanted = _ACCOUNT_ID.search(rest)
            found.append(("identity", _literal(text, wanted[1]) if wanted else None))
        else:
            found.append(("run_as", None))
    connection = _RUN_AS.search(text)
    named = _literal(text, connection[1]) if connection else None
    return list(dict.fromkeys((kind, named if kind == "run_as" else wanted) for kind, wanted in found))


def _python_logins(text: str) -> list[tuple[str, str | None]]:
    connection = _PYTHON_RUN_AS.search(text)
    if connection is not None:
        return [("run_as", connection[1].strip("\"'"))]
    if _PYTHON_IDENTITY.search(text) is None:
        return []
    client = _PYTHON_CLIENT_ID.search(text)
    return [("identity", client[1] if client else None)]


def _literal(text: str, value: str) -> str:
    """A literal, or the literal that a variable was given; the variable itself if that is not plain."""
    if not value.startswith("$"):
        return value.strip("\"'")
    assigned = re.search(re.escape(value) + r"\s*=\s*(\"[^\"$]*\"|'[^']*')", text, re.IGNORECASE)
    return assigned[1].strip("\"'") if assigned else value


def _log_in(world: World, account: Account, kind: str, wanted: str | None, run_on: str | None) -> DirectoryObject:
    if kind == "identity":
        return _as_identity(world, account, wanted, run_on)
    return _as_run_as(world, account, wanted)


def _as_identity(world: World, account: Account, wanted: str | None, run_on: str | None) -> DirectoryObject:
    if wanted is None:
        machine = _machine_principal(world, account, run_on)
        principal_id = machine or account.system_principal_id
    elif run_on:
        raise LoginRefused("User-assigned managed identities are not supported on hybrid workers.")
    else:
        principal_id = next(
            (
                item.principal_id
                for item in account.user_assigned.values()
                if wanted.lower() in (item.client_id.lower(), item.principal_id.lower(), item.id.lower())
            ),
            None,
        )
    principal = world.objects.get((principal_id or "").lower())
    if principal is None:
        raise LoginRefused(
            "ManagedIdentityCredential authentication failed: [Managed Identity] Error Message: Identity not found"
        )
    return principal


def _machine_principal(world: World, account: Account, run_on: str | None) -> str | None:
    """The identity of the machine that a job on a hybrid worker logs in as, where it does (contract 1.2, 2.11)."""
    has_identity = account.system_principal_id is not None or bool(account.user_assigned)
    if not run_on or (has_identity and not world.settings.hybrid_jobs_use_machine_identity):
        return None
    for worker in account.hybrid_groups[run_on.lower()].workers.values():
        machine = world.resources.get(str(worker.properties.get("vmResourceId") or "").lower())
        identity = (machine.extra.get("identity") if machine is not None else None) or {}
        if identity.get("principalId"):
            return str(identity["principalId"])
    return None


def _as_run_as(world: World, account: Account, name: str | None) -> DirectoryObject:
    connection = account.connections.get((name or "").lower())
    if connection is None:
        raise LoginRefused(f"Connection {name or ''} not found.")
    fields = connection.properties["fieldDefinitionValues"]
    thumbprint = str(fields.get("CertificateThumbprint") or "").upper()
    held = [item for item in account.certificates.values() if item.properties["thumbprint"].upper() == thumbprint]
    if not held:
        raise LoginRefused("Could not find a certificate with the thumbprint of the connection.")
    if clock.parse(held[0].properties["expiryTime"]) < world.clock.now():
        raise LoginRefused("AADSTS700027: The certificate used to sign the client assertion is expired.")
    return _application_principal(world, account.tenant_id, str(fields.get("ApplicationId") or ""), thumbprint)


def _application_principal(world: World, tenant_id: str, app_id: str, thumbprint: str) -> DirectoryObject:
    application = world.application_of_app(tenant_id, app_id)
    principal = world.service_principal_of_app(tenant_id, app_id)
    if application is None or principal is None:
        raise LoginRefused(
            f"AADSTS700016: Application with identifier '{app_id}' was not found in the directory '{tenant_id}'."
        )
    keys = application.data.get("keyCredentials", []) + principal.data.get("keyCredentials", [])
    if thumbprint not in [str(item.get("customKeyIdentifier") or "").upper() for item in keys]:
        raise LoginRefused("AADSTS700027: The certificate used is not registered on the application.")
    if principal.data.get("accountEnabled") is False:
        raise LoginRefused(f"AADSTS7000112: Application '{app_id}' is disabled.")
    return principal


def _greet(
    world: World, account: Account, principal: DirectoryObject, text: str, runbook_type: str, outcome: Outcome
) -> None:
    """What the login writes, and what the script then prints of its token."""
    if not runbook_type.lower().startswith("python"):
        _greet_by_cmdlet(world, account, principal, text, outcome)
    line = printed(world, account, principal, text, runbook_type)
    if line is not None and outcome.status == "Completed":
        outcome.output += line + "\n"
        _write(world, outcome, "Output", line)


def _greet_by_cmdlet(world: World, account: Account, principal: DirectoryObject, text: str, outcome: Outcome) -> None:
    """What Connect-AzAccount prints, and its error when the principal has no role anywhere."""
    caller = Caller(principal.id, principal.data["appId"], principal.tenant_id, "")
    if not rbac.sees_subscription(world, caller, account.subscription_id):
        message = "'this.Client.SubscriptionId' cannot be null."
        if _FALLS_BACK.search(text):
            _write(world, outcome, "Warning", message)
            return
        _write(world, outcome, "Error", message)
        if _STOPS.search(text):
            outcome.status, outcome.exception = "Failed", message
        return
    shown = f"Account: {principal.data['appId']} Tenant: {principal.tenant_id} Environment: AzureCloud"
    outcome.output += shown + "\n"
    _write(world, outcome, "Output", shown)
    _write(world, outcome, "Verbose", f"Logged in as object id {principal.id}")


def _write(world: World, outcome: Outcome, kind: str, text: str) -> None:
    outcome.streams.append(
        {
            "jobStreamId": new_id(),
            "time": clock.offset_text(world.clock.now()),
            "streamType": kind,
            "summary": text[:1000],
            "streamText": text,
            "value": {"value": text} if kind == "Output" else {"Message": text},
        }
    )
