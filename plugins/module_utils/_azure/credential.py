# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""From the login options to a credential of azure-identity, asked at most once per audience."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from .cloud import Cloud

# A token that ends within this many seconds is asked for again.
_RENEW_BEFORE_SECONDS = 300


@dataclass(frozen=True)
class Login:
    """The login options as plain values; None is unset. Secrets stay out of ``repr``."""

    auth_source: str | None = None
    subscription_id: str | None = None
    tenant: str | None = None
    client_id: str | None = None
    secret: str | None = field(default=None, repr=False)
    x509_certificate_path: str | None = None
    x509_certificate_password: str | None = field(default=None, repr=False)
    oidc_token: str | None = field(default=None, repr=False)
    oidc_token_file_path: str | None = None
    cloud_environment: str | None = None
    authority_url: str | None = None
    disable_instance_discovery: bool = False
    ca_bundle: str | None = None


def make_credential(login: Login, cloud: Cloud, transport: Any) -> Any:
    """Return the azure-identity credential that the options ask for.

    ``auth_source`` auto (the default) takes a federated token, a certificate or
    a secret, in this order, and the Azure CLI where none is given. Raises
    ValueError, with the missing option named, where a login is given by half.
    """
    source = login.auth_source or "auto"
    if source == "msi":
        return _managed_identity(login, transport)
    if source == "cli" or (source == "auto" and not _names_a_principal(login)):
        return _azure_cli(login)
    return _service_principal(login, _common(login, cloud, transport))


def _names_a_principal(login: Login) -> bool:
    return any((login.secret, login.x509_certificate_path, login.oidc_token, login.oidc_token_file_path))


def _common(login: Login, cloud: Cloud, transport: Any) -> dict[str, Any]:
    """Return what every service principal login is given.

    An authority that msal does not know is asked for at the public cloud first
    unless instance discovery is off, which fails offline (azure-contracts, 9.2).
    """
    return {
        "authority": login.authority_url or cloud.login,
        "disable_instance_discovery": login.disable_instance_discovery or not cloud.known,
        "transport": transport,
    }


def _service_principal(login: Login, common: dict[str, Any]) -> Any:
    from azure import identity

    if not login.tenant:
        raise ValueError("The login lacks the option tenant (environment AZURE_TENANT).")
    if not login.client_id:
        raise ValueError("The login lacks the option client_id (environment AZURE_CLIENT_ID).")
    tenant, client = login.tenant, login.client_id
    if login.oidc_token_file_path:
        path = login.oidc_token_file_path
        return identity.WorkloadIdentityCredential(tenant_id=tenant, client_id=client, token_file_path=path, **common)
    if login.oidc_token:
        token = login.oidc_token
        return identity.ClientAssertionCredential(tenant, client, lambda: token, **common)
    if login.x509_certificate_path:
        return _certificate(login, tenant, client, common)
    if login.secret:
        return identity.ClientSecretCredential(tenant, client, login.secret, **common)
    raise ValueError("The login lacks the option secret (environment AZURE_SECRET), or x509_certificate_path.")


def _certificate(login: Login, tenant: str, client: str, common: dict[str, Any]) -> Any:
    from azure import identity

    path = login.x509_certificate_path
    try:
        return identity.CertificateCredential(
            tenant, client, path, password=login.x509_certificate_password or None, **common
        )
    except (OSError, ValueError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) else "it is no PEM or PKCS12 file, or its password is wrong"
        )
        raise ValueError(f"The certificate {path} (x509_certificate_path) cannot be read: {reason}.") from None


def _managed_identity(login: Login, transport: Any) -> Any:
    from azure import identity

    return identity.ManagedIdentityCredential(client_id=login.client_id, transport=transport)


def _azure_cli(login: Login) -> Any:
    from azure import identity

    return identity.AzureCliCredential(tenant_id=login.tenant or "")


class OneTokenPerAudience:
    """A credential that asks another at most once per audience, also when threads ask at the same time.

    Each SDK client keeps a token of its own, and the Azure CLI credential keeps
    none: without this a task would log in once per client and thread.
    """

    def __init__(self, credential: Any) -> None:
        self._credential = credential
        self._tokens: dict[tuple[str, ...], Any] = {}
        self._lock = threading.Lock()

    def get_token(self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **kwargs: Any) -> Any:
        """Return the token for ``scopes``; a claims challenge always asks anew."""
        with self._lock:
            token = self._tokens.get(scopes)
            if claims or token is None or token.expires_on - time.time() < _RENEW_BEFORE_SECONDS:
                token = self._credential.get_token(*scopes, claims=claims, tenant_id=tenant_id, **kwargs)
                self._tokens[scopes] = token
            return token

    def close(self) -> None:
        """Close the credential below."""
        close = getattr(self._credential, "close", None)
        if close:
            close()
