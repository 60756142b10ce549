# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA32x. Access policies of key vaults."""

from __future__ import annotations

from .code import INFO, WARNING, Code

KEY_VAULT: dict[str, Code] = {
    "RA320": Code(
        WARNING,
        "An access policy of key vault {vault} names the Run As account together with application {application} "
        "({permissions}). It is for a user of that application, not for the account, and was not copied.",
        "Nothing, as a rule: jobs do not log in like that. If one does, give the identity a policy of its own.",
    ),
    "RA321": Code(
        INFO,
        "Key vault {vault} goes by Azure roles (RBAC): the access policy of the Run As account ({permissions}) is "
        "without effect, gives no access, and was not copied.",
        "Roles that the Run As account holds there are copied as role assignments. If the vault is to be used as the "
        "policy says, review and give the identity at the vault: {roles}.",
    ),
    "RA322": Code(
        INFO,
        "Key vault {vault} has a firewall that lets through: {lets_through}. An access policy that is right can still "
        "be refused there, whoever logs in.",
        "Run what needs the vault on a hybrid worker in a network that is let through: Azure Automation is not among "
        "the trusted services.",
    ),
    "RA323": Code(
        WARNING,
        "{policy} of key vault {vault} was not copied: the vault is in state {state}.",
        "Run again once the vault is in state Succeeded.",
    ),
    "RA324": Code(
        WARNING,
        "{policy} of key vault {vault} was not copied: the entry is of tenant {entry_tenant}, the vault of tenant "
        "{vault_tenant} and its subscription of tenant {tenant}. It names nobody of that tenant.",
        "After a move to another tenant, set the vault's tenant anew, remove its old access policies, and run again.",
    ),
    "RA325": Code(
        WARNING,
        "{policy} of key vault {vault} was not copied: the vault has {count} access policies, and Azure allows "
        "{limit}.",
        "Remove access policies that are not needed, such as those of deleted principals, and run again.",
    ),
    "RA326": Code(
        WARNING,
        "Key vault {vault} would have {count} of at most {limit} access policies.",
        "Remove access policies that are not needed, such as those of deleted principals.",
    ),
}
