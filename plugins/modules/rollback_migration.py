#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the migration of an Automation account back."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rollback_migration
short_description: Take the migration of an Automation account back
version_added: 1.0.0
description:
  - Undoes what the other modules of this collection recorded in the ledger for one Azure Automation account, all of
    it or that of chosen steps, in reverse order.
  - What is found as the migration left it goes back to what was there before. What somebody else changed since is a
    conflict; it is named in RV(conflicts) and left alone. What cannot come back is named in RV(not_restored).
  - First the application of a Run As account is restored in Microsoft Entra and its service principal enabled, then
    its connection is made again, then runbooks get the contents that they had, published and draft, byte for byte;
    container mappings, role assignments, access policies, app roles, directory roles, memberships and modules follow,
    and the identity comes last. When something fails, what leans on it is not begun.
  - Only what the migration gave is taken away. Of an access policy those permissions go that it added. The identity
    goes only where the migration enabled it and nothing else uses it; else a finding names who does.
  - Links of runbooks to schedules and webhooks are compared before and after publishing, and lost links made again.
  - What M(azauto.runas_migration.limit_runas) did has a way back of its own, and is left.
  - The rollback is recorded in the same ledger. A migration may follow it, and another rollback that.
  - Where the login has no rights in Microsoft Entra, the rest is done, and what an administrator has to do is
    reported in RV(pending), with RV(partial=true).
options:
  steps:
    description:
      - The modules whose changes are taken back, of V(enable_identity), V(copy_runas_roles), V(ensure_modules),
        V(migrate_site_recovery), V(update_runbook), V(probe_identity) and V(remove_runas). All without it.
      - A thing that a step which is not named changed afterwards stays as it is, and is reported as a finding.
    type: list
    elements: str
    default: []
  pending_draft:
    description:
      - What to do with a runbook that has a draft which somebody made after the migration.
      - V(skip) leaves the whole runbook as it is and reports it in RV(conflicts).
      - V(keep) keeps the draft in the ledger, publishes the content that there was, and puts the draft back.
    type: str
    choices: [skip, keep]
    default: skip
  accept_lost:
    description:
      - What to do when contents of runbooks are missing in the ledger or were altered, or when the application of a
        Run As account can no longer be restored. V(false) refuses, names them, and changes nothing. V(true) takes the
        rest back and reports each in RV(not_restored).
    type: bool
    default: false
  accept_unread:
    description:
      - What to do when not all that may use the identity could be read. V(false) leaves the identity and reports it.
        V(true) takes it away all the same.
    type: bool
    default: false
  accept_other_use:
    description:
      - What to do when something besides the migration uses the identity. V(false) leaves the identity and names who
        uses it. V(true) takes it away all the same, and reports it.
    type: bool
    default: false
  replication_timeout:
    description:
      - For how many seconds to wait until what was written can be read back, and until Azure knows what was restored.
    type: int
    default: 300
  operation_timeout:
    description:
      - For how many seconds to wait for each update of a container mapping, and for each import of a module.
    type: int
    default: 1800
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
seealso:
  - module: azauto.runas_migration.limit_runas
  - module: azauto.runas_migration.remove_runas
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Take the whole migration of an account back
  azauto.runas_migration.rollback_migration:
    resource_group: rg-ops
    automation_account_name: aa-ops
    ledger: /srv/runas_migration_ledger

- name: Put the runbooks back only, and keep drafts that people made since
  azauto.runas_migration.rollback_migration:
    resource_group: rg-ops
    automation_account_name: aa-ops
    steps: [update_runbook]
    pending_draft: keep
  register: rolled_back

- name: Show what could not be taken back, and what to do about it
  ansible.builtin.debug:
    msg: "{{ (rolled_back.not_restored + rolled_back.conflicts) | map(attribute='remedy') }}"
"""

RETURN = r"""
steps:
  description:
    - For each step, how much of what it wrote was taken back (C(changed), in check mode what would be), was as before
      already (C(back)), was changed by others (C(conflicts)), cannot come back (C(not_restored)), or is left to
      people with more rights (C(pending)).
  returned: success
  type: dict
  sample: {"update_runbook": {"changed": 4, "back": 0, "conflicts": 0, "not_restored": 0, "pending": 0}}
not_restored:
  description:
    - What cannot come back. Each has C(kind), C(target), C(step), C(code) of its finding, C(sentence), and C(remedy).
  returned: success, or when the run was refused because of it
  type: list
  elements: dict
  sample: []
conflicts:
  description: What others changed since the migration, and what was left as it is. Each as in RV(not_restored).
  returned: success
  type: list
  elements: dict
  sample: []
pending:
  description:
    - What the login may not read or write. Each as in RV(not_restored), some with a C(command) for somebody who may.
  returned: success
  type: list
  elements: dict
  sample: []
job_schedules:
  description: The links to schedules that were made again after publishing.
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
  returned: success
  type: list
  elements: dict
  sample: [{"action": "publish", "kind": "runbook_published"}]
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
  description:
    - Whether something was not taken back, for whatever reason that RV(conflicts), RV(not_restored), RV(pending) and
      RV(not_changed) tell.
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import rollback
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(rollback.run, rollback.NAME, rollback.ARGUMENTS)


if __name__ == "__main__":
    main()
