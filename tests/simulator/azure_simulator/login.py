# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Entra login listener: discovery, client credentials, managed identity endpoints (contract 9.2)."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from azure_simulator import assertions, clock
from azure_simulator.errors import Refusal
from azure_simulator.router import Routes
from azure_simulator.tokens import LIFETIME, TokenService
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import DirectoryObject, Host, World, new_id

_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SHARED_AUTHORITIES = ("common", "organizations")


def register(routes: Routes, tokens: TokenService) -> None:
    """Add the login routes; tokens come from ``tokens``."""

    def token(call: Call) -> Response:
        return _token(call, tokens)

    def managed_identity(call: Call) -> Response:
        return _managed_identity(call, tokens)

    for template in ("/{tenant}/v2.0/.well-known/openid-configuration", "/{tenant}/.well-known/openid-configuration"):
        routes.add("login", "GET", template, _openid_configuration, public=True)
    routes.add("login", "GET", "/common/discovery/instance", _instance_discovery, public=True)
    routes.add("login", "POST", "/{tenant}/oauth2/v2.0/token", token, mutates=False, public=True)
    routes.add("login", "POST", "/{tenant}/oauth2/token", token, mutates=False, public=True)
    routes.add("login", "GET", "/msi/token", managed_identity, public=True)
    routes.add("login", "GET", "/metadata/identity/oauth2/token", managed_identity, public=True)


def refuse(status: int, error: str, code: int, message: str) -> Refusal:
    """Entra's error body."""
    trace, correlation = new_id(), new_id()
    stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    return Refusal(
        status,
        {
            "error": error,
            "error_description": f"AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} "
            f"Timestamp: {stamp}",
            "error_codes": [code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={code}",
        },
    )


def _tenant(call: Call) -> str:
    wanted = call.params["tenant"].lower()
    for tenant in call.world.tenants.values():
        if wanted in (tenant.id.lower(), tenant.domain.lower()):
            return tenant.id
    raise refuse(
        400,
        "invalid_request",
        90002,
        f"Tenant '{call.params['tenant']}' not found. Check to make sure you have the correct tenant ID and are "
        "signing into the correct cloud.",
    )


def _openid_configuration(call: Call) -> Response:
    """Of a tenant, or of an authority that serves all, whose issuer is a template (contract 9.3)."""
    shared = call.params["tenant"].lower() in _SHARED_AUTHORITIES
    tenant = call.params["tenant"].lower() if shared else _tenant(call)
    issuer = "{tenantid}" if shared else tenant
    base = f"{call.base_url}/{tenant}"
    return json_response(
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{call.base_url}/{issuer}/v2.0",
            "request_uri_parameter_supported": False,
            "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "http_logout_supported": True,
            "frontchannel_logout_supported": True,
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
            "tenant_region_scope": None if shared else "WW",
            "cloud_instance_name": "microsoftonline.com",
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
            "rbac_url": "https://pas.windows.net",
        }
    )


