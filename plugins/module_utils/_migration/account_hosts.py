# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Accounts as inventory hosts: names, variables, groups, filters. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._azure.ids import normal_id
from .account_listing import Account
from .assessment_summary import worst_status

# Names that Ansible gives a meaning; accounts may be called so.
_TAKEN = ("all", "ungrouped", "localhost")
# What a host pattern, a range or a template would make of a name.
_SPECIAL = re.compile(r"[\s,:;&!*?~\[\](){}'\"\\/|]|[^\x20-\x7e\w.-]")
_NO_GROUP = re.compile(r"[^A-Za-z0-9_]")
# A host variable of this name makes ansible-core 2.19 and later warn in every play: a task has ``tags`` too. It is what
# users of other inventories write in their expressions, though.
ONLY_IN_EXPRESSIONS = frozenset({"tags"})
_DIGITS = (8, 16, 64)


def host_names(names: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return a unique host name for each id, given (id, wanted name) of ALL accounts, filtered or not.

    A name that one account wants is its host name. Where several want the same (without regard to case), or
    Ansible gives it a meaning, each of them gets ``_`` and the first 8 hexadecimal digits of the SHA-256 of its
    lower-cased id: so a name depends on nothing but the account itself and on whether its name is shared.
    """
    tidied = {arm_id: _SPECIAL.sub("_", wanted).strip() or "account" for arm_id, wanted in names}
    return _unique(tidied)


def _unique(wanted: Mapping[str, str], taken: Iterable[str] = _TAKEN) -> dict[str, str]:
    shared = Counter(name.lower() for name in wanted.values())
    shared.update(dict.fromkeys(taken, 2))
    for digits in _DIGITS:
        given = {
            key: name if shared[name.lower()] == 1 else f"{name}_{_digest(key)[:digits]}"
            for key, name in wanted.items()
        }
        if len({name.lower() for name in given.values()}) == len(given):
            break
    return given


def _digest(arm_id: str) -> str:
    return hashlib.sha256(normal_id(arm_id).encode()).hexdigest()


def variables(account: Account) -> dict[str, Any]:
    """Return the variables that come from Azure, all of it untrusted text; see ONLY_IN_EXPRESSIONS."""
    return {
        "id": account.id,
        "subscription_id": account.subscription_id,
        "subscription_name": account.subscription_name,
        "resource_group": account.which.resource_group,
        "automation_account_name": account.name,
        "location": account.location,
        "tags": account.tags,
        "account_tags": account.tags,
        "tenant_id": account.tenant_id,
    }


def assessed_variables(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the host variables that an assessment gives: state, worst status, number of findings by code."""
    codes = Counter(str(found["code"]) for found in document.get("findings") or [])
    return {
        "runas_state": document.get("state"),
        "runas_status": worst_status(document.get("run_as")),
        "runas_findings": dict(sorted(codes.items())),
    }


def subscription_groups(accounts: Iterable[Account]) -> dict[str, str]:
    """Return the group of each subscription by its id; names that several bear are told apart as hosts are."""
    names = {account.subscription_id: account.subscription_name or account.subscription_id for account in accounts}
    return _unique({key: group_name("subscription", name) for key, name in names.items()}, taken=())


def default_groups(shown: Mapping[str, Any], subscription_group: str) -> list[str]:
    """Return the groups of a host by its variables: region, subscription, and what was read beyond the list."""
    groups = [subscription_group]
    if shown.get("location"):
        # "East US 2" and "eastus2" are one region (azure-contracts, section 0).
        groups.append(group_name("region", str(shown["location"]).replace(" ", "").lower()))
    if "identity" in shown:
        groups += _identity_groups(str(shown["identity"]["type"]))
    if shown.get("runas_state"):
        groups.append(group_name("state", shown["runas_state"]))
    if shown.get("runas_status"):
        groups.append(group_name("run_as", shown["runas_status"]))
    return groups


def _identity_groups(identity_type: str) -> list[str]:
    kinds = identity_type.replace(" ", "").split(",")
    known = {"SystemAssigned": "identity_system_assigned", "UserAssigned": "identity_user_assigned"}
    return [group for kind, group in known.items() if kind in kinds] or ["identity_none"]


def group_name(prefix: str, name: str) -> str:
    """Return ``prefix_name`` with everything but ASCII letters and digits turned into ``_``."""
    return _NO_GROUP.sub("_", f"{prefix}_{name}")


def in_resource_groups(account: Account, wanted: Sequence[str]) -> bool:
    """Tell whether an account lies in one of the resource groups; with none wanted it does."""
    return not wanted or account.which.resource_group.lower() in {name.lower() for name in wanted}


def wanted_tags(option: Any) -> dict[str, list[str] | None]:
    """Return the values that each tag may have, by its name; None for any. Raises ValueError for another shape.

    A list has ``name`` or ``name:value``, as azure.azcollection's ``tags``; a dict has names with a value, a list of
    values of which one must be there, or null.
    """
    if not option:
        return {}
    if isinstance(option, Mapping):
        return {str(name): _values(value) for name, value in option.items()}
    if not isinstance(option, (list, tuple)) or not all(isinstance(entry, str) for entry in option):
        raise ValueError("tags is a dict of names and values, or a list of name or name:value.")
    found: dict[str, list[str] | None] = {}
    for entry in option:
        name, colon, value = entry.partition(":")
        found[name.strip()] = [value.strip()] if colon else None
    return found


def _values(value: Any) -> list[str] | None:
    if value is None:
        return None
    return [str(entry) for entry in value] if isinstance(value, (list, tuple)) else [str(value)]


def has_tags(account: Account, wanted: Mapping[str, Sequence[str] | None]) -> bool:
    """Tell whether an account has every tag wanted; Azure compares names without case, and values with it."""
    held = {name.lower(): value for name, value in account.tags.items()}
    return all(
        name.lower() in held and (values is None or held[name.lower()] in values) for name, values in wanted.items()
    )
