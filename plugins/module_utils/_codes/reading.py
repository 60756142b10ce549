# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA9xx. What could not be read, and what the login may do."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

READING: dict[str, Code] = {
    "RA901": Code(
        WARNING,
        "{what} could not be read: {reason}",
        "Grant the login read access there, or confirm that nothing of this migration lives there.",
    ),
    "RA902": Code(
        WARNING,
        "{what} could not be read, because Azure refused more requests: {reason}",
        "Run again later, with fewer forks or a smaller max_parallel.",
    ),
    "RA903": Code(
        WARNING,
        "{what} could not be read, because Azure failed: {reason}",
        "Run again. If it stays so, look at the health of the resource and of the service in the portal.",
    ),
    "RA904": Code(
        ERROR,
        "Automation account {account} is not there, or was deleted while it was read.",
        "Take it out of the inventory, or correct resource_group and automation_account_name.",
    ),
    "RA905": Code(
        ERROR,
        "Automation account {account} could not be read at all: {reason}",
        "Give the login the role Reader there, and assess it again.",
    ),
    "RA906": Code(
        WARNING,
        "{what} could not be used: {reason}",
        "Move it away and run again; what it told is not taken into account here.",
    ),
    # RA91x: what the login that migrates may do, and what stands in its way
    "RA910": Code(
        ERROR,
        "The login that migrates cannot do step {step}: it lacks {lacking}.",
        "Give it the role {roles}, or a role with just that (docs/permissions.md). {grantors}",
    ),
    "RA911": Code(
        INFO,
        "This login only reads: it is none to migrate with, so what the login that migrates may do was not judged.",
        "Assess with the login that will migrate, or name its object id with migration_principal.",
    ),
    "RA912": Code(
        WARNING,
        "The login that migrates can migrate, but not retire with step {step}: it lacks {lacking}.",
        "Give it the role {roles}, or a role with just that (docs/permissions.md), before the Run As account is "
        "removed. {grantors}",
    ),
    "RA913": Code(
        WARNING,
        "The login that migrates lacks the permission {permission} of Microsoft Graph, which step {step} asks for.",
        "Have an administrator of Microsoft Entra grant it, or {instead}.",
    ),
    "RA914": Code(
        WARNING,
        "Whether the login that migrates can do step {step} is not known: its role assignment has a condition. It "
        "concerns {permissions}.",
        "Check that the condition allows it.",
    ),
    "RA915": Code(
        ERROR,
        "Lock {lock} ({level}) at {scope} stops these steps: {steps}.",
        "Have the lock removed for the time of the migration.",
    ),
    "RA916": Code(
        WARNING,
        "Lock {lock} ({level}) at {scope} stops the retirement ({steps}); it does not stop the migration.",
        "Have the lock removed before the Run As account is.",
    ),
    "RA917": Code(
        ERROR,
        "Policy {policy} would deny the account its identity{reason}.",
        "Have the account exempted from the policy's assignment, or the assignment changed (definition {definition}).",
    ),
    "RA930": Code(
        INFO,
        "A run now would change nothing in {account}: {why}.",
        "Run inside the change window, or give another one.",
    ),
    # RA94x: exports for a rehearsal
    "RA940": Code(
        WARNING,
        "The export of {account} lacks {count} answers that Azure refused; the copy refuses the same.",
        "Grant the login read access and export again, or take what the rehearsal says of these as not rehearsed.",
    ),
}
