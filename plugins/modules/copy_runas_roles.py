#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copy the access of a Run As account to a managed identity."""

from __future__ import annotations

DOCUMENTATION = r"""
module: copy_runas_roles
short_description: Copy the access of a Run As account to a managed identity
version_added: 1.0.0
description:
  - Finds the service principal behind an Automation account's Run As connection, and what it may do. That is its role
    assignments at every scope that the login can read (the root, management groups, all subscriptions with their
    resource groups and resources), its access policies in key vaults, its app roles (such as permissions of Microsoft
    Graph, Exchange Online and SharePoint Online), its directory roles, and the groups that it is in.
  - Gives the same to the account's managed identity, with the same conditions, and no more. Groups are joined only when
    O(join_groups) names them; what comes through the others is reported.
  - What Microsoft Entra does not let the login give is written to a hand-over file in the account's folder of the
    ledger, RV(hand_over_file), one command each, for somebody who may.
  - Afterwards the access of both is compared, right by right. RV(proof) is the answer.
  - What could not be read is a finding, and is not taken for absent; RV(partial) is then true.
  - What the identity has already is left as it is. Nothing is changed or removed, neither the identity's nor the
    service principal's.
  - Roles that let their holder give out roles (Owner, User Access Administrator, Role Based Access Control
    Administrator, custom roles that allow it), and app roles and directory roles that come to the same, are copied only
    when O(include_privileged) names them. So are roles that the Run As account has for a time only. What a Run As
    account may do that nothing can log in with is copied only with O(copy_unused). Each that is left out is a finding.
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
      - An item of C(to) may be a dictionary of C(role) and C(scope), or C(role@scope) in text, to give the role further
        inside than the one that it replaces. A scope outside of that one is refused.
      - M(azauto.runas_migration.suggest_roles) proposes such a list.
      - The condition of a role assignment is kept.
    type: list
    elements: raw
    default: []
  exclude:
    description:
      - What is not copied. An entry that begins with V(/) is a scope, and excludes the role assignments at it and
        inside it, and access policies of key vaults there. C(app_role:NAME), C(directory_role:NAME) and C(group:NAME)
        exclude what they name. Any other entry is the name or guid of a role.
    type: list
    elements: str
    default: []
  include_privileged:
    description:
      - Names or guids of roles to copy although they let their holder give out roles. C(app_role:NAME),
        C(directory_role:NAME) and C(group:NAME) name what is no role of Azure.
      - A role named here is also copied where the Run As account has it until an end that Privileged Identity
        Management was told. The identity then has it for good.
    type: list
    elements: str
    default: []
  copy_unused:
    description:
      - Copy also what a Run As account may do that nothing can log in with. Its certificate has expired or is missing,
        its connection lacks a part, or its service principal is disabled or deleted.
    type: bool
    default: false
  kinds:
    description:
      - What is copied. V(role_assignments) are roles of Azure, V(vault_policies) access policies of key vaults,
        V(app_roles) permissions of Microsoft Graph and of other applications, V(directory_roles) roles of Microsoft
        Entra.
      - What is left out here is neither read nor compared.
    type: list
    elements: str
    choices: [role_assignments, vault_policies, app_roles, directory_roles]
    default: [role_assignments, vault_policies, app_roles, directory_roles]
  join_groups:
    description:
      - Names or object ids of groups that the identity joins because the service principal is in them, or V(all). The
        identity then gets all that the group has, now and later.
    type: list
    elements: str
    default: []
  search:
    description:
      - How role assignments are found. V(scopes) lists every scope that the login sees, which is exact, and takes a
        request for each scope. V(resource_graph) asks Azure Resource Graph where to look, and lists those places only;
        what was given in the last minutes, elsewhere, is found by the next run.
    type: str
    choices: [scopes, resource_graph]
    default: scopes
  surroundings_age:
    description:
      - What is the same for all accounts, such as the subscriptions, the management groups, key vaults and roles that
        can be activated, is read once and kept in the ledger's folder for so many seconds, for runs on other accounts
        with the same login. V(0) reads it anew each time. In check mode nothing is kept.
    type: int
    default: 600
  share_lists:
    description:
      - Whether one worker lists all role assignments of a scope for all accounts, instead of each those of its own
        principals. A list is taken for a minute, but never one from before an account's own writes; what was written
        is read back by each.
      - Left out, it is so where the play has 20 hosts or more, for then it takes fewer requests. O(surroundings_age=0)
        and check mode share nothing.
    type: bool
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
  - module: azauto.runas_migration.suggest_roles
  - module: azauto.runas_migration.limit_runas
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

- name: Give less, at the resource groups that need it
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    role_map:
      - role: Contributor
        scope: /subscriptions/00000000-0000-0000-0000-000000000001
        to:
          - role: Virtual Machine Contributor
            scope: /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-vms

- name: Copy role assignments only, for many accounts, and join one group
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    kinds: [role_assignments]
    search: resource_graph
    share_lists: true
    join_groups: automation-operators

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
    - What the identity was given, or in check mode would be. Each has C(kind), C(role), C(scope), C(condition) and
      C(id).
    - The kind is C(role_assignment), C(vault_policy), C(app_role), C(directory_role) or C(group).
  returned: success
  type: list
  elements: dict
  sample: [{"kind": "role_assignment", "role": "Reader", "scope": "/subscriptions/1111", "condition": null}]
unchanged:
  description: What the identity had already, as in RV(copied).
  returned: success
  type: list
  elements: dict
  sample: []
not_copied:
  description:
    - What the Run As accounts may do that was not copied, each with C(kind), C(role), C(scope), C(condition) and
      C(reason).
    - The reason is C(excluded) or C(role_map) (asked for), C(privileged), C(unused), C(time-bound) (the Run As account
      has it until an end, and the identity's would have none), C(unreadable) (the role could not be read),
      C(other condition) (the identity has the role there with another one), C(several conditions), C(not assignable) (a
      custom role that may not be given there), C(condition names the principal), C(rbac mode) (the vault goes by roles,
      so that its policies give nothing), C(other tenant), C(not ready) or C(full) (of a vault), C(not offered) (the
      application has no such app role any more), C(not asked for) (a group), C(dynamic group) or C(synced group). But
      for the first two there is a finding as well.
  returned: success
  type: list
  elements: dict
  sample: [{"kind": "role_assignment", "role": "Owner", "scope": "/subscriptions/1111", "reason": "privileged"}]
hand_over:
  description:
    - What somebody with more rights is asked to do. Each has C(kind), C(role), C(scope), C(reason), C(needs) (who may
      do it) and C(command).
  returned: success
  type: list
  elements: dict
  sample: [{"kind": "app_role", "role": "User.Read.All", "scope": "Microsoft Graph"}]
hand_over_file:
  description: The file with these commands; null where there is nothing to hand over, and in check mode.
  returned: success
  type: str
  sample: /srv/runas_migration_ledger/aa-ops-1f0c3b2a4d5e/hand-over.sh
proof:
  description:
    - What the identity may do, compared with what the Run As accounts may do, at the scopes where these hold something;
      in check mode, as it would be. Null where there is nothing to compare, or where it could not be read back.
  returned: success
  type: dict
  contains:
    verdict:
      description: V(equal), V(narrower as mapped) (less, where it was asked for), or V(different).
      type: str
      returned: success
      sample: equal
    compared:
      description: How many rights the Run As accounts have.
      type: int
      returned: success
      sample: 5
    same:
      description: How many of them the identity has.
      type: int
      returned: success
      sample: 5
    as_asked:
      description: How many were replaced or left out as the task says.
      type: int
      returned: success
      sample: 0
    whole:
      description: Whether everything that was to be compared could be read.
      type: bool
      returned: success
      sample: true
    differences:
      description:
        - The others, as in RV(not_copied), each with C(how) in place of the reason. That is C(missing), C(more) (only
          the identity has it), C(kept) (the identity has it, though the task leaves it out or replaces it), C(wider)
          (a role of O(role_map) allows what the one that it replaces does not), or the reason why it was not copied.
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
  description: Whether some of the changes were not made, something was handed over, or something could not be read.
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
