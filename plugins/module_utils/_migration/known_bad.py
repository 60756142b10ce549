# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The user's own table of modules that are known to be bad: the option, and its check. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .._arguments import ArgumentSpec
from .._step import StepError
from .modules import KNOWN_BAD, Bad, numbers

KNOWN_BAD_OPTION = ArgumentSpec(
    options={
        "known_bad": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "module": {"type": "str", "required": True},
                "first": {"type": "str", "required": True},
                "last": {"type": "str"},
                "powershell": {"type": "str"},
                "why": {"type": "str", "required": True},
                "good": {"type": "str", "required": True},
            },
        }
    }
)

_POWERSHELL = re.compile(r"\d+\.\d+")


def known_bad_modules(option: Sequence[Mapping[str, Any]] | None) -> tuple[Bad, ...]:
    """Return the user's table and the built-in one; where both know a version, the user's words are told.

    Raises StepError for an entry that cannot be used.
    """
    return (*bad_modules(option), *KNOWN_BAD)


def bad_modules(option: Sequence[Mapping[str, Any]] | None) -> tuple[Bad, ...]:
    """Return the entries of the option ``known_bad``. Raises StepError for the first that cannot be used."""
    return tuple(_checked(entry, number) for number, entry in enumerate(option or [], 1))


def _checked(entry: Mapping[str, Any], number: int) -> Bad:
    bad = Bad(
        module=str(entry["module"]).strip(),
        first=str(entry["first"]).strip(),
        last=str(entry.get("last") or entry["first"]).strip(),
        powershell=str(entry.get("powershell") or "").strip() or None,
        # A full stop of the sentence follows.
        why=str(entry["why"]).strip().rstrip("."),
        good=str(entry["good"]).strip(),
    )
    problem = _problem_of(bad)
    if problem:
        raise StepError(f"known_bad cannot be used: entry {number} ({bad.module or 'no module'}) {problem}")
    return bad


def _problem_of(bad: Bad) -> str | None:
    """Return what is wrong with an entry and what to do, as the end of a sentence; None for nothing."""
    if not bad.module or not bad.why:
        return "says nothing as module or why. Name the module, and why it is bad."
    for name in ("first", "last", "good"):
        if numbers(getattr(bad, name)) is None:
            return (
                f"has {name} {getattr(bad, name)!r}, which is no version. Write numbers with dots between, in quotes."
            )
    first, last, good = (numbers(version) or () for version in (bad.first, bad.last, bad.good))
    if last < first:
        return f"ends with {bad.last}, which is older than {bad.first}, its first. Exchange the two."
    if first <= good <= last:
        return f"calls {bad.good} good, which is one of those it calls bad. Name a version outside of them."
    if bad.powershell is not None and not _POWERSHELL.fullmatch(bad.powershell):
        return f"has powershell {bad.powershell!r}. Write its version, such as '5.1' or '7.2', or leave it out for all."
    return None
