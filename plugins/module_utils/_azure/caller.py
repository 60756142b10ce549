# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Who the login is and what it may do in Microsoft Graph, as its tokens tell (contract 9.4).

Tokens are looked into without being verified, and only to tell people: what
counts is what Azure then allows. A token may be opaque; then nothing is known.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import translated
from .session import Session


@dataclass(frozen=True)
class Bearer:
    """Whom a token speaks for; None is not known."""

    object_id: str | None = None
    application_id: str | None = None
    tenant_id: str | None = None


@dataclass(frozen=True)
class GraphClaims:
    """Application permissions, delegated permissions (of a user's login only), template ids of directory roles."""

    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    directory_roles: frozenset[str] = frozenset()


def find_bearer(session: Session) -> Bearer:
    """Return who the login is at Resource Manager. Raises LoginFailed or Unreachable where no token can be had."""
    claims = _claims(session, session.cloud.arm_scope) or {}
    application = _text(claims, "appid") or _text(claims, "azp")
    return Bearer(_text(claims, "oid"), application, _text(claims, "tid"))


def find_graph_claims(session: Session) -> GraphClaims | None:
    """Return what the login may do in Microsoft Graph; None where its token does not tell. Raises as find_bearer."""
    claims = _claims(session, session.cloud.graph_scope)
    if claims is None:
        return None
    scopes = frozenset((_text(claims, "scp") or "").split())
    return GraphClaims(_words(claims, "roles"), scopes, _words(claims, "wids"))


def _claims(session: Session, scope: str) -> Mapping[str, Any] | None:
    with translated("Logging in"):
        token = session.credential.get_token(scope).token
    return claims_of(token)


def claims_of(token: str) -> Mapping[str, Any] | None:
    """Return the claims of a JWT; None for a token of any other form."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _words(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    value = claims.get(name)
    return frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()
