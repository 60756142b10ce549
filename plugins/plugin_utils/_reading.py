# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The fast path of modules that change nothing in Azure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._arguments import LEDGER
from ..module_utils._migration._call import perform_reading
from ._in_process import InProcessAction


class ReadingAction(InProcessAction):
    """An action that plans and records nothing.

    ``module_defaults`` of the group bring what the others need for that; what the module does not take is left
    out, whichever path the task takes, instead of being refused.
    """

    def _options(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in super()._options(variables).items()
            if name in self.arguments.options or name not in LEDGER.options
        }

    def _perform(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return perform_reading(self.step[0], parameters, check_mode=bool(self._task.check_mode))
