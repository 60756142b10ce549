# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What a retirement leaves to somebody with more rights: the commands for it, in a file of the ledger.

Each stage has a file of its own, so that no stage removes what another asks for; one that leaves nothing removes the
files of the stages before it too, which it has overtaken.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from .._azure.deleted_items import DELETED_ITEMS
from .._azure.ids import AccountId
from .access_choices import is_guid
from .hand_over import file_name, one_line, write_file
from .retirement_options import DELETE, DISABLE, PURGE
from .retirement_plan import Pending
from .retirement_stages import Stages

_STAGES = (DISABLE, DELETE, PURGE)
# What waits for others is nothing that more rights would help with.
_HANDED_OVER = frozenset({"RA804", "RA807", "RA818"})
_OF_ENTRA = "Cloud Application Administrator or Application Administrator in Microsoft Entra"
_OF_ARM = "Owner, User Access Administrator or Role Based Access Control Administrator at the scope"


def with_commands(pending: Iterable[Pending], graph: str, stages: Stages) -> list[Pending]:
    """Return what is left with the command for each that more rights would help with. Pure.

    ``graph`` is the cloud's endpoint of Microsoft Graph.
    """
    return [
        replace(item, command=item.command or _command(item, graph, stages))
        if item.finding.code in _HANDED_OVER
        else item
        for item in pending
    ]


def _command(item: Pending, graph: str, stages: Stages) -> str | None:
    """Return the command; None for an application id that is none: it comes into a shell from outside."""
    application = item.application_id
    if not is_guid(application):
        return None
    if item.action == DISABLE:
        return shlex.join(["az", "ad", "sp", "update", "--id", application, "--set", "accountEnabled=false"])
    if item.action == DELETE:
        return shlex.join(["az", "ad", "app", "delete", "--id", application])
    known = stages.applications.get(application)
    if known and is_guid(known):
        return shlex.join(["az", "rest", "--method", "DELETE", "--url", f"{graph}/v1.0{DELETED_ITEMS}/{known}"])
    # Its object id is not known here: the command shows it.
    filter_ = f"$filter=appId eq '{application}'"
    url = f"{graph}/v1.0{DELETED_ITEMS}/microsoft.graph.application?{filter_}"
    return shlex.join(["az", "rest", "--method", "GET", "--url", url])


def role_command(assignment_id: str) -> str:
    """Return the command that deletes a role assignment. Pure."""
    return shlex.join(["az", "role", "assignment", "delete", "--ids", assignment_id])


def write_commands(
    folder: Path, account: AccountId, connection: str | None, stage: str, pending: Sequence[Pending]
) -> Path | None:
    """Write the hand-over file of a stage and return its path; None where nothing is handed over.

    Raises LedgerError where the folder cannot be used.
    """
    asked = [item for item in pending if item.command]
    path = write_file(folder, _name(stage, connection), _rendered(account, stage, asked) if asked else None)
    if not pending:
        for earlier in _STAGES[: _STAGES.index(stage)]:
            write_file(folder, _name(earlier, connection), None)
    return path


def _name(stage: str, connection: str | None) -> str:
    return file_name("retire", stage, connection or "")


def _rendered(account: AccountId, stage: str, asked: Iterable[Pending]) -> str:
    """Names come from Azure and are reduced to one printable line, so that none can end its comment."""
    lines = [
        "#!/bin/sh",
        f"# What the retirement of Run As accounts (stage {stage}) still needs, and who may do it.",
        f"# Account:  {one_line(account.arm_id)}",
        "# Log in with az login as somebody who may, and run the commands that you agree with; one for what was done",
        "# already ends with an error and changes nothing. Then run remove_runas again: it sees what was done.",
    ]
    for item in asked:
        needs = _OF_ARM if item.finding.code == "RA818" else _OF_ENTRA
        lines += [
            "",
            f"# {one_line(item.finding.sentence)}",
            f"#   what: {one_line(item.finding.remedy)}",
            f"#   who:  {needs}",
            str(item.command),
        ]
    return "\n".join(lines) + "\n"
