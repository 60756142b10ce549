# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Point out the word AzureRm where it stays in a runbook that was moved to Az.

Azure Automation may load AzureRM for it, even in a comment, and then both families are there (Microsoft, "Manage
modules in Azure Automation", on sandboxes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .azurerm_scene import Scene
from .edits import Span

_WORD = re.compile("azurerm", re.IGNORECASE)


def report_words(scene: Scene, spans: Iterable[Span]) -> None:
    """Report the first place, and how many there are, outside of the ``spans`` that change."""
    changed = [(span.start, span.end) for span in spans]
    left = [
        match.start()
        for match in _WORD.finditer(scene.script.plain)
        if not any(start <= match.start() and match.end() <= end for start, end in changed)
    ]
    if left:
        scene.report.add_at("RA518", left[0], count=len(left))
