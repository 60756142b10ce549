"""Made-up ledgers and assessments for the report's tests, pictures and figures.

The documents have the form that runas_info keeps; journals are written by the ledger's own writer,
with the clock set, so that an estate is the same each time it is made.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import finding

PRODUCTION = "3f6c2a10-8d41-4b5e-9a77-2c1f0e6d5b01"
PLATFORM = "8b0e7d52-1c93-4f2a-b6e4-5a9d3c7f1e02"
SANDBOX = "c41d9f08-7a65-4e3b-8f10-6b2e4d8a9c03"
TENANT = "d2a7c6b1-0f34-4c88-9e5d-1b7f3a6e2c04"
TIME = "2026-11-25T22:00:00Z"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
MACHINES = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c"
VAULT_READER = "21090545-7ca7-4776-b22c-e363652d74d2"

Json = dict[str, Any]


def guid(*names: str) -> str:
    """A GUID that is the same each time."""
    return str(uuid5(NAMESPACE_URL, "/".join(names)))


def account_id(name: str, subscription: str = PRODUCTION, group: str = "rg-automation") -> str:
    """The id of an account."""
    return (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Automation/automationAccounts/{name}"
    )


def assessment(
    name: str = "aa-ops",
    *,
    subscription: str = PRODUCTION,
    group: str = "rg-automation",
    location: str = "westeurope",
    time: str = TIME,
    **parts: Any,
) -> Json:
    """The assessment of an account; ``parts`` replace those of an account without Run As account."""
    document = {
        "format": 1,
        "time": time,
        "account": {
            "id": account_id(name, subscription, group),
            "name": name,
            "resource_group": group,
            "subscription_id": subscription,
            "location": location,
            "tags": {},
            "state": "Ok",
        },
        "scope": ["hybrid", "modules", "run_as", "access", "runbooks", "usage", "dependants", "preflight"],
        "state": "not_needed",
        "state_because": ["It has no Run As connection."],
        "identity": {"type": "None", "principal_id": None, "tenant_id": None, "user_assigned_identities": []},
        "hybrid": {"groups": []},
        "modules": {"environments": []},
        "run_as": [],
        "access": {"principals": [], "identity": []},
        "runbooks": [],
        "dependants": [],
        "preflight": None,
        "findings": [],
    }
    return {**document, **parts}


def run_as(
    account: str = "aa-ops",
    connection: str = "AzureRunAsConnection",
    *,
    status: str = "complete",
    application: str | None = None,
    **fields: Any,
) -> Json:
    """A Run As account of the portal's kind."""
    application = application or guid(account, connection, "application")
    entry = {
        "connection": connection,
        "kind": "azure",
        "origin": "portal",
        "status": status,
        "application_id": application,
        "tenant_id": TENANT,
        "subscription_id": PRODUCTION,
        "certificate": "AzureRunAsCertificate",
        "thumbprint": guid(account, "thumbprint").replace("-", "").upper() + "0A1B2C3D",
        "expires": "2027-02-11T09:30:00Z",
        "days_left": 78,
        "missing": [],
        "differs": [],
        "application": {
            "object_id": guid(account, "object"),
            "display_name": f"{account}_{guid(account, connection)[:8]}",
            "certificates": [],
            "secrets": 0,
        },
        "service_principal": {"id": guid(account, "principal"), "enabled": True},
        "entra_unread": None,
        "shared_with": None,
    }
    return {**entry, **fields}


