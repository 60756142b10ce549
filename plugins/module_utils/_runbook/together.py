# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrite runbooks that belong together: those of one account, or of one folder."""

from __future__ import annotations

from collections.abc import Mapping

from .call_graph import find_calls, sessions
from .names import Source
from .result import Rewrite, RewriteOptions
from .session import Session

__all__ = ["Source", "rewrite_together"]


def rewrite_together(sources: Mapping[str, Source], options: RewriteOptions) -> dict[str, Rewrite]:
    """Rewrite runbooks, given by name, that may call each other. Raises MissingPackage.

    Those that run in one session are rewritten together or not at all (docs/rewriting.md).
    """
    calls = find_calls(sources)
    rewrites: dict[str, Rewrite] = {}
    for members in sessions(sources, calls):
        rewrites.update(Session({name: sources[name] for name in members}, calls, options).rewrite())
    return {name: rewrites[name] for name in sources}
