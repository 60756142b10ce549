# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Azure Policy: what it would say of a resource (contract 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .ids import url_path
from .session import Session

Json = dict[str, Any]

API_VERSION = "2024-10-01"


def check_content(session: Session, scope: str, content: Mapping[str, Any], content_version: str) -> list[Json]:
    """Return the policies that a resource in a resource group or subscription would not comply with.

    It is a POST that only reads. ``content`` is the resource as it would be, ``content_version`` the api-version of
    that shape. Policies that only audit are not asked for. Raises the errors of ``errors``.
    """
    path = f"{url_path(scope)}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
    body = {"resourceDetails": {"resourceContent": dict(content), "apiVersion": content_version}}
    answer = session.arm("POST", path, API_VERSION, f"Asking for the policies at {scope}", json=body).body or {}
    return list((answer.get("contentEvaluationResult") or {}).get("policyEvaluations") or ())
