# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""RA2xx. Identities and hybrid workers."""

from __future__ import annotations

from .code import ERROR, WARNING, Code

IDENTITY: dict[str, Code] = {
    "RA201": Code(
        WARNING,
        "Hybrid worker groups {groups} run jobs of this account; the account identity replaces the identity of the "
        "virtual machines in these jobs.",
        "Check what those jobs log in as, then set hybrid to accept.",
    ),
    "RA202": Code(
        WARNING,
        "User-assigned identities do not work in jobs on hybrid workers ({groups}).",
        "Use the system-assigned identity for runbooks that run on hybrid workers.",
    ),
    "RA203": Code(
        ERROR,
        "The identity {principal} that account {account} was given on {time} is gone or was made anew.",
        "Enable the identity and copy the access again; what an identity that was made anew may do must be given anew.",
    ),
    "RA210": Code(
        WARNING,
        "The jobs of hybrid worker group {group} will log in as another identity: {sentence}",
        "Give the account's identity what these jobs need, or keep the account without an identity (docs/hybrid.md); "
        "then set hybrid to accept.",
    ),
    "RA211": Code(
        ERROR,
        "Worker {worker} of hybrid worker group {group} is agent-based and {version}: a login with the account's "
        "identity needs {minimum} or newer.",
        "Replace it by an extension-based worker, which needs no minimum version.",
    ),
    "RA212": Code(
        WARNING,
        "A login with the account's identity on agent-based workers needs {minimum} or newer; Azure does not tell "
        "whether these of hybrid worker group {group} are: {workers}.",
        "Look the version up on the machine (docs/hybrid.md tells where), or replace the worker by an extension-based "
        "one.",
    ),
    "RA213": Code(
        WARNING,
        "What the machines of these workers of hybrid worker group {group} can log in as is not known: {workers}. "
        "{reason}",
        "Let the login read the machines (docs/permissions.md), or look at their identities yourself.",
    ),
    "RA214": Code(
        WARNING,
        "Worker {worker} of hybrid worker group {group} has lost its machine: {machine} is not there any more.",
        "Remove the worker from the group; jobs that only it could run wait for ever.",
    ),
    "RA215": Code(
        WARNING,
        "Runbooks {runbooks} are to run on hybrid worker group {group}, which the account does not have.",
        "Correct the schedule link or webhook, or make the group; until then these jobs fail.",
    ),
    "RA216": Code(
        WARNING,
        "Worker {worker} of hybrid worker group {group} is extension-based, and its machine {machine} has no "
        "system-assigned identity, which it needs to register.",
        "Enable the system-assigned identity of the machine.",
    ),
    "RA217": Code(
        WARNING,
        "These workers of hybrid worker group {group} are agent-based, which are retired since 31 August 2024: "
        "{workers}.",
        "Replace them by extension-based workers.",
    ),
}
