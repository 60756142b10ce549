# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA7xx. Site Recovery."""

from __future__ import annotations

from .code import ERROR, WARNING, Code

SITE_RECOVERY: dict[str, Code] = {
    "RA701": Code(
        ERROR,
        "Container mapping {mapping} of vault {vault} updates its agents through the Run As account of {account}.",
        "Set the mapping's authentication type to SystemAssignedIdentity.",
    ),
    "RA710": Code(
        ERROR,
        "Protection intent {intent} of vault {vault} updates its agents through the Run As account of {account}.",
        "Let the policy that makes such intents name the authentication type SystemAssignedIdentity: without one it "
        "is RunAsAccount.",
    ),
    "RA711": Code(
        WARNING,
        "Container mapping {mapping} of vault {vault} names {account}, but does not update its agents: auto-update is "
        "off.",
        "Turn auto-update on with the authentication type SystemAssignedIdentity, or keep the agents current by hand.",
    ),
    "RA712": Code(
        ERROR,
        "Site Recovery reports {category} for container mapping {mapping} of vault {vault}: {meaning}.",
        "Set the mapping's authentication type to SystemAssignedIdentity; Run As accounts can be renewed no more.",
    ),
    "RA713": Code(
        WARNING,
        "Site Recovery reports {category} for container mapping {mapping} of vault {vault}: {meaning}.",
        "Check the versions of the agents; once the mapping uses the identity, turn auto-update off and on again.",
    ),
    "RA714": Code(
        WARNING,
        "{what} of vault {vault}, which is in {vault_region}, names {account}, which is in {region}: Site Recovery "
        "wants both in the same region.",
        "Name an account in the region of the vault, and migrate that one.",
    ),
    "RA715": Code(
        WARNING,
        "Vault {vault} is in state {state}. {what} could not be read: {reason}",
        "Repair the vault and run again. Until then it may use the Run As account of any account.",
    ),
}
