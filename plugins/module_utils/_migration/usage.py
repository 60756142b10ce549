# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Who still uses a Run As account: runbooks, container mappings, other accounts.

Whatever could not be read is told apart from what was read and found clean:
"could not read" is never "is not used".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._azure import automation
from .._azure.errors import Absent, Forbidden
from .._azure.ids import AccountId, last_segment, same_id
from .._azure.session import Session
from .._finding import Finding, finding
from .._runbook import MissingPackage, Rewrite, RewriteOptions, Source, Verdict, rewrite, rewrite_together
from .._step import StepError, in_parallel
from .run_as import RunAs
from .unread import Unread

Json = Mapping[str, Any]


# What the rewriter's verdict says about a runbook that still uses a Run As account.
_JUDGED = {
    Verdict.REWRITTEN.value: "it can be rewritten",
    Verdict.REWRITTEN_WITH_ASSUMPTIONS.value: "it can be rewritten, with assumptions",
    Verdict.MANUAL.value: "a person has to change it",
    Verdict.UNPARSABLE.value: "it cannot be parsed",
}


@dataclass(frozen=True)
class Use:
    """One thing that uses a Run As account, or may. ``kind`` is runbook, job, container_mapping or connection.

    ``starts`` are the schedules and webhooks that start a runbook, in words. A job has the ``runbook`` that it runs,
    and its ``status``.
    """

    kind: str
    account: AccountId
    name: str
    resource: str
    version: str | None = None
    verdict: str | None = None
    line: int | None = None
    starts: tuple[str, ...] = ()
    runbook: str | None = None
    status: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "kind": self.kind,
            "account": self.account.arm_id,
            "name": self.name,
            "resource": self.resource,
            "version": self.version,
            "verdict": self.verdict,
            "line": self.line,
            "starts": list(self.starts),
            "runbook": self.runbook,
            "status": self.status,
        }

    def phrase(self) -> str:
        """Return it as a part of a sentence."""
        if self.kind == "container_mapping":
            return f"container mapping {self.name} of vault {vault_name(self.resource)}"
        if self.kind == "connection":
            return f"connection {self.name}"
        if self.kind == "job":
            return f"job {self.name} of runbook {self.runbook} ({self.status})"
        unparsable = self.verdict == Verdict.UNPARSABLE.value
        place = "cannot be parsed" if unparsable else f"line {self.line}" if self.line else ""
        return f"runbook {self.name} ({', '.join(part for part in (self.version, place, *self.starts) if part)})"

    def finding(self) -> Finding | None:
        """Return what a person should know about it; a connection alone is no finding."""
        if self.kind == "container_mapping":
            vault = vault_name(self.resource)
            return finding("RA701", self.resource, mapping=self.name, vault=vault, account=self.account.name)
        if self.kind == "job":
            return finding(
                "RA808",
                self.resource,
                job=self.name,
                runbook=self.runbook,
                account=self.account.name,
                status=self.status,
            )
        if self.kind == "runbook":
            return finding(
                "RA801",
                self.resource,
                line=self.line,
                account=self.account.name,
                runbook=self.name,
                version=self.version,
                judged=_JUDGED.get(self.verdict or "", "a person has to look at it"),
            )
        return None


@dataclass(frozen=True)
class Usage:
    """What was found to use a Run As account, and what could not be read."""

    uses: tuple[Use, ...] = ()
    unread: tuple[Unread, ...] = ()

    def __add__(self, other: Usage) -> Usage:
        """Return both as one."""
        return Usage(self.uses + other.uses, self.unread + other.unread)


@dataclass(frozen=True)
class Holder:
    """An account with Run As connections."""

    account: AccountId
    run_as: tuple[RunAs, ...]

    def naming(self, application_id: str) -> tuple[RunAs, ...]:
        """Return those that name an application."""
        return tuple(run_as for run_as in self.run_as if same_id(run_as.application_id, application_id))


@dataclass(frozen=True)
class Runbooks:
    """What was found in the runbooks of an account.

    ``types`` are theirs, ``clean`` the published contents that use no Run As account; both by name in lower case.
    """

    usage: Usage = field(default_factory=Usage)
    types: Mapping[str, str] = field(default_factory=dict)
    clean: Mapping[str, bytes] = field(default_factory=dict)


def runbook_uses(session: Session, account: AccountId, run_as: Iterable[RunAs], max_parallel: int) -> Usage:
    """Return the runbook contents of an account, published and draft, that log in with a Run As account, or may.

    Raises StepError where a package of the rewriter is missing.
    """
    return read_runbooks(session, account, options_for(run_as), max_parallel).usage


def read_runbooks(session: Session, account: AccountId, options: RewriteOptions, max_parallel: int) -> Runbooks:
    """Read and judge all runbook contents of an account, as ``runbook_uses`` does."""
    try:
        runbooks = automation.list_runbooks(session, account)
    except Forbidden as error:
        unread = Unread.of(f"The runbooks of account {account.name}", account.arm_id, error)
        return Runbooks(Usage(unread=(unread,)))
    read = in_parallel(lambda runbook: _contents(session, account, runbook), runbooks, max_parallel)
    contents = [content for of_one in read for content in of_one]
    outcomes = [rewritten(content, options) for content in contents]
    freed = _freed(contents, outcomes, options)
    judged = [
        judged_content(account, content, None if content.is_published and content.runbook in freed else outcome)
        for content, outcome in zip(contents, outcomes, strict=True)
    ]
    clean = {
        content.runbook.lower(): content.data
        for content, usage in zip(contents, judged, strict=True)
        if content.is_published and isinstance(content.data, bytes) and not usage.uses
    }
    return Runbooks(sum(judged, Usage()), {content.runbook.lower(): content.type for content in contents}, clean)


