#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrite the Run As login of an account's runbooks in place."""

from __future__ import annotations

DOCUMENTATION = r"""
module: update_runbook
short_description: Rewrite the Run As login of an account's runbooks in place
version_added: 1.0.0
description:
  - Finds the runbooks of an Azure Automation account that log in with a Run As account, and makes them log in with a
    managed identity of the account.
  - The login is rewritten on a syntax tree; every other byte of the runbook stays as it is, byte order mark and line
    ends included. What cannot be rewritten safely is left alone and reported with line and column.
  - Each runbook is backed up to the ledger, its draft replaced and read back, then published and read back. A runbook
    is never created anew, so its webhooks and its links to schedules stay; links that Azure loses all the same are made
    again.
  - A draft of somebody is never published and never lost, see O(pending_draft).
  - Before anything is written, the PowerShell modules that the new text needs are looked up in the account, or in the
    runtime environment of the runbook. A runbook that would not find them is not changed.
  - A run that was killed is finished by the next one.
options:
  runbooks:
    description:
      - The runbooks to look at, by name. V(*), V(?) and V([...]) match as in a shell, case does not matter.
      - Also taken as one text, names separated by commas or lines.
      - A name that the account does not have is refused. Without this option all runbooks are meant.
      - Runbooks that call each other in one session are changed together or not at all. So when a chosen runbook may
        change, the published contents of the others are read as well; where one of them would have to change too, the
        chosen one is not changed, and a finding names the other.
    type: list
    elements: str
  identity:
    description:
      - What the runbooks shall log in as.
      - V(system) is the system-assigned identity of the account. Otherwise the resource id of a user-assigned identity
        that the account has.
    type: str
    default: system
  pending_draft:
    description:
      - What to do with a runbook that somebody has a pending draft of.
      - V(skip) leaves the runbook alone and reports it.
      - V(keep) saves the draft to the ledger, publishes the rewrite of the published content, and puts the draft back
        byte for byte. A runbook that was never published is a draft only; it is rewritten in place and not published.
      - A draft that equals the published content holds nobody's work and is not pending.
    type: str
    choices: [skip, keep]
    default: skip
  publish:
    description:
      - Publish the rewrite. V(false) stops at the draft, so that it can be tested first; a later run with V(true)
        recognises the draft as its own and publishes it.
    type: bool
    default: true
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
  - azauto.runas_migration.rewriting
  - azauto.runas_migration.known_bad
notes:
  - The diff shows changed lines only; literals that look like secrets are masked.
  - The ledger keeps the content of changed runbooks, and parameters of their links, as files for the owner only.
seealso:
  - module: azauto.runas_migration.enable_identity
  - module: azauto.runas_migration.copy_runas_roles
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Rewrite and publish all runbooks of the account that use a Run As account
  azauto.runas_migration.update_runbook:
    resource_group: rg-ops
    automation_account_name: aa-ops

- name: Show what would be changed in two runbooks and a family of them
  azauto.runas_migration.update_runbook:
    resource_group: rg-ops
    automation_account_name: aa-ops
    runbooks: [Start-Machines, Stop-Machines, Backup-*]
  check_mode: true
  diff: true

- name: Stop at the draft, so that it can be tested
  azauto.runas_migration.update_runbook:
    resource_group: rg-ops
    automation_account_name: aa-ops
    publish: false

- name: Keep AzureRM, name the cloud in each login, and let runbooks with a setting use the identity whatever it says
  azauto.runas_migration.update_runbook:
    resource_group: rg-ops
    automation_account_name: aa-ops
    azurerm: keep
    environment: AzureUSGovernment
    disable_context_autosave: true
    dual_mode: rewrite

- name: Leave runbooks alone that would find a release of a module that is known to be bad here
  azauto.runas_migration.update_runbook:
    resource_group: rg-ops
    automation_account_name: aa-ops
    known_bad:
      - module: Az.Storage
        first: "5.0.0"
        last: "5.2.0"
        powershell: "7.2"
        why: it loses our container leases
        good: "5.3.0"

- name: Log in with a user-assigned identity, and keep the drafts that people have pending
  azauto.runas_migration.update_runbook:
    resource_group: rg-ops
    automation_account_name: aa-ops
    identity: /subscriptions/1111/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ops
    pending_draft: keep
"""

RETURN = r"""
runbooks:
  description: The runbooks that were looked at.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the runbook.
      type: str
      returned: success
      sample: Start-Machines
    type:
      description: Its type, in Azure's words.
      type: str
      returned: success
      sample: PowerShell
    state:
      description: Its state before the run. V(New) has only a draft, V(Published) no draft, V(Edit) both.
      type: str
      returned: success
      sample: Published
    verdict:
      description:
        - V(not_used) when it needs no change, V(rewritten), V(rewritten_with_assumptions), V(manual) when a person must
          change it, V(unparsable), or V(unreadable) when it could not be read.
      type: str
      returned: success
      sample: rewritten
    assumptions:
      description: What the rewrite relies on and cannot prove, by name.
      type: list
      elements: str
      returned: success
      sample: []
    published:
      description: Whether the rewrite was published, or in check mode would be.
      type: bool
      returned: success
      sample: true
    draft:
      description:
        - V(kept) when somebody's draft is there and stays, V(skipped) when the runbook was left alone because of it,
          else V(none).
      type: str
      returned: success
      sample: none
    changed:
      description: Whether the runbook was changed, or in check mode would be.
      type: bool
      returned: success
      sample: true
    findings:
      description: How many of the findings are about it.
      type: int
      returned: success
      sample: 0
job_schedules:
  description:
    - Links to schedules that Azure lost while the runbooks were published and that were made again. Values of
      parameters are not shown.
  returned: success
  type: list
  elements: dict
  sample: []
account:
  description: The account, as C(id), C(name), C(resource_group) and C(subscription_id).
  returned: success
  type: dict
  sample: {"name": "aa-ops"}
changes:
  description:
    - What was changed, or in check mode would be. Each has C(action), C(kind), C(target), C(before) and C(after).
    - Contents of runbooks are named by their SHA-256, which is their name in the ledger's folder C(blobs).
  returned: success
  type: list
  elements: dict
  sample: [{"action": "publish", "kind": "runbook_published"}]
findings:
  description:
    - What a person should know. Each has C(code), C(severity), C(resource), C(sentence) and C(remedy), and C(line) and
      C(column) where it is about a place in a runbook.
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
  description: Whether some of the changes were not made.
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import runbooks
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(runbooks.run, runbooks.NAME, runbooks.ARGUMENTS)


if __name__ == "__main__":
    main()
