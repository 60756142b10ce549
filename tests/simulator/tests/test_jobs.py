# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs (contract 2.6, 2.7): a job logs in as its published runbook asks, and does nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from azure_simulator import entra, rbac
from azure_simulator.clock import TICKS_PER_SECOND, offset_text
from azure_simulator.providers.automation.model import Account, Asset, Conduct, Job, Runbook, add_asset, add_runbook
from azure_simulator.testing import ACCOUNT, GROUP, READER, SUBSCRIPTION, TENANT, Azure, identity_path
from azure_simulator.world import DirectoryObject, Resource, RoleAssignment, new_id

RUN_AS = b"""$c = Get-AutomationConnection -Name "AzureRunAsConnection"
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId `
    -CertificateThumbprint $c.CertificateThumbprint
"""
SYSTEM = b"Connect-AzAccount -Identity | Out-Null\r\nGet-AzVM"
THUMBPRINT = "A" * 40
names: Iterator[int] = iter(range(1000))


def automation_account(azure: Azure, account_path: str) -> Account:
    return azure.world.accounts[account_path.lower()]


def run(azure: Azure, account_path: str, script: bytes, run_on: str = "") -> dict[str, Any]:
    """Publish a script, start a job of it, and return the job as GET shows it."""
    add_runbook(azure.world, automation_account(azure, account_path), Runbook("Job"), content=script)
    job = f"{account_path}/jobs/job-{next(names)}"
    created = azure.send("PUT", job, {"properties": {"runbook": {"name": "job"}, "parameters": {}, "runOn": run_on}})
    assert (created.status, created.json["properties"]["status"]) == (201, "New")
    return azure.send("GET", job).json


def give_role(azure: Azure, principal_id: str) -> None:
    scope, guid = f"/subscriptions/{SUBSCRIPTION}", new_id()
    definition = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    assignment = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid}"
    rbac.put(azure.world, RoleAssignment(assignment, guid, scope, definition, principal_id))


def enable(azure: Azure, account_path: str) -> str:
    shown = azure.send("PATCH", account_path, {"identity": {"type": "SystemAssigned"}}).json
    principal: str = shown["identity"]["principalId"]
    return principal


def build_run_as(azure: Azure, account_path: str, expires: str = "2099-01-01T00:00:00+00:00") -> DirectoryObject:
    """The certificate, application and service principal that the connection of the account points at."""
    account = automation_account(azure, account_path)
    certificate = {"thumbprint": THUMBPRINT, "expiryTime": expires, "isExportable": True, "description": None}
    add_asset(azure.world, account, "certificates", "AzureRunAsCertificate", certificate)
    app_id = account.connections["azurerunasconnection"].properties["fieldDefinitionValues"]["ApplicationId"]
    application = DirectoryObject(
        new_id(), "application", TENANT, entra.application(new_id(), app_id, "runas", "2020-01-01T00:00:00Z", "d")
    )
    application.data["keyCredentials"] = [{"customKeyIdentifier": THUMBPRINT, "key": base64.b64encode(b"x").decode()}]
    principal_id = new_id()
    data = entra.service_principal(principal_id, app_id, "runas", "2020-01-01T00:00:00Z", TENANT)
    azure.world.add_object(application)
    principal = azure.world.add_object(DirectoryObject(principal_id, "servicePrincipal", TENANT, data))
    give_role(azure, principal_id)
    return principal


def test_a_job_without_a_login_completes_and_writes_nothing(azure: Azure, account_path: str) -> None:
    job = run(azure, account_path, b"# Connect-AzAccount -Identity\n<# Connect-AzAccount -Identity #>\n'hello'")
    assert job["properties"]["status"] == "Completed"
    assert azure.send("GET", account_path + f"/jobs/{job['name']}/output").body == b""


