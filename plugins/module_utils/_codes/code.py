# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""One kind of finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """How much a finding matters to whoever runs the migration."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Code:
    """One kind of finding. ``sentence`` is a template of named facts."""

    severity: Severity
    sentence: str
    remedy: str


INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR
