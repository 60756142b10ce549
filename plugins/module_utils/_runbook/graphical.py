# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether a graphical runbook uses a Run As account. Such a runbook is left to people.

The container is one JSON object; its ``RunbookDefinition`` is base64 of a .NET BinaryFormatter stream
(runbook-idioms, section 6). Only the readable strings of the stream are looked at here.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from .._finding import finding
from .hazards import (
    CERTIFICATE_NAMES,
    run_as_names,
)
from .result import (
    Rewrite,
    RewriteOptions,
    Verdict,
)
from .text import Text

# SerializationHeaderRecord of MS-NRBF: record type 0, then root id and header id; version 1.0 at its end.
_HEADER = re.compile(rb"\x00.{8}\x01\x00\x00\x00\x00\x00\x00\x00", re.DOTALL)
_FETCH = re.compile(rb"get-automationconnection", re.IGNORECASE)
_LOGIN = re.compile(rb"(connect|add|login)-az(urerm)?account", re.IGNORECASE)
_LOGIN_FIELD = re.compile(rb"certificatethumbprint", re.IGNORECASE)


def rewrite_graphical(content: bytes, text: Text, options: RewriteOptions) -> Rewrite:
    """Return the verdict on a graphical runbook: not used, manual or unparsable."""
    stream = _stream(text.text)
    if stream is None:
        problem = finding("RA451", options.resource, line=1, column=1)
        return Rewrite(content, Verdict.UNPARSABLE, findings=(problem,))
    if _uses_run_as(stream, options):
        problem = finding("RA450", options.resource, line=1, column=1)
        return Rewrite(content, Verdict.MANUAL, findings=(problem,))
    return Rewrite(content, Verdict.NOT_USED)


def _stream(text: str) -> bytes | None:
    """Return the stream in the container, or None when the container or the stream is none."""
    try:
        container = json.loads(text)
        stream = base64.b64decode(container["RunbookDefinition"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return None
    return stream if _HEADER.match(stream) else None


def _uses_run_as(stream: bytes, options: RewriteOptions) -> bool:
    lower = stream.lower()
    if any(name.encode() in lower for name in CERTIFICATE_NAMES):
        return True
    named = any(name.encode() in lower for name in run_as_names(options))
    fed_login = _LOGIN.search(stream) is not None and _LOGIN_FIELD.search(stream) is not None
    return _FETCH.search(stream) is not None and (named or fed_login)