def test_a_job_logs_in_as_the_system_identity(azure: Azure, account_path: str) -> None:
    principal = enable(azure, account_path)
    give_role(azure, principal)
    job = run(azure, account_path, SYSTEM)
    assert job["properties"]["status"] == "Completed" and job["properties"]["jobId"] != job["name"]
    streams = azure.send("GET", account_path + f"/jobs/{job['name']}/streams").json["value"]
    assert {item["properties"]["streamType"] for item in streams} == {"Output", "Verbose"}
    assert "streamText" not in streams[0]["properties"]
    stream = azure.client().job_stream.get(GROUP, ACCOUNT, job["name"], streams[1]["properties"]["jobStreamId"])
    assert principal in stream.stream_text


def test_a_job_fails_without_the_identity_it_asks_for(azure: Azure, account_path: str) -> None:
    assert "Identity not found" in run(azure, account_path, SYSTEM)["properties"]["exception"]
    enable(azure, account_path)
    other = b"$id = 'not-assigned'\nConnect-AzAccount -Identity -AccountId $id"
    assert run(azure, account_path, other)["properties"]["status"] == "Failed"


def test_an_identity_without_a_role_completes_with_an_error(azure: Azure, account_path: str) -> None:
    enable(azure, account_path)
    job = run(azure, account_path, SYSTEM)
    streams = azure.send("GET", account_path + f"/jobs/{job['name']}/streams").json["value"]
    assert job["properties"]["status"] == "Completed"
    assert [item["properties"]["streamType"] for item in streams] == ["Error"]
    assert run(azure, account_path, b"$ErrorActionPreference = 'Stop'\n" + SYSTEM)["properties"]["status"] == "Failed"


def test_a_user_assigned_identity_works_in_the_cloud_and_not_on_hybrid_workers(azure: Azure, account_path: str) -> None:
    wanted = {"type": "UserAssigned", "userAssignedIdentities": {identity_path("uai-one"): {}}}
    shown = azure.send("PATCH", account_path, {"identity": wanted}).json["identity"]["userAssignedIdentities"]
    held = shown[identity_path("uai-one")]
    give_role(azure, held["PrincipalId"])
    azure.send("PUT", account_path + "/hybridRunbookWorkerGroups/on-site", {"properties": {}})
    script = f"Connect-AzAccount -Identity -AccountId '{held['ClientId']}'".encode()
    assert run(azure, account_path, script)["properties"]["status"] == "Completed"
    assert run(azure, account_path, script, run_on="on-site")["properties"]["status"] == "Failed"


def test_a_run_as_job_needs_all_its_parts(azure: Azure, account_path: str) -> None:
    assert "certificate" in run(azure, account_path, RUN_AS)["properties"]["exception"]
    principal = build_run_as(azure, account_path)
    assert run(azure, account_path, RUN_AS)["properties"]["status"] == "Completed"
    principal.data["accountEnabled"] = False
    assert "AADSTS7000112" in run(azure, account_path, RUN_AS)["properties"]["exception"]
    build_run_as(azure, account_path, expires="2001-01-01T00:00:00+00:00")
    assert "expired" in run(azure, account_path, RUN_AS)["properties"]["exception"]
    azure.send("DELETE", account_path + "/connections/AzureRunAsConnection")
    assert "Connection AzureRunAsConnection not found." in run(azure, account_path, RUN_AS)["properties"]["exception"]


def test_a_job_keeps_the_content_it_was_created_with(azure: Azure, account_path: str) -> None:
    job = run(azure, account_path, b"'old'")
    run(azure, account_path, b"'new'")
    assert azure.send("GET", account_path + f"/jobs/{job['name']}/runbookContent").body == b"'old'"


def test_a_job_of_a_draft_is_refused_and_a_test_job_runs_it(azure: Azure, account_path: str) -> None:
    body = {"properties": {"runbook": {"name": "Unfinished"}}}
    assert azure.send("PUT", account_path + "/jobs/early", body).status == 400
    test_job = account_path + "/runbooks/Unfinished/draft/testJob"
    assert azure.send("GET", test_job).status == 404
    assert azure.send("PUT", test_job, {"parameters": {}, "runOn": None}).status == 201
    assert azure.send("GET", test_job).json["status"] == "Completed"
    assert azure.send("GET", test_job + "/streams").json == {"value": []}


