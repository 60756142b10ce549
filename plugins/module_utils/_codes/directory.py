# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA33x. What the Run As principal holds in Microsoft Entra."""

from __future__ import annotations

from .code import INFO, WARNING, Code

DIRECTORY: dict[str, Code] = {
    "RA330": Code(
        WARNING,
        "App role {role} of {scope} was not copied: {why}.",
        "Add app_role:{role} to include_privileged if the runbooks really need it, or give the identity a lesser one.",
    ),
    "RA331": Code(
        WARNING,
        "Directory role {role} at {scope} was not copied: {why}.",
        "Add 'directory_role:{role}' to include_privileged if the runbooks really need it.",
    ),
    "RA332": Code(
        WARNING,
        "{what} is left to somebody else: this login may not give it.",
        "Have it done by {needs}; copy_runas_roles writes the command to hand-over.sh in the account's ledger. Then "
        "run that again to see that it is there.",
    ),
    "RA333": Code(
        WARNING,
        "The identity has, or would get, {role} of {scope}: {note}.",
        "Change the runbooks that log in there before the Run As account is retired.",
    ),
    "RA334": Code(
        WARNING,
        "The Run As account holds {role} at {scope} through group {group}; the identity does not.",
        "Add the identity to the group with join_groups, or give it the role by itself.",
    ),
    "RA335": Code(
        WARNING,
        "Group {group} cannot be joined: {why}.",
        "Give the identity by itself what the group gives, or have the group's owner add it.",
    ),
    "RA336": Code(
        WARNING,
        "Group {group} was not joined: it gives {role} at {scope}, and {why}.",
        "Add 'group:{group}' to include_privileged if the runbooks really need it, or give it less by itself.",
    ),
    "RA337": Code(
        INFO,
        "The Run As account is a member of group {group}, and the identity is not; no access that it gives was seen.",
        "Ask the group's owner what it is for. If the runbooks need it, add the identity with join_groups.",
    ),
    "RA338": Code(
        WARNING,
        "{role} of {scope} was not copied: {why}.",
        "Look at the application in Microsoft Entra, and give the identity what it offers now if the runbooks need it.",
    ),
    "RA339": Code(
        WARNING,
        "Directory role {role} at {scope} was not copied: what the Run As account has ends on {end}, and what the "
        "identity gets would not end.",
        "Have the identity given it with an end, or add 'directory_role:{role}' to include_privileged to give it for "
        "good.",
    ),
}