def runbook(name: str, todo: str = "not_used", **fields: Any) -> Json:
    """A runbook; ``todo`` is not_used, automatic or manual."""
    uses = todo != "not_used"
    verdicts = {"not_used": "not_used", "automatic": "rewritten", "manual": "manual"}
    use = {
        "version": "published",
        "code": "RA401",
        "line": 3,
        "column": 1,
        "sentence": "The Run As login by Connect-AzAccount becomes a login with the identity.",
    }
    refusal = {
        "version": "published",
        "code": "RA412",
        "line": 12,
        "column": 18,
        "sentence": "$connection.ApplicationId of the Run As connection is used outside of the login.",
    }
    entry = {
        "name": name,
        "type": "PowerShell",
        "state": "Published",
        "uses_run_as": uses,
        "verdict": verdicts[todo],
        "automatic": todo == "automatic" if uses else None,
        "assumptions": [],
        "uses": [use if todo == "automatic" else refusal] if uses else [],
        "refused_because": ["RA412"] if todo == "manual" else [],
        "draft": None,
        "evidence": {
            "last_job": {"status": "Completed", "time": "2026-11-25T03:00:12Z", "run_on": None},
            "schedules": [
                {"name": "nightly", "enabled": True, "next_run": "2026-11-26T03:00:00Z", "run_on": None},
            ],
            "webhooks": [],
        },
    }
    return {**entry, **fields}


def held_role(role: str, role_id: str, scope: str, *, identity: bool | None = False, **fields: Any) -> Json:
    """A role assignment of a Run As account's principal."""
    return {**identity_role(role, role_id, scope), "kind": "other", "held_by_identity": identity, **fields}


def identity_role(role: str, role_id: str, scope: str, condition: str | None = None) -> Json:
    """A role assignment of the identity."""
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid(scope, role)}",
        "role": role,
        "role_id": f"/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
        "scope": scope,
        "condition": condition,
    }


def other_right(kind: str, role: str, scope: str, what: str, **fields: Any) -> Json:
    """A right of a Run As account's principal that is no role assignment."""
    holder = {"connection": "AzureRunAsConnection", "principal_id": guid("principal")}
    return {**holder, "kind": kind, "role": role, "scope": scope, "condition": None, "what": what, **fields}


def system_assigned(account: str) -> Json:
    """The identity of an account that has its own."""
    return {
        "type": "SystemAssigned",
        "principal_id": guid(account, "identity"),
        "tenant_id": TENANT,
        "user_assigned_identities": [],
    }


def said(code: str, resource: str, *, line: int | None = None, column: int | None = None, **facts: Any) -> Json:
    """A finding as results carry it."""
    return finding(code, resource, line=line, column=column, **facts).as_dict()


def keep(folder: Path, document: Json) -> Path:
    """Write an assessment into its account's folder below ``folder``, and return that."""
    named = document["account"]
    own = _ledger.account_folder(str(folder), named["name"], named["id"])
    own.mkdir(parents=True, exist_ok=True, mode=0o700)
    (own / "assessment.json").write_text(json.dumps(document), encoding="utf-8")
    return own


class Journal:
    """Writes the journal of one account as a migration does, an hour at a time."""

    def __init__(self, folder: Path, account: str, start: str = "2026-11-24T08:00:00Z") -> None:
        self.account = account
        self.folder = _ledger.account_folder(str(folder), account.rsplit("/", 1)[-1], account)
        self._hour = int(start[11:13])
        self._day = start[:11]

    def change(self, step: str, action: str, kind: str, target: str, before: Any, after: Any, **end: Any) -> None:
        """Write an intended change, and that it was made; ``failed=reason`` or ``end=None`` for another end."""
        with _ledger.held(self.folder, self.account, step) as journal:
            number = journal.intend(
                {"action": action, "kind": kind, "target": target, "before": before, "after": after}
            )
            if "failed" in end:
                journal.fail(number, end["failed"])
            elif "end" not in end:
                journal.confirm(number, {})
        self._set_clock()

    def publish(self, runbook: str, before: bytes, after: bytes, **end: Any) -> None:
        """Write that a runbook was rewritten."""
        with _ledger.held(self.folder, self.account, "update_runbook") as journal:
            old, new = journal.save_blob(before), journal.save_blob(after)
        target = f"{self.account}/runbooks/{runbook}"
        self.change("update_runbook", "publish", "runbook_published", target, old, new, **end)

    def grant(self, role: str, guid_of_role: str, scope: str) -> None:
        """Write that the identity got a role."""
        after = {"role": role, "role_definition": guid_of_role, "scope": scope, "condition": None}
        target = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid(scope, role)}"
        self.change("copy_runas_roles", "create", "role_assignment", target, None, after)

    def enable(self) -> None:
        """Write that the identity was enabled."""
        before, after = {"type": "None"}, {"type": "SystemAssigned"}
        self.change("enable_identity", "update", "identity", self.account, before, after)

    def note(self, event: str, **facts: Any) -> None:
        """Write a note."""
        with _ledger.held(self.folder, self.account, "remove_runas") as journal:
            journal.note(event, facts)
        self._set_clock()

    def _set_clock(self) -> None:
        """Give the records that have the time of this moment a made-up one, and each run a name that stays."""
        path = self.folder / "journal.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines()
        fixed = []
        for line in lines:
            record = json.loads(line)
            if not record["run"].startswith("run-"):
                record["time"] = f"{self._day}{self._hour % 24:02}:00:{record['number']:02}Z"
                record["run"] = f"run-{self._hour:03}"
            fixed.append(json.dumps(record, ensure_ascii=False, sort_keys=True))
        path.write_text("".join(f"{line}\n" for line in fixed), encoding="utf-8")
        self._hour += 1


