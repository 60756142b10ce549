#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limit the Run As accounts of an Automation account until they can migrate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: limit_runas
short_description: Limit the Run As accounts of an Automation account until they can migrate
version_added: 1.0.0
description:
  - Replaces the role Contributor of a Run As account by a custom role that may do the same but nothing with Key Vault,
    and takes it back. It is the interim hardening that Microsoft's own script
    C(Update-AutomationRunAsAccountRoleAssignments) made, for accounts that cannot migrate to a managed identity yet.
  - The custom role allows everything but what Contributor may not do either, C(Microsoft.KeyVault/*) and what
    O(not_actions) names. Accounts share it. One that is there by that name keeps what it takes away and where it can be
    assigned, and is only added to; one of another kind is refused.
  - Each direct role assignment of Contributor is replaced where it is, with the same condition and description. The
    custom role is assigned first, and Contributor is taken away only once that can be read. The Run As account is never
    without both, and a run that broke off is finished by the next one.
  - What is left is a finding. That is Contributor at the root, at a second management group, of a principal that is
    gone, with an end of its own, or held through a group, and every other role that lets the Run As account reach
    vaults.
  - Runbooks that use Key Vault and log in with the Run As account stop working. The published runbooks are searched,
    and the module refuses and names them, unless O(key_vault_runbooks=accept).
  - An access policy of a vault that names the Run As account keeps working. The custom role takes away the management
    of vaults, and with it the way to give oneself such a policy.
  - Before anything changes, the role assignments and the role definition that are replaced are kept in the ledger.
options:
  state:
    description:
      - V(limited) replaces Contributor by the custom role.
      - V(restored) gives Contributor back wherever the ledger says that it was replaced, under its old name, and takes
        the custom role away. The custom role itself is deleted when this collection made it and nobody has it any more.
        Without a record in the ledger it refuses.
    type: str
    choices: [limited, restored]
    default: limited
  connection:
    description:
      - The Run As connection that is meant. Without it, every one of the account; Classic Run As connections have no
        role assignments.
    type: str
  principal_id:
    description:
      - The object id of the service principal, where it cannot be found by the connection's application id, because the
        login may not read Microsoft Graph.
      - Needs O(connection) where the account has several Run As connections.
    type: str
  role_name:
    description:
      - The name of the custom role. Names are unique in a tenant.
      - With O(state=restored) the ledger knows which one it was.
    type: str
    default: Automation RunAs Contributor
  not_actions:
    description:
      - Operations that are taken away besides those of Key Vault, such as C(Microsoft.Compute/*), with one C(*) at
        most.
      - An operation that the custom role takes away already stays so, named here or not.
      - Everybody who has the custom role loses them.
    type: list
    elements: str
    default: []
  key_vault_runbooks:
    description:
      - What to do when published runbooks use Key Vault, or could not be read. V(refuse) names them and changes
        nothing. V(accept) goes on and reports each as a finding.
      - A runbook counts when it calls a cmdlet of Az.KeyVault or AzureRM.KeyVault, C(az keyvault), a client library or
        the REST interface of Key Vault, whatever it logs in with.
      - The runbooks of other accounts that have a connection to the same application count as well.
    type: str
    choices: [refuse, accept]
    default: refuse
  replication_timeout:
    description:
      - For how many seconds each thing that Azure replicates is waited for, such as a fresh custom role before it can
        be assigned, and its role assignment before Contributor is taken away.
    type: int
    default: 300
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
seealso:
  - module: azauto.runas_migration.copy_runas_roles
  - module: azauto.runas_migration.remove_runas
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Take Key Vault out of reach of all Run As accounts
  azauto.runas_migration.limit_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops

- name: Take virtual machines away too, although runbooks use Key Vault
  azauto.runas_migration.limit_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops
    not_actions:
      - Microsoft.Compute/*
    key_vault_runbooks: accept

- name: Give Contributor back
  azauto.runas_migration.limit_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops
    state: restored
"""

RETURN = r"""
state:
  description: The state that was asked for.
  returned: success
  type: str
  sample: limited
source:
  description: The Run As accounts that were meant; with O(state=restored) those that the ledger remembers.
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
role:
  description: The custom role as it is afterwards. Null where it is not there, and with O(state=restored).
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: success
      sample: Automation RunAs Contributor
    id:
      description: Its guid.
      type: str
      returned: success
      sample: 1e6ba7d8-ac52-5bf1-be05-60f6f0f0682a
    not_actions:
      description: The operations that it does not allow.
      type: list
      elements: str
      returned: success
      sample: ["Microsoft.Authorization/*/Write", "Microsoft.KeyVault/*"]
    assignable_scopes:
      description: Where it can be assigned.
      type: list
      elements: str
      returned: success
      sample: ["/subscriptions/1111"]
limited:
  description:
    - Where Contributor was replaced, or in check mode would be. Each has C(principal_id), C(scope) and C(condition).
  returned: success
  type: list
  elements: dict
  sample: [{"principal_id": "6d1d2a4e-3b0a-4c6a-8c9a-3f4f0f1c2b5d", "scope": "/subscriptions/1111", "condition": null}]
restored:
  description: Where Contributor was given back, or in check mode would be, as in RV(limited).
  returned: success
  type: list
  elements: dict
  sample: []
unchanged:
  description: Where it is as asked for already, as in RV(limited), each with the C(id) of its role assignment.
  returned: success
  type: list
  elements: dict
  sample: []
left:
  description:
    - The role assignments that were left, as in RV(limited), each with its C(id) and the C(reason). For each there is a
      finding.
    - The reason is C(scope) (no custom role can be assigned there, or not this one), C(gone) (the principal is),
      C(time-bound) (it ends by itself), C(other condition) (the custom role is there with another one) or, with
      O(state=restored), C(not recorded) (the ledger does not know what was there before).
  returned: success
  type: list
  elements: dict
  sample: []
key_vault_runbooks:
  description:
    - The uses of Key Vault in published runbooks, each with C(runbook), C(resource), C(line), C(column) and C(what).
      They are looked for only where something is to be changed.
  returned: success, or when the run was refused because of them
  type: list
  elements: dict
  sample: [{"runbook": "Rotate-Secrets", "line": 12, "column": 1, "what": "Get-AzKeyVaultSecret"}]
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
  sample: [{"action": "create", "kind": "run_as_role_assignment"}]
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import limit
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(limit.run, limit.NAME, limit.ARGUMENTS)


if __name__ == "__main__":
    main()
