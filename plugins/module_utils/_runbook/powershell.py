# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrite a PowerShell or PowerShell Workflow runbook."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .._finding import finding
from . import edits, grammars
from .lint import WORDS as LINT_WORDS
from .result import (
    Edit,
    Rewrite,
    RewriteOptions,
    Verdict,
)
from .surgery import Surgery
from .syntax import Script
from .text import Text, decode

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# A script without any of these words cannot use a Run As account; it is not even parsed.
_WORDS = ("automationconnection", "automationcertificate", "runasc", "thumbprint")


def rewrite_powershell(content: bytes, text: Text, options: RewriteOptions) -> Rewrite:
    """Return the rewrite of a PowerShell runbook. Raises MissingPackage."""
    if not _may_use_run_as(text.lower, options) and not any(word in text.lower for word in LINT_WORDS):
        return Rewrite(content, Verdict.NOT_USED)
    surgery = _operate(text, options)
    if surgery.unreadable is not None:
        line, column = surgery.unreadable
        problem = finding("RA430", options.resource, line=line, column=column)
        return Rewrite(content, Verdict.UNPARSABLE, findings=(problem,))
    if surgery.report.refused:
        return Rewrite(content, Verdict.MANUAL, findings=surgery.report.findings)
    if not surgery.spans:
        return Rewrite(content, Verdict.NOT_USED, findings=surgery.report.findings)
    return _finish(content, text, surgery, options)


def is_without_run_as(content: bytes) -> bool:
    """Tell whether ``content`` is text in some 8-bit encoding of Western letters that never mentions Run As.

    In all of these encodings ASCII words are their ASCII bytes; control characters mean that it is no text at all.
    """
    lower = content.decode("latin-1").lower()
    return not _CONTROL.search(content) and not any(word in lower for word in _WORDS)


def _may_use_run_as(lower: str, options: RewriteOptions) -> bool:
    if options.rename_azurerm and "azure" in lower:
        return True
    return any(word in lower for word in (*_WORDS, *(name.lower() for name in options.connections or {})))


def _operate(text: Text, options: RewriteOptions) -> Surgery:
    """Plan with the grammar that reads the script best.

    A grammar that reads it without any error beats one that does not: an error may turn a parameter block into a
    command. Else the first grammar that reads all that matters wins.
    """
    first = Surgery(Script(text, grammars.POWERSHELL[0]), options)
    if not first.script.error_count:
        return first
    second = Surgery(Script(text, grammars.POWERSHELL[1]), options)
    if not second.script.error_count or first.unreadable is not None:
        return second if second.unreadable is None else first
    return first


def _finish(content: bytes, text: Text, surgery: Surgery, options: RewriteOptions) -> Rewrite:
    report = surgery.report
    try:
        spans = _joined(edits.settle(surgery.spans))
    except edits.Overlap:
        return _failed(content, options)
    new_content = text.encode(edits.apply(text.text, spans))
    if not _proved(surgery, new_content, options):
        return _failed(content, options)
    verdict = Verdict.REWRITTEN_WITH_ASSUMPTIONS if report.assumptions else Verdict.REWRITTEN
    return Rewrite(
        new_content,
        verdict,
        edits=tuple(_edit(content, text, span) for span in spans),
        findings=report.findings,
        assumptions=report.assumptions,
        modules=surgery.modules,
    )


def _failed(content: bytes, options: RewriteOptions) -> Rewrite:
    return Rewrite(content, Verdict.MANUAL, findings=(finding("RA433", options.resource, line=1, column=1),))


def _proved(surgery: Surgery, new_content: bytes, options: RewriteOptions) -> bool:
    """Read the result again: no new syntax error, and nothing of Run As or AzureRM left to rewrite or to refuse."""
    new_text = decode(new_content)
    if new_text is None:
        return False
    again = Surgery(Script(new_text, surgery.script.grammar), replace(options, rename_azurerm=True))
    clean = again.unreadable is None and not again.spans and not again.report.refused
    read = any(again.variables.reads[name] for name in surgery.connections.variables)
    return clean and not read and again.script.error_count <= surgery.script.error_count


def _joined(spans: Iterable[edits.Span]) -> list[edits.Span]:
    joined: list[edits.Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last is not None and last.end == span.start and last.rule == span.rule:
            joined[-1] = edits.Span(last.start, span.end, last.after + span.after, span.rule)
        else:
            joined.append(span)
    return joined


def _edit(content: bytes, text: Text, span: edits.Span) -> Edit:
    start, end = text.byte_offset(span.start), text.byte_offset(span.end)
    return Edit((start, end), content[start:end], span.after.encode(text.codec), span.rule)