OLD_RUNBOOK = b"""\
param([string] $ResourceGroup = 'rg-app')

$connection = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $connection.TenantId `
    -ApplicationId $connection.ApplicationId -CertificateThumbprint $connection.CertificateThumbprint
Select-AzSubscription -SubscriptionId $connection.SubscriptionId

$password = 'FAKE-secret-of-a-test'; Get-AzVM -ResourceGroupName $ResourceGroup | Start-AzVM -NoWait
"""
NEW_RUNBOOK = b"""\
param([string] $ResourceGroup = 'rg-app')

Connect-AzAccount -Identity
Select-AzSubscription -SubscriptionId (Get-AzContext).Subscription.Id

$password = 'FAKE-secret-of-a-test'; Get-AzVM -ResourceGroupName $ResourceGroup | Start-AzVM -NoWait
"""


def demo_estate(folder: Path) -> None:
    """A dozen accounts on their way: what the pictures show."""
    _finance(folder)
    _operations(folder)
    _network(folder)
    _backup(folder)
    _identity_team(folder)
    _drifted(folder)
    for name, subscription, location in (("aa-monitoring", PLATFORM, "westeurope"), ("aa-dev", SANDBOX, "northeurope")):
        books = [runbook(f"Clean-{number}") for number in range(1, 5)]
        keep(folder, assessment(name, subscription=subscription, location=location, runbooks=books))
    for name, location in (("aa-batch", "northeurope"), ("aa-reporting", "westeurope"), ("aa-images", "uksouth")):
        _ready(folder, name, location)
    unseen = Journal(folder, account_id("aa-legacy", SANDBOX, "rg-old"), "2026-11-23T07:00:00Z")
    unseen.enable()
    unseen.publish("Stop-Lab", OLD_RUNBOOK, NEW_RUNBOOK)


def _ready(folder: Path, name: str, location: str) -> None:
    scope = f"/subscriptions/{PRODUCTION}"
    expired = name == "aa-batch"
    books = [runbook("Start-Machines", "automatic"), runbook("Stop-Machines", "automatic"), runbook("Send-Mail")]
    account = account_id(name)
    findings = [said("RA305", scope, scope=scope)] if expired else []
    if expired:
        connection = f"{account}/connections/AzureRunAsConnection"
        findings.append(said("RA101", connection, connection="AzureRunAsConnection", expired="2026-10-02"))
    document = assessment(
        name,
        location=location,
        state="ready_with_warnings" if expired else "ready",
        state_because=["Every runbook can be rewritten automatically."],
        run_as=[
            run_as(name, status="expired", expires="2026-10-02T10:00:00Z", days_left=-54) if expired else run_as(name)
        ],
        access={
            "principals": [
                {
                    "connection": "AzureRunAsConnection",
                    "principal_id": guid(name, "principal"),
                    "assignments": [held_role("Contributor", CONTRIBUTOR, scope, kind="default_contributor")],
                }
            ],
            "identity": [],
        },
        runbooks=books,
        findings=findings,
    )
    keep(folder, document)


