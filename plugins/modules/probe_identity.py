#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove by a job that an account's managed identity can log in and is who it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: probe_identity
short_description: Prove by a job that an account's managed identity can log in and is who it should be
version_added: 1.0.0
description:
  - Makes a temporary runbook in the account that logs in with a managed identity, runs it as a job, reads whom the
    token of the job belongs to and which subscriptions it sees, compares that with the identity of the account, and
    removes the runbook again, whatever came of it. The runbook changes nothing and never prints its token.
  - The runbook is PowerShell where the account has a usable Az.Accounts, else Python 3 without any package.
  - The job is judged by whom its token belongs to, never by its status alone. An identity that is somebody else, a
    login that fails and a job that does not end are failures.
  - An identity that can log in and sees no subscription yet is a warning, since tokens and role assignments take their
    time. Where the ledger knows that it was given access, the job is run again until O(access_timeout) is over.
  - The proof is kept in the ledger and not made again while it stands, see O(max_age).
  - With O(verify_runbooks), drafts that M(azauto.runas_migration.update_runbook) wrote are run as test jobs afterwards,
    and judged by their status and their streams, beside the last good job of the runbook.
options:
  identity:
    description:
      - Which identity is to be proved.
      - V(system) is the system-assigned identity of the account. Otherwise the resource id of a user-assigned identity
        that the account has.
    type: str
    default: system
  hybrid_groups:
    description:
      - Hybrid worker groups on which the identity is to be proved too, besides the cloud. Each must have a worker that
        runs, else its job does not end.
      - User-assigned identities do not work there and are refused.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - How many seconds a job may take, its waiting for a worker included. One that takes longer is stopped.
    type: int
    default: 900
  access_timeout:
    description:
      - How many seconds an identity that was given access may take to see a subscription, before that is a warning.
      - Only waited for where the ledger of the account knows that this collection gave it something.
    type: int
    default: 300
  max_age:
    description:
      - For how many days a proof stands. It ends before that when the identity is another one, when the identity of the
        account was changed by this collection, and, where it saw no subscription, when something was granted since.
    type: int
    default: 7
  force:
    description:
      - Prove the identity, and run the test jobs, although their proofs stand.
    type: bool
    default: false
  verify_runbooks:
    description:
      - Runbooks whose rewritten drafts are to be run as test jobs once the identity is proved. A test job really runs
        the runbook, with all that it does; so nothing is run that is not named here.
      - Refused are a runbook without a draft, one whose draft the ledger does not know as a rewrite, one with a test
        job that is still running, and one that lacks a mandatory parameter. A runbook whose draft was published after
        its test had passed needs no test any more.
      - A test job that fails, that does not end, or that writes errors is a failure; errors are a warning only where
        the last good job of the runbook wrote errors too.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the runbook.
        type: str
        required: true
      parameters:
        description:
          - The values of the runbook's parameters by name, as a dictionary. V({}) for a runbook that takes none.
          - They may be secret. Results and ledger have the names only.
        type: json
        required: true
      run_on:
        description: The hybrid worker group on which the draft is to run. In the cloud without it.
        type: str
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
  - azauto.runas_migration.known_bad
notes:
  - C(changed) tells of what remains. A probe that made its runbook and removed it has changed nothing; its writes are
    in RV(temporary), in the plan's fingerprint, and in the ledger. A test job counts as a change, since nobody knows
    what the runbook did.
  - Jobs stay in the account's list of jobs for 30 days. Azure has no way to delete them.
  - A runbook that a killed run left is removed by the next one. A runbook of somebody else with its name is never
    touched.
seealso:
  - module: azauto.runas_migration.enable_identity
  - module: azauto.runas_migration.copy_runas_roles
  - module: azauto.runas_migration.update_runbook
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Prove that the account can log in with its system-assigned identity
  azauto.runas_migration.probe_identity:
    resource_group: rg-ops
    automation_account_name: aa-ops

