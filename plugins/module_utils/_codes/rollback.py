# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA840 to RA869. Taking a migration back."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

ROLLBACK: dict[str, Code] = {
    "RA840": Code(
        ERROR,
        "{what} is not as the migration left it: somebody changed it since. It was left alone.",
        "Compare it with what the ledger says was there before, and take back by hand what shall go back.",
    ),
    "RA841": Code(
        WARNING,
        "Runbook {runbook} has a draft that somebody made after the migration. The runbook was left as it is.",
        "Publish or discard that draft, or set pending_draft to keep, which puts it back afterwards.",
    ),
    "RA842": Code(
        ERROR,
        "Certificate asset {certificate} cannot come back: Azure never gave its private key. Runbooks that log in with "
        "it fail until it is there again.",
        "Upload the certificate with thumbprint {thumbprint} under that name from a copy of your own; or add a new "
        "certificate to the application, upload it under that name, and set its thumbprint in the connection.",
    ),
    "RA843": Code(
        ERROR,
        "Application {application} ({name}) cannot come back: it is not there, and Microsoft Entra does not keep it "
        "among what was deleted. It was purged, or deleted more than 30 days ago.",
        "Stay with the identity; or make a new application with a certificate and a connection to it by hand.",
    ),
    "RA844": Code(
        ERROR,
        "The contents that runbook {runbook} had before cannot come back: {reason}",
        "Put the file back from a backup of the ledger and run again, or import the runbook from where it came from.",
    ),
    "RA845": Code(
        WARNING,
        "The {identity} of {account} stays, although the migration gave it: it is used by {users}.",
        "Take that away first if the identity shall go, and run again; or set accept_other_use.",
    ),
    "RA846": Code(
        WARNING,
        "The {identity} of {account} stays: what else uses it could not all be read. {unread}.",
        "Let the login read it and run again, or set accept_unread to take the identity away all the same.",
    ),
    "RA847": Code(
        WARNING,
        "{what} is left to an administrator of Microsoft Entra: {reason}",
        "Have somebody with the role {needs} {task}, or give the login that right and run again.",
    ),
    "RA848": Code(
        INFO,
        "limit_runas has limited the Run As account ({changes}), which stays so: it has a way back of its own.",
        "Run limit_runas with state restored.",
    ),
    "RA849": Code(
        WARNING,
        "{kind} {name} was not taken back: {later}, which is not among the steps that are, changed it afterwards.",
        "Name {later} in steps too.",
    ),
    "RA850": Code(
        WARNING,
        "{what} is gone: somebody deleted it after the migration. It was not made again.",
        "Nothing is needed where that was meant; else make it again by hand.",
    ),
    "RA851": Code(
        WARNING,
        "{role} at {scope} cannot be given back to the Run As account: its service principal {principal} is gone.",
        "Give the role to whatever takes the place of that Run As account.",
    ),
    "RA852": Code(
        WARNING,
        "Module {module} stays at version {there}: it had version {before} before, and the ledger has no link to that.",
        "Import the earlier version by hand where runbooks need it.",
    ),
    "RA853": Code(
        INFO,
        "The draft that runbook {runbook} had before the migration was not put back: somebody changed or dropped it "
        "since. The ledger keeps it as blob {digest}.",
        "Take it from the ledger where it is still wanted.",
    ),
    "RA854": Code(
        WARNING,
        "The system-assigned identity {principal} that {account} had before cannot come back: Azure would give another "
        "one.",
        "Enable a new one with enable_identity, and give it the access that the old one had.",
    ),
    "RA855": Code(
        WARNING,
        "{kind} {name} was not taken back: this release does not know how.",
        "Take it back with the release that wrote the ledger, or by hand.",
    ),
    "RA856": Code(
        ERROR,
        "Application {application} has another service principal now ({new}, was {old}), without the access that the "
        "old one had. It was left alone.",
        "Delete the new one in Microsoft Entra if nothing else needs it, and run again while the old one can be "
        "restored.",
    ),
    "RA857": Code(
        WARNING,
        "The {identity} of {account} goes, although it is used by {users}. This was accepted.",
        "Check that none of these is needed.",
    ),
}
