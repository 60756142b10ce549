# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the stages of remove_runas share: a small estate, and ways to let time pass in the ledger."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import azure_simulator
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]

_ESTATES = Path(azure_simulator.__file__).parent / "estates"
LOGIN = "Get-AutomationConnection -Name AzureRunAsConnection"
CLEAN = "Write-Output 'nothing to log in to'"


def graphical(path: str) -> str:
    """Return a graphical runbook of the simulator's estates, as base64."""
    return base64.b64encode((_ESTATES / path).read_bytes()).decode()


def start(start_azure: Start, folder: Path, *accounts: dict[str, Any], **parts: Any) -> Azure:
    """Start a simulator with these accounts; the login may do everything that a retirement asks for."""
    estate = {
        "subscriptions": [{"name": "production"}, {"name": "development"}],
        "accounts": list(accounts) or [account()],
        "logins": {
            "migration": {
                "secret": "FAKE-migration-secret",
                "graph": "manage",
                "app_roles": ["AuditLog.Read.All"],
                "roles": [{"role": "Contributor"}, {"role": "User Access Administrator"}],
            },
            "contributor": {"secret": "FAKE-contributor", "graph": "manage", "roles": [{"role": "Contributor"}]},
            "no-entra": {
                "secret": "FAKE-no-entra-secret",
                "roles": [{"role": "Contributor"}, {"role": "User Access Administrator"}],
            },
            "reader": {
                "secret": "FAKE-reader-secret",
                "graph": "read",
                "roles": [{"role": "Contributor"}, {"role": "User Access Administrator"}],
            },
        },
        **parts,
    }
    path = folder / "estate.yml"
    path.write_text(yaml.safe_dump(estate))
    return start_azure("--estate", str(path))


def account(name: str = "aa-ops", **more: Any) -> dict[str, Any]:
    """Return an account with a whole Run As account, whose application is called as it is."""
    return {"name": name, "run_as": {"application": name}, **more}


def runbook(name: str = "Nightly", text: str = CLEAN, **more: Any) -> dict[str, Any]:
    """Return a runbook."""
    return {"name": name, "text": text, **more}


def retire(azure: Azure, stage: str, name: str = "aa-ops", **options: Any) -> dict[str, Any]:
    """Run a stage."""
    return azure.call("remove_runas", name, stage=stage, **options)


def retired(azure: Azure, stage: str, name: str = "aa-ops", **options: Any) -> dict[str, Any]:
    """Run a stage, which has to succeed."""
    result = retire(azure, stage, name, **options)
    assert result.get("failed") is None, result["msg"]
    return result


def deleted(azure: Azure, name: str = "aa-ops") -> dict[str, Any]:
    """Go through the stages disable and delete without a soak."""
    retired(azure, "disable", name)
    return retired(azure, "delete", name, soak_days=0)


def session_of(azure: Azure) -> Session:
    """Return a session of the login that may do everything."""
    options = azure.login()
    return Session(Login(**{name: options.get(name) for name in Login.__dataclass_fields__}))


def codes(result: dict[str, Any]) -> list[str]:
    """Return the codes of the findings."""
    return [found["code"] for found in result["findings"]]


def kinds(result: dict[str, Any]) -> list[str]:
    """Return what was changed."""
    return [f"{change['action']} {change['kind']}" for change in result["changes"]]


def journal(azure: Azure) -> Path:
    """Return the journal of the one account that has one."""
    return next(azure.ledger.glob("*/journal.jsonl"))


def records(azure: Azure) -> list[dict[str, Any]]:
    """Return its records."""
    return [json.loads(line) for line in journal(azure).read_text().splitlines()]


def days_pass(azure: Azure, days: float) -> None:
    """Have all that the ledger knows be so many days older; negative days put it into the future."""
    aged = [json.dumps({**record, "time": _earlier(record["time"], days)}) for record in records(azure)]
    journal(azure).write_text("".join(f"{line}\n" for line in aged))


def _earlier(time: str, days: float) -> str:
    moment = datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return (moment - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
