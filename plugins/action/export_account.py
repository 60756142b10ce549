# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module export_account."""

from __future__ import annotations

from ..module_utils._migration import export
from ..plugin_utils._reading import ReadingAction


class ActionModule(ReadingAction):
    """Run the step in this process where the task allows it."""

    step = (export.run,)
    step_name = "export_account"
    arguments = export.ARGUMENTS
