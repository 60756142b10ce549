# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA8xx. Retirement."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

RETIREMENT: dict[str, Code] = {
    "RA801": Code(
        ERROR,
        "The {version} content of runbook {runbook} of {account} logs in with a Run As account, or may: {judged}.",
        "Rewrite it with update_runbook, or by hand where that leaves a finding.",
    ),
    "RA802": Code(
        WARNING,
        "Certificate asset {certificate} cannot be restored once it is deleted: Azure never gives its private key "
        "back.",
        "Keep a copy of the certificate where it is still needed, or stay at stage disable.",
    ),
    "RA803": Code(
        INFO,
        "Certificate asset {certificate} stays: connections that remain use it ({connections}).",
        "Remove these connections too before the certificate goes.",
    ),
    "RA804": Code(
        WARNING,
        "{what} of application {application} is left to an administrator of Microsoft Entra: {reason}",
        "Have somebody with the role Cloud Application Administrator {task}, or give the login that right and run "
        "again.",
    ),
    "RA805": Code(
        WARNING,
        "{what} of application {application} waits for the last that uses it: {users}.",
        "Migrate these accounts and retire their Run As accounts, then run again.",
    ),
    "RA806": Code(
        WARNING,
        "Application {application} is more than a Run As account: it has {uses}. This was accepted.",
        "Check that nothing else logs in with it.",
    ),
    "RA807": Code(
        WARNING,
        "Application {application} belongs to tenant {tenant}, not to the tenant of the login.",
        "Have somebody with the role Cloud Application Administrator there {task}.",
    ),
    "RA808": Code(
        ERROR,
        "Job {job} of runbook {runbook} of {account} is {status}, and the content that it was started with logs in "
        "with a Run As account, or may.",
        "Wait until the job has ended, or stop it.",
    ),
    "RA809": Code(
        WARNING,
        "Application {application} logged in {count} in the last {days} days: {logins}.",
        "Check that these were jobs of before the migration, or find out who else logs in with it.",
    ),
    "RA810": Code(
        WARNING,
        "Something still tries to log in as application {application}, which is {ended}: {count}, {logins}.",
        "Find out what that is and migrate it, or undo the last stage until it is migrated.",
    ),
    "RA811": Code(
        WARNING,
        "Whether anything logged in lately as application {application} could not be read: {reason}",
        "To have that told, {needed}; or look at the sign-in logs of Microsoft Entra, and set sign_in_days to 0.",
    ),
    "RA812": Code(
        INFO,
        "The management certificate of classic Run As account {connection} (thumbprint {thumbprint}) in subscription "
        "{subscription} stays: no API that Azure still has removes it.",
        "Look under Management certificates of that subscription in the portal, as its account administrator, and "
        "delete the one with that thumbprint.",
    ),
    "RA814": Code(
        WARNING,
        "Application {application} cannot be restored any more once it is purged, nor its service principal's role "
        "assignments.",
        "Wait with the purge as long as somebody may want the Run As account back.",
    ),
    "RA815": Code(
        WARNING,
        "The object id of the service principal of application {application} is not known any more, so role "
        "assignments that it left behind cannot be found.",
        "Look for assignments of an unknown identity under Access control (IAM).",
    ),
    "RA816": Code(
        WARNING,
        "Whether the service principal of application {application} has been disabled could not be told ({reason}); "
        "this was accepted.",
        "Make sure that nothing needed it before its connection and certificate were deleted.",
    ),
    "RA818": Code(
        WARNING,
        "Role assignment {role} at {scope} of the Run As account is left: {reason}",
        "Have an owner of that scope delete it, or give the login that right and run again.",
    ),
    "RA820": Code(
        WARNING,
        "What belongs to application {application} is deleted at once, because soak_days is 0: its service principal "
        "was not disabled before, as far as is known.",
        "Leave soak_days above 0 to learn of what else needs it while that can still be undone.",
    ),
}
