# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The rewrite of a runbook as people may see it: changed lines only, secrets masked.

Runbooks hold passwords, connection strings and tokens in plain text. A diff is
printed and kept by controllers, so literals that look like secrets are masked
before lines are compared, and text of strangers cannot steer a terminal.
"""

from __future__ import annotations

import codecs
import difflib
import itertools
import re
from collections.abc import Iterator
from functools import partial

MASK = "********"

_WORD = (
    r"(?:(?:password|passwd|passphrase|pwd|secret|token|credential|signature|api_?key|account_?key|access_?key|"
    r"shared_?key|private_?key|\bpass|\bpw|\bsas|\bsig|\bauth)\w*|[a-z_]*key)\b"
)
# A name that ends with such a word, with what may close it: $x['password'], "token", ${key}.
_NAME = rf"{_WORD}[\"'\]\)}}]*"
_STRING = r"(?:'(?:[^'\r\n]|'')*'|\"(?:[^\"`\r\n]|`.|\"\")*\")"

_SECRETS = (
    # key = 'text'   -Password "text"   "token": "text"   ['secret'] = 'text'
    (re.compile(rf"({_NAME}(?:\s*[=:]\s*|[`\s]+)(?:\[[\w.]+\]\s*)?)({_STRING})", re.IGNORECASE), 2),
    # 'text' | ConvertTo-SecureString, ConvertTo-SecureString -String 'text'
    (re.compile(rf"({_STRING})(?=\s*\|\s*ConvertTo-SecureString)", re.IGNORECASE), 1),
    (re.compile(rf"(ConvertTo-SecureString\s+(?:-\w+\s+)*)({_STRING}|[^\s$(|;'\"-][^\s|;)]*)", re.IGNORECASE), 2),
    # Inside connection strings, addresses and headers: password=text;  sig=text&  Bearer text
    (re.compile(rf"({_WORD}\s*[=:]\s*)([^\s;&\"'$(){{}}\[\]]+)", re.IGNORECASE), 2),
    (re.compile(r"(\b(?:Bearer|Basic)\s+)([\w.~+/=-]{8,})", re.IGNORECASE), 2),
    (re.compile(r"(://[^\s/:@\"']+:)([^\s/@\"']+)(?=@)"), 2),
    # -Password text
    (re.compile(rf"(\s-{_WORD}[ \t]+)([^\s$(\"'@|;{{)-][^\s|;)]*)", re.IGNORECASE), 2),
    # Long runs as of base64 or hex
    (re.compile(r"(?<![\w+/=~])(?=[\w+/=~]*\d)(?=[\w+/=~]*[A-Za-z])([\w+/=~]{32,})"), 1),
)
_PRIVATE_KEY = re.compile(r"(-----BEGIN [A-Z ]*-----)(.*?)(-----END|\Z)", re.DOTALL)

_ENCODINGS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def masked_diff(name: str, before: bytes, after: bytes) -> str:
    """Return the changed lines of a runbook as a unified diff without context, secrets masked.

    ``name`` and the lines are untrusted: control characters come out escaped.
    """
    title = printable(name)
    return "".join(f"{line}\n" for line in _diff(before, after, f"{title} (before)", f"{title} (after)"))


def changed_lines(before: bytes, after: bytes) -> Iterator[str]:
    """Yield the same without the lines that name the file: ``@@``, ``-`` and ``+`` lines."""
    return itertools.islice(_diff(before, after, "", ""), 2, None)


def _diff(before: bytes, after: bytes, old: str, new: str) -> Iterator[str]:
    return difflib.unified_diff(_lines(before), _lines(after), old, new, n=0, lineterm="")


def printable(text: str) -> str:
    """Return text with everything escaped that is no printable character or tab."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\t" else _escaped(char) for char in text)


def masked(text: str) -> str:
    """Return text with what looks like a secret masked; the number of lines stays."""
    text = _PRIVATE_KEY.sub(_masked_block, text)
    for pattern, group in _SECRETS:
        text = pattern.sub(partial(_masked_group, group), text)
    return text


def _lines(content: bytes) -> list[str]:
    return [printable(line) for line in re.split(r"\r\n|\n|\r", masked(_decoded(content)))]


def _decoded(content: bytes) -> str:
    mark, encoding = next(((mark, name) for mark, name in _ENCODINGS if content.startswith(mark)), (b"", "utf-8"))
    return content[len(mark) :].decode(encoding, "backslashreplace")


def _masked_group(group: int, found: re.Match[str]) -> str:
    secret = found.group(group)
    quote = secret[0] if secret[:1] in ("'", '"') else ""
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    whole = found.group()
    return f"{whole[:start]}{quote}{MASK}{quote}{whole[end:]}"


def _masked_block(found: re.Match[str]) -> str:
    return found.group(1) + re.sub(r"[^\r\n]+", MASK, found.group(2)) + found.group(3)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
