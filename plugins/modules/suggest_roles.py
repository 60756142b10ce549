#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Suggest smaller roles than those of a Run As account, from what its runbooks call and what it did."""

from __future__ import annotations

DOCUMENTATION = r"""
module: suggest_roles
short_description: Suggest smaller roles than those of a Run As account
version_added: 1.0.0
description:
  - Proposes the smallest roles of Azure's that cover what the Run As account of an Automation account really does, at
    the narrowest scopes that were seen, as a role map for M(azauto.runas_migration.copy_runas_roles).
  - It goes by the cmdlets that the runbooks call, published and draft, and by the operations that the service principal
    performed in the Azure Activity Log. Each suggestion names its evidence.
  - What the evidence cannot cover is in RV(not_covered), with the place. Nothing is guessed.
  - Read-only. Nothing is changed in Azure, and nothing is applied. With O(role_map_file) a file is written, to be
    reviewed.
  - No suggestion allows more than the role whose place it takes, and none lets its holder give out roles.
  - docs/suggest_roles.md of the collection tells by which rule roles are chosen.
options:
  connection:
    description:
      - The Run As connection that is looked at. Without it, all Run As connections of the account.
    type: str
  principal_id:
    description:
      - The object id of the Run As account's service principal, where the login may not read Microsoft Graph.
    type: str
  runbooks:
    description:
      - The runbooks whose calls are evidence, as names or patterns with C(*), C(?) and C([]). Without it, all.
    type: list
    elements: str
  days:
    description:
      - How many days of the Activity Log to look at, at most the 90 that Azure keeps.
    type: int
    default: 90
  scope_level:
    description:
      - How narrow the scope of a suggestion may be. A role at a single resource (V(resource)) is gone when the resource
        is made anew.
    type: str
    choices: [resource, resource_group, subscription]
    default: resource_group
  custom_roles:
    description:
      - Suggest roles that somebody made, too, and not only those that Azure brings. The role that the Run As account
        itself holds is considered in any case.
    type: bool
    default: false
  cmdlet_operations:
    description:
      - Which operations of Azure cmdlets need, for cmdlets that the built-in table does not know. What is said here
        replaces what the table says.
      - A key is the name of a cmdlet, or with one of its parameters as C(Stop-AzVM -StayProvisioned) for calls with
        that parameter. The value is a list of operations, C(data:) before those on data. An empty list says that any
        role, or none, is enough.
    type: dict
  role_map_file:
    description:
      - A file to write the role map to, with the evidence as comments, as the variable C(copy_runas_roles_role_map) of
        the role C(copy_runas_roles). Its folder must be there.
      - A file that is there is replaced only if this module wrote it and nobody has edited it since.
      - In check mode it is not written.
    type: path
  force:
    description:
      - Replace O(role_map_file) whatever it is.
    type: bool
    default: false
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
attributes:
  check_mode:
    support: full
    description: Reads the same, and writes no file.
  diff_mode:
    support: full
    description: Nothing is changed in Azure, so there is nothing to show.
seealso:
  - module: azauto.runas_migration.copy_runas_roles
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Suggest smaller roles, and write them to a file to review
  azauto.runas_migration.suggest_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    role_map_file: role_maps/aa-ops.yml
  register: suggested

- name: Show them
  ansible.builtin.debug:
    msg: "{{ suggested.suggestions | map(attribute='role') | zip(suggested.suggestions | map(attribute='scope')) }}"

- name: Say what cmdlets of a module of one's own need
  azauto.runas_migration.suggest_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    cmdlet_operations:
      Set-ContosoAzTag: [Microsoft.Resources/tags/read, Microsoft.Resources/tags/write]
      Write-ContosoAzLog: []

- name: Copy with the reviewed role map
  azauto.runas_migration.copy_runas_roles:
    resource_group: rg-ops
    automation_account_name: aa-ops
    role_map: "{{ (lookup('ansible.builtin.file', 'role_maps/aa-ops.yml') | from_yaml).copy_runas_roles_role_map }}"
"""

