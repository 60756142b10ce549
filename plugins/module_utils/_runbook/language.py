# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell the language of a runbook by its content; its declared type decides only when the content does not."""

from __future__ import annotations

import re
from enum import Enum

from .text import decode


class Language(Enum):
    """The languages that runbooks are written in; a workflow is PowerShell to the reader."""

    POWERSHELL = "powershell"
    PYTHON = "python"
    GRAPHICAL = "graphical"


_PYTHON = re.compile(
    r"^(?:#!.*\bpython|\s*from\s+[\w.]+\s+import\s|\s*import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+)*\s*(?:#.*)?$"
    r"|\s*def\s+\w+\s*\(.*\)\s*(?:->.*)?:|\s*(?:if|for|while|elif|try|except|with|class)\b[^{}$]*:\s*(?:#.*)?$)",
    re.MULTILINE,
)
_POWERSHELL = re.compile(
    r"\$\{?(?:\w+:)?[A-Za-z_]\w*|^\s*(?:param\s*\(|function\s+[\w-]+|workflow\s+[\w-]+|<#)|\b[A-Za-z]+-[A-Z]\w+",
    re.IGNORECASE | re.MULTILINE,
)
_GRAPHICAL = re.compile(r'\A\s*\{\s*"(?:SchemaVersion|RunbookDefinition|RunbookType)"')
_STRINGS_AND_COMMENTS = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"|<#.*?#>|'[^'\n]*'|\"[^\"\n]*\"|#[^\n]*", re.DOTALL)


def language_of(text: str, runbook_type: str) -> Language:
    """Return the language of ``text``. ``runbook_type`` is Azure's runbookType, or a plain language name."""
    if _GRAPHICAL.match(text):
        return Language.GRAPHICAL
    declared = _declared(runbook_type)
    code = _STRINGS_AND_COMMENTS.sub(" ", text)
    python, powershell = len(_PYTHON.findall(code)), len(_POWERSHELL.findall(code))
    if declared is Language.PYTHON:
        return Language.POWERSHELL if powershell > 0 and python == 0 else Language.PYTHON
    if python > 0 and powershell <= python // 4:
        return Language.PYTHON
    return Language.POWERSHELL if declared is Language.POWERSHELL or powershell > 0 else declared


def is_graphical(content: bytes) -> bool:
    """Tell whether the content of a runbook is a graphical one."""
    text = decode(content)
    return text is not None and _GRAPHICAL.match(text.plain) is not None


def _declared(runbook_type: str) -> Language:
    kind = runbook_type.lower()
    if kind.startswith("graph"):
        return Language.GRAPHICAL
    return Language.PYTHON if kind.startswith("python") else Language.POWERSHELL
