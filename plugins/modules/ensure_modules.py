#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the modules that rewritten runbooks need to where they run."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ensure_modules
short_description: Bring the modules that rewritten runbooks need to where they run
version_added: 1.0.0
description:
  - Imports the PowerShell modules that the runbooks of an Azure Automation account need once
    M(azauto.runas_migration.update_runbook) has rewritten them, into the account or into the runtime environment in
    which each runs.
  - What is needed comes from the plan of M(azauto.runas_migration.update_runbook) itself, so its options here must be
    the same as there. Where no runbook is to be rewritten, nothing is imported.
  - Nothing is imported where what is there will do, and never anything older than what is there. Versions come from a
    built-in table (the release of Az that Azure itself gives to jobs of PowerShell 5.1 and 7.2), unless O(versions) or
    O(links) name others. Where the table knows none, a finding asks for one.
  - Az.Accounts is imported first, and what depends on it only when its import has succeeded. Each import is waited for.
  - One that fails is told with Azure's own words, and the others are still made. An import of somebody else that is
    under way is waited for first.
  - A module that comes with the account stays, and stands behind an imported one until that is deleted.
options:
  runbooks:
    description:
      - The runbooks to look at, as in M(azauto.runas_migration.update_runbook). Without it, all of the account.
    type: list
    elements: str
  identity:
    description:
      - What the runbooks shall log in as, as in M(azauto.runas_migration.update_runbook).
    type: str
    default: system
  pending_draft:
    description:
      - What becomes of runbooks with a draft of somebody, as in M(azauto.runas_migration.update_runbook). With V(skip)
        they are not rewritten, so they need nothing.
    type: str
    choices: [skip, keep]
    default: skip
  probe:
    description:
      - Bring Az.Accounts for PowerShell 5.1 as well, which the probe of the identity logs in with. Only where a
        runbook of PowerShell is to be rewritten.
    type: bool
    default: true
  versions:
    description:
      - The version to import of a module, by its name, instead of the built-in table's. It comes from the PowerShell
        Gallery.
      - Naming a version is also what allows an import in front of a module that comes with the account in a version
        that Azure does not tell.
      - A version causes no import where what is there will do, and is refused where it is older than what is there.
      - Write versions in quotes; C(2.10) without them is the number 2.1.
    type: dict
    default: {}
  links:
    description:
      - Modules that come from elsewhere than the PowerShell Gallery.
    type: list
    elements: dict
    default: []
    suboptions:
      module:
        description:
          - The name of the module, which is also the name inside the package.
        type: str
        required: true
      version:
        description:
          - The version of the module in the package.
        type: str
        required: true
      uri:
        description:
          - The https link to the package (C(.zip) or C(.nupkg)), which Azure itself fetches.
          - What follows a question mark, such as a SAS token, is a secret, and appears in no result and no ledger.
        type: str
        required: true
  timeout:
    description:
      - Seconds to wait for each import. One that takes longer fails the run; the next run finds it and goes on waiting.
    type: int
    default: 1800
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
  - azauto.runas_migration.rewriting
  - azauto.runas_migration.known_bad
seealso:
  - module: azauto.runas_migration.update_runbook
  - module: azauto.runas_migration.runas_info
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Import what the rewritten runbooks need
  azauto.runas_migration.ensure_modules:
    resource_group: rg-ops
    automation_account_name: aa-ops

- name: Keep AzureRM, and see that its login knows the identity
  azauto.runas_migration.ensure_modules:
    resource_group: rg-ops
    automation_account_name: aa-ops
    azurerm: keep

- name: Name a version, and a package of our own
  azauto.runas_migration.ensure_modules:
    resource_group: rg-ops
    automation_account_name: aa-ops
    versions:
      Az.Accounts: "5.2.0"
    links:
      - module: Contoso.Tools
        version: "1.4.0"
        uri: "https://contoso.blob.core.windows.net/modules/Contoso.Tools.zip?{{ sas_token }}"
"""

RETURN = r"""
modules:
  description:
    - The modules that are needed, each at the place where it is needed. Empty where no runbook is to be rewritten.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the module.
      type: str
      returned: success
      sample: Az.Accounts
    where:
      description: The place, in words.
      type: str
      returned: success
      sample: the modules of account aa-ops for PowerShell 5.1
    powershell:
      description: The version of PowerShell that loads it.
      type: str
      returned: success
      sample: "5.1"
    runtime_environment:
      description: The runtime environment; null for the modules of the account.
      type: str
      returned: success
      sample: null
    needed_by:
      description: The runbooks, modules, or C(the probe), that need it.
      type: list
      elements: str
      returned: success
      sample: [Start-Machines, the probe]
    minimum:
      description: The least version that will do; null where any will.
      type: str
      returned: success
      sample: 2.2.8
    there:
      description: The version that was there before the run; null for none, or one that Azure does not tell.
      type: str
      returned: success
      sample: null
    version:
      description: The version that was, or in check mode would be, imported; null for none.
      type: str
      returned: success
      sample: 2.15.0
    source:
      description: Who chose it, V(release) (the built-in table), V(versions) or V(links); null for none.
      type: str
      returned: success
      sample: release
    state:
      description:
        - V(kept) where what is there does, V(imported), V(failed), or V(refused) where a finding tells why it was not
          imported.
      type: str
      returned: success
      sample: imported
    error:
      description: What Azure says of an import that failed, or what was wrong with it; null for nothing.
      type: str
      returned: success
      sample: null
account:
  description: The account, as C(id), C(name), C(resource_group) and C(subscription_id).
  returned: success
  type: dict
  sample: {"name": "aa-ops"}
changes:
  description: What was changed, or in check mode would be. Each has C(action), C(kind), C(target), C(before), C(after).
  returned: success
  type: list
  elements: dict
  sample: [{"action": "import", "kind": "module", "after": {"version": "2.15.0"}}]
findings:
  description: What a person should know. Each has C(code), C(severity), C(resource), C(sentence) and C(remedy).
  returned: success
  type: list
  elements: dict
  sample: []
not_changed:
  description: The changes that failed or were not tried, each with its C(reason).
  returned: when a change failed
  type: list
  elements: dict
  sample: []
partial:
  description: Whether an import failed or was not tried.
  returned: success
  type: bool
  sample: false
plan_fingerprint:
  description: The fingerprint of the plan, for O(expect_plan).
  returned: success
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
ledger:
  description: The account's folder in the ledger.
  returned: success
  type: str
  sample: /srv/runas_migration_ledger/aa-ops-1f0c3b2a4d5e
"""

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import ensure_modules
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(ensure_modules.run, ensure_modules.NAME, ensure_modules.ARGUMENTS)


if __name__ == "__main__":
    main()
