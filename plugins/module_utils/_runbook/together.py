# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrite runbooks that belong together: those of one account, or of one folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .entry import rewrite
from .result import Rewrite, RewriteOptions


@dataclass(frozen=True)
class Source:
    """One runbook: its content, what Azure calls its type, and what its findings name as their resource."""

    content: bytes
    runbook_type: str
    resource: str


def rewrite_together(sources: Mapping[str, Source], options: RewriteOptions) -> dict[str, Rewrite]:
    """Rewrite runbooks, given by name, that may call each other. Raises MissingPackage."""
    return {
        name: rewrite(source.content, source.runbook_type, replace(options, resource=source.resource))
        for name, source in sources.items()
    }
