# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The kinds of access that are no role assignments, as copying and assessing need them."""

from __future__ import annotations

from .._azure.session import Session
from .access_around import AccessAround
from .access_part import Copying, Kind
from .app_roles import AppRoles
from .directory_lookup import DirectoryLookup
from .directory_roles import DirectoryRoles
from .groups import Groups
from .vault_policies import VaultPolicies


def other_kinds(
    session: Session,
    copying: Copying,
    around: AccessAround,
    lookup: DirectoryLookup,
    max_parallel: int,
    replication_timeout: float,
) -> list[Kind]:
    """Return the kinds that ``copying`` wants but for role assignments; none where no Run As account has a principal.

    What is held in Microsoft Entra is read here already, by ``lookup``. ``replication_timeout`` is in seconds, for each
    write.
    """
    if not copying.dormant:
        return []
    vaults = "vault_policies" in copying.choices.kinds
    kinds: list[Kind] = [VaultPolicies(session, copying, around, max_parallel)] if vaults else []
    return [*kinds, *_directory_kinds(session, copying, around, lookup, max_parallel, replication_timeout)]


def _directory_kinds(
    session: Session,
    copying: Copying,
    around: AccessAround,
    lookup: DirectoryLookup,
    max_parallel: int,
    timeout: float,
) -> list[Kind]:
    """Return the kinds of access in Microsoft Entra, for which what both principals hold is read at once.

    What comes through groups is part of the role assignments, as it is in Azure.
    """
    wanted = copying.choices.kinds
    joins = "role_assignments" in wanted or copying.choices.join_groups
    if not (joins or wanted & {"app_roles", "directory_roles"}):
        return []
    reading = lookup.reading(copying.dormant)
    kinds: list[Kind] = []
    if "app_roles" in wanted:
        kinds.append(AppRoles(session, copying, reading, max_parallel, timeout))
    if "directory_roles" in wanted:
        kinds.append(DirectoryRoles(session, copying, reading, max_parallel, timeout))
    if joins:
        kinds.append(Groups(session, copying, reading, around, max_parallel, timeout))
    return kinds
