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
}
