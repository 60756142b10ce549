# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What an account is like, read as one document: all that a migration could touch, and nothing that is a secret.

Parts are read on their own: one that Azure does not show is ``null`` and a finding, never an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._azure import assets, automation, packages
from .._finding import Finding
from .._step import in_parallel
from . import site_recovery
from ._call import Call
from .export_file import without_secrets
from .part_reading import Parts
from .run_as import kind_of
from .site_recovery_reading import read_vaults
from .snapshot_access import as_far_as_known, read_access

Json = Mapping[str, Any]
# Keeps a content, and returns the SHA-256 that it is kept under.
Keep = Callable[[bytes], str]

_CONNECTIONS, _LINKS, _RUNBOOKS = "The connections", "The job schedules", "The runbooks"
_ACCESS, _MAPPINGS = "The access of the identities and Run As accounts", "The Site Recovery vaults that use the account"


@dataclass(frozen=True)
class Snapshot:
    """What was read: ``document`` is plain JSON, described in docs/ledger.md; ``findings`` say what was not read."""

    document: dict[str, Any]
    findings: tuple[Finding, ...]


def read_snapshot(call: Call, keep: Keep) -> Snapshot:
    """Read the account; ``keep`` is given the contents of runbooks as they come, by several threads.

    Raises the errors of ``errors`` where the account itself cannot be read.
    """
    answer = automation.get_account(call.session, call.account)
    parts = Parts(call.account, frozenset(), call.max_parallel)
    read = parts.read_all(_lists(call))
    runbooks = parts.read(_RUNBOOKS, lambda: _read_runbooks(call, parts, keep))
    held = parts.read(_ACCESS, lambda: read_access(call, answer, read[_CONNECTIONS]))
    mapped = parts.read(_MAPPINGS, lambda: _read_mappings(call))
    document = {
        "account_resource": answer,
        **{name: read[what] for name, (what, dummy) in _LISTED.items()},
        "connections": read[_CONNECTIONS],
        "runbooks": runbooks,
        "principals": held[0] if held else None,
        "container_mappings": mapped[0] if mapped else None,
    }
    findings = [*parts.findings, *(held[1] if held else ()), *(mapped[1] if mapped else ())]
    # Parameters of links are values of people, whatever they are called.
    whole = {**without_secrets(document), "job_schedules": read[_LINKS]}
    return Snapshot(whole, tuple(dict.fromkeys(findings)))


# What the account holds

# By its name in the document: what a finding calls it, and how it is listed.
_LISTED: dict[str, tuple[str, Callable[..., Any]]] = {
    "certificates": ("The certificate assets", automation.list_certificates),
    "credentials": ("The credential assets", assets.list_credentials),
    "variables": ("The variables", lambda session, account: _valueless(assets.list_variables(session, account))),
    "schedules": ("The schedules", automation.list_schedules),
    "webhooks": ("The webhooks", automation.list_webhooks),
    "modules": ("The modules", packages.list_modules),
    "powershell72_modules": ("The modules for PowerShell 7.2", packages.list_powershell72_modules),
    "runtime_environments": ("The runtime environments", packages.list_runtime_environments),
    "hybrid_worker_groups": ("The hybrid worker groups", automation.list_hybrid_worker_groups),
}


def _lists(call: Call) -> dict[str, Callable[[], Any]]:
    reads = {what: partial(read, call.session, call.account) for what, read in _LISTED.values()}
    return {
        **reads,
        _CONNECTIONS: lambda: _read_connections(call),
        _LINKS: lambda: _read_job_schedules(call),
    }


def _valueless(variables: Sequence[Json]) -> list[dict[str, Any]]:
    """Return variables without their values: many a password is in one, and no step of ours writes any."""
    return [
        {**item, "properties": {name: value for name, value in item["properties"].items() if name != "value"}}
        for item in variables
    ]


def _read_connections(call: Call) -> list[Json]:
    """Return all connections; fields of Run As connections alone: lists may lack them, others' may be secrets."""

    def read(item: Json) -> Json:
        if kind_of(item):
            return automation.get_connection(call.session, call.account, item["name"])
        kept = {name: value for name, value in item["properties"].items() if name != "fieldDefinitionValues"}
        return {**item, "properties": kept}

    return in_parallel(read, automation.list_connections(call.session, call.account), call.max_parallel)


def _read_runbooks(call: Call, parts: Parts, keep: Keep) -> list[dict[str, Any]]:
    """Return the runbooks as the list has them, each with the checksums of its contents; ``null`` for none."""

    def read(item: Json) -> dict[str, Any]:
        name, state = str(item["name"]), (item.get("properties") or {}).get("state")
        texts = {
            "published": None if state == "New" else automation.published_content,
            "draft": None if state == "Published" else automation.draft_content,
        }
        kept = {
            kind: _kept(call, parts, keep, f"The {kind} content of runbook {name}", text, name)
            for kind, text in texts.items()
        }
        return {**item, **kept}

    return in_parallel(read, automation.list_runbooks(call.session, call.account), call.max_parallel)


def _kept(call: Call, parts: Parts, keep: Keep, what: str, read: Callable[..., bytes] | None, name: str) -> str | None:
    content = parts.read(what, partial(read, call.session, call.account, name)) if read else None
    return None if content is None else keep(content)


def _read_job_schedules(call: Call) -> list[Json]:
    """Return which schedule starts which runbook with what: each by itself, since lists lack parameters (2.5)."""
    return in_parallel(
        lambda item: automation.get_job_schedule(call.session, call.account, item["properties"]["jobScheduleId"]),
        automation.list_job_schedules(call.session, call.account),
        call.max_parallel,
    )


# The vaults that lean on it


def _read_mappings(call: Call) -> tuple[list[dict[str, Any]] | None, list[Finding]]:
    seen = read_vaults(call.with_defaults(site_recovery.ARGUMENTS))
    mappings = [
        {"id": mapping.id, "name": mapping.name, "vault": vault.id, **mapping.fields.as_dict()}
        for vault in seen.vaults
        for mapping in vault.mappings
        if mapping.fields.names(call.account.arm_id)
    ]
    unread = seen.findings()
    return as_far_as_known(mappings, unread), unread