def _instance_discovery(call: Call) -> Response:
    endpoint = call.query.get("authorization_endpoint", "")
    tenant = endpoint.split("/")[3] if endpoint.count("/") >= 3 else "common"
    host = call.header("host")
    return json_response(
        {
            "tenant_discovery_endpoint": f"{call.base_url}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }
    )


def _token(call: Call, tokens: TokenService) -> Response:
    tenant = _tenant(call)
    form = dict(parse_qsl(call.body.decode("utf-8", errors="replace")))
    if form.get("grant_type") != "client_credentials":
        raise refuse(
            400,
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type.",
        )
    resource = _resource(form, tokens)
    principal = _authenticate(call.world, tenant, form, f"{call.base_url}{call.path}")
    call_token = tokens.issue(tenant, principal.data["appId"], principal.id, resource)
    return json_response(
        {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": call_token}
    )


def _resource(form: dict[str, str], tokens: TokenService) -> str:
    scope = form.get("scope", "")
    resource = form.get("resource") or scope.removesuffix("/.default")
    if not form.get("resource") and not scope.endswith("/.default"):
        raise refuse(
            400, "invalid_scope", 1002012, f"The provided value for scope {scope} is not valid; it ends in /.default."
        )
    if tokens.service_of(resource) is None:
        raise refuse(
            400, "invalid_resource", 500011, f"The resource principal named {resource} was not found in the tenant."
        )
    return resource


def _authenticate(world: World, tenant: str, form: dict[str, str], endpoint: str) -> DirectoryObject:
    """The service principal that the form proves to be; Entra's refusal otherwise."""
    client = form.get("client_id", "")
    application = world.application_of_app(tenant, client)
    principal = world.service_principal_of_app(tenant, client)
    if application is None and principal is None:
        raise refuse(
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if "
            "the application has not been installed by the administrator of the tenant.",
        )
    holders = [obj for obj in (application, principal) if obj is not None]
    if form.get("client_assertion_type") == _JWT_BEARER:
        _check_assertion(form.get("client_assertion", ""), client, endpoint, holders)
    else:
        _check_secret(form.get("client_secret", ""), client, holders)
    if principal is None:
        raise refuse(
            401,
            "unauthorized_client",
            7000229,
            f"The client application {client} is missing service principal in the tenant {tenant}.",
        )
    if principal.data.get("accountEnabled") is False:
        raise refuse(400, "unauthorized_client", 7000112, f"Application '{client}' is disabled.")
    return principal


def _check_secret(secret: str, client: str, holders: list[DirectoryObject]) -> None:
    for holder in holders:
        ends = {item["keyId"]: item.get("endDateTime") for item in holder.data.get("passwordCredentials", [])}
        for key_id, text in holder.secrets.items():
            if not hmac.compare_digest(text.encode(), secret.encode()):
                continue
            end = ends.get(key_id)
            if end and clock.parse(end) < clock.Clock().now():
                raise refuse(
                    401, "invalid_client", 7000222, f"The provided client secret keys for app '{client}' are expired."
                )
            return
    raise refuse(
        401,
        "invalid_client",
        7000215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        f"the client secret ID, for a secret added to app '{client}'.",
    )


def _check_assertion(assertion: str, client: str, endpoint: str, holders: list[DirectoryObject]) -> None:
    problem = assertions.check(assertion, client, endpoint, holders)
    if problem is not None:
        raise refuse(401, "invalid_client", problem.code, problem.message)


def _managed_identity(call: Call, tokens: TokenService) -> Response:
    host = _host(call)
    resource = call.query.get("resource", "")
    if tokens.service_of(resource) is None:
        raise Refusal(
            400, {"error": "invalid_resource", "error_description": f"AADSTS500011: {resource} is not known."}
        )
    principal = _identity_of(call, host)
    token = tokens.issue(principal.tenant_id, principal.data["appId"], principal.id, resource)
    return json_response(
        {
            "access_token": token,
            "client_id": principal.data["appId"],
            "expires_in": str(LIFETIME),
            "expires_on": str(int(time.time()) + LIFETIME),
            "resource": resource,
            "token_type": "Bearer",
        }
    )


def _host(call: Call) -> Host:
    header = call.header("x-identity-header")
    host = call.world.hosts.get(header)
    if host is None and not header and call.header("metadata").lower() == "true":
        host = next(iter(call.world.hosts.values()), None)
    if host is None:
        raise Refusal(400, {"error": "invalid_request", "error_description": "No managed identity endpoint for you."})
    return host


def _identity_of(call: Call, host: Host) -> DirectoryObject:
    names = ("client_id", "object_id", "principal_id")
    wanted = {call.query[name].lower() for name in names if name in call.query}
    resource_id = (call.query.get("mi_res_id") or call.query.get("msi_res_id") or "").lower()
    candidates = host.user_assigned if wanted or resource_id else [host.system]
    tests: list[Callable[[Any], bool]] = [
        lambda obj: obj.data["appId"].lower() in wanted or obj.id.lower() in wanted,
        lambda obj: bool(resource_id) and resource_id in " ".join(obj.data.get("alternativeNames", [])).lower().split(),
        lambda obj: not wanted and not resource_id,
    ]
    for object_id in candidates:
        obj = call.world.objects.get((object_id or "").lower())
        if obj is not None and any(test(obj) for test in tests):
            return obj
    raise Refusal(400, {"error": "invalid_request", "error_description": "Identity not found"})
