# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes <-> text, without losing one byte: byte order mark, encoding, line ends, last line."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

# PowerShell's own tokenizer treats these characters as their ASCII kin (about_Parsing, CharTraits.IsDash,
# IsSingleQuote, IsDoubleQuote, IsWhitespace). One code point stands for one, so that offsets stay true.
_DASHES = "\u2013\u2014\u2015"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b"
_DOUBLE_QUOTES = "\u201c\u201d\u201e"
_BLANKS = "\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_SINGLE_QUOTES, "'"),
        **dict.fromkeys(_DOUBLE_QUOTES, '"'),
        **dict.fromkeys(_BLANKS, " "),
    }
)

_LONE_RETURN = re.compile(r"\r(?!\n)")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Text:
    """Decoded content. Offsets are counted in characters of ``text``."""

    text: str
    codec: str
    mark: bytes

    def encode(self, text: str) -> bytes:
        """Return ``text`` as bytes in the encoding of the content, with its byte order mark."""
        return self.mark + text.encode(self.codec)

    def byte_offset(self, offset: int) -> int:
        """Return where the character ``offset`` lies in the content, in bytes."""
        return len(self.mark) + len(self.text[:offset].encode(self.codec))

    @cached_property
    def plain(self) -> str:
        """The text as PowerShell's tokenizer takes it: typographic characters and lone CR in ASCII."""
        return _LONE_RETURN.sub("\n", self.text.translate(_PLAIN))

    @cached_property
    def lower(self) -> str:
        """The same in lower case, for a quick look at which words are in it."""
        return self.plain.lower()

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.plain))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of ``offset``, both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1


def decode(content: bytes) -> Text | None:
    """Return the decoded content, or None when it is not text that can be written back byte for byte."""
    mark, codec = next(((m, c) for m, c in _MARKS if content.startswith(m)), (b"", "utf-8"))
    try:
        text = content[len(mark) :].decode(codec)
    except UnicodeDecodeError:
        return None
    decoded = Text(text, codec, mark)
    return decoded if "\0" not in text and decoded.encode(text) == content else None
