# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether the brackets, quotes and block comments of a PowerShell script pair up.

The grammars meet errors in about one valid script in ten, and read some broken ones without. This tells a script
that is broken for PowerShell too from one that the grammar merely does not know.
"""

from __future__ import annotations

import re

_PAIRS = {")": "(", "]": "[", "}": "{"}
_STRING, _HERE_STRING = '"', '@"'

# The next thing in code, in the order in which PowerShell's tokenizer looks for it (about_Parsing, about_Comments).
_CODE = re.compile(
    r"""
      (?P<opaque> (?:
          [^`'"#<@(){}\[\]]+
        | `.
        | <\#.*?\#>
        | (?:(?<![^\s;{}()|&,=]))\#[^\n]*        # a # inside a word is no comment
        | @'[ \t]*\r?\n.*?(?<=\n)'@
        | '(?:[^']|'')*'
        | (?<!@)"(?:[^"`$]|`.|""|\$(?!\())*"(?!")   # a text without code in it
        | \([^`'"#<@(){}\[\]]*\)
        | \[[^`'"#<@(){}\[\]]*\]
      )+ )
    | (?P<here>@"[ \t]*\r?(?=\n))
    | (?P<open>[(\[{"])
    | (?P<close>[)\]}])
    | (?P<unclosed>'|<\#)
    | (?P<other>.)
    """,
    re.DOTALL | re.VERBOSE,
)
# The next thing in an expandable string; ``$(`` starts code in it, that ends at its own bracket.
_TEXT = {
    _STRING: re.compile(r'(?P<opaque>[^`"$]+|`.|"")|(?P<open>\$\()|(?P<close>")|(?P<other>.)', re.DOTALL),
    _HERE_STRING: re.compile(r'(?P<opaque>[^`\n$]+|`.)|(?P<open>\$\()|(?P<close>\n"@)|(?P<other>.)', re.DOTALL),
}


def are_paired(plain: str) -> bool:
    """Return whether every bracket, quote and block comment outside of others has its partner."""
    open_ones: list[str] = []
    position = 0
    while position < len(plain):
        inside = open_ones[-1] if open_ones else ""
        match = _TEXT.get(inside, _CODE).match(plain, position)
        if match is None or match.lastgroup == "unclosed":
            return False
        position = match.end()
        if match.lastgroup == "open":
            open_ones.append(match.group()[-1])
        elif match.lastgroup == "here":
            open_ones.append(_HERE_STRING)
        elif match.lastgroup == "close" and not _closes(match.group(), open_ones):
            return False
    return not open_ones


def _closes(text: str, open_ones: list[str]) -> bool:
    expected = _PAIRS.get(text)
    return bool(open_ones) and (open_ones.pop() == expected or expected is None)