def _finance(folder: Path) -> None:
    """The account that the second picture shows: half-way, with a bit of everything."""
    name, scope = "aa-finance-prod", f"/subscriptions/{PRODUCTION}"
    account = account_id(name, group="rg-finance")
    group, vault = f"{scope}/resourceGroups/rg-finance", f"{scope}/resourceGroups/rg-vaults"
    journal = Journal(folder, account)
    journal.enable()
    journal.grant("Reader", READER, scope)
    journal.grant("Virtual Machine Contributor", MACHINES, scope)
    journal.grant("Key Vault Reader", VAULT_READER, vault)
    journal.publish("Start-Machines", OLD_RUNBOOK, NEW_RUNBOOK)
    journal.publish(
        "Close-Month", OLD_RUNBOOK.replace(b"rg-app", b"rg-books"), NEW_RUNBOOK, failed="HTTP 409: a job runs."
    )
    books = [
        runbook("Start-Machines", "not_used"),
        runbook("Close-Month", "automatic", assumptions=["subscription"]),
        runbook("Report-Application", "manual"),
        runbook("Export-Ledger", "manual", type="PowerShellWorkflow"),
        *(runbook(f"Helper-{number}") for number in range(1, 8)),
    ]
    hybrid = {
        "name": "finance-onprem",
        "type": "User",
        "credential": None,
        "workers": [
            {
                "name": "srv-fin-01",
                "kind": "extension",
                "os": "Windows",
                "version": "1.3.63",
                "last_seen": TIME,
                "machine_id": None,
                "machine_identity": "SystemAssigned",
            },
            {
                "name": "srv-fin-02",
                "kind": "agent",
                "os": "Windows",
                "version": "7.3.1125.0",
                "last_seen": TIME,
                "machine_id": None,
                "machine_identity": None,
            },
        ],
        "runbooks": ["Export-Ledger"],
        "verdict": "changes_identity",
        "sentence": "Its jobs use the identity of the machines today; they will use that of the account.",
    }
    steps = [
        {"step": "enable_identity", "possible": True, "needs": []},
        {
            "step": "copy_runas_roles",
            "possible": False,
            "needs": [
                {"permission": "Microsoft.Authorization/roleAssignments/write", "scope": vault, "held": False},
                {"permission": "Microsoft.Authorization/roleAssignments/read", "scope": scope, "held": True},
            ],
        },
        {"step": "update_runbook", "possible": True, "needs": []},
        {
            "step": "remove_runas",
            "possible": None,
            "needs": [{"permission": "Application.ReadWrite.OwnedBy", "scope": "/", "held": None}],
        },
    ]
    document = assessment(
        name,
        group="rg-finance",
        time="2026-11-24T23:00:00Z",
        state="manual_work",
        state_because=["2 runbooks use the Run As account in a way that a person must change."],
        identity=system_assigned(name),
        hybrid={"groups": [hybrid]},
        modules={
            "environments": [
                {
                    "name": "PowerShell 5.1",
                    "language": "PowerShell",
                    "version": "5.1",
                    "az": "8.0.0",
                    "az_accounts": "2.8.0",
                    "azurerm": "5.8.3",
                    "known_bad": [],
                    "failed": [],
                    "runbooks": None,
                },
                {
                    "name": "PowerShell 7.2",
                    "language": "PowerShell",
                    "version": "7.2",
                    "az": "11.2.0",
                    "az_accounts": "5.3.2",
                    "azurerm": None,
                    "known_bad": [
                        {
                            "module": "Az.Accounts",
                            "version": "5.3.2",
                            "why": "its login with the identity fails.",
                            "good": "5.2.0",
                        }
                    ],
                    "failed": [],
                    "runbooks": None,
                },
            ]
        },
        run_as=[
            run_as(name),
            run_as(
                name,
                "AzureClassicRunAsConnection",
                kind="classic",
                application_id=None,
                application=None,
                service_principal=None,
                certificate="AzureClassicRunAsCertificate",
            ),
        ],
        access={
            "principals": [
                {
                    "connection": "AzureRunAsConnection",
                    "principal_id": guid(name, "principal"),
                    "assignments": [
                        held_role("Contributor", CONTRIBUTOR, scope, kind="default_contributor"),
                        held_role("Key Vault Reader", VAULT_READER, vault, identity=True),
                        held_role("Storage Blob Data Contributor", guid("blob"), group),
                    ],
                }
            ],
            "identity": [
                identity_role("Reader", READER, scope),
                identity_role("Virtual Machine Contributor", MACHINES, scope),
                identity_role("Key Vault Reader", VAULT_READER, vault),
                identity_role("Automation Job Operator", guid("jobs"), group),
            ],
        },
        runbooks=books,
        dependants=[
            {
                "kind": "source_control",
                "name": "finance-repo",
                "resource": f"{account}/sourceControls/finance-repo",
                "sentence": "Its next synchronisation brings the old runbooks back.",
                "uses_run_as": None,
            },
            {
                "kind": "action_group",
                "name": "ag-finance",
                "resource": f"{group}/providers/microsoft.insights/actionGroups/ag-finance",
                "sentence": "It starts the runbook Start-Machines by a webhook.",
                "uses_run_as": False,
            },
        ],
        preflight={
            "judged": True,
            "login": {"object_id": guid("login"), "application_id": guid("login-app"), "tenant_id": TENANT},
            "steps": steps,
            "locks": [{"name": "no-delete", "level": "CanNotDelete", "scope": group}],
            "policies": [],
            "grantors": [
                {
                    "scope": scope,
                    "role": "User Access Administrator",
                    "principal_id": guid("grantor"),
                    "principal_type": "Group",
                }
            ],
        },
        findings=[
            said_of_use("Report-Application"),
            said_of_use("Export-Ledger"),
            said("RA201", account, groups="finance-onprem"),
            said("RA305", scope, role="Contributor", scope=scope),
            said(
                "RA103", f"{account}/connections/AzureClassicRunAsConnection", connection="AzureClassicRunAsConnection"
            ),
        ],
        account={
            "id": account,
            "name": name,
            "resource_group": "rg-finance",
            "subscription_id": PRODUCTION,
            "location": "westeurope",
            "tags": {"owner": "finance-it", "wave": "2"},
            "state": "Ok",
        },
    )
    keep(folder, document)


