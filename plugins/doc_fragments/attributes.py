# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what modules support."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes that all modules of the collection share."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in check mode, and then predicts exactly what a run would change.
  diff_mode:
    support: full
    description: Shows what is or would be changed, before and after.
  idempotent:
    support: full
    description: A second run with the same options changes nothing.
  platform:
    platforms: posix
    description: Target OS families that can be operated against.
    support: full
  action_group:
    description: Use C(group/azauto.runas_migration.all) in C(module_defaults) to set options for this module.
    support: full
    membership:
      - azauto.runas_migration.all
"""
