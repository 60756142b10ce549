#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Enable the managed identities of an Automation account."""

from __future__ import annotations

DOCUMENTATION = r"""
module: enable_identity
short_description: Enable the managed identities of an Automation account
version_added: 1.0.0
description:
  - Gives an Azure Automation account its system-assigned identity, user-assigned identities, or both.
  - What the account has already is kept. Azure drops every identity that a request does not name, so this module reads
    the account first, writes the whole set, reads it again and fails when an identity was lost.
  - Nothing is removed unless O(state=absent) names it, or O(identity.user_assigned_identities.append=false).
  - Refuses, naming the groups, when the account has hybrid worker groups whose jobs would change their identity.
options:
  identity:
    description:
      - The identities that the account should have (or, with O(state=absent), lose).
      - Without it the system-assigned identity is meant.
    type: dict
    suboptions:
      type:
        description:
          - Which kinds are meant. Kinds that are not named stay as they are.
          - Without it, V(UserAssigned) when user-assigned identities are named, else V(SystemAssigned).
        type: str
        choices: [SystemAssigned, UserAssigned, 'SystemAssigned, UserAssigned']
      user_assigned_identities:
        description:
          - The user-assigned identities that are meant.
        type: dict
        suboptions:
          id:
            description:
              - Their resource ids.
            type: list
            elements: str
            default: []
          append:
            description:
              - Keep the user-assigned identities that are not named. V(false) removes them.
            type: bool
            default: true
  hybrid:
    description:
      - What to do when the account has hybrid worker groups. Once the account has an identity, jobs on its hybrid
        workers no longer log in as their machines.
      - V(refuse) fails and names the groups. V(accept) goes on and reports it as a finding.
    type: str
    choices: [refuse, accept]
    default: refuse
  only_with_run_as:
    description:
      - Leave an account alone that has no Run As connection. Playbooks for a whole estate set this.
    type: bool
    default: false
  state:
    description:
      - V(absent) removes exactly the identities that O(identity) names.
      - Removing the system-assigned identity cannot be undone. Enabled again, it is a new principal without any role.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
seealso:
  - module: azauto.runas_migration.copy_runas_roles
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Enable the system-assigned identity, and keep all that is there
  azauto.runas_migration.enable_identity:
    resource_group: rg-ops
    automation_account_name: aa-ops

- name: Add a user-assigned identity to an account with hybrid workers
  azauto.runas_migration.enable_identity:
    resource_group: rg-ops
    automation_account_name: aa-ops
    hybrid: accept
    identity:
      type: SystemAssigned, UserAssigned
      user_assigned_identities:
        id:
          - /subscriptions/1111/resourceGroups/rg-ops/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ops

- name: Remove one user-assigned identity
  azauto.runas_migration.enable_identity:
    resource_group: rg-ops
    automation_account_name: aa-ops
    state: absent
    identity:
      type: UserAssigned
      user_assigned_identities:
        id:
          - /subscriptions/1111/resourceGroups/rg-ops/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-old
"""

RETURN = r"""
identity:
  description: The identities of the account after the run, or in check mode as they would be.
  returned: success
  type: dict
  contains:
    type:
      description: V(SystemAssigned), V(UserAssigned), both with a comma and a blank between, or V(None).
      type: str
      returned: success
      sample: SystemAssigned
    principal_id:
      description: The object id of the system-assigned identity.
      type: str
      returned: success
      sample: 6d1d2a4e-3b0a-4c6a-8c9a-3f4f0f1c2b5d
    tenant_id:
      description: The tenant of the system-assigned identity.
      type: str
      returned: success
      sample: 2f1c1a52-8f9b-4a53-a3c5-0d6f6f6f3f10
    user_assigned_identities:
      description: The user-assigned identities, each with C(id), C(principal_id) and C(client_id).
      type: list
      elements: dict
      returned: success
      sample: []
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
  sample: [{"action": "update", "kind": "identity"}]
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import identity
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(identity.run, identity.NAME, identity.ARGUMENTS)


if __name__ == "__main__":
    main()
