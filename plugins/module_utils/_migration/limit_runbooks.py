# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which runbooks use Key Vault, in the account and in those that share its Run As account, so that none just breaks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import automation
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import AccountId
from .._finding import Finding, finding
from .._runbook import MissingPackage, key_vault_uses
from .._step import StepError, in_parallel
from . import retirement_obstacles as obstacles
from ._call import Call
from .surroundings_reading import holders
from .unread import Unread

_NEW = "new"
# Errors that say something about one runbook; the others would meet every runbook.
_OF_ONE_RUNBOOK = (Forbidden, Conflict, Failed)
# As many are named in a sentence; the result has them all.
_NAMED = 10


@dataclass(frozen=True)
class Use:
    """One use of Key Vault in the published content of a runbook; ``runbook`` names the account where it is another."""

    runbook: str
    resource: str
    line: int
    column: int
    what: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        names = ("runbook", "resource", "line", "column", "what")
        return {name: getattr(self, name) for name in names}

    def finding(self) -> Finding:
        """Return the warning."""
        place = {"line": self.line, "column": self.column}
        return finding("RA350", self.resource, runbook=self.runbook, what=self.what, **place)


@dataclass(frozen=True)
class KeyVaultRunbooks:
    """What was found, the runbooks and accounts of which nobody can tell, and what is said of shared applications."""

    uses: tuple[Use, ...] = ()
    unread: tuple[Unread, ...] = ()
    shared: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a person should know."""
        return (*self.shared, *(use.finding() for use in self.uses), *(item.finding() for item in self.unread))


def find_key_vault_runbooks(
    call: Call, visible: Sequence[Mapping[str, Any]], applications: Collection[str]
) -> KeyVaultRunbooks:
    """Read the published runbooks of the account, and of others with connections to the same applications.

    ``visible`` are the subscriptions that the login sees. Raises StepError where a package that reads a language is
    missing.
    """
    found = [_of_account(call, call.account)]
    if applications:
        names = [str(item["subscriptionId"]) for item in visible]
        others, unread = holders(call.session, names, call.account, call.max_parallel)
        sharing = [holder.account for holder in others if any(holder.naming(name) for name in applications)]
        shared = tuple(item for name in applications for item in obstacles.shared(call.account, name, others))
        missed = tuple(item for item in unread if not item.gone)
        found += [KeyVaultRunbooks(unread=missed, shared=shared), *(_of_account(call, one) for one in sharing)]
    return KeyVaultRunbooks(
        tuple(use for part in found for use in part.uses),
        tuple(item for part in found for item in part.unread),
        tuple(item for part in found for item in part.shared),
    )


def _of_account(call: Call, account: AccountId) -> KeyVaultRunbooks:
    try:
        items = automation.list_runbooks(call.session, account)
    except Forbidden as error:
        return KeyVaultRunbooks(unread=(Unread.of(f"The runbooks of account {account.name}", account.arm_id, error),))
    ordered = sorted(items, key=lambda item: str(item["name"]).lower())
    try:
        parts = in_parallel(lambda item: _of_runbook(call, account, item), ordered, call.max_parallel)
    except MissingPackage as error:
        raise StepError(str(error)) from None
    uses = tuple(use for part in parts for use in part.uses)
    return KeyVaultRunbooks(uses, tuple(item for part in parts for item in part.unread))


def _of_runbook(call: Call, account: AccountId, item: Mapping[str, Any]) -> KeyVaultRunbooks:
    name = str(item["name"])
    resource = account.child("runbooks", name)
    called = name if account == call.account else f"{name} of {account.name}"
    what = f"Runbook {called}"
    try:
        properties = _properties(call, account, item)
        if str(properties.get("state") or "").lower() == _NEW:
            return KeyVaultRunbooks()
        content = automation.published_content(call.session, account, name)
    except Absent:
        # Gone since it was listed, or never published: nothing can run it (section 2.3).
        return KeyVaultRunbooks()
    except _OF_ONE_RUNBOOK as error:
        return KeyVaultRunbooks(unread=(_unread(what, resource, error),))
    found = key_vault_uses(content, str(properties.get("runbookType") or ""))
    if found is None:
        return KeyVaultRunbooks(unread=(Unread(what, resource, "its content cannot be parsed."),))
    return KeyVaultRunbooks(tuple(Use(called, resource, use.line, use.column, use.what) for use in found))


def _properties(call: Call, account: AccountId, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return state and type of a runbook; list items may be slim (section 2.1)."""
    properties: Mapping[str, Any] = item.get("properties") or {}
    if properties.get("state") and properties.get("runbookType"):
        return properties
    whole: Mapping[str, Any] = automation.get_runbook(call.session, account, str(item["name"]))["properties"]
    return whole


def _unread(what: str, resource: str, error: AzureError) -> Unread:
    return Unread.of(what, resource, error)


def refuse_key_vault_runbooks(call: Call, found: KeyVaultRunbooks) -> None:
    """Raise StepError, naming them, where runbooks use Key Vault or may do so."""
    if not found.uses and not found.unread:
        return
    lines = [f"{use.runbook}, line {use.line} ({use.what})" for use in found.uses]
    reasons = []
    if found.uses:
        reasons.append(f"Runbooks of {call.account.name} use Key Vault and would stop working: {_listed(lines)}.")
    if found.unread:
        said = _listed([item.what for item in found.unread])
        reasons.append(f"Whether others use it is not known, because they could not be read: {said}.")
    raise StepError(
        f"{' '.join(reasons)} Nothing was changed. Give them another way into their vaults or migrate them first, or "
        "set key_vault_runbooks to accept.",
        key_vault_runbooks=[use.as_dict() for use in found.uses],
        findings=[item.as_dict() for item in found.findings],
    )


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - _NAMED
    return "; ".join(texts[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
