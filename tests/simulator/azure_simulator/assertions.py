# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client assertions: a JWT signed with a registered certificate, or a federated token."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from azure_simulator.tokens import decode
from azure_simulator.world import DirectoryObject


@dataclass(slots=True, frozen=True)
class Problem:
    """Why an assertion is refused: the number after AADSTS, and Entra's words."""

    code: int
    message: str


def check(assertion: str, client: str, endpoint: str, holders: list[DirectoryObject]) -> Problem | None:
    """None if the assertion proves ``client``; ``holders`` are its application and service principal."""
    try:
        head, claims, signature, signed = _read(assertion)
    except (ValueError, IndexError):
        return Problem(50027, "JWT token is invalid or malformed.")
    if "x5t" in head or "x5t#S256" in head:
        return _check_certificate(head, claims, signature, signed, client, endpoint, holders)
    return _check_federated(claims, holders)


def _read(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    head, claims, signature = assertion.split(".")
    return json.loads(decode(head)), json.loads(decode(claims)), decode(signature), f"{head}.{claims}".encode()


def _check_certificate(
    head: dict[str, Any],
    claims: dict[str, Any],
    signature: bytes,
    signed: bytes,
    client: str,
    endpoint: str,
    holders: list[DirectoryObject],
) -> Problem | None:
    der = _registered(head, holders)
    if der is None:
        return Problem(
            700027,
            "The certificate with identifier used to sign the client assertion is not registered on application.",
        )
    certificate = x509.load_der_x509_certificate(der)
    if certificate.not_valid_after_utc.timestamp() < time.time():
        return Problem(700027, "The certificate used to sign the client assertion is expired on application.")
    if not _signed_by(certificate, head, signature, signed):
        return Problem(700027, "Client assertion failed signature validation.")
    if {claims.get("iss"), claims.get("sub")} != {client}:
        return Problem(700030, "Invalid certificate: the issuer and subject of the assertion must be the client.")
    if str(claims.get("aud", "")).partition("/oauth2/")[0] != endpoint.partition("/oauth2/")[0]:
        return Problem(700023, "Client assertion audience claim does not match Realm issuer.")
    if not claims.get("nbf", 0) - 300 <= time.time() < claims.get("exp", 0):
        return Problem(700024, "Client assertion is not within its valid time range.")
    return None


def _registered(head: dict[str, Any], holders: list[DirectoryObject]) -> bytes | None:
    for holder in holders:
        for credential in holder.data.get("keyCredentials", []):
            der = base64.b64decode(credential.get("key") or "")
            sha1 = hashlib.sha1(der, usedforsecurity=False).digest()
            if der and (_is(head.get("x5t"), sha1) or _is(head.get("x5t#S256"), hashlib.sha256(der).digest())):
                return der
    return None


def _is(encoded: str | None, digest: bytes) -> bool:
    return encoded is not None and decode(encoded) == digest


def _signed_by(certificate: x509.Certificate, head: dict[str, Any], signature: bytes, signed: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if head.get("alg") == "PS256":
        scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
    try:
        key.verify(signature, signed, scheme, hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _check_federated(claims: dict[str, Any], holders: list[DirectoryObject]) -> Problem | None:
    """The issuer's own signature is not checked: there is no issuer to ask for its keys."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    for holder in holders:
        for credential in holder.data.get("federatedIdentityCredentials", []):
            same = credential["issuer"] == claims.get("iss") and credential["subject"] == claims.get("sub")
            if same and set(audiences) & set(credential["audiences"]):
                return None
    return Problem(70021, "No matching federated identity record found for presented assertion.")
