# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one entry point: any runbook, any language."""

from __future__ import annotations

from .._finding import finding
from .graphical import rewrite_graphical
from .language import Language, language_of
from .powershell import is_without_run_as, rewrite_powershell
from .python import rewrite_python
from .result import (
    Rewrite,
    RewriteOptions,
    Verdict,
)
from .text import decode

_REWRITERS = {
    Language.POWERSHELL: rewrite_powershell,
    Language.GRAPHICAL: rewrite_graphical,
}


def rewrite(content: bytes, runbook_type: str, options: RewriteOptions | None = None) -> Rewrite:
    """Rewrite the Run As login of one runbook into a login with a managed identity.

    ``content`` is the exact content of the runbook, ``runbook_type`` what Azure calls its type (``PowerShell``,
    ``PowerShellWorkflow``, ``Python3``, ``GraphPowerShell`` …); where the content tells another language, the content
    is believed. Bytes outside of the edited spans are never changed; when nothing is rewritten, ``Rewrite.content`` is
    the object that was given. The rules are those of docs/rewriting.md.

    Raises MissingPackage when a package that reads the language is not installed.
    """
    options = options or RewriteOptions()
    text = decode(content)
    if text is None and is_without_run_as(content):
        return Rewrite(content, Verdict.NOT_USED)
    if text is None:
        problem = finding("RA435", options.resource, line=1, column=1)
        return Rewrite(content, Verdict.UNPARSABLE, findings=(problem,))
    language = language_of(text.plain, runbook_type)
    if language is Language.PYTHON:
        return rewrite_python(content, text, options, runbook_type)
    return _REWRITERS[language](content, text, options)
