# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the grammars a form that they can read of what they cannot: calls in arguments, ``-Name $a.Split('/')[4]``.

Both grammars meet an error there and lose the arguments after it (runbook-idioms, section 5). For the parser only, the
call becomes part of the member's name, one character for one: ``-Name $a.Split________``. Nothing but constants may
stand in the call, so that nothing that matters is hidden. The limit of ``foreach -parallel -throttlelimit 5 (…)`` they
cannot read either; it becomes blank.
"""

from __future__ import annotations

import re

# ASCII only, so that a character is a byte before and after
_CONSTANT = r"""[ \t]*(?:'[^'\n\x80-\U0010ffff]*'|"[^"$`\n\x80-\U0010ffff]*"|-?\d+)[ \t]*"""
_CALL = rf"\((?:{_CONSTANT}(?:,{_CONSTANT})*)?\)(?:\[-?\d+\])*"
_COMMAND_OR_PARAMETER = r"(?<![\w$.])[A-Za-z]*-\w+(?::[ \t]*|[ \t]+)"
_VALUE = r"(?:\$(?:\w+:)?\w+|\([^()\n]*\))"
_ARGUMENT = re.compile(
    rf"{_COMMAND_OR_PARAMETER}{_VALUE}(?P<calls>(?:\.\w+|\[-?\d+\])*\.\w+(?:{_CALL})(?:\.\w+|{_CALL}|\[-?\d+\])*)",
    re.ASCII,
)
_LIMIT = re.compile(
    r"(?<=foreach)(?P<parallel>[ \t]+-parallel)(?P<limit>[ \t]+-throttlelimit[ \t:]+(?:\d+|\$\w+))", re.I | re.A
)
_CALLS = re.compile(_CALL, re.ASCII)


def masked(plain: str) -> str:
    """Return ``plain`` as the grammars are to see it; every character keeps its place."""
    return _LIMIT.sub(_without_limit, _ARGUMENT.sub(_with_names_for_calls, plain))


def _without_limit(loop: re.Match[str]) -> str:
    return loop["parallel"] + " " * len(loop["limit"])


def _with_names_for_calls(argument: re.Match[str]) -> str:
    before = argument.group()[: argument.start("calls") - argument.start()]
    return before + _CALLS.sub(lambda call: "_" * len(call.group()), argument.group("calls"))
