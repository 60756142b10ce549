# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading hybrid workers and the machines that they run on (docs/contract.md, 1.2).

One request for each group that runs runbooks, one for each machine, and one more for a machine of Azure Arc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import automation, machines
from .._azure.errors import Absent, Conflict, Failed, Forbidden
from .._azure.ids import AccountId, last_segment, normal_id
from .._azure.session import Session
from .._finding import Finding
from .._step import in_parallel
from .hybrid_verdict import AGENT, EXTENSION, UNKNOWN_KIND, Has, Worker, has
from .unread import unread_finding

Json = Mapping[str, Any]

NOT_NAMED = "Azure does not name the machine."
UNREADABLE = (Forbidden, Conflict, Failed)

_KINDS = {"hybridv1": AGENT, "hybridv2": EXTENSION}
_EXTENSIONS = {"hybridworkerforwindows": "Windows", "hybridworkerforlinux": "Linux"}
_OF_MACHINES = {"windows": "Windows", "linux": "Linux"}
_NO_MACHINE = "This is no machine of Azure or of Azure Arc that could be read: {machine}."


@dataclass(frozen=True)
class Machine:
    """What is known of a machine. ``identity`` is None where it could not be read, ``reason`` tells why."""

    identity: Has | None = None
    os: str | None = None
    version: str | None = None
    gone: bool = False
    reason: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Member:
    """A worker of a group with its machine."""

    name: str
    kind: str
    last_seen: str | None
    machine_id: str | None
    machine: Machine
    version: str | None

    @property
    def judged(self) -> Worker:
        """What the verdict depends on."""
        return Worker(self.kind, self.machine.identity, self.machine.os, self.version)

    def shown(self) -> dict[str, Any]:
        """Return the worker as the assessment shows it; null is what is not known."""
        identity = self.machine.identity
        return {
            "name": self.name,
            "kind": self.kind,
            "os": self.machine.os,
            "version": self.version,
            "last_seen": self.last_seen,
            "machine_id": self.machine_id,
            "machine_identity": None if identity is None else identity.value,
        }


def read_members(
    session: Session, account: AccountId, names: Sequence[str], max_parallel: int, versions: Mapping[str, str]
) -> tuple[dict[str, list[Member] | None], list[Finding]]:
    """Return the workers of the groups by name, None where they cannot be read; a group that is gone is not there.

    Machines are read once, however many workers they are. ``versions`` are those that somebody looked up, by worker.
    Raises Throttled, LoginFailed and Unreachable; all else that cannot be read is a finding, or the machine's reason.
    """
    listed = in_parallel(lambda name: _workers_of(session, account, name), names, max_parallel)
    wire = {
        name: workers for name, (workers, dummy) in zip(names, listed, strict=True) if not isinstance(workers, Absent)
    }
    findings = [said for dummy, said in listed if said is not None]
    ids = {
        normal_id(arm_id): arm_id for workers in wire.values() for arm_id in map(_machine_id, workers or []) if arm_id
    }
    read = in_parallel(lambda arm_id: _read_machine(session, arm_id), list(ids.values()), max_parallel)
    known = dict(zip(ids, read, strict=True))
    findings += [said for machine in read for said in machine.findings]
    told = {name.lower(): version for name, version in versions.items()}
    members = {
        name: None if workers is None else [_member(worker, known, told) for worker in workers]
        for name, workers in wire.items()
    }
    return members, findings


def _workers_of(session: Session, account: AccountId, group: str) -> tuple[list[Any] | Absent | None, Finding | None]:
    try:
        return automation.list_hybrid_workers(session, account, group), None
    except Absent as error:
        return error, None
    except UNREADABLE as error:
        target = account.child("hybridRunbookWorkerGroups", group)
        return None, unread_finding(f"The workers of hybrid worker group {group}", target, error)


def _machine_id(worker: Json) -> str | None:
    return (worker.get("properties") or {}).get("vmResourceId") or None


def _member(worker: Json, known: Mapping[str, Machine], versions: Mapping[str, str]) -> Member:
    properties = worker.get("properties") or {}
    arm_id = _machine_id(worker)
    name = str(properties.get("workerName") or worker["name"])
    kind = _KINDS.get(str(properties.get("workerType") or "").lower(), UNKNOWN_KIND)
    machine = known[normal_id(arm_id)] if arm_id else Machine(reason=NOT_NAMED)
    return Member(
        name=name,
        kind=kind,
        last_seen=properties.get("lastSeenDateTime"),
        machine_id=arm_id,
        machine=machine,
        # The extension's version is not that of an agent-based worker on the same machine.
        version=versions.get(name.lower()) or (machine.version if kind == EXTENSION else None),
    )


def _read_machine(session: Session, arm_id: str) -> Machine:
    kind = machines.type_of_machine(arm_id)
    if kind is None:
        return Machine(reason=_NO_MACHINE.format(machine=arm_id))
    try:
        answer = machines.get_machine(session, arm_id)
    except Absent:
        return Machine(gone=True)
    except UNREADABLE as error:
        return Machine(reason=str(error))
    extensions = list(_extensions_of(answer))
    findings: tuple[Finding, ...] = ()
    if kind == machines.ARC_MACHINE:
        more, findings = _arc_extensions(session, arm_id)
        extensions += more
    os, version = _worker_extension(extensions)
    return Machine(
        identity=has((answer.get("identity") or {}).get("type")),
        os=_os_of(answer) or os,
        version=version,
        findings=findings,
    )


def _arc_extensions(session: Session, arm_id: str) -> tuple[list[Json], tuple[Finding, ...]]:
    """Return the extensions; nothing of the verdict depends on them, so a machine without readable ones is read."""
    try:
        return [_expanded(item) for item in machines.list_arc_extensions(session, arm_id)], ()
    except Absent:
        return [], ()
    except UNREADABLE as error:
        what = f"The extensions of machine {last_segment(arm_id)}"
        return [], (unread_finding(what, arm_id, error),)


def _extensions_of(machine: Json) -> Iterator[Json]:
    """Yield type and version of the extensions in a machine's own answer; those of the installed ones come first."""
    view = (machine.get("properties") or {}).get("instanceView") or {}
    yield from view.get("extensions") or []
    yield from map(_expanded, machine.get("resources") or [])


def _expanded(extension: Json) -> Json:
    properties = extension.get("properties") or {}
    installed = (properties.get("instanceView") or {}).get("typeHandlerVersion")
    return {**properties, "typeHandlerVersion": installed or properties.get("typeHandlerVersion")}


def _worker_extension(extensions: Iterable[Json]) -> tuple[str | None, str | None]:
    """Return operating system and version of the hybrid worker extension, None where there is none."""
    for extension in extensions:
        os = _EXTENSIONS.get(str(extension.get("type") or "").rsplit(".", 1)[-1].lower())
        if os is not None:
            return os, extension.get("typeHandlerVersion")
    return None, None


def _os_of(machine: Json) -> str | None:
    properties = machine.get("properties") or {}
    disk = (properties.get("storageProfile") or {}).get("osDisk") or {}
    return _OF_MACHINES.get(str(disk.get("osType") or properties.get("osType") or "").lower())
