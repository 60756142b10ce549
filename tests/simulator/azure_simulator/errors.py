# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals. ``raise errors.x(...)`` in a handler; the gateway sends what it says.

The three shapes of 404 inside one provider are contract section 0.
"""

from __future__ import annotations

import json
from typing import Any


class Refusal(Exception):
    """An error answer on its way to the client."""

    def __init__(
        self,
        status: int,
        body: dict[str, Any] | str | None,
        *,
        from_gateway: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.from_gateway = from_gateway
        self.headers = headers or {}
        if isinstance(body, str):
            self.body, self.content_type = body.encode(), "text/plain; charset=utf-8"
        else:
            self.body = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
            self.content_type = "application/json; charset=utf-8"


def arm_error(status: int, code: str, message: str, *, from_gateway: bool = False) -> Refusal:
    """``{"error": {"code", "message"}}``, the wrapped shape."""
    return Refusal(status, {"error": {"code": code, "message": message}}, from_gateway=from_gateway)


def bad_request(code: str, message: str) -> Refusal:
    return arm_error(400, code, message)


def conflict(code: str, message: str) -> Refusal:
    return arm_error(409, code, message)


def resource_not_found(type_and_names: str, group: str) -> Refusal:
    """404 shape 1: a tracked resource, e.g. ``Microsoft.Automation/automationAccounts/aa``."""
    return arm_error(
        404,
        "ResourceNotFound",
        f"The Resource '{type_and_names}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        from_gateway=True,
    )


def resource_group_not_found(group: str) -> Refusal:
    return arm_error(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.", from_gateway=True)


def subscription_not_found(subscription: str) -> Refusal:
    return arm_error(
        404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.", from_gateway=True
    )


def bare(status: int, code: str, message: str) -> Refusal:
    """404 shape 2, and Automation's other own errors: no ``error`` wrapper."""
    return Refusal(status, {"code": code, "message": message})


def text(status: int, message: str) -> Refusal:
    """404 shape 3: plain text."""
    return Refusal(status, message)


def no_registered_provider(
    resource_type: str, location: str, version: str, versions: list[str], locations: list[str]
) -> Refusal:
    return arm_error(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location}' and API version '{version}' for type "
        f"'{resource_type}'. The supported api-versions are '{', '.join(versions)}'. "
        f"The supported locations are '{', '.join(locations)}'.",
        from_gateway=True,
    )


def missing_api_version() -> Refusal:
    return arm_error(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
        from_gateway=True,
    )


def unknown_resource_type(namespace: str, resource_type: str, version: str) -> Refusal:
    return arm_error(
        404,
        "InvalidResourceType",
        f"The resource type '{resource_type}' could not be found in the namespace '{namespace}' "
        f"for api version '{version}'.",
        from_gateway=True,
    )


def method_not_allowed(method: str) -> Refusal:
    return arm_error(405, "MethodNotAllowed", f"The request method '{method}' is not allowed here.", from_gateway=True)


def authorization_failed(client: str, object_id: str, action: str, scope: str) -> Refusal:
    return arm_error(
        403,
        "AuthorizationFailed",
        f"The client '{client}' with object id '{object_id}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials.",
        from_gateway=True,
    )


def invalid_token(message: str, challenge: str) -> Refusal:
    """401 of ARM and of Graph; ``challenge`` is the WWW-Authenticate header."""
    refusal = arm_error(401, "InvalidAuthenticationToken", message, from_gateway=True)
    refusal.headers["WWW-Authenticate"] = challenge
    return refusal


def storage_unauthenticated(login: str) -> Refusal:
    """401 of the Blob service (contract 13.1)."""
    refusal = Refusal(401, None)
    refusal.headers["x-ms-error-code"] = "InvalidAuthenticationInfo"
    refusal.headers["WWW-Authenticate"] = (
        f"Bearer authorization_uri={login}/common/oauth2/authorize resource_id=https://storage.azure.com"
    )
    return refusal


def graph_error(status: int, code: str, message: str, date: str = "", request_id: str = "") -> Refusal:
    """Microsoft Graph's shape, with ``innerError`` (contract 5)."""
    inner = {"date": date, "request-id": request_id, "client-request-id": request_id}
    return Refusal(status, {"error": {"code": code, "message": message, "innerError": inner}})


def too_many_requests(retry_after: int, message: str) -> Refusal:
    refusal = arm_error(429, "TooManyRequests", message, from_gateway=True)
    refusal.headers["Retry-After"] = str(retry_after)
    return refusal
