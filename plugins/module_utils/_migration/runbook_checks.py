# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What forbids to write a rewrite that is right as a text: graphs, hybrid workers, modules that are not there."""

from __future__ import annotations

import threading
from dataclasses import replace

from .._azure.errors import AzureError, Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import Finding, finding
from .._runbook import Rewrite, Verdict
from .._runbook.language import Language, language_of
from .._runbook.text import decode
from . import job_schedules
from .job_schedules import Dependants
from .module_reading import Shelves

REWRITTEN = (Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS)
# "AzureRM.Profile may be too old" is what the rewriter says without an account; here its version was looked up.
_ANSWERED_BY_LOOKUP = frozenset({"RA501"})


class Checks:
    """The checks of one account. Everything is read at most once, and only for a runbook that is to be rewritten."""

    def __init__(self, session: Session, account: AccountId, shelves: Shelves, *, user_assigned: bool) -> None:
        """``shelves`` are the modules that the runbooks find.

        ``user_assigned`` tells whether they will log in with a user-assigned identity.
        """
        self._account = account
        self._shelves = shelves
        self._hybrid = HybridRuns(session, account) if user_assigned else None

    def hybrid(self, runbook: str) -> list[Finding]:
        """Return a finding for each way in which a runbook, changed or not, runs where the login would fail."""
        return self._hybrid.of(runbook) if self._hybrid is not None else []

    def python_packages(self, runbook: str, runbook_type: str) -> frozenset[str] | None:
        """Return the Python packages that a runbook finds; None where they are not known."""
        return self._shelves.python_packages(runbook, runbook_type)

    def refusals(self, runbook: str, runbook_type: str, rewrite: Rewrite) -> list[Finding]:
        """Return the reasons why a rewrite must not be written."""
        if rewrite.verdict not in REWRITTEN:
            return []
        if is_graph(rewrite.content, runbook_type):
            return [finding("RA495", self._account.child("runbooks", runbook), runbook=runbook)]
        return [*self.hybrid(runbook), *self._shelves.lacking(runbook, runbook_type, rewrite.modules)]


def is_python(content: bytes, runbook_type: str) -> bool:
    """Tell whether the runbook is Python, by what it holds or by its type."""
    text = decode(content)
    return text is not None and language_of(text.plain, runbook_type) is Language.PYTHON


def is_graph(content: bytes, runbook_type: str) -> bool:
    """Tell whether the runbook is a graph, by its type or by what it holds."""
    text = decode(content)
    return runbook_type.lower().startswith("graph") or (
        text is not None and language_of(text.plain, runbook_type) is Language.GRAPHICAL
    )


def without_answered(rewrite: Rewrite) -> Rewrite:
    """Return a rewrite that no check refused, without what the checks have answered."""
    return replace(rewrite, findings=tuple(f for f in rewrite.findings if f.code not in _ANSWERED_BY_LOOKUP))


class HybridRuns:
    """Which runbooks of an account run on hybrid workers, read when it is first asked."""

    def __init__(self, session: Session, account: AccountId) -> None:
        self._session = session
        self._account = account
        self._lock = threading.Lock()
        self._read: dict[str, list[Finding]] | Forbidden | None = None

    def of(self, runbook: str) -> list[Finding]:
        """Return a finding for each schedule or webhook that runs the runbook there, or that says it is not known."""
        with self._lock:
            if self._read is None:
                self._read = self._look()
            read = self._read
        if isinstance(read, AzureError):
            return [finding("RA496", self._account.child("runbooks", runbook), runbook=runbook, reason=read)]
        return read.get(runbook.lower(), [])

    def _look(self) -> dict[str, list[Finding]] | Forbidden:
        try:
            links = job_schedules.list_links(self._session, self._account)
            webhooks = job_schedules.list_webhooks(self._session, self._account)
        except Forbidden as error:
            return error
        return job_schedules.hybrid_findings(self._account, Dependants(tuple(links), tuple(webhooks)))
