# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace spans of a text, and choose the spans so that what stays looks as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BLANK = " \t"
# A continuation into an empty line ends a line too.
_LINE_END = re.compile(r"`?(?:\r\n|\n|\r)|\Z")


@dataclass(frozen=True, order=True)
class Span:
    """A replaced span, in characters."""

    start: int
    end: int
    after: str = ""
    rule: str = ""


class Overlap(Exception):
    """Two edits want the same characters: a defect of the rules, never applied."""


def settle(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order; deletions that overlap become one, what lies inside one is gone. Raises Overlap.

    What is put in before a place comes before what replaces the text there.
    """
    settled: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s.start, s.end > s.start, -s.end)):
        last = settled[-1] if settled else None
        if last is None or span.start >= last.end:
            settled.append(span)
        elif last.after or (span.after and span.end > last.end):
            raise Overlap
        else:
            settled[-1] = Span(last.start, max(last.end, span.end), "", last.rule)
    return settled


def apply(text: str, spans: Iterable[Span]) -> str:
    """Return ``text`` with every span replaced; the spans are settled."""
    parts, position = [], 0
    for span in spans:
        parts += [text[position : span.start], span.after]
        position = span.end
    return "".join([*parts, text[position:]])


def statement_span(text: str, start: int, end: int, rule: str) -> Span:
    """Return the span that removes the statement at start..end: with its line where it stands alone on it."""
    end = _past_blanks(text, end)
    if text[end : end + 1] == ";":
        end = _past_blanks(text, end + 1)
    line_start = _back_over_blanks(text, start)
    at_line_start = line_start == 0 or text[line_start - 1] in "\r\n"
    line_end = _LINE_END.match(text, end)
    if at_line_start and line_end:
        return _lines(text, line_start, line_end, rule)
    return Span(line_start if line_end and text[line_start - 1] != "{" else start, end, "", rule)


def unwrap_spans(text: str, outer: tuple[int, int], inner: tuple[int, int], rule: str) -> list[Span]:
    """Return the spans that leave of ``outer`` just ``inner``, the inside of one of its ``{ }`` blocks."""
    return [_opening(text, outer[0], inner[0], rule), _closing(text, inner[1], outer[1], rule)]


def _opening(text: str, start: int, end: int, rule: str) -> Span:
    end = _past_blanks(text, end)
    line_end = _LINE_END.match(text, end)
    line_start = _back_over_blanks(text, start)
    if line_end and (line_start == 0 or text[line_start - 1] in "\r\n"):
        return _lines(text, line_start, line_end, rule)
    return Span(start, end, "", rule)


def _closing(text: str, start: int, end: int, rule: str) -> Span:
    line_start = _back_over_blanks(text, start)
    after = _past_blanks(text, end)
    line_end = _LINE_END.match(text, after)
    if text[line_start - 1] not in "\r\n":
        # What follows on the same line was ended by the brace; now it needs a separator.
        return Span(line_start, end, "" if line_end or text[after] in ";}#)" else ";", rule)
    if line_end:
        return _lines(text, line_start, line_end, rule)
    return Span(start, after, "", rule)


def _lines(text: str, start: int, line_end: re.Match[str], rule: str) -> Span:
    """Return the span of whole lines; where the last one has no line end, the one before it must have none either."""
    if not line_end.group() and start > 0:
        start -= 2 if text.startswith("\r\n", start - 2) else 1
    return Span(start, line_end.end(), "", rule)


def _past_blanks(text: str, offset: int) -> int:
    while offset < len(text) and text[offset] in _BLANK:
        offset += 1
    return offset


def _back_over_blanks(text: str, offset: int) -> int:
    while offset > 0 and text[offset - 1] in _BLANK:
        offset -= 1
    return offset
