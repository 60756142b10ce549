#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the role assignments of a Run As account to a managed identity."""

from __future__ import annotations

DOCUMENTATION = r"""
module: copy_runas_roles
short_description: Copy the role assignments of a Run As account to a managed identity
version_added: 1.0.0
description:
  - Finds the service principal behind an Automation account's Run As connection, lists its direct role assignments at
    every scope that the login can read (all subscriptions with their resource groups and resources, and management
    groups), and creates each of them for the account's managed identity, with the same condition and description.
  - What could not be read is a finding, and is not taken for absent. What the service principal holds through groups is
    not copied.
  - Role assignments that the identity has already are left as they are. Nothing is changed or removed, neither the
    identity's nor the service principal's.
  - Roles that let their holder give out roles (Owner, User Access Administrator, Role Based Access Control
    Administrator, custom roles that allow it) are copied only when O(include_privileged) names them, and the role
    assignments of a Run As account that nothing can log in with only with O(copy_unused). Each that is left out is a
    finding.
  - In check mode an account without identity is planned for as if M(azauto.runas_migration.enable_identity) had run.
  - The number of role assignments that Azure allows is checked before the first is created.
options:
  connection:
    description:
      - The Run As connection whose access is copied. Without it, that of every Run As connection of the account;
        Classic Run As connections have no role assignments.
    type: str
  principal_id:
    description:
      - The object id of the service principal, where it cannot be found by the connection's application id. That is so
        when the login may not read Microsoft Graph, or when the service principal was deleted (its role assignments
        stay).
      - Needs O(connection) where the account has several Run As connections.
    type: str
  identity:
    description:
      - Who gets the access. V(system) is the account's system-assigned identity, anything else the resource id of one
        of its user-assigned identities.
    type: str
    default: system
  role_map:
    description:
      - Roles that are replaced by others, or left out.
      - Each entry is a dictionary, or text such as C(Contributor=Reader+Virtual Machine Contributor), with nothing
        after the equals sign to leave the role out, and C(role@scope=) to do so at one scope. Text may hold several
        entries, separated by commas or on lines of their own.
      - A dictionary has C(role), the name or guid of a role of the Run As account; C(to), a list of names or guids of
        the roles that the identity gets instead (empty to leave it out); and may have C(scope), a resource id, to apply
        at and inside this scope only. The entry with the longest scope wins.
      - The condition of a role assignment is kept.
    type: list
    elements: raw
    default: []
  exclude:
    description:
      - What is not copied. An entry that begins with V(/) is a scope, and excludes the role assignments at it and
        inside it; any other is the name or guid of a role.
    type: list
    elements: str
    default: []
  include_privileged:
    description:
      - Names or guids of roles to copy although they let their holder give out roles.
    type: list
    elements: str
    default: []
  copy_unused:
    description:
      - Copy also the role assignments of a Run As account that nothing can log in with. Its certificate has expired or
        is missing, its connection lacks a part, or its service principal is disabled or deleted.
    type: bool
    default: false
  replication_timeout:
    description:
      - For how many seconds a role assignment is tried again while Azure does not know the identity yet, and for how
        many seconds the role assignments are read back until all are seen.
    type: int
    default: 300
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
seealso:
  - module: azauto.runas_migration.enable_identity
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Copy the access of all Run As accounts to the system-assigned identity
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops

- name: Give less than Contributor, and nothing in the sandbox subscription
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    role_map:
      - role: Contributor
        to:
          - Reader
          - Virtual Machine Contributor
    exclude:
      - /subscriptions/00000000-0000-0000-0000-000000000001

- name: The same role map as one line of text, for a survey
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    role_map: Contributor=Reader+Virtual Machine Contributor,Network Contributor=

- name: Copy to a user-assigned identity, User Access Administrator too
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    identity: /subscriptions/1111/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ops
    include_privileged: User Access Administrator

- name: Copy for a login that may not read Microsoft Graph
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    connection: AzureRunAsConnection
    principal_id: 6d1d2a4e-3b0a-4c6a-8c9a-3f4f0f1c2b5d
"""

RETURN = r"""
source:
  description: The Run As accounts whose access was looked for.
  returned: success
  type: list
  elements: dict
  contains:
    connection:
      description: The Run As connection.
      type: str
      returned: success
      sample: AzureRunAsConnection
    application_id:
      description: The application id in the connection.
      type: str
      returned: success
      sample: 0f6b2a70-2f6e-4a1e-9a55-6a0b3a1f7c11
    principal_id:
      description: The object id of the service principal.
      type: str
      returned: success
      sample: 6d1d2a4e-3b0a-4c6a-8c9a-3f4f0f1c2b5d
    unused_because:
      description: Why nothing can log in with it; null where something can.
      type: str
      returned: success
      sample: its service principal is disabled
identity:
  description: The managed identity that has the access.
  returned: success
  type: dict
  contains:
    type:
      description: V(SystemAssigned) or V(UserAssigned).
      type: str
      returned: success
      sample: SystemAssigned
    id:
      description: The resource id of a user-assigned identity, else null.
      type: str
      returned: success
    principal_id:
      description: Its object id; null in check mode where Azure has not made it yet.
      type: str
      returned: success
      sample: 9b8f3c52-41d7-4f0b-8a55-0a8d7f3f3a10
copied:
  description:
    - The role assignments that were created, or in check mode would be. Each has C(role), C(scope), C(condition) and
      C(id).
  returned: success
  type: list
  elements: dict
  sample: [{"role": "Reader", "scope": "/subscriptions/1111", "condition": null}]
unchanged:
  description: The role assignments that the identity had already, as in RV(copied).
  returned: success
  type: list
  elements: dict
  sample: []
not_copied:
  description:
    - The role assignments of the Run As accounts that were not copied, each with C(role), C(scope), C(condition) and
      C(reason).
    - The reason is C(excluded) or C(role_map) (asked for), C(privileged), C(unused), C(unreadable) (the role could not
      be read), C(other condition) (the identity has the role there with another one) or C(several conditions). But for
      the first two there is a finding as well.
  returned: success
  type: list
  elements: dict
  sample: [{"role": "Owner", "scope": "/subscriptions/1111", "condition": null, "reason": "privileged"}]
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
  sample: [{"action": "create", "kind": "role_assignment"}]
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import access
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(access.run, access.NAME, access.ARGUMENTS)


if __name__ == "__main__":
    main()
