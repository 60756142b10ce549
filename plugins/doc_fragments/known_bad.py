# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the user's own table of known-bad modules."""

from __future__ import annotations


class ModuleDocFragment:
    """Which versions of modules are known to be bad."""

    DOCUMENTATION = r"""
options:
  known_bad:
    description:
      - Versions of PowerShell modules that are known to be bad, besides those that the collection knows
        (V(Az.Accounts) from V(5.3.2) to V(5.3.4) in PowerShell V(5.1), V(2.4.0) in V(7.1)).
      - A runbook that would find one of them is not rewritten.
      - Write versions in quotes; C(2.10) without them is the number 2.1.
    type: list
    elements: dict
    default: []
    suboptions:
      module:
        description:
          - The name of the module, in any case.
        type: str
        required: true
      first:
        description:
          - The first version that is bad.
        type: str
        required: true
      last:
        description:
          - The last version that is bad. Without it, O(known_bad[].first) is the only one.
        type: str
      powershell:
        description:
          - The version of PowerShell in which they are bad, such as V(5.1) or V(7.2). Without it, in every one.
        type: str
      why:
        description:
          - What is bad about them, as findings tell it.
        type: str
        required: true
      good:
        description:
          - A version that is not bad, as findings advise it.
        type: str
        required: true
"""
