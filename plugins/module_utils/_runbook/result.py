# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes into a rewrite and what comes out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .._finding import Finding

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ENVIRONMENT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")

# What the options may be; the modules offer the same.
CHOICES = {
    "identity": ("system", "user"),
    "subscription": ("pin", "keep"),
    "azurerm": ("az", "keep", "alias"),
    "dual_mode": ("setting", "rewrite"),
}


class MissingPackage(Exception):
    """A Python package that the rewriter needs is not installed; ``package`` names it."""

    def __init__(self, package: str) -> None:
        super().__init__(f"The Python package {package} is missing; install it where this runs: pip install {package}")
        self.package = package


class Verdict(str, Enum):
    """What became of a runbook."""

    NOT_USED = "not_used"
    REWRITTEN = "rewritten"
    REWRITTEN_WITH_ASSUMPTIONS = "rewritten_with_assumptions"
    MANUAL = "manual"
    UNPARSABLE = "unparsable"


@dataclass(frozen=True)
class Assumption:
    """Something the rewrite relies on and cannot prove from the runbook alone."""

    name: str
    sentence: str
    line: int


@dataclass(frozen=True)
class Edit:
    """One replaced span: byte offsets into the content that was given, and the bytes before and after."""

    span: tuple[int, int]
    before: bytes
    after: bytes
    rule: str


@dataclass(frozen=True)
class RewriteOptions:
    """How to rewrite.

    identity: ``system`` or ``user``; ``user`` needs ``client_id``, the client id of the user-assigned identity.
    subscription: ``pin`` writes the subscription known from the connection asset in place of a read of the
        connection's SubscriptionId; ``keep`` reads it from the context of the new login, a named assumption.
        A subscription that is not known cannot be pinned and is kept. Python has no context: there ``keep`` looks
        for the only subscription that the identity sees, and stops the job when it sees several.
    azurerm: ``az`` moves a runbook that uses AzureRM to Az, all of it or nothing; ``keep`` leaves AzureRM cmdlets as
        they are and makes the login ``Connect-AzureRmAccount -Identity``; ``alias`` leaves their names and puts
        ``Enable-AzureRmAlias`` before them.
    rename_azurerm: do what ``azurerm`` says to a runbook that does not use Run As, too: one that runs inside of another
        runbook shares its login, and must be of the same family.
    environment: the cloud (``AzureUSGovernment`` …) that a login names with -Environment when it names none so far;
        None leaves that as it is.
    disable_context_autosave: put ``Disable-AzContextAutosave -Scope Process`` before the first login, as Azure advises.
    dual_mode: what becomes of a runbook with a setting that chooses between Run As and the identity: ``setting``
        names the setting to change, ``rewrite`` makes the Run As branches log in with the identity too.
    connections: the account's Run As connections, name -> {"subscription_id", "tenant_id"}; names are compared
        without case. None when the account is not known: then a connection counts as Run As when its application id
        or certificate thumbprint is read, or when it bears the name that Azure gave these connections.
    certificates: the certificate assets of these Run As accounts, by name. Those that Azure named count always.
    python_packages: the Python packages that the account or runtime environment has, lower case; None when not known.
    resource: what the findings name as their resource; usually the name of the runbook.
    children: runbooks that run in one session with this one and fetch no Run As connection any more, by the lower-case
        name they are called by: the lower-case names of their parameters that nothing reads. Whoever is given the name
        of the connection by one of these needs no rewrite.

    Raises ValueError for a value that cannot be used.
    """

    identity: str = "system"
    client_id: str | None = None
    subscription: str = "pin"
    azurerm: str = "az"
    rename_azurerm: bool = False
    environment: str | None = None
    disable_context_autosave: bool = False
    dual_mode: str = "setting"
    connections: Mapping[str, Mapping[str, str | None]] | None = None
    certificates: frozenset[str] = frozenset()
    python_packages: frozenset[str] | None = None
    resource: str = "runbook"
    children: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for option, allowed in CHOICES.items():
            _require(option, getattr(self, option), allowed)
        if self.environment is not None and not ENVIRONMENT.fullmatch(self.environment):
            raise ValueError("environment must be the name of a cloud, such as AzureUSGovernment")
        if (self.identity == "user") != (self.client_id is not None):
            raise ValueError("client_id belongs to identity: user, and only to it")
        if self.client_id is not None and not GUID.fullmatch(self.client_id):
            raise ValueError("client_id must be the client id (a GUID) of the user-assigned identity")


def _require(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{option} must be one of: {', '.join(allowed)}")


@dataclass(frozen=True)
class NeededModule:
    """A PowerShell module that the new text needs; ``minimum`` is the lowest version that will do, if one is known.

    ``line`` (in the content that was given) and ``needed_by`` (a cmdlet, ``#Requires`` or ``Import-Module``) tell why.
    """

    name: str
    minimum: str | None
    line: int
    needed_by: str


@dataclass(frozen=True)
class Rewrite:
    """The outcome. ``content`` is the very object that was given when nothing changed.

    ``modules`` are the PowerShell modules that the new text needs, each once.
    """

    content: bytes
    verdict: Verdict
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    modules: tuple[NeededModule, ...] = ()
