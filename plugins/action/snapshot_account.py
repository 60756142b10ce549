# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module snapshot_account."""

from __future__ import annotations

from ..module_utils._migration import snapshot_account
from ..plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Run the step in this process where the task allows it."""

    step = (snapshot_account.run,)
    step_name = snapshot_account.NAME
    arguments = snapshot_account.ARGUMENTS