def test_a_job_takes_its_time_and_can_be_stopped(azure: Azure, account_path: str) -> None:
    azure.set(operation_seconds=3600)
    job = run(azure, account_path, b"'slow'")
    assert (job["properties"]["status"], job["properties"]["endTime"]) == ("Running", None)
    client = azure.client()
    client.job.stop(GROUP, ACCOUNT, job["name"])
    assert client.job.get(GROUP, ACCOUNT, job["name"]).status == "Stopped"
    with pytest.raises(HttpResponseError):
        client.job.stop(GROUP, ACCOUNT, job["name"])


def test_the_list_of_jobs_is_slim(azure: Azure, account_path: str) -> None:
    run(azure, account_path, b"'x'")
    query = account_path + "/jobs?$filter=properties/status%20eq%20'Completed'"
    answer = azure.send("GET", query)
    assert not {"parameters", "exception"} & set(answer.json["value"][0]["properties"])
    assert answer.headers["x-ms-ratelimit-remaining-subscription-resource-requests"] == "599"


def past_job(azure: Azure, account_path: str, hours: float, runbook: str = "Start-Machines", **facts: Any) -> str:
    """A job of an account from so many hours ago; facts are those of ``Job``. Returns its name."""
    name, created = f"past-{next(names)}", azure.world.clock.now() - int(hours * 3600) * TICKS_PER_SECOND
    whole = {"status": "Completed", "created": created, "started": created, "ended": created, "modified": created}
    automation_account(azure, account_path).jobs[name] = Job(name, new_id(), runbook, b"", **{**whole, **facts})
    return name


def listed(azure: Azure, wanted: str | None) -> list[str]:
    """The names of the jobs that a filter finds, by the real client."""
    found = azure.client().job.list_by_automation_account(GROUP, ACCOUNT, filter=wanted)
    return [str(item.name) for item in found]


def test_jobs_are_found_by_each_term_of_the_filter_and_by_all_together(azure: Azure, account_path: str) -> None:
    old = past_job(azure, account_path, 100)
    failed = past_job(azure, account_path, 5, status="Failed")
    other = past_job(azure, account_path, 4, runbook="Stop-Machines")
    waiting = past_job(azure, account_path, 3, status="New", started=None, ended=None)
    day_ago = offset_text(azure.world.clock.now() - 24 * 3600 * TICKS_PER_SECOND)
    since, until = f"properties/startTime ge {day_ago}", f"properties/endTime le {day_ago}"
    assert listed(azure, None) == [waiting, other, failed, old]
    assert listed(azure, since) == [other, failed]
    assert listed(azure, until) == [old]
    assert listed(azure, "properties/status eq 'failed'") == [failed]
    assert listed(azure, "properties/runbook/name eq 'stop-machines'") == [other]
    assert listed(azure, f"{since} and properties/runbook/name eq 'Start-Machines'") == [failed]


@pytest.mark.parametrize(
    "wanted",
    [
        "properties/runOn eq 'on-site'",
        "properties/startTime le 2026-01-01T00:00:00Z",
        "properties/startTime ge yesterday",
        "properties/startTime ge 2026-01-01T00:00:00Z or properties/status eq 'Failed'",
        "properties/creationTime ge 2026-01-01T00:00:00Z",
        "nonsense",
    ],
)
def test_a_filter_that_microsofts_client_does_not_send_is_refused(azure: Azure, wanted: str) -> None:
    with pytest.raises(HttpResponseError) as refused:
        listed(azure, wanted)
    assert refused.value.status_code == 400


