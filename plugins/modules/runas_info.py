#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assess an Automation account: its Run As accounts, what uses them, and what a migration would meet."""

from __future__ import annotations

DOCUMENTATION = r"""
module: runas_info
short_description: Assess the Run As accounts of an Automation account
version_added: 1.0.0
description:
  - Finds everything about the Run As accounts of one Azure Automation account, from outside and read-only. Nothing in
    Azure is written or enabled first.
  - Tells the Run As accounts (found by the type of their connection, not by its name), what they may do, every runbook
    that uses one and whether it can be rewritten, evidence of use, what depends on the account, hybrid workers,
    modules, and whether the login that will migrate may do what it has to.
  - Ends with one word for where the account stands, RV(state).
  - What cannot be read is a finding. It is never taken for something that is not there.
options:
  scope:
    description:
      - What to look at. Without V(runbooks) and V(run_as) there is no RV(state).
      - V(run_as) are the Run As accounts with their application and service principal. V(access) is what they
        may do, compared with what the identity may do. These are role assignments, access policies of key vaults, app
        roles, directory roles and groups.
      - V(runbooks) is every content of every runbook, published and draft. V(usage) is evidence of use, which is the
        last job, schedules and webhooks.
      - V(hybrid) are hybrid worker groups. V(modules) are modules and runtime environments. V(dependants) is what leans
        on the account, such as Site Recovery and action groups. V(other_accounts) are other accounts with the same
        application. V(preflight) are rights, locks and policies.
    type: list
    elements: str
    choices: [access, dependants, hybrid, modules, other_accounts, preflight, run_as, runbooks, usage]
    default: [access, dependants, hybrid, modules, other_accounts, preflight, run_as, runbooks, usage]
  identity:
    description:
      - What the runbooks shall log in as, V(system) or the resource id of a user-assigned identity. As the option of
        the same name of M(azauto.runas_migration.update_runbook).
    type: str
    default: system
  hybrid:
    description:
      - V(accept) when somebody has checked what the jobs on hybrid workers log in as. With V(refuse) an account whose
        hybrid jobs would change their identity is V(blocked), as M(azauto.runas_migration.enable_identity) would refuse
        it.
    type: str
    choices: [refuse, accept]
    default: refuse
  hybrid_worker_versions:
    description:
      - Versions of agent-based hybrid workers by the worker's name, where somebody has looked them up. Azure tells
        none; docs/hybrid.md of the collection tells where they are found.
    type: dict
  migration_principal:
    description:
      - The object id of the service principal, user or identity that will migrate, where that is not the login which
        assesses. Its rights are then computed from its role assignments.
      - Without it the rights of the assessing login are looked at. A login that may write nothing is not taken for the
        one that will migrate.
    type: str
  unreadable:
    description:
      - What to do when the account itself cannot be read or is not there. V(fail) fails. V(report) returns an
        assessment that says so, for reports of a whole estate.
    type: str
    choices: [fail, report]
    default: fail
  ledger:
    description:
      - The folder of the ledger, or the URL of a blob container, which tells how far the migration of the account is.
        It is only read.
      - Environment variable E(RUNAS_MIGRATION_LEDGER). Without it, C(~/runas_migration_ledger).
    type: path
  assessments:
    description:
      - A folder to keep the assessment in, one file per account, for the owner only. It is what
        M(azauto.runas_migration.migration_report) reads, and what the next assessment compares with, to see what came
        back. In check mode nothing is kept.
    type: path
  surroundings_age:
    description:
      - What lies around all accounts, such as vaults, action groups and management groups, is read once and kept in
        O(assessments) for so many seconds, for the assessments of other accounts with the same login. V(0) reads it
        anew each time.
    type: int
    default: 3600
  probe:
    description:
      - Whether the migration will prove the identity with M(azauto.runas_migration.probe_identity), so that the rights
        for that are looked at too, and locks that would keep its temporary runbook.
    type: bool
    default: true
  blocked:
    description:
      - What to do about an account whose migration would stop half way, for a right, a lock, a policy, or hybrid
        workers that nobody has looked at. V(report) says so in RV(state). V(fail) fails, so that a playbook stops
        before its first write; it needs V(run_as), V(runbooks), V(hybrid) and V(preflight) in O(scope).
    type: str
    choices: [fail, report]
    default: report
  result:
    description:
      - V(summary) leaves RV(assessment) and RV(findings) out of the result, for playbooks that assess thousands of
        accounts and keep the assessments in files.
    type: str
    choices: [full, summary]
    default: full
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.rewriting
  - azauto.runas_migration.known_bad
attributes:
  check_mode:
    support: full
    description: Reads the same, and keeps nothing.
  diff_mode:
    support: full
    description: Nothing is changed, so there is nothing to show.
seealso:
  - module: azauto.runas_migration.migration_report
  - plugin: azauto.runas_migration.automation_accounts
    plugin_type: inventory
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Assess an account
  azauto.runas_migration.runas_info:
    resource_group: rg-ops
    automation_account_name: aa-ops
  register: assessed

- name: Say where it stands, and why
  ansible.builtin.debug:
    msg: "{{ assessed.state }}: {{ assessed.assessment.state_because | join(' ') }}"

- name: Only ask which runbooks use a Run As account
  azauto.runas_migration.runas_info:
    resource_group: rg-ops
    automation_account_name: aa-ops
    scope: [run_as, runbooks]

- name: Assess with a login that may only read, for another one that will migrate
  azauto.runas_migration.runas_info:
    resource_group: rg-ops
    automation_account_name: aa-ops
    migration_principal: 2c1b4a9e-8f3d-4a55-9a2c-1c2d3e4f5a6b
    assessments: /srv/runas_assessments
"""

