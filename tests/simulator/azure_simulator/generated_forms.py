# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of runbooks of varied estates: the files of ``estates/forms``, each in the folder of what is true about it.

``automatic``, ``manual`` and ``unparsable`` use a Run As account, and say what becomes of them; ``not_used`` do not,
however much they speak of one. In a text, ``__CONNECTION__``, ``__SECOND__``, ``__CLASSIC__`` and ``__CERTIFICATE__``
stand for the names that the account gives to those, ``__NUMBER__`` for a number, so that no two runbooks are alike.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "estates" / "forms"
OUTCOMES = ("automatic", "manual", "unparsable", "not_used")
PLACES = ("CONNECTION", "SECOND", "CLASSIC", "CERTIFICATE")

# The longest ending that a file's name has tells the type.
_TYPES = {
    ".workflow.ps1": "PowerShellWorkflow",
    ".ps1": "PowerShell",
    ".py": "Python3",
    ".py2": "Python2",
    ".graphrunbook": "GraphPowerShell",
}
# A stream of records cannot be filled in: these graphs name what the portal named so.
_IN_GRAPHS = {"CONNECTION": "AzureRunAsConnection"}


@dataclass(frozen=True)
class Form:
    """A form of runbook; ``needs`` are the places in its text that an account must be able to fill."""

    name: str
    outcome: str
    type: str
    content: bytes
    needs: frozenset[str]

    @property
    def uses_run_as(self) -> bool:
        """Whether it uses a Run As account."""
        return self.outcome != "not_used"

    @property
    def is_graph(self) -> bool:
        """Whether it is a graphical runbook, of which not a byte may change."""
        return self.type == "GraphPowerShell"

    def fits(self, names: Mapping[str, str]) -> bool:
        """Whether an account with these names can have it."""
        if self.is_graph:
            return all(names.get(place) == name for place, name in _IN_GRAPHS.items()) or not self.uses_run_as
        return self.needs <= set(names)

    def encoded(self, names: Mapping[str, str], number: int) -> str:
        """The content for an account, as base64."""
        return base64.b64encode(self.filled(names, number)).decode()

    def filled(self, names: Mapping[str, str], number: int) -> bytes:
        """The content for an account. PowerShell's texts double their quotes; names have no quotes of Python's."""
        if self.is_graph:
            return self.content
        content = self.content.replace(b"__NUMBER__", str(number).encode())
        for place in self.needs:
            name = names[place] if self.type.startswith("Python") else names[place].replace("'", "''")
            content = content.replace(f"__{place}__".encode(), name.encode())
        return content


@cache
def forms() -> tuple[Form, ...]:
    """All forms, always in the same order, those of different outcomes mixed."""
    by_outcome = [[_form(path) for path in sorted((FOLDER / outcome).iterdir())] for outcome in OUTCOMES]
    spread = [(position / len(group), form) for group in by_outcome for position, form in enumerate(group)]
    return tuple(form for _, form in sorted(spread, key=lambda item: (item[0], item[1].outcome, item[1].name)))


def _form(path: Path) -> Form:
    ending = next(ending for ending in _TYPES if path.name.endswith(ending))
    content = path.read_bytes()
    stem = path.name.removesuffix(ending).replace("_", "-").title()
    name = f"{stem}-{_TYPES[ending].removeprefix('PowerShell') or 'Script'}"
    needs = frozenset(place for place in PLACES if f"__{place}__".encode() in content)
    return Form(name, path.parent.name, _TYPES[ending], content, needs)
