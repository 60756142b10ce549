# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The fast path of modules that touch files only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._arguments import ACCOUNT, LEDGER, LOGIN
from ..module_utils._migration._local_call import perform_locally
from ._in_process import InProcessAction

_OF_OTHERS = (LOGIN + ACCOUNT + LEDGER).options


class LocalAction(InProcessAction):
    """An action that asks no Azure.

    ``module_defaults`` of the group bring the login, the account and the ledger: options of all other modules. They
    are left out, whichever path the task takes, instead of being refused.
    """

    def _options(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in super()._options(variables).items() if name not in _OF_OTHERS}

    def _perform(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        # Relative paths start where Ansible's local connection starts a module.
        return perform_locally(
            self.step[0],
            parameters,
            base=self._loader.get_basedir(),
            check_mode=bool(self._task.check_mode),
            diff_mode=bool(self._task.diff),
        )
