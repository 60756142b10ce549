# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Giving a principal something in Microsoft Entra: by this login, or by somebody who is handed the command."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Mapping
from typing import Any

from .._azure import directory, directory_access
from .._azure.directory_access import GraphWrite
from .._azure.errors import Absent
from .._azure.session import Session
from .._step import KNOWN_AFTER_APPLY, StepError
from .access_choices import is_guid
from .waiting import pauses


def give(session: Session, write: GraphWrite, principal_id: str, timeout: float) -> Mapping[str, Any]:
    """Send a write, and again for as long as Graph does not know the principal; return what it made.

    Raises StepError after ``timeout`` seconds, and the errors of ``_azure.errors`` for
    everything else, such as Absent for a group or an application that is gone.
    """
    for pause in pauses(timeout):
        try:
            return directory_access.post(session, write)
        except Absent:
            if _is_known(session, principal_id):
                raise
        time.sleep(pause)
    raise StepError(
        f"{write.doing} failed: Microsoft Graph did not know principal {principal_id} after {timeout:g} seconds. A "
        "fresh identity can take minutes; run again, or raise replication_timeout."
    )


def _is_known(session: Session, principal_id: str) -> bool:
    try:
        directory.get_service_principal(session, principal_id)
    except Absent:
        return False
    return True


def command_of(graph: str, write: GraphWrite) -> str:
    """Return the one shell command that makes a write with the az command line; it holds no secret. Pure.

    ``graph`` is the cloud's endpoint. Raises StepError for an id that is none: it would come
    into a shell from outside.
    """
    for name, value in (*write.body.items(), *_ids_in_path(write.path)):
        _refuse_what_is_no_id(name, value)
    words = [
        *("az", "rest", "--method", "POST", "--url", f"{graph}/v1.0{write.path}"),
        *("--headers", "Content-Type=application/json", "--body", json.dumps(dict(write.body))),
    ]
    return shlex.join(words)


def _ids_in_path(path: str) -> list[tuple[str, str]]:
    """Return the id of the group or the application that a write goes to."""
    parts = path.split("/")
    return [(parts[1], parts[2])] if parts[1] in ("groups", "servicePrincipals") else []


def _refuse_what_is_no_id(name: str, value: str) -> None:
    if name == "@odata.type":
        return
    last = value.rsplit("/", 1)[-1]
    if is_guid(last) or last == KNOWN_AFTER_APPLY or (name == "directoryScopeId" and value == "/"):
        return
    raise StepError(f"Microsoft Graph gave {name} as {value[:80]!r}, which is no id. Nothing was changed.")
