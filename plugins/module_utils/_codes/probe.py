# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA220 to RA239. Whether an identity can log in and is who it should be, and whether rewritten runbooks work."""

from __future__ import annotations

from .code import ERROR, INFO, WARNING, Code

PROBE: dict[str, Code] = {
    "RA220": Code(
        ERROR,
        "A job of account {account} {where} asked for {identity} and got a token of {oid} in tenant {tid}; the "
        "identity is {principal} in tenant {tenant}.",
        "Find out what the job logged in as: on a hybrid worker it may be the machine (docs/hybrid.md). Rewritten "
        "runbooks would run as that one.",
    ),
    "RA221": Code(
        ERROR,
        "A job of account {account} {where} could not log in as {identity}: it ended as {status}. {reason}",
        "Read the sentence of the job. Where the identity is new, wait some minutes and run again.",
    ),
    "RA222": Code(
        ERROR,
        "A job of account {account} {where} had not ended after {timeout} seconds, its status was {status}; it was "
        "stopped.",
        "On a hybrid worker group see that its workers run. Raise timeout where jobs wait long for their turn.",
    ),
    "RA223": Code(
        ERROR,
        "A job of account {account} {where} that should tell whom its token belongs to told nothing that could be "
        "read. {reason}",
        "Run again with force; if it says so again, look at the streams of the job in the portal.",
    ),
    "RA224": Code(
        WARNING,
        "The identity {identity} of account {account} can log in, and sees no subscription {where}.",
        "Give it its roles with copy_runas_roles. After that it can take up to 24 hours, since tokens are kept that "
        "long; run again with force.",
    ),
    "RA225": Code(
        WARNING,
        "The job that proved the identity of account {account} {where} wrote warnings or errors: {text}",
        "Read what they say; the login itself was good.",
    ),
    "RA226": Code(
        INFO,
        "The identity of account {account} is proved with Python and not with PowerShell: {reason}",
        "Bring a usable Az.Accounts into the account before PowerShell runbooks are published (ensure_modules).",
    ),
    "RA227": Code(
        WARNING,
        "Runbook {runbook} is a temporary one of this collection, made {time} by a run that this ledger does not know.",
        "Wait until that run has ended, or delete the runbook; an hour after it was made, a run deletes it.",
    ),
    "RA228": Code(
        WARNING,
        "Job {job} of the temporary runbook {runbook} may still be running: {reason}",
        "Stop the job in the portal; it only logs in.",
    ),
    "RA230": Code(
        ERROR,
        "The test job of runbook {runbook} ended as {status}. {reason}",
        "Read the streams in the test pane of the runbook. Correct what lacks (access, modules, parameters) and run "
        "again.",
    ),
    "RA231": Code(
        ERROR,
        "The test job of runbook {runbook} ended as {status}, and wrote {count} errors{compared}.",
        "Read the streams in the test pane of the runbook: its work was not done, or not all of it.",
    ),
    "RA232": Code(
        WARNING,
        "The test job of runbook {runbook} wrote {count} errors; its last good job wrote {before} errors too.",
        "Compare both in the portal: errors that were there before the migration are none of the migration.",
    ),
    "RA233": Code(
        WARNING,
        "The test job of runbook {runbook} wrote {count} warnings{compared}.",
        "Read them in the test pane of the runbook.",
    ),
    "RA234": Code(
        ERROR,
        "The test job of runbook {runbook} had not ended after {timeout} seconds, its status was {status}; it was "
        "stopped, and what it had done by then is done.",
        "Raise timeout where the runbook takes longer; see that it does not wait for a person or for another job.",
    ),
    "RA235": Code(
        WARNING,
        "The last good job of runbook {runbook} could not be looked at: {reason}",
        "Let the login read jobs and their streams; without it, errors of a test job are not compared with anything.",
    ),
    "RA236": Code(
        WARNING,
        "Runbook {runbook} has no draft that the migration wrote: its test job cannot be planned yet.",
        "Run update_runbook with publish: false first. A run that is no check refuses this runbook.",
    ),
}
