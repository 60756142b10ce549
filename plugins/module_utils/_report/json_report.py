# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""JSON documents written piece by piece: no list of an estate has to fit into memory."""

from __future__ import annotations

import json
from typing import Any


def compact(value: Any) -> str:
    """Return a value as JSON on one line. Only ASCII: no text in it can surprise a reader of any encoding."""
    return json.dumps(value, separators=(",", ":"))


class Listed:
    """The items of a list, one a line, with what stands before the first and after the last.

    ``{"results": [`` is a head, ``], "tool": ...}`` a tail.
    """

    def __init__(self, head: str) -> None:
        self._head = head
        self._any = False

    def item(self, value: Any) -> str:
        """Return the text of the next item."""
        before = ",\n" if self._any else f"{self._head}\n"
        self._any = True
        return before + compact(value)

    def tail(self, text: str) -> str:
        """Return the end of the document."""
        return f"\n{text}\n" if self._any else f"{self._head}{text}\n"
