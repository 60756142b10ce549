# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Automation part of GET /state: everything an account holds, secrets left out."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict
from typing import Any

from azure_simulator.providers.automation import identity, modules
from azure_simulator.providers.automation.model import ASSET_KINDS, Account, Asset, Job, Runbook
from azure_simulator.world import World


def dump(world: World) -> dict[str, Any]:
    """``accounts``: one object per account, its sub-resources as lists."""
    for account in world.accounts.values():
        modules.settle_account(world, account)
    return {"accounts": [_account(account) for account in world.accounts.values()]}


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "location": account.location,
        "tags": account.tags,
        "identity": identity.show(account),
        "runbooks": [_runbook(item) for item in account.runbooks.values()],
        "environment_packages": {
            name: [_asset(item) for item in items.values()] for name, items in account.environment_packages.items()
        },
        **{kind: [_asset(item) for item in getattr(account, kind).values()] for kind in ASSET_KINDS},
        "job_schedules": [asdict(item) for item in account.job_schedules.values()],
        "jobs": [_job(item) for item in account.jobs.values()],
        "hybrid_worker_groups": [
            {"name": item.name, "credential": item.credential, "workers": [one.name for one in item.workers.values()]}
            for item in account.hybrid_groups.values()
        ],
    }


def _runbook(runbook: Runbook) -> dict[str, Any]:
    return {
        "name": runbook.name,
        "type": runbook.type,
        "state": runbook.state,
        "runtime_environment": runbook.runtime_environment,
        "tags": runbook.tags,
        "description": runbook.description,
        "modified": runbook.modified,
        "content": _content(runbook.content),
        "draft": _content(runbook.draft),
        "test_job": None if runbook.test_job is None else _job(runbook.test_job),
    }


def _content(content: bytes | None) -> dict[str, Any] | None:
    """Base64, since contents are bytes and not text; the digest is for comparing."""
    if content is None:
        return None
    return {
        "length": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "base64": base64.b64encode(content).decode(),
    }


def _asset(asset: Asset) -> dict[str, Any]:
    return {"name": asset.name, "properties": asset.properties, "created": asset.created, "modified": asset.modified}


def _job(job: Job) -> dict[str, Any]:
    return {
        "name": job.name,
        "runbook": job.runbook,
        "run_on": job.run_on,
        "status": job.status,
        "exception": job.exception,
        "output": job.output,
        "parameters": job.parameters,
    }
