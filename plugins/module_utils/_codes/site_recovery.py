# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA7xx. Site Recovery."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

SITE_RECOVERY: dict[str, Code] = {
    "RA701": Code(
        ERROR,
        "Container mapping {mapping} of vault {vault} updates its agents through the Run As account of {account}.",
        "Run the playbook site_recovery: it sets the mapping's authentication type to SystemAssignedIdentity.",
    ),
    "RA702": Code(
        INFO,
        "Vault {vault}: once {account} has a system-assigned identity, the portal offers no Migrate button for it any "
        "more. The mappings are moved by the API all the same.",
        "Nothing is missing. The portal shows what the mappings use under Extension update settings of the vault.",
    ),
    "RA703": Code(
        WARNING,
        "Container mapping {mapping} of vault {vault} names the Automation account {other}, which is not there any "
        "more: its agents are not updated.",
        "Link the vault to another account, with link and vaults.",
    ),
    "RA704": Code(
        INFO,
        "Container mapping {mapping} of vault {vault} names the Automation account {other}, not {account}. It stays as "
        "it is.",
        "Migrate {other}, or link the vault to {account}, with link and vaults.",
    ),
    "RA705": Code(
        INFO,
        "Container mapping {mapping} of vault {vault} is of the kind {provider}, not from Azure to Azure: no account "
        "updates its agents, and it stays as it is.",
        "Nothing has to be done for it here.",
    ),
    "RA706": Code(
        ERROR,
        "Container mapping {mapping} of vault {vault}, which is in {vault_region}, cannot be moved to the identity of "
        "{account}, which is in {region}: Site Recovery wants both in the same region.",
        "Link the vault to an account in its own region, with link and vaults.",
    ),
    "RA707": Code(
        WARNING,
        "The agent of {machine}, which vault {vault} protects, has version {version} and {runs} out of support on "
        "{date}.",
        "See that auto-update reaches it: look at the jobs of the account, or update the agent by hand.",
    ),
    "RA708": Code(
        ERROR,
        "The identity of {account} needs the role {role} at {scope}, and the login may not give it. So the container "
        "mappings of vault {vault} stay as they are.",
        "Let the login give roles there, or have it done by the command under hand_over, and run again.",
    ),
    "RA709": Code(
        ERROR,
        "Where the identity of {account} needs its role for the sake of vault {vault} is not known: {reason} So the "
        "container mappings of this vault stay as they are.",
        "Let the login read it, or set role_scope to vault, and run again.",
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
        "Run the playbook site_recovery with auto_update set to enable, or keep the agents current by hand.",
    ),
    "RA712": Code(
        ERROR,
        "Site Recovery reports {category} for container mapping {mapping} of vault {vault}: {meaning}.",
        "Run the playbook site_recovery, which moves the mapping to the identity; Run As accounts can be renewed no "
        "more.",
    ),
    "RA713": Code(
        WARNING,
        "Site Recovery reports {category} for container mapping {mapping} of vault {vault}: {meaning}.",
        "Check the versions of the agents; once the mapping uses the identity, run the playbook site_recovery with "
        "toggle.",
    ),
    "RA714": Code(
        WARNING,
        "{what} of vault {vault}, which is in {vault_region}, names {account}, which is in {region}: Site Recovery "
        "wants both in the same region.",
        "Link the vault to an account in its own region: the playbook site_recovery with link and vaults.",
    ),
    "RA715": Code(
        WARNING,
        "Vault {vault} is in state {state}. {what} could not be read: {reason}",
        "Repair the vault and run again. Until then it may use the Run As account of any account.",
    ),
    "RA716": Code(
        INFO,
        "The identity of {account} holds {role} at {scope}, which this step did not give it. It stays, and so nothing "
        "is lowered at {wanted}.",
        "Take that role away where nothing else needs it, and run again.",
    ),
}
