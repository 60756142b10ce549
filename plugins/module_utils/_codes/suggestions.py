# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA34x. What suggestions of smaller roles rest on, and what they do not cover."""

from __future__ import annotations

from .code import INFO, WARNING, Code

SUGGESTIONS: dict[str, Code] = {
    "RA340": Code(
        INFO,
        "The Activity Log of subscription {subscription} shows nothing that the Run As principals did in {days} days.",
        "Suggestions rest on the runbooks alone there. What runs more seldom is not in the log.",
    ),
    "RA341": Code(
        WARNING,
        "{runbook} ({version}): {what}",
        "Look what it does in Azure, and add a role for that to the role map by hand.",
    ),
    "RA342": Code(
        WARNING,
        "{runbook} ({version}) calls {cmdlet}, which is in no table: the operations that it needs are not known.",
        "Name them with cmdlet_operations, or add a role for it to the role map by hand.",
    ),
    "RA343": Code(
        WARNING,
        "Of Azure's roles only {role} allows {operations} at {scope}, and it allows nearly everything else.",
        "Make a custom role with just the operations of this suggestion, and name it in the role map instead.",
    ),
    "RA344": Code(
        WARNING,
        "No role of Azure's is made for just this: {role} at {scope} is the nearest.",
        "Read what it is described for, or make a custom role with just the operations of the suggestion.",
    ),
    "RA345": Code(
        WARNING,
        "No suggestion allows {operation} at {scope}.",
        "not_covered of the result says why. Where the runbooks really need it, add a role to the role map by hand.",
    ),
    "RA346": Code(
        WARNING,
        "Nothing was seen that needs {role} at {scope}: the role map leaves it as it is.",
        "Ask whose it is. Leave it out with exclude of copy_runas_roles if nobody needs it.",
    ),
    "RA347": Code(
        WARNING,
        "{role} at {scope}: only runbooks tell of {operations}, and not where. The scope of today is assumed.",
        "Narrow the scope in the role map where you know the resource groups.",
    ),
    "RA348": Code(
        WARNING,
        "{role} at {scope} is left as it is: {why}.",
        "Decide by hand what takes its place.",
    ),
    "RA349": Code(
        INFO,
        "{scope} was worked on, and is gone: it leads to no suggestion.",
        "Nothing to do, unless the runbooks make it anew each time: then add a role that may to the role map by hand.",
    ),
}
