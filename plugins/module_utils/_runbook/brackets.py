# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether the brackets of a PowerShell script pair up.

The grammars meet errors in about one valid script in ten. Where they do, this tells a script that is broken for
PowerShell too (a brace too many or too few) from one that the grammar merely does not know.
"""

from __future__ import annotations

import re

_PAIRS = {")": "(", "]": "[", "}": "{"}
# What holds no brackets of code, in the order in which PowerShell's tokenizer takes it (about_Parsing, about_Comments).
_OPAQUE = re.compile(
    r"`."  # an escaped character
    r"|<#.*?#>"
    r"|(?:(?<=^)|(?<=[\s;{}()|&,=]))\#[^\n]*"  # a # inside a word is no comment
    r"|@'[ \t]*\r?\n.*?\n'@"
    r"|@\"[ \t]*\r?\n.*?\n\"@"
    r"|'(?:[^']|'')*'",
    re.DOTALL,
)


def are_paired(plain: str) -> bool:
    """Return whether every bracket outside of strings and comments has its partner."""
    open_brackets: list[str] = []
    position = 0
    while position < len(plain):
        opaque = _OPAQUE.match(plain, position)
        character = plain[position]
        if open_brackets and open_brackets[-1] == '"':
            position = _in_string(plain, position, open_brackets)
        elif opaque:
            position = opaque.end()
        elif character in _PAIRS:
            if not open_brackets or open_brackets.pop() != _PAIRS[character]:
                return False
            position += 1
        else:
            if character in '([{"':
                open_brackets.append(character)
            position += 1
    return not open_brackets


def _in_string(plain: str, position: int, open_brackets: list[str]) -> int:
    """Take one step in an expandable string; ``$(`` starts code in it, that ends at its own bracket."""
    if plain[position] == "`" or plain.startswith('""', position):
        return position + 2
    if plain.startswith("$(", position):
        open_brackets.append("(")
        return position + 2
    if plain[position] == '"':
        open_brackets.pop()
    return position + 1
