# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which built-in roles allow in an RBAC vault what an access policy would permit. Pure.

Sources: what data action a permission is, from AcessPolicyRBACMapping.csv of Microsoft's
Azure/KeyVault-AccessPolicyToRBAC-CompareTool; what the roles allow, from the built-in roles for security of
Azure's documentation (docs/contract.md, 7.1).
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from .vault_model import Permissions

ADMINISTRATOR = "Key Vault Administrator"

# Data actions below Microsoft.KeyVault/vaults/, in lower case. The least role comes first.
_ROLES: dict[str, tuple[str, ...]] = {
    "Key Vault Reader": ("*/read", "secrets/readmetadata/action"),
    "Key Vault Secrets User": ("secrets/getsecret/action", "secrets/readmetadata/action"),
    "Key Vault Crypto Service Encryption User": ("keys/read", "keys/wrap/action", "keys/unwrap/action"),
    "Key Vault Crypto Service Release User": ("keys/release/action",),
    "Key Vault Certificate User": (
        "certificates/read",
        "secrets/getsecret/action",
        "secrets/readmetadata/action",
        "keys/read",
    ),
    "Key Vault Crypto User": (
        "keys/read",
        "keys/update/action",
        "keys/backup/action",
        "keys/encrypt/action",
        "keys/decrypt/action",
        "keys/wrap/action",
        "keys/unwrap/action",
        "keys/sign/action",
        "keys/verify/action",
    ),
    "Key Vault Secrets Officer": ("secrets/*",),
    "Key Vault Certificates Officer": ("certificates/*", "certificatecas/*", "certificatecontacts/write"),
    "Key Vault Crypto Officer": ("keys/*", "keyrotationpolicies/*"),
}

_ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "keys": {
        "get": ("keys/read",),
        "list": ("keys/read",),
        "update": ("keys/update/action",),
        "create": ("keys/create/action",),
        "import": ("keys/import/action",),
        "delete": ("keys/delete",),
        "recover": ("keys/recover/action",),
        "backup": ("keys/backup/action",),
        "restore": ("keys/restore/action",),
        "decrypt": ("keys/decrypt/action",),
        "encrypt": ("keys/encrypt/action",),
        "unwrapkey": ("keys/unwrap/action",),
        "wrapkey": ("keys/wrap/action",),
        "verify": ("keys/verify/action",),
        "sign": ("keys/sign/action",),
        "purge": ("keys/purge/action",),
        "release": ("keys/release/action",),
        "rotate": ("keys/rotate/action",),
        "getrotationpolicy": ("keyrotationpolicies/read",),
        "setrotationpolicy": ("keyrotationpolicies/write",),
    },
    "secrets": {
        "get": ("secrets/getsecret/action",),
        "list": ("secrets/readmetadata/action",),
        "set": ("secrets/setsecret/action", "secrets/update/action"),
        "delete": ("secrets/delete",),
        "recover": ("secrets/recover/action",),
        "backup": ("secrets/backup/action",),
        "restore": ("secrets/restore/action",),
        "purge": ("secrets/purge/action",),
    },
    "certificates": {
        "get": ("certificates/read",),
        "list": ("certificates/read",),
        "update": ("certificates/update/action",),
        "create": ("certificates/create/action",),
        "import": ("certificates/import/action",),
        "delete": ("certificates/delete",),
        "recover": ("certificates/recover/action",),
        "backup": ("certificates/backup/action",),
        "restore": ("certificates/restore/action",),
        "managecontacts": ("certificatecontacts/write",),
        "manageissuers": ("certificatecas/write",),
        "getissuers": ("certificatecas/read",),
        "listissuers": ("certificatecas/read",),
        "setissuers": ("certificatecas/write",),
        "deleteissuers": ("certificatecas/delete",),
        "purge": ("certificates/purge/action",),
    },
    "storage": {
        "get": ("storageaccounts/read",),
        "list": ("storageaccounts/read",),
        "delete": ("storageaccounts/delete",),
        "set": ("storageaccounts/set/action",),
        "update": ("storageaccounts/set/action",),
        "regeneratekey": ("storageaccounts/regeneratekey/action",),
        "getsas": ("storageaccounts/sas/read",),
        "listsas": ("storageaccounts/sas/read",),
        "deletesas": ("storageaccounts/sas/delete",),
        "setsas": ("storageaccounts/sas/set/action",),
        "recover": ("storageaccounts/recover/action",),
        "backup": ("storageaccounts/backup/action",),
        "restore": ("storageaccounts/restore/action",),
        "purge": ("storageaccounts/purge/action",),
    },
}


def fitting_roles(permissions: Permissions) -> tuple[str, ...]:
    """Return the least built-in roles that together allow all of the permissions; they may allow more.

    One role where one is enough, else one for each kind; Key Vault Administrator where nothing less does. An ``all`` is
    every permission of its kind. () where a permission is not in the table: nobody can say then what fits.
    """
    needed: list[set[str]] = []
    for kind, names in permissions.items():
        known = _ACTIONS.get(kind, {})
        wanted = [name.lower() for name in names]
        if "all" in wanted:
            wanted = list(known)
        if not wanted or any(name not in known for name in wanted):
            return ()
        needed.append({action for name in wanted for action in known[name]})
    every: set[str] = set().union(*needed)
    one = _least(every)
    if one is not None:
        return (one,)
    several = [_least(actions) for actions in needed]
    found = [role for role in several if role is not None]
    return tuple(sorted(set(found), key=list(_ROLES).index)) if len(found) == len(needed) else (ADMINISTRATOR,)


def _least(actions: set[str]) -> str | None:
    return next((role for role in _ROLES if all(_allows(role, action) for action in actions)), None)


def _allows(role: str, action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in _ROLES[role])