RETURN = r"""
state:
  description:
    - Where the account stands. V(not_needed), nothing uses a Run As account and there is none. V(ready), it can be
      migrated. V(ready_with_warnings), it can, and somebody should read why not without a look. V(manual_work), some of
      it is left to a person. V(blocked), the migration would stop before its first write. V(in_progress), the migration
      has begun and can go on. V(migrated), nothing uses a Run As account any more. V(drifted), it was migrated, and Run
      As is back.
    - None where O(scope) leaves out what it follows from.
  returned: success
  type: str
  sample: ready_with_warnings
account:
  description: The account, as C(id), C(name), C(resource_group), C(subscription_id), C(location), C(tags) and C(state).
  returned: success
  type: dict
  sample: {"name": "aa-ops", "location": "westeurope"}
summary:
  description: The assessment in numbers.
  returned: success
  type: dict
  contains:
    state_because:
      description: Why the state is that, a sentence each.
      type: list
      elements: str
      returned: success
      sample: ["2 runbooks can be rewritten: Start-Machines, Stop-Machines."]
    run_as_status:
      description:
        - The worst status among the Run As accounts, V(absent), V(complete), V(expired) or V(incomplete). None where
          they were not read.
      type: str
      returned: success
      sample: expired
    runbooks:
      description:
        - Counts, C(all), C(using) a Run As account, and of these C(automatic) and C(by_hand). None where they were not
          read.
      type: dict
      returned: success
      sample: {"all": 12, "using": 3, "automatic": 2, "by_hand": 1}
    findings:
      description: How often each code was found.
      type: dict
      returned: success
      sample: {"RA101": 1, "RA305": 1}
    severities:
      description: How many findings are of each severity.
      type: dict
      returned: success
      sample: {"error": 1, "warning": 2, "info": 4}
assessment:
  description:
    - The whole assessment, as it is kept in O(assessments). docs/assessment.md of the collection describes each member.
  returned: when O(result=full)
  type: dict
  contains:
    state_because:
      description: Why the state is that, a sentence each.
      type: list
      elements: str
      returned: success
      sample: ["2 runbooks can be rewritten: Start-Machines, Stop-Machines."]
    run_as:
      description: The Run As accounts.
      type: list
      elements: dict
      returned: success
      sample: [{"connection": "AzureRunAsConnection", "kind": "azure", "status": "expired"}]
    runbooks:
      description: All runbooks, whether each uses a Run As account, where, and what update_runbook would do.
      type: list
      elements: dict
      returned: success
      sample: [{"name": "Start-Machines", "uses_run_as": true, "verdict": "rewritten", "automatic": true}]
    access:
      description:
        - The role assignments of the Run As principals and of the identity. What the principals may do besides is in
          C(others), each with C(what) M(azauto.runas_migration.copy_runas_roles) would do about it, which is C(held),
          C(copied), C(handed_over), or the reason why it would not be copied.
      type: dict
      returned: success
      sample: {"principals": [], "identity": [], "others": []}
    identity:
      description: The identities of the account.
      type: dict
      returned: success
      sample: {"type": "None"}
    hybrid:
      description: Hybrid worker groups, with a verdict each.
      type: dict
      returned: success
      sample: {"groups": []}
    modules:
      description: Modules and runtime environments.
      type: dict
      returned: success
      sample: {"environments": []}
    dependants:
      description: What leans on the account.
      type: list
      elements: dict
      returned: success
      sample: []
    preflight:
      description: For each step what it needs, and whether that is held; locks, policies, and who could grant the rest.
      type: dict
      returned: success
      sample: {"judged": true, "steps": []}
findings:
  description: What a person should know. Each has C(code), C(severity), C(resource), C(sentence) and C(remedy).
  returned: when O(result=full)
  type: list
  elements: dict
  sample: []
file:
  description: Where the assessment is kept; None without O(assessments).
  returned: success
  type: str
  sample: /srv/runas_assessments/aa-ops-1f0c3b2a4d5e/assessment.json
"""

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import assessment
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_reading_module


def main() -> None:
    """Wire the step to Ansible."""
    run_reading_module(assessment.run, assessment.ARGUMENTS)


if __name__ == "__main__":
    main()