def said_of_use(resource: str) -> Json:
    """The finding that a person must change a runbook."""
    return said("RA412", resource, line=12, column=18, field="$connection.ApplicationId")


def _operations(folder: Path) -> None:
    name, scope = "aa-operations", f"/subscriptions/{PLATFORM}"
    account = account_id(name, PLATFORM, "rg-ops")
    journal = Journal(folder, account, "2026-11-22T09:00:00Z")
    journal.enable()
    journal.grant("Contributor", CONTRIBUTOR, scope)
    names = ("Patch-Servers", "Rotate-Logs", "Start-Machines", "Stop-Machines", "Resize-Pool")
    for book in names:
        journal.publish(book, OLD_RUNBOOK, NEW_RUNBOOK)
    journal.note("snapshot", connection="AzureRunAsConnection")
    journal.change("remove_runas", "disable", "service_principal", f"/servicePrincipals/{guid(name)}", {}, {})
    keep(
        folder,
        assessment(
            name,
            subscription=PLATFORM,
            group="rg-ops",
            time="2026-11-24T22:00:00Z",
            state="migrated",
            state_because=["No runbook uses a Run As account any more."],
            identity=system_assigned(name),
            access={"principals": [], "identity": [identity_role("Contributor", CONTRIBUTOR, scope)]},
            runbooks=[runbook(book) for book in names],
        ),
    )


