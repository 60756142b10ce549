# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module migrate_site_recovery."""

from __future__ import annotations

from ..module_utils._migration import site_recovery
from ..plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Run the step in this process where the task allows it."""

    step = (site_recovery.run,)
    step_name = site_recovery.NAME
    arguments = site_recovery.ARGUMENTS
