# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Machines that hybrid workers run on: virtual machines of Azure, and servers of Azure Arc (docs/contract.md, 1.2).

Functions take ids as the list of workers gives them, return the wire's JSON, and
raise the errors of ``errors``.
"""

from __future__ import annotations

from typing import Any

from .ids import quoted
from .session import Session

Json = dict[str, Any]

VIRTUAL_MACHINE = "microsoft.compute/virtualmachines"
ARC_MACHINE = "microsoft.hybridcompute/machines"

_API_VERSIONS = {VIRTUAL_MACHINE: "2024-07-01", ARC_MACHINE: "2024-07-10"}
# With it the answer tells the versions of extensions that are installed, not only those that were asked for.
_EXPANDED = {VIRTUAL_MACHINE: {"$expand": "instanceView"}}


def type_of_machine(arm_id: str) -> str | None:
    """Return ``VIRTUAL_MACHINE`` or ``ARC_MACHINE``; None for an id of anything else, which cannot be read here."""
    parts = arm_id.strip("/").split("/")
    if len(parts) != 8 or [parts[0].lower(), parts[2].lower(), parts[4].lower()] != [
        "subscriptions",
        "resourcegroups",
        "providers",
    ]:
        return None
    # Such a segment would be taken out of the URL on its way, and name another thing.
    if any(part in ("", ".", "..") for part in parts):
        return None
    kind = f"{parts[5]}/{parts[6]}".lower()
    return kind if kind in _API_VERSIONS else None


def get_machine(session: Session, arm_id: str) -> Json:
    """Return a machine: its identity, its operating system, and of a virtual machine the extensions.

    Raises ValueError for an id that ``type_of_machine`` does not know.
    """
    kind = _known_type(arm_id)
    query = _EXPANDED.get(kind, {})
    doing = f"Reading machine {arm_id}"
    body: Json = session.arm("GET", _path(arm_id), _API_VERSIONS[kind], doing, query=query).body
    return body


def list_arc_extensions(session: Session, arm_id: str) -> list[Json]:
    """Return the extensions of a machine of Azure Arc, which the machine itself may leave out."""
    doing = f"Listing the extensions of machine {arm_id}"
    return session.arm_pages(f"{_path(arm_id)}/extensions", _API_VERSIONS[ARC_MACHINE], doing)


def _known_type(arm_id: str) -> str:
    kind = type_of_machine(arm_id)
    if kind is None:
        raise ValueError(f"{arm_id} is not the id of a machine")
    return kind


def _path(arm_id: str) -> str:
    return "/" + "/".join(quoted(part) for part in arm_id.strip("/").split("/"))