RETURN = r"""
suggestions:
  description: The roles that are suggested, each at one scope.
  returned: success
  type: list
  elements: dict
  contains:
    role:
      description: The name of the role.
      type: str
      returned: success
      sample: Virtual Machine Contributor
    role_id:
      description: The guid of the role.
      type: str
      returned: success
      sample: 9980e02c-c2be-4d73-94e8-173b1dc7cf3c
    scope:
      description: The scope, a resource id.
      type: str
      returned: success
      sample: /subscriptions/1111/resourceGroups/rg-machines
    instead_of:
      description: The role of today whose place it takes, as C(role), C(role_id) and C(scope).
      type: dict
      returned: success
      sample: {"role": "Contributor", "role_id": "b24988ac-6180-42a0-ab88-20f7382dd24c", "scope": "/subscriptions/1111"}
    operations:
      description: The operations that it is for, in lower case.
      type: list
      elements: str
      returned: success
      sample: ["microsoft.compute/virtualmachines/start/action"]
    fit:
      description:
        - How well the role fits. V(own), it is about nothing else than what is needed. V(general), it is Azure's
          general role for a type of resource that is changed. V(foreign), it is made for something else and only the
          nearest (RA344). V(everything), it allows nearly everything, and nothing smaller would do (RA343).
      type: str
      returned: success
      sample: general
    scope_assumed:
      description: Whether only runbooks tell of some of it, and not where, so that the scope of today is taken (RA347).
      type: bool
      returned: success
      sample: false
    evidence:
      description:
        - What the suggestion rests on. C(runbooks) are calls, each as C(runbook), C(version) (V(published) or
          V(draft)), C(line), C(cmdlet) and C(operations). C(activity) is what the log shows, each as C(operation),
          C(scope), C(resource_group), C(count), C(first) and C(last).
      type: dict
      returned: success
      sample:
        runbooks: [{"runbook": "Start-Machines", "version": "published", "line": 6, "cmdlet": "Start-AzVM"}]
        activity: [{"operation": "Microsoft.Compute/virtualMachines/start/action", "count": 60}]
role_map:
  description: The suggestions as O(azauto.runas_migration.copy_runas_roles#module:role_map) takes them.
  returned: success
  type: list
  elements: dict
  sample:
    - role: Contributor
      scope: /subscriptions/1111
      to:
        - role: Virtual Machine Contributor
          scope: /subscriptions/1111/resourceGroups/rg-machines
not_covered:
  description:
    - What no suggestion covers. Each has C(reason), C(text), and C(runbook), C(version), C(line), C(operation) and
      C(scope) where it has a place, else none.
    - About runbooks the reason is V(unknown_cmdlet), V(depends) (what it is given decides what it needs), V(rest)
      (requests of its own), V(command_line), V(computed) (a computed command), V(code_in_text), V(python), V(classic)
      (classic service management), V(elsewhere) (Microsoft Entra and Microsoft 365), V(syntax), V(unreadable) or
      V(unread).
    - About operations it is V(no_role_today) (no role of today allows it, so it is not suggested), V(no_role) (of the
      roles that may be suggested none allows it), V(only_everything) (only a role such as Contributor allows it, which
      is not suggested where the place is assumed) or V(refused) (the log shows that it was refused).
  returned: success
  type: list
  elements: dict
  sample: [{"reason": "unknown_cmdlet", "text": "Set-ContosoAzTag", "runbook": "Tag-All", "line": 12}]
held:
  description: The roles that the Run As accounts hold today, each as C(role), C(role_id) and C(scope).
  returned: success
  type: list
  elements: dict
  sample: [{"role": "Contributor", "role_id": "b24988ac-6180-42a0-ab88-20f7382dd24c", "scope": "/subscriptions/1111"}]
source:
  description: The Run As accounts, each as C(connection), C(application_id), C(principal_id) and C(unused_because).
  returned: success
  type: list
  elements: dict
  sample: [{"connection": "AzureRunAsConnection", "application_id": "4f5c", "principal_id": "2c1b"}]
looked_at:
  description:
    - What the suggestions rest on. C(days), C(runbook_texts) (how many contents of runbooks), C(roles) (how many roles
      there are to choose from), and C(logs), each with C(subscription_id), C(read) and C(operations).
  returned: success
  type: dict
  sample: {"days": 90, "runbook_texts": 12, "roles": 640, "logs": [{"subscription_id": "1111", "operations": 240}]}
role_map_file:
  description: The file, as named by O(role_map_file). None without it.
  returned: success
  type: str
  sample: role_maps/aa-ops.yml
findings:
  description: What a person should know. Each has C(code), C(severity), C(resource), C(sentence) and C(remedy).
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import suggest_roles
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_reading_module


def main() -> None:
    """Wire the step to Ansible."""
    run_reading_module(suggest_roles.run, suggest_roles.ARGUMENTS)


if __name__ == "__main__":
    main()
