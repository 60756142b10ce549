# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA1xx. The Run As account."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

RUN_AS: dict[str, Code] = {
    "RA101": Code(
        WARNING,
        "The certificate of Run As connection {connection} expired on {expired}.",
        "Migrate this account first: whatever still logs in with it fails already.",
    ),
    "RA102": Code(
        WARNING,
        "Run As connection {connection} is incomplete: it lacks {missing}.",
        "Repair the named part, or migrate by hand what the collection cannot read from it.",
    ),
    "RA103": Code(
        INFO,
        "Connection {connection} is a Classic Run As connection; classic resources are retired.",
        "It needs no identity. Remove it with remove_runas once no runbook reads it.",
    ),
    "RA104": Code(
        INFO,
        "Application {application} is used by other accounts too: {accounts}.",
        "Migrate these accounts as well before the application is disabled or deleted.",
    ),
    "RA105": Code(
        WARNING,
        "Run As connection {connection} does not fit together: {differs} differ.",
        "Nothing can log in with it as it is. Migrate this account first, or repair it if a job must run before that.",
    ),
    "RA106": Code(
        WARNING,
        "The certificate of Run As connection {connection} expires in {days} days, on {expired}.",
        "Migrate this account before that day: the certificate cannot be renewed any more.",
    ),
    "RA107": Code(
        INFO,
        "Run As connection {connection} holds an application that somebody made by hand: {application}.",
        "It is migrated like any other. Check who else uses the application before it is disabled.",
    ),
    "RA108": Code(
        WARNING,
        "The service principal of application {application} (connection {connection}) is disabled: no login works.",
        "Migrate the runbooks that still use it, or enable it until then.",
    ),
    "RA109": Code(
        INFO,
        "Nothing of this account uses its Run As account any more: {connections}.",
        "Retire it with the playbook retire once no schedule misses it.",
    ),
    "RA110": Code(
        ERROR,
        "Run As connection {connection} is there again; the migration deleted it on {time}.",
        "Find out who made it again and why, migrate what uses it, and retire it again.",
    ),
    "RA111": Code(
        ERROR,
        "The service principal of application {application} is enabled again; the migration disabled it on {time}.",
        "Find out what still needs it, migrate that, and disable it again.",
    ),
    "RA112": Code(
        ERROR,
        "Account {account} was {before} on {time}, and uses a Run As account again: {uses}.",
        "Find out who brought it back, and migrate it again.",
    ),
}
