# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The options of the rewriter that modules share, documented in ``doc_fragments/rewriting.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._arguments import ArgumentSpec
from .._runbook import CHOICES, RewriteOptions
from .._step import StepError

REWRITING = ArgumentSpec(
    options={
        "subscription": {
            "type": "str",
            "choices": list(CHOICES["subscription"]),
            "default": RewriteOptions.subscription,
        },
        "azurerm": {"type": "str", "choices": list(CHOICES["azurerm"]), "default": RewriteOptions.azurerm},
        "environment": {"type": "str"},
        "disable_context_autosave": {"type": "bool", "default": False},
        "dual_mode": {"type": "str", "choices": list(CHOICES["dual_mode"]), "default": RewriteOptions.dual_mode},
    }
)


def rewrite_options(parameters: Mapping[str, Any], **known: Any) -> RewriteOptions:
    """Return how to rewrite: what the task's options say, and what is ``known`` of identity and connections.

    Raises StepError for a value that cannot be used.
    """
    chosen = {name: parameters[name] for name in REWRITING.options}
    chosen["environment"] = chosen["environment"] or None
    try:
        return RewriteOptions(**chosen, **known)
    except ValueError as error:
        raise StepError(f"The options cannot be used: {error}. Nothing was changed.") from None