def test_many_jobs_come_in_pages_which_keep_the_filter(azure: Azure, account_path: str) -> None:
    made = [past_job(azure, account_path, 200 - number / 2) for number in range(250)]
    past_job(azure, account_path, 1, runbook="Stop-Machines")
    assert listed(azure, "properties/runbook/name eq 'Start-Machines'") == made[::-1]
    azure.set(jobs_newest_first=False)
    assert listed(azure, "properties/runbook/name eq 'Start-Machines'") == made


def test_a_python_job_logs_in_too(azure: Azure, account_path: str) -> None:
    script = b'runas = automationassets.get_automation_connection("AzureRunAsConnection")'
    account = automation_account(azure, account_path)
    add_runbook(azure.world, account, Runbook("Py", "Python3"), content=script)
    azure.send("PUT", account_path + "/jobs/py", {"properties": {"runbook": {"name": "Py"}}})
    assert azure.send("GET", account_path + "/jobs/py").json["properties"]["status"] == "Failed"


CLAIMS = b"""# Who is it?
try {
    Connect-AzAccount -Identity | Out-Null
    $seen = @(Get-AzSubscription | ForEach-Object { $_.Id })
    $token = (Get-AzAccessToken).Token
} catch {
    Write-Warning $_
    $token = (Invoke-RestMethod ($env:IDENTITY_ENDPOINT + '?resource=x')).access_token
}
$claims = Read-Claims $token
@{
    who = $claims.oid
    tenant = $claims.tid
    subscriptions = $seen
    az = "$((Get-Module Az.Accounts).Version)"
    fixed = 'text'
    strange = Get-Random
} | ConvertTo-Json -Compress
"""
PYTHON_CLAIMS = b"""url = os.environ["IDENTITY_ENDPOINT"] + "?resource=x&client_id=CLIENT"
seen = [item["subscriptionId"] for item in listed]
print(json.dumps({
    "who": claims["oid"],
    "tenant": claims["tid"],
    "subscriptions": seen,
}))
"""


def printed(azure: Azure, account_path: str, job: dict[str, Any]) -> Any:
    """The last line that a job printed, from its JSON."""
    output = azure.send("GET", account_path + f"/jobs/{job['name']}/output").body.decode()
    return json.loads(output.splitlines()[-1])


def test_a_job_that_prints_its_tokens_claims_prints_them_by_the_names_of_its_script(
    azure: Azure, account_path: str
) -> None:
    principal = enable(azure, account_path)
    give_role(azure, principal)
    assert printed(azure, account_path, run(azure, account_path, CLAIMS)) == {
        "who": principal,
        "tenant": TENANT,
        "subscriptions": [SUBSCRIPTION],
        "az": "2.15.0",
        "fixed": "text",
        "strange": None,
    }


def test_claims_are_printed_only_where_the_script_asks_for_a_token(azure: Azure, account_path: str) -> None:
    give_role(azure, enable(azure, account_path))
    job = run(azure, account_path, SYSTEM + b"\n@{\n  who = $claims.oid\n} | ConvertTo-Json")
    assert b"who" not in azure.send("GET", account_path + f"/jobs/{job['name']}/output").body


def test_a_script_that_falls_back_to_the_endpoint_tells_who_it_is_without_a_role(
    azure: Azure, account_path: str
) -> None:
    principal = enable(azure, account_path)
    job = run(azure, account_path, b"$ErrorActionPreference = 'Stop'\n" + CLAIMS)
    assert job["properties"]["status"] == "Completed"
    shown = printed(azure, account_path, job)
    assert (shown["who"], shown["subscriptions"]) == (principal, [])
    streams = azure.send("GET", account_path + f"/jobs/{job['name']}/streams").json["value"]
    assert [item["properties"]["streamType"] for item in streams] == ["Warning", "Output"]


