# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What lies around all accounts, as a retirement needs it: container mappings, and who holds which application.

Read for each account, it would cost the square of an estate; so one worker of a run reads it for the others. It only
tells where to look: whatever is in the way of this account is read anew before it is believed, and so are the
connections of every other account that names one of its applications. What could not be read is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from .._azure.ids import account_of, normal_id
from ._call import Call
from .access_around import SHARED
from .retirement_reading import without_deleted
from .shared_reading import Shelf, key_of, peek, shared
from .surroundings_reading import container_mappings, holder_of, holders, joined
from .unread import Unread
from .usage import Holder, mapping_uses

Json = Mapping[str, Any]

_MAPPINGS, _HOLDERS = "retirement_mappings.json", "retirement_holders.json"
_KEPT_DETAILS = ("agentAutoUpdateStatus", "automationAccountArmId", "automationAccountAuthenticationType")


def mappings_around(call: Call, visible: Sequence[str]) -> tuple[list[Json], list[Unread]]:
    """Return the container mappings of all vaults that the login sees, and what could not be read."""

    def read() -> Json:
        items, unread = without_deleted(container_mappings(call.session, visible, call.max_parallel))
        return {"items": [_shown(item) for item in items], "unread": [asdict(item) for item in unread]}

    content = _kept(call, _MAPPINGS, visible, read)
    if mapping_uses(content["items"], call.account).uses:
        content = read()
    return list(content["items"]), [Unread(**item) for item in content["unread"]]


def holders_around(
    call: Call, visible: Sequence[str], applications: Collection[str]
) -> tuple[list[Holder], list[Unread]]:
    """Return the other accounts with connections to the applications, as they are now, and what could not be read."""

    def read() -> Json:
        # No account is left out: the list serves all of them.
        items, unread = without_deleted(holders(call.session, visible, None, call.max_parallel))
        rows = [
            {"account": holder.account.arm_id, "applications": [run_as.application_id for run_as in holder.run_as]}
            for holder in items
        ]
        return {"items": rows, "unread": [asdict(item) for item in unread]}

    content = _kept(call, _HOLDERS, visible, read)
    own = normal_id(call.account.arm_id)
    wanted = {application.lower() for application in applications}
    naming = [
        account_of(row["account"])
        for row in content["items"]
        if normal_id(row["account"]) != own and wanted & {str(name).lower() for name in row["applications"]}
    ]
    missed = [Unread(**item) for item in content["unread"] if normal_id(item["resource"]) != own]
    jobs = [partial(holder_of, call.session, account) for account in naming]
    found, unread = without_deleted(joined(jobs, call.max_parallel))
    return found, [*missed, *unread]


def _kept(call: Call, name: str, visible: Sequence[str], read: Callable[[], Json]) -> Json:
    """Return what is kept, if it is young enough, else what ``read`` returns; check mode keeps nothing."""
    age = int(call.parameters["surroundings_age"])
    if age <= 0:
        return read()
    shelf = Shelf(call.ledger.parent / SHARED, name, key_of(call.parameters, *sorted(visible)), age)
    if call.check_mode:
        return peek(shelf, _usable) or read()
    return shared(shelf, read, _usable)


def _usable(content: Json) -> bool:
    return isinstance(content["items"], list) and content["unread"] == []


def _shown(mapping: Json) -> dict[str, Any]:
    """Return what matters of a mapping, in the wire's own shape."""
    details = (mapping.get("properties") or {}).get("providerSpecificDetails") or {}
    kept = {name: details[name] for name in _KEPT_DETAILS if name in details}
    return {"id": mapping["id"], "name": mapping["name"], "properties": {"providerSpecificDetails": kept}}
