# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Changes of files as one patch that ``git apply`` takes. Pure: bytes in, bytes out.

A line ends with a line feed and nothing else, as git sees it; so carriage
returns, UTF-16 and a missing last line end come out as they went in.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_QUOTED = re.compile(rb'[\x00-\x1f"\\\x7f]')
_NO_LINE_END = b"\n\\ No newline at end of file\n"


@dataclass(frozen=True)
class FileChange:
    """A changed file. ``name`` is its path in the repository; ``before`` is None for a new file."""

    name: bytes
    before: bytes | None
    after: bytes


def patch_of(changes: Iterable[FileChange]) -> bytes:
    """Return one patch of all changes."""
    return b"".join(_patch(change) for change in changes)


def _patch(change: FileChange) -> bytes:
    old, new = _quoted(b"a/" + change.name), _quoted(b"b/" + change.name)
    is_new = change.before is None
    head = b"diff --git " + old + b" " + new + b"\n"
    if is_new:
        head += b"new file mode 100644\n"
    head += b"--- " + (b"/dev/null" if is_new else _titled(old)) + b"\n"
    head += b"+++ " + _titled(new) + b"\n"
    return head + _hunks(change.before or b"", change.after)


def _hunks(before: bytes, after: bytes) -> bytes:
    lines = difflib.diff_bytes(
        difflib.unified_diff, _LINE.findall(before), _LINE.findall(after), b"", b"", lineterm=b"\n"
    )
    title = 2
    return b"".join(line if line.endswith(b"\n") else line + _NO_LINE_END for line in list(lines)[title:])


def _quoted(name: bytes) -> bytes:
    """Return a name as git writes it: in quotes, escaped, where it holds what would be mistaken."""
    if not _QUOTED.search(name):
        return name
    return b'"' + _QUOTED.sub(lambda found: b"\\%03o" % found.group()[0], name) + b'"'


def _titled(name: bytes) -> bytes:
    """A tab ends a name with blanks, as in git's own patches."""
    return name + b"\t" if b" " in name else name