- name: Prove it on a hybrid worker group too, where a job may wait half an hour for its turn
  azauto.runas_migration.probe_identity:
    resource_group: rg-ops
    automation_account_name: aa-ops
    hybrid_groups: [hq-servers]
    timeout: 1800

- name: Prove a user-assigned identity, although a proof of the last days stands
  azauto.runas_migration.probe_identity:
    resource_group: rg-ops
    automation_account_name: aa-ops
    identity: /subscriptions/1111/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ops
    force: true

- name: Run two rewritten drafts before they are published
  azauto.runas_migration.probe_identity:
    resource_group: rg-ops
    automation_account_name: aa-ops
    verify_runbooks:
      - name: Get-Inventory
        parameters: {}
      - name: Start-Machines
        parameters:
          ResourceGroup: rg-test
          Wait: false
"""

RETURN = r"""
identity:
  description: The identity, as C(name) (as O(identity)), C(principal_id), C(client_id) and C(tenant_id).
  returned: success
  type: dict
  sample: {"name": "system"}
probes:
  description: What is known of each place where the identity is to work.
  returned: success
  type: list
  elements: dict
  contains:
    where:
      description: V(cloud), or the name of a hybrid worker group.
      type: str
      returned: success
      sample: cloud
    state:
      description: V(proved), V(stands) where an earlier proof does, V(failed), V(not run), or in check mode V(planned).
      type: str
      returned: success
      sample: proved
    status:
      description: How the job ended, in Azure's words.
      type: str
      returned: success
      sample: Completed
    job:
      description: The name of the job.
      type: str
      returned: success
      sample: 5d9f2a1e-0c51-4bb7-9a35-7c5b2f1f0f11
    subscriptions:
      description: The subscriptions that the identity sees.
      type: list
      elements: str
      returned: success
      sample: ["00000000-0000-0000-0000-000000000000"]
    versions:
      description: The versions that the job found, as C(az_accounts) and C(powershell), or C(python).
      type: dict
      returned: success
      sample: {"powershell": "5.1.22621.1"}
runbooks:
  description: The runbooks of O(verify_runbooks).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the runbook.
      type: str
      returned: success
      sample: Start-Machines
    state:
      description:
        - V(passed), V(failed), V(stands) where an earlier test of the same content does, V(not run), or in check mode
          V(planned).
      type: str
      returned: success
      sample: passed
    status:
      description: How the test job ended, in Azure's words.
      type: str
      returned: success
      sample: Completed
    streams:
      description: How many streams of each kind it wrote.
      type: dict
      returned: success
      sample: {"Output": 2}
    last_job:
      description: The last good job that it was compared with, as C(job), C(ended) and C(streams). Null without one.
      type: dict
      returned: success
      sample: {"job": "4b11", "streams": {"Output": 2}}
    draft:
      description: The SHA-256 of the draft, null where there is none.
      type: str
      returned: success
      sample: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    parameters:
      description: The names of the parameters that were given.
      type: list
      elements: str
      returned: success
      sample: [ResourceGroup]
    run_on:
      description: The hybrid worker group, empty for the cloud.
      type: str
      returned: success
      sample: ""
account:
  description: The account, as C(id), C(name), C(resource_group) and C(subscription_id).
  returned: success
  type: dict
  sample: {"name": "aa-ops"}
changes:
  description:
    - What was changed, or in check mode would be. Each has C(action), C(kind), C(target), C(before) and C(after).
    - Test jobs, and the removal of runbooks that an earlier run left behind.
  returned: success
  type: list
  elements: dict
  sample: []
temporary:
  description: What was written and taken back, or in check mode would be, as RV(changes); the runbook made and deleted.
  returned: success
  type: list
  elements: dict
  sample: [{"action": "create", "kind": "probe_runbook"}, {"action": "delete", "kind": "probe_runbook"}]
findings:
  description:
    - What a person should know. Each has C(code), C(severity), C(resource), C(sentence) and C(remedy).
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import probe
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(probe.run, probe.NAME, probe.ARGUMENTS)


if __name__ == "__main__":
    main()
