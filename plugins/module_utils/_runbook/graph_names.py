# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences about a graph: names that strangers chose are shown without what could harm a terminal or a report."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from .graph_model import Activity

_LONGEST = 80
_MOST = 20


class NotRewritable(Exception):
    """A use of Run As in a graph is left to people; the text says why, naming the activities."""


def shown(name: str) -> str:
    """Return a name on one line, in quotes, without control and direction characters, and not too long."""
    plain = plain_line(name)
    return f"'{plain[:_LONGEST]}…'" if len(plain) > _LONGEST else f"'{plain}'"


def plain_line(text: str) -> str:
    """Return a text on one line, without control and direction characters."""
    return "".join("?" if unicodedata.category(c)[0] in "CZ" and c != " " else c for c in text)


def named(activities: Iterable[Activity]) -> str:
    """Return the names of activities, in the order of the graph; of very many only the first ones."""
    names = [shown(activity.name) for activity in activities]
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")
