# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens: signed by this process, checked for audience and age (contract 9.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from azure_simulator import directory_roles, entra, errors
from azure_simulator.wire import Caller
from azure_simulator.world import World, new_id

LIFETIME = 3599
_PUBLIC = {
    "arm": ("https://management.azure.com", "https://management.core.windows.net"),
    "graph": ("https://graph.microsoft.com",),
    "blob": ("https://storage.azure.com",),
}


class TokenService:
    """Issues tokens for the login listener and verifies them for ARM, Graph and Blob."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._key = secrets.token_bytes(32)
        self._verified: dict[str, tuple[Caller, int]] = {}

    def move_to(self, world: World) -> None:
        """Serve another world; what was issued for the one before is not valid any more."""
        self.world = world
        self._key = secrets.token_bytes(32)
        self._verified = {}

    def service_of(self, resource: str) -> str | None:
        """``arm``, ``graph`` or ``blob`` for a resource URL, None for one this Azure does not have."""
        wanted = resource.rstrip("/").lower()
        for service in _PUBLIC:
            if wanted in self._audiences(service):
                return service
        return None

    def issue(self, tenant_id: str, app_id: str, object_id: str, resource: str, identity_kind: str = "app") -> str:
        """A signed JWT for ``resource``, valid for ``LIFETIME`` seconds."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "appid": app_id,
            "appidacr": "1",
            "idtyp": identity_kind,
            "oid": object_id,
            "sub": object_id,
            "tid": tenant_id,
            "uti": new_id(),
            "ver": "1.0",
        }
        if self.service_of(resource) == "graph":
            # A claim is there only if it has a value (contract 9.4).
            told = {
                "roles": sorted(entra.graph_permissions(self.world, object_id)),
                "wids": sorted(directory_roles.held(self.world, object_id)),
            }
            claims.update({name: value for name, value in told.items() if value})
        head = _encode(json.dumps({"typ": "JWT", "alg": "HS256"}).encode())
        signed = f"{head}.{_encode(json.dumps(claims).encode())}"
        return f"{signed}.{_encode(self._signature(signed))}"

    def verify(self, authorization: str, service: str) -> Caller:
        """The caller behind an Authorization header; the service's own 401 otherwise."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise self._refuse(service, "AuthenticationFailed", "The 'Authorization' header is missing.")
        known = self._verified.get(token)
        if known is None:
            known = self._verified[token] = self._read(token, service)
        caller, expires = known
        if expires < time.time():
            del self._verified[token]
            raise self._refuse(service, "ExpiredAuthenticationToken", "The access token has expired.")
        if caller.audience.rstrip("/").lower() not in self._audiences(service):
            raise self._wrong_audience(service, caller.audience)
        return caller

    def _read(self, token: str, service: str) -> tuple[Caller, int]:
        signed, _, signature = token.rpartition(".")
        try:
            genuine = hmac.compare_digest(decode(signature), self._signature(signed))
            claims: dict[str, Any] = json.loads(decode(signed.split(".")[1])) if genuine else {}
        except (ValueError, IndexError):
            claims = {}
        if not claims:
            raise self._refuse(service, "InvalidAuthenticationToken", "The access token is invalid.")
        return Caller(claims["oid"], claims["appid"], claims["tid"], claims["aud"]), claims["exp"]

    def _signature(self, signed: str) -> bytes:
        return hmac.new(self._key, signed.encode(), hashlib.sha256).digest()

    def _audiences(self, service: str) -> tuple[str, ...]:
        endpoints = self.world.endpoints
        own = {"arm": endpoints.resource_manager, "graph": endpoints.graph, "blob": endpoints.blob}[service]
        return (own.rstrip("/").lower(), *_PUBLIC[service])

    def _wrong_audience(self, service: str, audience: str) -> errors.Refusal:
        if service == "graph":
            return self._refuse(
                service, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience."
            )
        return self._refuse(
            service,
            "InvalidAuthenticationTokenAudience",
            f"The access token has been obtained for wrong audience or resource '{audience}'. It should exactly match "
            f"with one of the allowed audiences '{','.join(self._audiences(service))}'.",
        )

    def _refuse(self, service: str, code: str, message: str) -> errors.Refusal:
        if service == "graph":
            refusal = errors.graph_error(401, "InvalidAuthenticationToken", message)
            refusal.headers["WWW-Authenticate"] = 'Bearer realm="", error="invalid_token"'
            return refusal
        if service == "blob":
            return errors.storage_unauthenticated(self.world.endpoints.login)
        refusal = errors.arm_error(401, code, message, from_gateway=True)
        refusal.headers["WWW-Authenticate"] = (
            f'Bearer authorization_uri="{self.world.endpoints.login}/common", error="invalid_token", '
            f'error_description="{message}"'
        )
        return refusal


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(value: str) -> bytes:
    """base64url without padding, as JWTs use it; ValueError if it is not that."""
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
