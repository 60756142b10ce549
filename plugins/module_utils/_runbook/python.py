# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrite a Python runbook, of Python 2 or 3."""

from __future__ import annotations

import re

from .._finding import finding
from . import edits
from .python_lint import WORDS as LINT_WORDS
from .python_surgery import PythonSurgery
from .result import (
    Edit,
    Rewrite,
    RewriteOptions,
    Verdict,
)
from .text import Text, decode

_WORDS = re.compile(r"get_automation_(connection|certificate|runas_\w+)|azure_automation_utility")


def rewrite_python(content: bytes, text: Text, options: RewriteOptions, runbook_type: str = "") -> Rewrite:
    """Return the rewrite of a Python runbook. ``runbook_type`` tells Python 2 from 3 where the content does not.

    Raises MissingPackage.
    """
    may_use = bool(_WORDS.search(text.text))
    if not may_use and not LINT_WORDS.search(text.text):
        return Rewrite(content, Verdict.NOT_USED)
    surgery = PythonSurgery(text, runbook_type, options)
    report = surgery.report
    if report.refused:
        return Rewrite(content, Verdict.MANUAL, findings=report.findings)
    # Python does not run any of a script with a syntax error, and the rest of it may not be what it seems.
    broken = surgery.script.first_error if may_use else None
    if broken is not None:
        line, column = surgery.script.place(broken)
        problem = finding("RA430", options.resource, line=line, column=column)
        return Rewrite(content, Verdict.UNPARSABLE, findings=(problem,))
    if not surgery.spans:
        return Rewrite(content, Verdict.NOT_USED, findings=report.findings)
    return _finish(content, text, surgery, options, runbook_type)


def _finish(content: bytes, text: Text, surgery: PythonSurgery, options: RewriteOptions, runbook_type: str) -> Rewrite:
    report = surgery.report
    try:
        spans = edits.settle(surgery.spans)
    except edits.Overlap:
        return _failed(content, options)
    new_content = text.encode(edits.apply(text.text, spans))
    if not _proved(surgery, new_content, options, runbook_type):
        return _failed(content, options)
    verdict = Verdict.REWRITTEN_WITH_ASSUMPTIONS if report.assumptions else Verdict.REWRITTEN
    return Rewrite(
        new_content,
        verdict,
        edits=tuple(_edit(content, text, span) for span in spans),
        findings=report.findings,
        assumptions=report.assumptions,
    )


def _failed(content: bytes, options: RewriteOptions) -> Rewrite:
    return Rewrite(content, Verdict.MANUAL, findings=(finding("RA433", options.resource, line=1, column=1),))


def _proved(surgery: PythonSurgery, new_content: bytes, options: RewriteOptions, runbook_type: str) -> bool:
    """Read the result again: no new syntax error, and nothing of Run As left."""
    new_text = decode(new_content)
    if new_text is None:
        return False
    again = PythonSurgery(new_text, runbook_type, options)
    return not again.uses_run_as and not again.spans and again.script.error_count <= surgery.script.error_count


def _edit(content: bytes, text: Text, span: edits.Span) -> Edit:
    start, end = text.byte_offset(span.start), text.byte_offset(span.end)
    return Edit((start, end), content[start:end], span.after.encode(text.codec), span.rule)
