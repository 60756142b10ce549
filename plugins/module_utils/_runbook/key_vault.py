# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find where a runbook uses Azure Key Vault: cmdlets, client libraries, the command line, REST.

What could be a use counts as one: names in strings too, in case a command is put together from them. Comments do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .graph_container import read_container
from .graph_model import ActivityKind, Graph, SourceKind, read_graph
from .graph_names import shown
from .graph_uses import passages
from .language import Language, language_of
from .nrbf_reader import read_stream
from .nrbf_records import StreamError
from .python_source import PythonScript
from .syntax import Script, best_script
from .text import Text, decode

# Cmdlets of Az.KeyVault and AzureRM.KeyVault (the latter without Rm but for vaults themselves), the modules, the
# resource type, the hosts of vaults in each cloud, the Azure CLI, and Python's packages and clients.
_USE = re.compile(
    r"\b[a-z]+-az(?:ure(?:rm)?)?(?:keyvault|managedhsm)\w*"
    r"|\b(?:az|azurerm)\.keyvault\b"
    r"|\bmicrosoft\.keyvault\b"
    r"|\b(?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)\b"
    r"|\baz(?:\.cmd|\.exe)?[ \t]+keyvault\b"
    r"|\bazure\.(?:mgmt\.)?keyvault\b|\bkeyvault(?:management)?client\b",
    re.IGNORECASE,
)
# To PowerShell a comment with a meaning; to the grammar sometimes none.
_REQUIRES = re.compile(r"^[ \t]*#requires\b.*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class KeyVaultUse:
    """One use: where it is, both counted from 1, and what it is in the runbook's own words."""

    line: int
    column: int
    what: str


def key_vault_uses(content: bytes, runbook_type: str) -> tuple[KeyVaultUse, ...] | None:
    """Return where a runbook uses Key Vault; None where it cannot be read, so that nobody can tell.

    ``content`` and ``runbook_type`` are as for ``rewrite``. Raises MissingPackage.
    """
    text = decode(content)
    if text is None:
        return None
    language = language_of(text.plain, runbook_type)
    if language is Language.GRAPHICAL:
        return _in_graphical(text)
    if not _USE.search(text.plain):
        return ()
    script = PythonScript(text) if language is Language.PYTHON else best_script(text)
    return tuple(KeyVaultUse(*text.place(offset), what) for offset, what in _in_script(script))


def _in_script(script: Script) -> Iterator[tuple[int, str]]:
    for match in _USE.finditer(_without_comments(script)):
        yield match.start(), " ".join(match[0].split())


def _without_comments(script: Script) -> str:
    """Return the text with blanks for comments; where the grammar stumbled, what it takes for comments stays."""
    plain = script.plain
    if script.error_count:
        return plain
    spans = [script.span(node) for node in script.nodes("comment")]
    for start, end in [*spans, *(match.span() for match in _REQUIRES.finditer(plain))]:
        plain = plain[:start] + " " * (end - start) + plain[end:]
    return plain


def _in_graphical(text: Text) -> tuple[KeyVaultUse, ...] | None:
    try:
        graph = read_graph(read_stream(read_container(text).stream))
    except StreamError:
        return None
    found = dict.fromkeys(f"activity {shown(name)}: {what}" for name, what in _in_graph(graph))
    return tuple(KeyVaultUse(1, 1, what) for what in found)


def _in_graph(graph: Graph) -> Iterator[tuple[str, str]]:
    """Yield activity and use. What stands at a link is told of the activity that it leads to."""
    for activity in graph.activities:
        given = activity.parameters.values()
        values = " ".join(source.text or "" for source in given if source.kind is not SourceKind.EXPRESSION)
        command = activity.command if activity.kind is ActivityKind.COMMAND else ""
        for match in _USE.finditer(f"{command} {values}"):
            yield activity.name, match[0]
    for passage in passages(graph):
        owner = passage.owner
        name = owner.name if hasattr(owner, "name") else graph.activity(owner.destination).name
        for dummy, what in _in_script(best_script(Text(passage.text, "utf-8", b""))):
            yield name, what
