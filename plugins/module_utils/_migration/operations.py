# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Operations of Azure as texts: ``Microsoft.Compute/virtualMachines/start/action``; those on data begin with ``data:``.

They are compared without case. Pure (contract 4.3).
"""

from __future__ import annotations

import re

DATA = "data:"
OPERATION = re.compile(r"(?:data:)?[a-z0-9.]+(?:/[\w.*$-]+)+", re.IGNORECASE)

# What nearly every built-in role has beside its own subject: it says nothing of what a role is made for.
_COMMON_PROVIDERS = frozenset(
    {
        "microsoft.authorization",
        "microsoft.features",
        "microsoft.management",
        "microsoft.resourcehealth",
        "microsoft.resources",
        "microsoft.support",
    }
)
_ALERTS = "microsoft.insights/alertrules/"


def is_data(operation: str) -> bool:
    """Tell whether an operation is one on data: a secret, a blob, a message."""
    return operation.startswith(DATA)


def plain(operation: str) -> str:
    """Return an operation as roles write it."""
    return operation.removeprefix(DATA)


def only_reads(operation: str) -> bool:
    """Tell whether an operation only looks at a resource; one on data is never taken for that."""
    return not is_data(operation) and operation.lower().endswith("/read")


def provider_of(operation: str) -> str:
    """Return the resource provider in lower case; "*" for a pattern that names none."""
    return plain(operation).lower().split("/", 1)[0]


def subject_of(operation: str) -> str | None:
    """Return the provider that an operation, or a pattern of a role, is about; None where that says nothing of it."""
    provider = provider_of(operation)
    if "*" in provider or provider in _COMMON_PROVIDERS or plain(operation).lower().startswith(_ALERTS):
        return None
    return provider


def type_of(operation: str) -> str:
    """Return the type of resource that an operation is done to, in lower case."""
    parts = plain(operation).lower().split("/")
    return "/".join(parts[:-2] if parts[-1] == "action" and len(parts) > 3 else parts[:-1])
