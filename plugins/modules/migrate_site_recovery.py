#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move the Site Recovery vaults of an Automation account from its Run As account to its identity."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrate_site_recovery
short_description: Move Site Recovery vaults from a Run As account to the identity of their Automation account
version_added: 1.0.0
description:
  - Azure Site Recovery updates the agents of protected machines through an Automation account, which each container
    mapping of a vault names. This module lets these mappings use the account's system-assigned identity instead of its
    Run As account.
  - In this order it enables the identity of the account, gives it its role, and writes each mapping with all of its
    fields, waits for the operation and reads the mapping back. Afterwards the role can be lowered.
  - Only mappings from Azure to Azure are touched, only those that name the account, and only those whose auto-update is
    on. Others are told, unless O(link) and O(auto_update) ask for them.
  - A mapping is not written where the login may not give the identity its role.
  - The portal's button Migrate is not needed. It disappears once the account has a system-assigned identity.
options:
  vaults:
    description:
      - The resource ids of the vaults that are meant.
      - Without it O(vault_scope) says which.
    type: list
    elements: str
    default: []
  vault_scope:
    description:
      - Which vaults are meant where O(vaults) names none.
      - V(account) are all that have mappings of this account, in all subscriptions that the login sees.
      - V(subscription) are all of one subscription; see O(vault_subscription).
    type: str
    choices: [account, subscription]
    default: account
  vault_subscription:
    description:
      - The subscription for O(vault_scope=subscription). Without it, that of the account.
    type: str
  link:
    description:
      - Let mappings that name another account, one that is gone, or none, use this account.
      - Needs O(vaults). The vaults have to be in the region of the account.
    type: bool
    default: false
  auto_update:
    description:
      - What to do with mappings whose auto-update is off.
      - V(keep) leaves them as they are. V(enable) switches it on, with the identity.
    type: str
    choices: [keep, enable]
    default: keep
  toggle:
    description:
      - Switch auto-update off and on again, so that Site Recovery sets up its updates anew. Mappings that are moved are
        switched off with the move.
      - Mappings that use the identity already are switched off and on once, where their health tells of updates that
        fail.
      - What was switched off by a run that broke off is switched on again by the next one, with this option or without.
    type: bool
    default: false
  role_scope:
    description:
      - Where the identity gets its role.
      - V(vault) is each vault. V(resource_groups) are the resource group of the vault and those of the machines that it
        protects, V(subscription) are the subscriptions of these.
    type: str
    choices: [vault, resource_groups, subscription]
    default: vault
  lower_role:
    description:
      - The identity gets the role Contributor, with which mappings are moved. Lower it to Site Recovery Contributor
        afterwards.
      - Only a role assignment that this module made is taken away.
    type: bool
    default: false
  hybrid:
    description:
      - What to do when the account gets its first identity and has hybrid worker groups, as in
        M(azauto.runas_migration.enable_identity).
    type: str
    choices: [refuse, accept]
    default: refuse
  operation_timeout:
    description:
      - For how many seconds each write to a mapping is waited for.
    type: int
    default: 1800
  replication_timeout:
    description:
      - For how many seconds a role assignment is tried again while Azure does not know the identity yet, and a mapping
        while Site Recovery does not know the role yet.
    type: int
    default: 300
  surroundings_age:
    description:
      - With O(vault_scope=account), which vaults name which accounts is read once and kept in the ledger's folder for
        so many seconds, for runs on other accounts with the same login. V(0) reads it anew each time. In check mode
        nothing is kept. The mappings themselves are always read anew.
    type: int
    default: 600
  planned:
    description:
      - The RV(ignore:changes) of M(azauto.runas_migration.enable_identity) and
        M(azauto.runas_migration.copy_runas_roles) that the same play would have made by now. In check mode they count
        as made, so that what is predicted is what the run then does. Outside of check mode they mean nothing, for
        Azure tells.
    type: list
    elements: dict
    default: []
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
seealso:
  - module: azauto.runas_migration.enable_identity
  - module: azauto.runas_migration.remove_runas
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Move all vaults that use the account, wherever they are
  azauto.runas_migration.migrate_site_recovery:
    resource_group: rg-recovery
    automation_account_name: aa-recovery

- name: Move one vault, and lower the role once that is done
  azauto.runas_migration.migrate_site_recovery:
    resource_group: rg-recovery
    automation_account_name: aa-recovery
    vaults:
      - /subscriptions/1111/resourceGroups/rg-recovery/providers/Microsoft.RecoveryServices/vaults/rsv-web
    lower_role: true
    toggle: true

- name: Link a vault whose account is gone to an account that has an identity
  azauto.runas_migration.migrate_site_recovery:
    resource_group: rg-recovery
    automation_account_name: aa-agents
    vaults:
      - /subscriptions/1111/resourceGroups/rg-old/providers/Microsoft.RecoveryServices/vaults/rsv-old
    link: true
    auto_update: enable
"""

RETURN = r"""
identity:
  description:
    - The identities of the account after the run, or in check mode as they would be, as C(type), C(principal_id),
      C(tenant_id) and C(user_assigned_identities).
  returned: success
  type: dict
  sample: {"type": "SystemAssigned", "principal_id": "6d1d2a4e-3b0a-4c6a-8c9a-3f4f0f1c2b5d"}
vaults:
  description: The vaults that are meant, with what was read of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The resource id of the vault.
      type: str
      returned: success
      sample: /subscriptions/1111/resourceGroups/rg-recovery/providers/Microsoft.RecoveryServices/vaults/rsv-web
    name:
      description: Its name.
      type: str
      returned: success
      sample: rsv-web
    region:
      description: Its region.
      type: str
      returned: success
      sample: westeurope
    state:
      description: Its provisioning state.
      type: str
      returned: success
      sample: Succeeded
    mappings:
      description:
        - Its container mappings after the run, or in check mode as they would be.
        - Each has C(id), C(name), C(account), C(authentication), C(auto_update), C(health) as it was found and
          C(health_after) as it was read back after a write, both lists of categories, C(action), which is V(moved),
          V(switched_on), V(toggled), V(unchanged), V(left) or V(failed), and C(reason), which says why it is left.
      type: list
      elements: dict
      returned: success
      sample: []
    protected_items:
      description:
        - The machines that it protects, each with C(name), C(machine), C(agent_version), C(agent_expiry) and
          C(update_required). Null where they could not be read.
      type: list
      elements: dict
      returned: success
      sample: []
    protection_intents:
      description:
        - Its protection intents, each with C(name), C(account), C(authentication) and C(auto_update). Null where they
          could not be read. They are a policy's, and never written.
      type: list
      elements: dict
      returned: success
      sample: []
    unread:
      description: What could not be read of it.
      type: list
      elements: str
      returned: success
      sample: []
left:
  description: The mappings that stay as they are, each with C(id), C(name) and C(reason).
  returned: success
  type: list
  elements: dict
  sample: []
hand_over:
  description:
    - The roles that the login may not give, each with C(kind), C(role), C(scope), C(reason), C(needs), which is who may
      give it, and C(command), which does.
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
  description: What was changed, or in check mode would be. Each has C(action), C(kind), C(target), C(before), C(after).
  returned: success
  type: list
  elements: dict
  sample: [{"action": "update", "kind": "container_mapping"}]
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
    - Whether something that was asked for was not done, because a change failed, or because a mapping cannot be moved.
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import site_recovery
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(site_recovery.run, site_recovery.NAME, site_recovery.ARGUMENTS)


if __name__ == "__main__":
    main()
