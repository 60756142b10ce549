# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that exports what a migration reads of one account into files, and changes nothing in Azure.

The simulator makes a copy of the account from these files, on which a migration can be rehearsed (docs/rehearse.md).
What the steps read is read by the steps' own readers while a recorder listens: there is no second way of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import _ledger
from .._arguments import ACCOUNT, LOGIN, ArgumentSpec
from .._azure import automation, caller
from .._azure.errors import Absent
from .._azure.recording import Recorder
from .._azure.session import Session
from .._finding import Finding, finding
from .._ledger import now
from .._step import StepError
from . import export_file
from ._call import Call, Result
from .chosen_identity import SYSTEM
from .export_file import Asked, Export
from .export_reading import read_everything
from .part_reading import OF_ONE_PART

DEFAULT_FOLDER = "~/runas_export"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + ArgumentSpec(
        options={
            "folder": {"type": "path", "default": DEFAULT_FOLDER},
            "identity": {"type": "str", "default": SYSTEM},
        }
    )
)


def run(call: Call) -> Result:
    """Read everything, keep it unless in check mode, and return the module's result."""
    folder = _ledger.account_folder(call.parameters["folder"], call.account.name, call.account.arm_id)
    recorder = Recorder()
    with call.session.recorded_by(recorder) as session:
        _refuse_unreadable(session, call)
        # Before all the rest is read in vain.
        if not call.check_mode:
            export_file.prepare(folder)
        findings = read_everything(session, call)
        bases = (session.cloud.resource_manager, session.cloud.graph)
        asked = _asked(session, call)
    export = export_file.made_of(recorder.answers(), bases, asked)
    if not call.check_mode:
        export_file.keep(folder, export)
    return _result(call, folder, export, findings)


def _asked(session: Session, call: Call) -> Asked:
    claims = caller.find_graph_claims(session)
    permissions, roles = (claims.roles, claims.directory_roles) if claims else ((), ())
    tenant = caller.find_bearer(session).tenant_id
    return Asked(call.account.arm_id, now(), tenant, tuple(sorted(permissions)), tuple(sorted(roles)))


def _refuse_unreadable(session: Session, call: Call) -> None:
    """Raise StepError where the account itself is gone, or may not be read: there is nothing to rehearse then."""
    try:
        automation.get_account(session, call.account)
    except OF_ONE_PART as error:
        code = "RA904" if isinstance(error, Absent) else "RA905"
        said = finding(code, call.account.arm_id, account=call.account.name, reason=error)
        raise StepError(
            f"{said.sentence} Nothing was exported. {said.remedy}", findings=[said.as_dict()], account=_account(call)
        ) from None


def _result(call: Call, folder: Path, export: Export, findings: Sequence[Finding]) -> Result:
    said = [*findings, *_of_unread(call, export)]
    return {
        "changed": False,
        "account": _account(call),
        "file": str(folder / export_file.FILE),
        "answers": len(export.answers),
        "contents": len(export.contents),
        "unread": [{"path": item["path"], "status": item["status"]} for item in export.unread],
        "findings": [one.as_dict() for one in said],
    }


def _of_unread(call: Call, export: Export) -> list[Finding]:
    if not export.unread:
        return []
    return [finding("RA940", call.account.arm_id, count=len(export.unread), account=call.account.name)]


def _account(call: Call) -> dict[str, str]:
    account = call.account
    return {
        "id": account.arm_id,
        "name": account.name,
        "resource_group": account.resource_group,
        "subscription_id": account.subscription_id,
    }
