# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Argument specs as values that can be merged, and those that all modules share.

The options of the login keep the names that users of azure.azcollection and of
AWX's Azure credential know; each has its documentation in ``doc_fragments``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ArgumentSpec:
    """Options of a module and the rules between them, in the words of AnsibleModule."""

    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[Any, ...], ...] = ()

    def __add__(self, other: ArgumentSpec) -> ArgumentSpec:
        """Return both specs as one."""
        return ArgumentSpec(
            options={**self.options, **other.options},
            mutually_exclusive=self.mutually_exclusive + other.mutually_exclusive,
            required_together=self.required_together + other.required_together,
            required_if=self.required_if + other.required_if,
        )

    def rules(self) -> dict[str, list[Any]]:
        """Return the rules between options as keyword arguments of AnsibleModule."""
        return {
            "mutually_exclusive": [list(rule) for rule in self.mutually_exclusive],
            "required_together": [list(rule) for rule in self.required_together],
            "required_if": [list(rule) for rule in self.required_if],
        }


# Each option's environment variables, in order: the peer's names, then azure-identity's own (design, section 4).
ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "auth_source": ("ANSIBLE_AZURE_AUTH_SOURCE",),
    "subscription_id": ("AZURE_SUBSCRIPTION_ID",),
    "client_id": ("AZURE_CLIENT_ID",),
    "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
    "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
    "x509_certificate_path": ("AZURE_X509_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"),
    "x509_certificate_password": ("AZURE_CLIENT_CERTIFICATE_PASSWORD",),
    "oidc_token": ("AZURE_FEDERATED_TOKEN",),
    "oidc_token_file_path": ("AZURE_FEDERATED_TOKEN_FILE",),
    "cloud_environment": ("AZURE_CLOUD_ENVIRONMENT",),
    "authority_url": ("AZURE_AUTHORITY_HOST",),
    "ca_bundle": ("RUNAS_MIGRATION_CA_BUNDLE",),
    "ledger": ("RUNAS_MIGRATION_LEDGER",),
}

LOGIN = ArgumentSpec(
    options={
        "auth_source": {"type": "str", "choices": ["auto", "cli", "env", "msi"]},
        "subscription_id": {"type": "str"},
        "tenant": {"type": "str", "aliases": ["tenant_id"]},
        "client_id": {"type": "str"},
        "secret": {"type": "str", "no_log": True},
        "x509_certificate_path": {"type": "path"},
        "x509_certificate_password": {"type": "str", "no_log": True},
        "oidc_token": {"type": "str", "no_log": True},
        "oidc_token_file_path": {"type": "path", "no_log": False},
        "cloud_environment": {"type": "str"},
        "authority_url": {"type": "str", "aliases": ["adfs_authority_url"]},
        "disable_instance_discovery": {"type": "bool", "default": False},
        "ca_bundle": {"type": "path"},
        "max_parallel": {"type": "int", "default": 4},
    }
)

ACCOUNT = ArgumentSpec(
    options={
        "resource_group": {"type": "str", "required": True},
        "automation_account_name": {"type": "str", "required": True},
    }
)

LEDGER = ArgumentSpec(
    options={
        "ledger": {"type": "path"},
        "ledger_ephemeral": {"type": "str", "choices": ["refuse", "accept"], "default": "refuse"},
        "expect_plan": {"type": "str"},
        "not_before": {"type": "str"},
        "not_after": {"type": "str"},
        "change_reference": {"type": "str"},
    }
)


def flat(entries: Iterable[Any]) -> list[str]:
    """Return the texts of a list option without blanks and empty ones.

    Ansible splits a text at commas; surveys of AWX also give one item a line.
    """
    lines = (line.strip() for entry in entries for line in str(entry).splitlines())
    return [line for line in lines if line]


# Ways to prove who logs in: one that the task gives is not mixed with another one of the environment.
_PROOFS = frozenset({"secret", "x509_certificate_path", "oidc_token", "oidc_token_file_path"})


def with_environment(parameters: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return ``parameters`` with unset options taken from the environment.

    An empty string counts as unset on both sides: AWX injects empty variables.
    What the task says beats the environment: also a certificate or federated token there, where it gives a secret.
    """
    variables = os.environ if environment is None else environment
    filled = {name: None if value == "" else value for name, value in parameters.items()}
    proved = any(filled.get(name) is not None for name in _PROOFS)
    for option, names in ENVIRONMENT.items():
        if option in filled and filled[option] is None and not (proved and option in _PROOFS):
            filled[option] = next((variables[name] for name in names if variables.get(name)), None)
    return filled
