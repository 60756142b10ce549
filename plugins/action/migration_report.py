# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module migration_report."""

from __future__ import annotations

from ..module_utils._migration import report
from ..plugin_utils._local import LocalAction


class ActionModule(LocalAction):
    """Run the step in this process where the task allows it."""

    step = (report.run,)
    arguments = report.ARGUMENTS
