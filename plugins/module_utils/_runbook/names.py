# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runbooks by the names that others call them by."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

_EXTENSIONS = (".ps1", ".psm1", ".psd1", ".graphrunbook")
_TOKEN = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Source:
    """One runbook: its content, what Azure calls its type, and what its findings name as their resource."""

    content: bytes
    runbook_type: str
    resource: str


class Names:
    """The names of runbooks: those of an account, or paths below one folder. All are compared without case."""

    def __init__(self, names: Collection[str]) -> None:
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self._by_stem[stem_of(name)].append(name)
        self._spellings = {stem + end: stem for stem in self._by_stem for end in ("", *_EXTENSIONS)}
        self._unusual = [stem for stem in self._by_stem if not _TOKEN.fullmatch(stem)]

    def are_mentioned(self, plain: str, caller: str) -> bool:
        """Tell whether a text holds the name of another runbook, in whatever meaning."""
        lower = plain.lower()
        words = self._spellings.keys() & set(_TOKEN.findall(lower))
        stems = {self._spellings[word] for word in words} | {stem for stem in self._unusual if stem in lower}
        return any(self._without(caller, self._by_stem[stem]) for stem in stems)

    def called(self, written: str, caller: str) -> list[str]:
        """Return the runbooks that ``written``, a bare name or a path, may mean; more than one if that is not clear."""
        path = written.replace("\\", "/")
        found = self._without(caller, self._by_stem.get(stem_of(path), []))
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(caller.replace("\\", "/")), path)).lower()
        exact = [name for name in found if name.replace("\\", "/").lower() == beside]
        return exact or found

    def _without(self, caller: str, names: list[str]) -> list[str]:
        return [name for name in names if name.lower() != caller.lower()]


def stem_of(name: str) -> str:
    """Return what a runbook is called by: the name without folder and extension, in lower case."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return next((last.removesuffix(end) for end in _EXTENSIONS if last.endswith(end)), last)
