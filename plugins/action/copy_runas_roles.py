# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module copy_runas_roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._migration import access
from ..plugin_utils._in_process import InProcessAction

# From so many hosts on, one list of all role assignments of a scope is fewer requests than two lists for each host: a
# full subscription has 4,000 of them, on 40 pages (docs/contract.md, 4.7).
_MANY_HOSTS = 20


class ActionModule(InProcessAction):
    """Run the step in this process where the task allows it."""

    step = (access.run,)
    step_name = access.NAME
    arguments = access.ARGUMENTS

    def _options(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        many = len(variables.get("ansible_play_hosts") or ()) >= _MANY_HOSTS
        return {"share_lists": many, **super()._options(variables)}
