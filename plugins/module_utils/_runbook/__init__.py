# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this package is no public interface of the collection; it may change in any release.
"""Rewrite the Run As login of a runbook: bytes in, bytes and findings out.

Pure: no I/O, no Azure, no Ansible. ``rewrite`` is the entry point; ``key_vault_uses`` only looks.
"""

from __future__ import annotations

from .entry import rewrite
from .key_vault import KeyVaultUse, key_vault_uses
from .language import is_graphical
from .result import CHOICES, Assumption, Edit, MissingPackage, NeededModule, Rewrite, RewriteOptions, Verdict
from .together import Source, rewrite_together

__all__ = [
    "CHOICES",
    "Assumption",
    "Edit",
    "KeyVaultUse",
    "MissingPackage",
    "NeededModule",
    "Rewrite",
    "RewriteOptions",
    "Source",
    "Verdict",
    "is_graphical",
    "key_vault_uses",
    "rewrite",
    "rewrite_together",
]
