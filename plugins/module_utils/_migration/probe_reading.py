# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading for a probe: which of the account's runbooks are temporary ones of ours, and which PowerShell there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .._azure import automation
from .._azure.errors import Absent, Failed, Forbidden
from .._azure.ids import normal_id
from .._finding import Finding, finding
from .._step import StepError
from ._call import Call
from .module_reading import Shelves
from .modules import KNOWN_BAD, Bad, known_to_be_bad
from .probe_memory import Memory
from .probe_script import POWERSHELL, POWERSHELL_72, PREFIX, PYTHON, is_marked
from .run_as import parse_time
from .runbook_plan import digest
from .runbook_reading import NEW

# A temporary runbook that the ledger does not know may belong to a run with another ledger, until it is this old.
_IN_USE = timedelta(hours=1)
_ACCOUNTS_MODULE = "Az.Accounts"
_RUNTIMES = (("5.1", POWERSHELL), ("7.2", POWERSHELL_72))

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Temporary:
    """A temporary runbook of ours. ``sha256`` is None while it has no content, ``job`` the last one that is known."""

    name: str
    target: str
    sha256: str | None
    job: str | None = None

    @property
    def state(self) -> dict[str, Any]:
        """What a change of it says before and after."""
        return {"name": self.name, "sha256": self.sha256}


def find_temporaries(
    call: Call, items: Iterable[Json], memory: Memory, needed: str | None, now: datetime
) -> tuple[list[Temporary], list[Finding]]:
    """Return the temporary runbooks that earlier runs left, and what must be said of others.

    ``needed`` is the name of the one that is to be made, if one is. Raises StepError where a runbook of somebody
    else has that name, or another run seems to use it right now.
    """
    left: list[Temporary] = []
    found: list[Finding] = []
    for item in items:
        name = str(item["name"])
        if not name.lower().startswith(PREFIX):
            continue
        is_needed = needed is not None and name.lower() == needed.lower()
        read = _read(call, name)
        if read is None:
            continue
        runbook, temporary = read
        if _is_ours(runbook, temporary, memory):
            if not _may_be_in_use(runbook, temporary, memory, now):
                left.append(temporary)
                continue
            if is_needed:
                raise StepError(_in_use(call, runbook))
            found.append(finding("RA227", temporary.target, runbook=name, time=_made(runbook)))
        elif is_needed:
            raise StepError(
                f"Runbook {name} of Automation account {call.account.name} has the name that the probe needs, and does "
                "not carry its description: it may be somebody's. Nothing was changed. Rename it, or delete it."
            )
    return sorted(left, key=lambda one: one.name), found


def _read(call: Call, name: str) -> tuple[Json, Temporary] | None:
    """Return a runbook and what it is as a temporary one; list items may lack its description (2.1)."""
    try:
        runbook = automation.get_runbook(call.session, call.account, name)
        sha256 = content_digest(call, name, str(runbook["properties"].get("state")))
    except Absent:
        return None
    return runbook, Temporary(name, call.account.child("runbooks", name), sha256)


def content_digest(call: Call, name: str, state: str) -> str | None:
    """Return the digest of what a temporary runbook holds: published, else its draft; None while that is empty."""
    read = automation.draft_content if state == NEW else automation.published_content
    try:
        content = read(call.session, call.account, name)
    except Absent:
        return None
    return digest(content) if content else None


def _is_ours(runbook: Json, temporary: Temporary, memory: Memory) -> bool:
    """By name and description; or by the ledger, where nobody has put another content into it."""
    if is_marked(runbook):
        return True
    made = memory.made.get(normal_id(temporary.target))
    return made is not None and temporary.sha256 in (None, made)


def _may_be_in_use(runbook: Json, temporary: Temporary, memory: Memory, now: datetime) -> bool:
    """The ledger's own runs are over: the account is locked. Of others the age must tell."""
    if normal_id(temporary.target) in memory.made:
        return False
    return now - parse_time(_made(runbook)) < _IN_USE


def _made(runbook: Json) -> str:
    return str(runbook["properties"]["creationTime"])


def _in_use(call: Call, runbook: Json) -> str:
    return (
        f"Runbook {runbook['name']} of Automation account {call.account.name} is a temporary one of another run, made "
        f"{_made(runbook)}, which this ledger does not know. Nothing was changed. Wait until that run has ended; an "
        "hour after it was made, a run deletes it."
    )


def with_jobs(left: Sequence[Temporary], memory: Memory) -> list[Temporary]:
    """Return the temporary runbooks with the job of each that the ledger knows."""
    return [Temporary(one.name, one.target, one.sha256, memory.jobs.get(normal_id(one.target))) for one in left]


def choose_type(call: Call, known_bad: Sequence[Bad] = KNOWN_BAD) -> tuple[str, str | None]:
    """Return the type that the runbook is to have, and why it is not PowerShell, if it is not.

    PowerShell is what most runbooks are, so its login is proved where the account has a usable Az.Accounts.
    """
    shelves = Shelves(call.session, call.account, known_bad)
    reasons = []
    for powershell, runbook_type in _RUNTIMES:
        try:
            shelf = shelves.of_account(powershell)
        except (Forbidden, Absent, Failed) as error:
            reasons.append(f"the modules for PowerShell {powershell} could not be read ({error})")
            continue
        held = shelf.find(_ACCOUNTS_MODULE)
        if held is None or not held.usable:
            reasons.append(f"{shelf.where} hold no usable {_ACCOUNTS_MODULE}")
            continue
        bad = known_to_be_bad(_ACCOUNTS_MODULE, held.version, powershell, known_bad)
        if bad is None:
            return runbook_type, None
        reasons.append(f"{_ACCOUNTS_MODULE} {held.version} in {shelf.where} is known to be bad: {bad.why}")
    return PYTHON, "; ".join(reasons) + "."
