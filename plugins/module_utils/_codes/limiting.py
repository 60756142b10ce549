# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA350 to RA360. Run As accounts that are limited until they can migrate."""

from __future__ import annotations

from .code import INFO, WARNING, Code

LIMITING: dict[str, Code] = {
    "RA350": Code(
        WARNING,
        "Runbook {runbook} uses Key Vault ({what}): logged in with a Run As account, this stops working.",
        "Give the Run As account an access policy or a role at just the vaults that it needs, or migrate the runbook. "
        "A runbook that logs in with a managed identity is not concerned. Then set key_vault_runbooks to accept.",
    ),
    "RA351": Code(
        WARNING,
        "Group {group} gives the Run As account {role} at {scope}: Key Vault stays in its reach. It was left alone.",
        "Take the service principal out of the group, or give the group less; others may depend on what it gives.",
    ),
    "RA352": Code(
        WARNING,
        "The Run As account also has {role} at {scope}, which allows it to change Key Vaults. It was left alone.",
        "Replace that role assignment by hand with a role that is narrow enough.",
    ),
    "RA353": Code(
        WARNING,
        "Contributor at {scope} was not limited: the custom role {name} cannot be assigned there, because {why}.",
        "Assign Contributor below that scope instead, at each subscription that needs it, and run again{also}.",
    ),
    "RA354": Code(
        WARNING,
        "Contributor at {scope} was not limited: service principal {principal} is gone, so nothing can use it.",
        "Remove that role assignment; whoever is shown as unknown identity in the portal is such a one.",
    ),
    "RA355": Code(
        WARNING,
        "Contributor at {scope} was left: the Run As account already has {name} there, with another condition.",
        "Compare both conditions, and delete one of the two role assignments by hand.",
    ),
    "RA356": Code(
        WARNING,
        "The custom role {name} has other role assignments, {count} in all: their holders lose {actions} too.",
        "Look at who they are, or name a role of its own with role_name.",
    ),
    "RA357": Code(
        WARNING,
        "{name} at {scope} was left: the ledger does not know that Contributor was replaced there.",
        "If it was Contributor, assign that by hand and then delete this role assignment; or name the ledger that "
        "limit_runas wrote.",
    ),
    "RA358": Code(
        INFO,
        "The custom role {name} was left: {why}.",
        "Delete it by hand once nobody needs it.",
    ),
    "RA359": Code(
        WARNING,
        "The Run As account has neither Contributor nor {name} at {scope} any more: somebody removed both.",
        "If it still needs Contributor there, assign it by hand.",
    ),
    "RA360": Code(
        WARNING,
        "Contributor at {scope} was left: it ends on {end}, and the custom role in its place would not end.",
        "Wait for that end, or take Contributor away by hand.",
    ),
}
