# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that name the account."""

from __future__ import annotations


class ModuleDocFragment:
    """Which Automation account."""

    DOCUMENTATION = r"""
options:
  resource_group:
    description:
      - The resource group of the Automation account.
    type: str
    required: true
  automation_account_name:
    description:
      - The name of the Automation account.
    type: str
    required: true
"""