def test_a_python_job_prints_the_claims_of_the_identity_that_it_names(azure: Azure, account_path: str) -> None:
    wanted = {"type": "UserAssigned", "userAssignedIdentities": {identity_path("uai-one"): {}}}
    held = azure.send("PATCH", account_path, {"identity": wanted}).json["identity"]["userAssignedIdentities"]
    ids = held[identity_path("uai-one")]
    for client, expected in ((ids["ClientId"], "Completed"), (new_id(), "Failed")):
        script = PYTHON_CLAIMS.replace(b"CLIENT", client.encode())
        add_runbook(azure.world, automation_account(azure, account_path), Runbook("Py", "Python3"), content=script)
        name = f"py-{next(names)}"
        azure.send("PUT", account_path + f"/jobs/{name}", {"properties": {"runbook": {"name": "Py"}}})
        job = azure.send("GET", account_path + f"/jobs/{name}").json
        assert job["properties"]["status"] == expected
        if expected == "Completed":
            assert printed(azure, account_path, job)["who"] == ids["PrincipalId"]


def test_jobs_do_besides_what_their_runbook_is_known_to_do(azure: Azure, account_path: str) -> None:
    runbook = Runbook("Noisy", conduct=Conduct("Failed", errors=2, warnings=1))
    add_runbook(azure.world, automation_account(azure, account_path), runbook, content=b"'x'")
    azure.send("PUT", account_path + "/jobs/noisy", {"properties": {"runbook": {"name": "Noisy"}}})
    job = azure.send("GET", account_path + "/jobs/noisy").json["properties"]
    assert (job["status"], job["exception"]) == ("Failed", "The script stopped with an error.")
    streams = azure.send("GET", account_path + "/jobs/noisy/streams").json["value"]
    assert [item["properties"]["streamType"] for item in streams] == ["Warning", "Error", "Error"]
    runbook.conduct = Conduct("Running")
    azure.send("PUT", account_path + "/jobs/endless", {"properties": {"runbook": {"name": "Noisy"}}})
    assert azure.send("GET", account_path + "/jobs/endless").json["properties"]["status"] == "Running"


def test_there_is_one_test_job_at_a_time_and_it_can_be_stopped(azure: Azure, account_path: str) -> None:
    azure.set(job_seconds=3600)
    test_job = account_path + "/runbooks/Unfinished/draft/testJob"
    made = azure.send("PUT", test_job, {"parameters": {"Name": '"x"'}, "runOn": ""})
    assert (made.status, made.json["status"], made.json["startTime"], made.json["parameters"]) == (201, "New", None, {})
    assert azure.send("GET", test_job).json["status"] == "Running"
    assert azure.send("PUT", test_job, {"parameters": {}}).status == 409
    client = azure.client()
    client.test_job.stop(GROUP, ACCOUNT, "Unfinished")
    assert client.test_job.get(GROUP, ACCOUNT, "Unfinished").status == "Stopped"
    azure.set(test_job_conflict_status=0)
    for _ in range(2):
        assert azure.send("PUT", test_job, {"parameters": {}}).status == 201
    assert azure.send("PUT", test_job, {"runOn": "nowhere"}).status == 400


def test_jobs_on_a_worker_log_in_as_its_machine_where_the_account_has_no_identity(
    azure: Azure, account_path: str
) -> None:
    azure.send("PUT", account_path + "/hybridRunbookWorkerGroups/on-site", {"properties": {}})
    account, principal = automation_account(azure, account_path), enable(azure, account_path)
    give_role(azure, principal)
    machine = azure.world.add_resource(Resource("/machine", "vm", "vm", extra={"identity": {"principalId": principal}}))
    account.hybrid_groups["on-site"].workers["w"] = Asset("w", {"vmResourceId": machine.id})
    account.system_principal_id = None
    assert run(azure, account_path, SYSTEM)["properties"]["status"] == "Failed"
    assert run(azure, account_path, SYSTEM, run_on="on-site")["properties"]["status"] == "Completed"
    own = enable(azure, account_path)
    give_role(azure, own)
    assert printed(azure, account_path, run(azure, account_path, CLAIMS, run_on="on-site"))["who"] == own
    azure.set(hybrid_jobs_use_machine_identity=True)
    assert printed(azure, account_path, run(azure, account_path, CLAIMS, run_on="on-site"))["who"] == principal
