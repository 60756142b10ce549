# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Every finding the collection can make: code, severity, sentence, remedy.

A finding is what promise 2 of the design ("never guess") turns doubt into: a
stable code, a place, one sentence and what to do about it. The codes are the
rule ids of reports; they never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(str, Enum):
    """How much a finding matters to whoever runs the migration."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Code:
    """One kind of finding. ``sentence`` is a template of named facts."""

    severity: Severity
    sentence: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """One finding at one place. ``resource`` is an ARM id, or the name of an asset or runbook."""

    code: str
    severity: Severity
    resource: str
    sentence: str
    remedy: str
    line: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as a module result carries it; absent places are left out."""
        place = {"line": self.line, "column": self.column}
        return {
            "code": self.code,
            "severity": self.severity.value,
            "resource": self.resource,
            "sentence": self.sentence,
            "remedy": self.remedy,
            **{key: value for key, value in place.items() if value is not None},
        }


def finding(code: str, resource: str, *, line: int | None = None, column: int | None = None, **facts: Any) -> Finding:
    """Make the finding ``code`` about ``resource``; ``facts`` fill the code's sentence and remedy.

    Raises KeyError for an unknown code or a fact that the sentence needs and did not get.
    """
    entry = CODES[code]
    return Finding(
        code=code,
        severity=entry.severity,
        resource=resource,
        sentence=entry.sentence.format(**facts),
        remedy=entry.remedy.format(**facts),
        line=line,
        column=column,
    )


INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR

CODES: dict[str, Code] = {
    # RA1xx: the Run As account
    "RA101": Code(
        WARNING,
        "The certificate of Run As connection {connection} expired on {expired}.",
        "Migrate this account first: whatever still logs in with it fails already.",
    ),
    "RA102": Code(
        WARNING,
        "Run As connection {connection} is incomplete: {missing} missing.",
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
    # RA2xx: identity
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
    # RA3xx: access
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
        "The identity has {role} at {scope} already, with another condition than the Run As account; it was left alone.",
        "Compare both conditions and correct the identity's role assignment {assignment} by hand.",
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
    # RA4xx: runbooks
    # RA5xx: modules and runtimes
    # RA6xx: dependants
    # RA7xx: Site Recovery
    "RA701": Code(
        ERROR,
        "Container mapping {mapping} of vault {vault} updates its agents through the Run As account of {account}.",
        "Set the mapping's authentication type to SystemAssignedIdentity.",
    ),
    # RA8xx: retirement
    "RA801": Code(
        ERROR,
        "The {version} content of runbook {runbook} of {account} logs in with a Run As account, or may do so ({verdict}).",
        "Rewrite it with update_runbook, or by hand where that leaves a finding.",
    ),
    "RA802": Code(
        WARNING,
        "Certificate asset {certificate} cannot be restored once it is deleted: Azure never gives its private key back.",
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
        "Have somebody with the role Cloud Application Administrator {task}, or give the login that right and run again.",
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
    # RA9xx: reading
    "RA901": Code(
        WARNING,
        "{what} could not be read: {reason}",
        "Grant the login read access there, or confirm that nothing of this migration lives there.",
    ),
}
