# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA3xx. What may be done, and by whom."""

from __future__ import annotations

from .code import INFO, WARNING, Code

ACCESS: dict[str, Code] = {
    "RA301": Code(
        WARNING,
        "Run As connection {connection} has no ApplicationId: whose access to copy cannot be found from it.",
        "Set principal_id to the object id of its service principal (and copy_unused, for nothing can log in with this "
        "connection), or copy its access by hand.",
    ),
    "RA302": Code(
        WARNING,
        "Application {application} of Run As connection {connection} has no service principal in the login's tenant.",
        "Role assignments outlive their principal: set principal_id to its former object id to copy them.",
    ),
    "RA303": Code(
        WARNING,
        "{role} at {scope} was not copied: it allows its holder to give out roles.",
        "Name the role in include_privileged if the runbooks really need it, or replace it with role_map.",
    ),
    "RA304": Code(
        WARNING,
        "{role} at {scope} was not copied: nothing uses it, {why}.",
        "Set copy_unused to true if the identity should have it all the same.",
    ),
    "RA305": Code(
        WARNING,
        "The identity has, or would get, Contributor at {scope}: what Run As accounts were given by default.",
        "Give it less with role_map, such as 'Contributor=Reader+Virtual Machine Contributor'.",
    ),
    "RA306": Code(
        WARNING,
        "The identity already has {role} at {scope}, with another condition than the Run As account. It was left so.",
        "Compare both conditions and correct the identity's role assignment {existing} by hand.",
    ),
    "RA307": Code(
        WARNING,
        "{role} at {scope} was not copied: it would be needed with several conditions, and Azure allows one.",
        "Create one role assignment by hand with a condition that covers all of them, or set connection.",
    ),
    "RA308": Code(
        WARNING,
        "{scope} would hold {count} of at most {limit} role assignments.",
        "Remove role assignments that are not needed, such as those of deleted principals.",
    ),
    "RA309": Code(
        WARNING,
        "{role} at {scope} was not copied: the role could not be read, so what it allows is not known: {reason}",
        "Let the login read role definitions there, or name the role's guid in include_privileged.",
    ),
    "RA310": Code(
        WARNING,
        "{role} at {scope} was not copied: the role may only be given at {scopes}.",
        "Add the scope to the assignable scopes of the custom role, or replace the role with role_map.",
    ),
    "RA311": Code(
        WARNING,
        "{role} at {scope} was not copied: its condition names the Run As account's own principal {principal}.",
        "Create the role assignment by hand, with a condition that names the identity's principal instead.",
    ),
    "RA312": Code(
        WARNING,
        "The Run As account may activate {role} at {scope} (an eligible assignment): a runbook could not, so it was "
        "not copied.",
        "Give the identity a role there only if a runbook needs it.",
    ),
    "RA313": Code(
        WARNING,
        "{role} at {scope} still belongs to principal {principal}, which was the identity of {account} before it was "
        "made anew.",
        "Remove the orphan: az role assignment delete --ids {id}",
    ),
    "RA314": Code(
        INFO,
        "The service principal of Run As connection {connection} was deleted on {deleted}; its object id was "
        "{principal}.",
        "What it held is left: set copy_unused to copy it, or remove it, for it belongs to nobody.",
    ),
    "RA315": Code(
        WARNING,
        "{role} at {scope} was not copied: what the Run As account has there ends on {end}, and what the identity gets "
        "would not end.",
        "Give the identity the role by hand, with an end, or name the role in include_privileged to give it for good.",
    ),
}