def _network(folder: Path) -> None:
    name = "aa-network"
    account = account_id(name, PLATFORM, "rg-network")
    keep(
        folder,
        assessment(
            name,
            subscription=PLATFORM,
            group="rg-network",
            state="blocked",
            state_because=["The Run As account is incomplete.", "The login may not write role assignments."],
            run_as=[
                run_as(
                    name,
                    status="incomplete",
                    missing=["the certificate asset"],
                    differs=["the thumbprint of the connection from that of the application"],
                )
            ],
            access=None,
            runbooks=[
                runbook("Sync-Routes", "automatic"),
                runbook("Audit-Firewall", "manual"),
                runbook("Sync-Dns", "automatic", uses_run_as=None, verdict="unreadable", uses=[]),
            ],
            findings=[
                said(
                    "RA102",
                    f"{account}/connections/AzureRunAsConnection",
                    connection="AzureRunAsConnection",
                    missing="the certificate asset",
                ),
                said_of_use("Audit-Firewall"),
                said(
                    "RA901",
                    f"{account}/runbooks/Sync-Dns",
                    what="Runbook Sync-Dns",
                    reason="HTTP 403, AuthorizationFailed.",
                ),
            ],
        ),
    )


def _backup(folder: Path) -> None:
    name = "aa-backup"
    account = account_id(name, group="rg-backup")
    journal = Journal(folder, account, "2026-11-25T20:00:00Z")
    journal.enable()
    journal.publish("Copy-Backups", OLD_RUNBOOK, NEW_RUNBOOK)
    keep(
        folder,
        assessment(
            name,
            group="rg-backup",
            location="uksouth",
            state="in_progress",
            state_because=["1 of 3 runbooks still uses the Run As account."],
            identity=system_assigned(name),
            run_as=[run_as(name)],
            runbooks=[runbook("Copy-Backups"), runbook("Purge-Backups", "automatic"), runbook("Test-Restore")],
        ),
    )


def _identity_team(folder: Path) -> None:
    keep(
        folder,
        assessment(
            "aa-identity",
            subscription=SANDBOX,
            group="rg-identity",
            location="northeurope",
            state="manual_work",
            state_because=["1 runbook uses Azure AD cmdlets."],
            run_as=[run_as("aa-identity")],
            runbooks=[runbook("Review-Guests", "manual"), runbook("Sync-Groups", "automatic")],
            findings=[said_of_use("Review-Guests")],
        ),
    )


def _drifted(folder: Path) -> None:
    name = "aa-web"
    journal = Journal(folder, account_id(name), "2026-11-20T09:00:00Z")
    journal.publish("Restart-Web", OLD_RUNBOOK, NEW_RUNBOOK)
    keep(
        folder,
        assessment(
            name,
            state="drifted",
            state_because=["Runbook Restart-Web was rewritten, and logs in with the Run As account again."],
            identity=system_assigned(name),
            run_as=[run_as(name)],
            runbooks=[runbook("Restart-Web", "automatic")],
            findings=[said("RA901", f"{account_id(name)}/jobs", what="The jobs", reason="HTTP 429.")],
        ),
    )


def large_estate(folder: Path, accounts: int, runbooks: int) -> None:
    """So many accounts of so many runbooks each, every tenth with a journal."""
    todos = ("automatic", "not_used", "manual", "not_used", "automatic")
    for number in range(accounts):
        name = f"aa-{number:05}"
        books = [runbook(f"Runbook-{book}", todos[(number + book) % 5]) for book in range(runbooks)]
        findings = [said_of_use(book["name"]) for book in books if book["verdict"] == "manual"]
        state = "manual_work" if findings else "ready"
        document = assessment(name, state=state, run_as=[run_as(name)], runbooks=books, findings=findings)
        keep(folder, document)
        if number % 10 == 0:
            Journal(folder, account_id(name)).publish("Runbook-1", OLD_RUNBOOK, NEW_RUNBOOK)
