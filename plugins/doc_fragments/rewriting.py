# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the rewriter's options."""

from __future__ import annotations


class ModuleDocFragment:
    """How runbooks are rewritten."""

    DOCUMENTATION = r"""
options:
  subscription:
    description:
      - What becomes of a read of the connection's subscription id.
      - V(pin) writes the id that the connection holds, where it is known.
      - V(keep) reads it from the context of the new login, which is an assumption where the identity has roles in
        several subscriptions; it is reported as one.
    type: str
    choices: [pin, keep]
    default: pin
  azurerm:
    description:
      - What becomes of runbooks that use AzureRM cmdlets.
      - V(az) moves them to Az, cmdlets, parameters and modules; a runbook with anything that Az does not have is left
        alone and reported.
      - V(keep) rewrites their login only, which needs a module AzureRM.Profile that knows it.
      - V(alias) leaves the names of cmdlets and puts C(Enable-AzureRmAlias) before them, so that they run those of Az.
    type: str
    choices: [az, keep, alias]
    default: az
  environment:
    description:
      - The cloud that a login shall name with C(-Environment) where it names none so far, such as
        V(AzureUSGovernment). Without it that stays as it is.
    type: str
  disable_context_autosave:
    description:
      - Put C(Disable-AzContextAutosave -Scope Process) before the first login of a runbook, as Azure advises.
    type: bool
    default: false
  dual_mode:
    description:
      - What becomes of a runbook that has a setting to choose between a Run As account and an identity.
      - V(setting) leaves it alone and names the setting to change. V(rewrite) makes its Run As branches log in with
        the identity too.
    type: str
    choices: [setting, rewrite]
    default: setting
requirements:
  - tree-sitter
  - tree-sitter-powershell
  - tree-sitter-pwsh
  - tree-sitter-python
"""
