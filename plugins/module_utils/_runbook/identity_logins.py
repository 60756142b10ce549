# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether a runbook logs in with a managed identity, of whatever kind: who takes an identity away has to know.

A text is looked through, not understood: a login that is built from pieces at run time is not
seen, one in code that never runs is. Whoever asks leaves the identity where it is in doubt.
"""

from __future__ import annotations

import re

from .graph_container import read_container
from .graph_model import Activity, read_graph
from .language import is_graphical
from .nrbf_reader import read_stream
from .nrbf_records import StreamError
from .text import decode

_COMMENTS = re.compile(r"<#.*?#>|(?m:^\s*#[^\n]*$)", re.DOTALL)
_LOGIN = re.compile(
    # One statement: to the end of its line, or of the lines that backticks join.
    r"\b(?:Connect-\w+|(?:Add|Login)-Az\w*Account)\b(?:`\r?\n|[^\n;|}])*?\s-(?:Managed|ManagedService)?Identity\b",
    re.IGNORECASE,
)
_SPLAT = re.compile(r"\b(?:Managed)?Identity['\"]?\s*\]?\s*=\s*\$true\b", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(?:IDENTITY_ENDPOINT|IDENTITY_HEADER|MSI_ENDPOINT|MSI_SECRET|ManagedIdentity\w*|MSIAuthentication|MSICredentials|"
    r"DefaultAzureCredential|IdentityCredential)\b|169\.254\.169\.254",
    re.IGNORECASE,
)
_LOGIN_COMMAND = re.compile(r"(?:Connect-\w+|(?:Add|Login)-Az\w*Account)", re.IGNORECASE)
_IDENTITY_PARAMETERS = frozenset({"identity", "managedidentity"})


def logs_in_with_identity(content: bytes) -> bool | None:
    """Tell whether a runbook logs in with a managed identity; None where it is a graph that cannot be read."""
    text = decode(content)
    if text is None:
        # In no encoding that is known: what is looked for is ASCII in all of those that are not.
        return _in_text(content.decode("latin-1"))
    if not is_graphical(content):
        return _in_text(text.plain)
    try:
        graph = read_graph(read_stream(read_container(text).stream))
    except StreamError:
        return None
    return any(_in_activity(activity) for activity in graph.activities)


def names_client(content: bytes, client_id: str) -> bool:
    """Tell whether the text of a runbook names a client id: so are user-assigned identities chosen."""
    text = decode(content)
    if text is None:
        return client_id.lower() in content.decode("latin-1").lower()
    if not is_graphical(content):
        return client_id.lower() in text.plain.lower()
    try:
        graph = read_graph(read_stream(read_container(text).stream))
    except StreamError:
        return True
    return any(client_id.lower() in said.lower() for one in graph.activities for said in _texts(one))


def _in_text(text: str) -> bool:
    code = _COMMENTS.sub("", text)
    return any(pattern.search(code) for pattern in (_LOGIN, _SPLAT, _WORDS))


def _in_activity(activity: Activity) -> bool:
    if _LOGIN_COMMAND.fullmatch(activity.command or "") and (
        _IDENTITY_PARAMETERS & {name.lower() for name in activity.parameters}
        or "-identity" in (activity.custom_parameters or "").lower()
    ):
        return True
    return any(_in_text(text) for text in activity.code.values() if text)


def _texts(activity: Activity) -> list[str]:
    constants = [source.text for source in activity.parameters.values() if source.text]
    return [*constants, activity.custom_parameters or "", *(text for text in activity.code.values() if text)]
