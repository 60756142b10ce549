# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the runbooks of an account call, and what their texts do not tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import automation
from .._finding import Finding, finding
from .._runbook import MissingPackage
from .._runbook.cmdlets import Calls, CmdletCall, Gap, Untold, find_cmdlets
from .._step import StepError, in_parallel
from ._call import Call
from .cmdlet_operations import CmdletOperations
from .part_reading import OF_ONE_PART
from .runbook_plan import Decision, Runbook
from .runbook_reading import chosen_runbooks, read
from .suggest_model import CodeUse, NotCovered
from .unread import unread_finding

_PUBLISHED, _DRAFT = "published", "draft"

_SAID = {
    Untold.UNREADABLE: "it is no text that can be read.",
    Untold.SYNTAX: "its syntax cannot be read whole: calls may be missing.",
    Untold.PYTHON: "what a Python runbook does in Azure is only seen in the Activity Log.",
    Untold.COMPUTED: "the name of a command is computed.",
    Untold.CODE_IN_TEXT: "it runs code that is a text.",
    Untold.REST: "it sends requests of its own.",
    Untold.COMMAND_LINE: "it runs a command line, whose commands are not looked at.",
    Untold.CLASSIC: "it calls a cmdlet of classic service management, whose rights are no roles.",
    Untold.ELSEWHERE: "it calls Microsoft Entra or Microsoft 365, where roles of Azure do not count.",
}
_OPEN = "what it is given decides what else it needs."


@dataclass(frozen=True)
class CodeRead:
    """What was read. ``texts`` is how many contents were looked at."""

    uses: tuple[CodeUse, ...] = ()
    not_covered: tuple[NotCovered, ...] = ()
    findings: tuple[Finding, ...] = ()
    texts: int = 0


def read_code(call: Call, table: CmdletOperations) -> CodeRead:
    """Return the calls of the runbooks that are meant; what cannot be read is a finding.

    Raises StepError where a package that reads them is missing, and for a name that no runbook has.
    """
    try:
        items = automation.list_runbooks(call.session, call.account)
    except OF_ONE_PART as error:
        said = unread_finding(f"The runbooks of Automation account {call.account.name}", call.account.arm_id, error)
        return CodeRead(not_covered=(NotCovered("unread", "the runbooks could not be read"),), findings=(said,))
    chosen = chosen_runbooks(items, call.parameters["runbooks"], call.account)
    parts = in_parallel(lambda item: _read(call, item, table), chosen, call.max_parallel)
    return CodeRead(
        uses=tuple(use for part in parts for use in part.uses),
        not_covered=tuple(item for part in parts for item in part.not_covered),
        findings=tuple(item for part in parts for item in part.findings),
        texts=sum(part.texts for part in parts),
    )


def _read(call: Call, item: Mapping[str, Any], table: CmdletOperations) -> CodeRead:
    runbook = read(call, item)
    if isinstance(runbook, Decision):
        said = NotCovered("unread", "the runbook could not be read", runbook.runbook)
        return CodeRead(not_covered=(said,), findings=runbook.findings)
    reader = CodeReader(runbook, table)
    for version, content in _contents(runbook):
        reader.read(version, content)
    return reader.result()


def _contents(runbook: Runbook) -> Sequence[tuple[str, bytes]]:
    """Return the contents that differ; a draft that equals what is published says nothing more."""
    both = ((_PUBLISHED, runbook.published), (_DRAFT, runbook.draft))
    return [
        (version, content)
        for version, content in both
        if content is not None and not (version == _DRAFT and content == runbook.published)
    ]


class CodeReader:
    """Reads the contents of one runbook. Pure."""

    def __init__(self, runbook: Runbook, table: CmdletOperations) -> None:
        self._runbook = runbook
        self._table = table
        self._uses: list[CodeUse] = []
        self._not_covered: list[NotCovered] = []
        self._findings: list[Finding] = []
        self._texts = 0

    def result(self) -> CodeRead:
        """Return what was read so far."""
        return CodeRead(tuple(self._uses), tuple(self._not_covered), tuple(self._findings), self._texts)

    def read(self, version: str, content: bytes) -> None:
        """Read one content. Raises StepError for a missing package."""
        try:
            found: Calls = find_cmdlets(content, self._runbook.type)
        except MissingPackage as error:
            raise StepError(str(error)) from None
        self._texts += 1
        for one in found.calls:
            self._call(version, one)
        for gap in found.gaps:
            self._gap(version, gap)

    def _call(self, version: str, one: CmdletCall) -> None:
        needed = self._table.of(one)
        if needed is None:
            self._leave(version, one.line, "unknown_cmdlet", one.cmdlet)
            self._find("RA342", version, one.line, cmdlet=one.cmdlet)
            return
        if needed.open:
            self._say(version, one.line, "depends", one.cmdlet, f"{one.cmdlet}: {_OPEN}")
        if needed.operations:
            operations, group = needed.operations, one.resource_group
            self._uses.append(CodeUse(self._runbook.name, version, one.line, one.cmdlet, operations, group))

    def _gap(self, version: str, gap: Gap) -> None:
        text = f"{gap.text}: {_SAID[gap.why]}" if gap.text else _SAID[gap.why]
        self._say(version, gap.line, gap.why.value, gap.text or _SAID[gap.why].rstrip("."), text)

    def _say(self, version: str, line: int | None, reason: str, text: str, sentence: str) -> None:
        self._leave(version, line, reason, text)
        self._find("RA341", version, line, what=sentence)

    def _find(self, code: str, version: str, line: int | None, **facts: Any) -> None:
        runbook = self._runbook
        self._findings.append(finding(code, runbook.target, line=line, runbook=runbook.name, version=version, **facts))

    def _leave(self, version: str, line: int | None, reason: str, text: str) -> None:
        self._not_covered.append(NotCovered(reason, text, self._runbook.name, version, line))
