# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA6xx. What depends on an account and its runbooks."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

DEPENDANTS: dict[str, Code] = {
    "RA601": Code(
        ERROR,
        "Runbook {runbook} lost its link to schedule {schedule} while it was published, and it could not be made "
        "again: {reason}",
        "Link the runbook to the schedule again; where it runs and its parameters are in the ledger.",
    ),
    "RA602": Code(
        INFO,
        "Runbook {runbook} lost its link to schedule {schedule} while it was published; the link was made again.",
        "Nothing; the link has another id now.",
    ),
    "RA603": Code(
        ERROR,
        "Webhook {webhook} of runbook {runbook} was lost while the runbook was published.",
        "Make a new webhook and give its address to whoever calls it: the old address cannot be restored.",
    ),
    "RA604": Code(
        ERROR,
        "Runbook {runbook} was not changed: it runs on hybrid worker group {group} ({through}), where a user-assigned "
        "identity does not work.",
        "Use the system-assigned identity for this runbook, or run it in the cloud.",
    ),
    # RA610-RA639: what depends on an account, found by looking around
    "RA610": Code(
        WARNING,
        "Source control {control} takes runbooks from {repository} at every commit: what is rewritten in the account "
        "alone is overwritten with the old code.",
        "Rewrite the files in the repository with update_runbook_file and commit them, then migrate the runbooks of "
        "the account.",
    ),
    "RA611": Code(
        WARNING,
        "Source control {control} takes runbooks from {repository} whenever somebody starts it: that would bring the "
        "old code back.",
        "Rewrite the files in the repository with update_runbook_file before the next synchronization.",
    ),
    "RA612": Code(
        INFO,
        "Source control {control} takes runbooks from {repository}; no runbook of the account uses a Run As account.",
        "See that the files there use none either: update_runbook_file in check mode tells.",
    ),
    "RA620": Code(
        WARNING,
        "Action group {group} starts runbook {runbook}, which uses a Run As account.",
        "Rewrite the runbook with update_runbook, which keeps its webhooks, then test the action group.",
    ),
    "RA621": Code(
        WARNING,
        "Action group {group} starts {runbook}, a built-in runbook of Azure Monitor. Built-in runbooks logged in with "
        "the Run As account, and whether this one does was not seen.",
        "Let the action start a runbook that logs in with the identity, then test the action group.",
    ),
    "RA625": Code(
        INFO,
        "Update configuration {configuration} belongs to Update Management, which was retired on 31 August 2024.",
        "Move it to Azure Update Manager and delete it here.",
    ),
    "RA626": Code(
        WARNING,
        "Update configuration {configuration} starts runbook {runbook} before or after it updates, and that uses a Run "
        "As account.",
        "Rewrite it with update_runbook; in Azure Update Manager start it by an event and a webhook.",
    ),
    "RA630": Code(
        WARNING,
        "Start/Stop VMs during off-hours ({solution}) runs in this account. It was retired; its runbooks log in with "
        "the Run As account, unless somebody changed them.",
        "Replace it with Start/Stop VMs v2, or rewrite its runbooks like all others, graphical ones included; then "
        "delete the solution.",
    ),
    "RA631": Code(
        INFO,
        "Update Management ({solution}) uses this account. It was retired on 31 August 2024.",
        "Move what it updates to Azure Update Manager and delete the solution.",
    ),
    "RA632": Code(
        INFO,
        "Start/Stop VMs during off-hours ({solution}) runs in this account; none of its runbooks uses a Run As "
        "account.",
        "Nothing for this migration; the solution itself was retired.",
    ),
    "RA635": Code(
        INFO,
        "State Configuration has {nodes} nodes and {configurations} configurations in this account.",
        "It needs no Run As account, but configurations are not read: look through them for the connection or its "
        "certificate.",
    ),
    "RA639": Code(
        INFO,
        "{what} could not be read: it was deleted meanwhile.",
        "Run again to see what is there now.",
    ),
    "RA640": Code(
        INFO,
        "Runbook {runbook} has so many jobs that only {pages} pages of them were looked at, and they did not come "
        "newest first: its last job may be a later one.",
        "Look at the jobs of the runbook in the portal, if it matters when it ran last.",
    ),
}
