# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of a ledger in a blob container share: an estate with a storage account, and looks at its blobs."""

from __future__ import annotations

import json
import multiprocessing
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conftest import Azure

# Ids, with and without hyphens, and those of Microsoft Graph; but no checksums of contents: these are longer.
_ID = re.compile(r"\b[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\b|(?<=\")[A-Za-z0-9_-]{43}(?=\")")
Start = Callable[..., "Azure"]
LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
OLD = LOGIN + "Get-AzVM\n"
NEW = "Connect-AzAccount -Identity\nGet-AzVM\n"
DATA_ROLE = {"role": "Storage Blob Data Contributor", "scope": "production/rg-storage"}
READER_ROLE = {"role": "Storage Blob Data Reader", "scope": "production/rg-storage"}
MIGRATION = [{"role": "Contributor"}, {"role": "User Access Administrator"}]


def account(name: str) -> dict[str, Any]:
    """An account of the estate with a Run As account and two runbooks, one with somebody's draft."""
    return {
        "name": name,
        "run_as": {"application": f"app-{name}"},
        "runbooks": [{"name": "Plain", "text": OLD}, {"name": "Pending", "text": OLD, "draft": "# half done\n" + OLD}],
        "schedules": [{"name": "daily"}],
        "links": [{"runbook": "Plain", "schedule": "daily"}],
    }


def serve(start_azure: Start, tmp_path: Path, *names: str) -> Azure:
    """Start a simulator with these accounts, a container, and logins with and without a data role."""
    login = {"secret": "FAKE-login-secret", "graph": "manage"}
    estate = {
        "subscriptions": [{"name": "production"}],
        "storage_accounts": [{"name": "stledger", "containers": ["ledger"]}],
        "accounts": [account(name) for name in names or ("aa-ops",)],
        "applications": [{"name": "app-aa-ops", "app_roles": ["User.Read.All"]}],
        "logins": {
            "migration": {**login, "roles": [*MIGRATION, DATA_ROLE]},
            "half": {**login, "graph": "read", "roles": [*MIGRATION, DATA_ROLE]},
            "reader": {**login, "roles": [*MIGRATION, READER_ROLE]},
            "outsider": {**login, "roles": MIGRATION},
        },
    }
    path = tmp_path / "estate.yml"
    path.write_text(json.dumps(estate))
    return start_azure("--estate", str(path))


def url_of(azure: Azure, rest: str = "stledger/ledger/runas") -> str:
    """The URL of the ledger in the simulator's Blob service."""
    return f"{azure.endpoint['blob']}/{rest}"


class Blobs:
    """Direct requests to the Blob service, as somebody at a command line sends them."""

    def __init__(self, azure: Azure, login: str = "migration") -> None:
        self._azure = azure
        self._tls = ssl.create_default_context(cafile=azure.endpoint["ca_file"])
        self._token = self._login(azure.endpoint["logins"][login])

    def _login(self, login: Mapping[str, str]) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": login["client_id"],
            "client_secret": login["secret"],
            "scope": "https://storage.azure.com/.default",
        }
        url = f"{self._azure.endpoint['login']}/{login['tenant']}/oauth2/v2.0/token"
        request = urllib.request.Request(url, data=urllib.parse.urlencode(form).encode())
        with urllib.request.urlopen(request, context=self._tls) as answer:
            return str(json.loads(answer.read())["access_token"])

    def send(
        self,
        method: str,
        name: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: str = "",
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request; ``name`` is that of a blob in the container."""
        url = url_of(self._azure, f"stledger/ledger/{name}") + query
        always = {"Authorization": f"Bearer {self._token}", "x-ms-version": "2019-12-12"}
        request = urllib.request.Request(url, method=method, data=body, headers={**always, **(headers or {})})
        try:
            with urllib.request.urlopen(request, context=self._tls, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def names(self) -> list[str]:
        """The names of all blobs of the container."""
        return [name.removeprefix("stledger/ledger/") for name in self._azure.state().get("blobs", {})]

    def journal_name(self, account: str = "aa-ops") -> str:
        """The name of an account's journal."""
        return next(name for name in self.names() if f"/{account}-" in name and name.endswith("journal.jsonl"))

    def journal(self, account: str = "aa-ops") -> list[dict[str, Any]]:
        """The records of an account's journal."""
        return [json.loads(line) for line in self.send("GET", self.journal_name(account))[2].splitlines()]

    def break_lease(self, name: str) -> None:
        """End somebody's lease, as an administrator may."""
        self.send("PUT", name, {"x-ms-lease-action": "break", "x-ms-lease-break-period": "0"}, b"", "?comp=lease")


def comparable(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records without what differs between two runs of the same: times, and ids, of which only the order stays."""
    timeless = [{key: value for key, value in record.items() if key != "time"} for record in records]
    ids: dict[str, str] = {}
    text = _ID.sub(lambda found: ids.setdefault(found.group().lower(), f"id {len(ids)}"), json.dumps(timeless))
    compared: list[dict[str, Any]] = json.loads(text)
    return compared


def killed_at(azure: Azure, fault: str, run: Callable[[], Any]) -> bool:
    """Run in a process of its own and kill that at a request; False where it ends before."""
    azure.control("PUT", "/faults", [f"latency=20000,{fault}"])
    nth = int(fault.partition("nth=")[2] or 1)
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    try:
        while int(azure.control("GET", "/faults")[0].partition("seen=")[2]) < nth:
            if not process.is_alive():
                return False
            time.sleep(0.01)
        return True
    finally:
        process.kill()
        process.join(30)
        azure.control("DELETE", "/faults")