@dataclass(frozen=True)
class Content:
    """One content of a runbook; ``data`` is the error where it could not be read."""

    runbook: str
    type: str
    version: str
    data: bytes | Forbidden

    @property
    def is_published(self) -> bool:
        """Whether it is the published content."""
        return self.version == "published"


def _contents(session: Session, account: AccountId, item: Json) -> list[Content]:
    """Return the contents that a runbook has according to its state (section 2.2)."""
    runbook = _whole(session, account, item)
    properties = runbook.get("properties") or {}
    name, kind = runbook["name"], str(properties.get("runbookType") or "")
    state = str(properties.get("state") or "").lower()
    versions = {"new": ("draft",), "published": ("published",)}.get(state, ("published", "draft"))
    read = {"published": automation.published_content, "draft": automation.draft_content}
    contents = []
    for version in versions:
        try:
            contents.append(Content(name, kind, version, read[version](session, account, name)))
        except Forbidden as error:
            contents.append(Content(name, kind, version, error))
        except Absent:
            # Gone since it was listed, or never there: a 404 to a content says that there is none (section 2.3).
            continue
    return contents


def _whole(session: Session, account: AccountId, item: Json) -> Json:
    """Return the runbook with type and state: whether list items carry them was never recorded (section 2.1)."""
    properties = item.get("properties") or {}
    if properties.get("runbookType") and properties.get("state"):
        return item
    try:
        return automation.get_runbook(session, account, item["name"])
    except (Forbidden, Absent):
        return item


def judged_content(account: AccountId, content: Content, outcome: Rewrite | None) -> Usage:
    """Return the use that the rewriter saw; no outcome means that there is none, or that nothing could be read."""
    resource = account.child("runbooks", content.runbook)
    if isinstance(content.data, Forbidden):
        what = f"The {content.version} content of runbook {content.runbook} of account {account.name}"
        return Usage(unread=(Unread.of(what, resource, content.data),))
    if outcome is None or outcome.verdict == Verdict.NOT_USED:
        return Usage()
    lines = [found.line for found in outcome.findings if found.line]
    verdict = Verdict(outcome.verdict).value
    use = Use("runbook", account, content.runbook, resource, content.version, verdict, min(lines, default=None))
    return Usage(uses=(use,))


def options_for(run_as: Iterable[RunAs]) -> RewriteOptions:
    """Return options that know the connections and certificates of Run As accounts, whatever their names."""
    every = tuple(run_as)
    connections = {
        known.connection: {"subscription_id": known.subscription_id, "tenant_id": known.tenant_id} for known in every
    }
    certificates = frozenset(known.certificate for known in every if known.certificate)
    return RewriteOptions(connections=connections, certificates=certificates)


def rewritten(content: Content, options: RewriteOptions) -> Rewrite | None:
    """Return what the rewriter makes of a content; None where it could not be read."""
    if isinstance(content.data, Forbidden):
        return None
    try:
        return rewrite(content.data, content.type, replace(options, resource=content.runbook))
    except MissingPackage as error:
        raise StepError(str(error)) from None


def _freed(contents: Sequence[Content], outcomes: Sequence[Rewrite | None], options: RewriteOptions) -> frozenset[str]:
    """Return the runbooks that only give the name of a connection to children which have no use for it any more.

    Alone each of them seems to use Run As; whether it does, its published children tell.
    """
    passing = [
        content.runbook
        for content, outcome in zip(contents, outcomes, strict=True)
        if content.is_published and outcome is not None and any(said.code == "RA429" for said in outcome.findings)
    ]
    if not passing:
        return frozenset()
    sources = {
        content.runbook: Source(content.data, content.type, content.runbook)
        for content in contents
        if content.is_published and isinstance(content.data, bytes)
    }
    together = rewrite_together(sources, options)
    return frozenset(name for name in passing if together[name].verdict is Verdict.NOT_USED)


def mapping_uses(mappings: Iterable[Json], account: AccountId) -> Usage:
    """Return the container mappings that update their agents through the Run As account of an account. Pure."""
    return Usage(
        uses=tuple(
            Use("container_mapping", account, mapping["name"], mapping["id"])
            for mapping in mappings
            if _uses_run_as(mapping, account)
        )
    )


def _uses_run_as(mapping: Json, account: AccountId) -> bool:
    """Auto-update off makes the account fields meaningless; no authentication type means RunAsAccount (section 6)."""
    details = (mapping.get("properties") or {}).get("providerSpecificDetails") or {}
    authentication = details.get("automationAccountAuthenticationType") or "RunAsAccount"
    return (
        str(details.get("agentAutoUpdateStatus") or "").lower() == "enabled"
        and same_id(details.get("automationAccountArmId"), account.arm_id)
        and authentication.lower() == "runasaccount"
    )


def vault_name(mapping_id: str) -> str:
    """Return the name of the vault in the id of a container mapping."""
    return last_segment(vault_id(mapping_id))


def vault_id(mapping_id: str) -> str:
    """Return the id of the vault that a container mapping lies in; the id as it is where it names no vault."""
    parts = mapping_id.rstrip("/").split("/")
    lowered = [part.lower() for part in parts]
    return "/".join(parts[: lowered.index("vaults") + 2]) if "vaults" in lowered[:-1] else mapping_id
