#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retire the Run As accounts of an Automation account."""

from __future__ import annotations

DOCUMENTATION = r"""
module: remove_runas
short_description: Retire the Run As accounts of an Automation account
version_added: 1.0.0
description:
  - Disables, and later deletes, the Run As accounts of an Azure Automation account, once nothing uses them any more.
  - A Run As account is a connection asset of type C(AzureServicePrincipal) or C(AzureClassicCertificate), whatever
    its name, with its certificate asset and, unless it is a classic one, an application with a service principal in
    Microsoft Entra.
  - Refuses, naming each, while the published content or the draft of any runbook of the account logs in with a Run As
    account, or may do so, and while a Site Recovery container mapping updates its agents through it. Runbooks that
    cannot be parsed count as users. The vaults of all subscriptions that the login can see are looked at.
  - Changes in Microsoft Entra wait for the last account that uses the application. The accounts of all subscriptions
    that the login can see are looked at. For O(stage=disable) an account counts as long as one of its runbooks or
    mappings may use a Run As account; for O(delete_application) as long as one of its connections names the
    application. What waits is reported in RV(pending); the account's own assets may go before.
  - Refuses to change an application that is more than a Run As account, because it has other credentials that have not
    expired (certificates, client secrets, federated credentials), or app roles.
  - What is missing already is no error. Where the login has no rights in Microsoft Entra, the assets are removed, and
    what an administrator has to do is reported in RV(pending), with RV(partial=true).
  - Before anything changes, the connection, what Azure tells of the certificate, the application and service principal
    without secrets, and the role assignments are kept in the ledger.
options:
  connection:
    description:
      - The name of the one Run As connection that is meant. Without it, all Run As connections of the account.
      - A connection that is gone already is no error.
    type: str
  stage:
    description:
      - V(disable) disables the service principal, so that nothing can log in as the Run As account. All of it can be
        undone. For a classic Run As account there is nothing to disable.
      - V(delete) deletes the connection, then the certificate asset, then, with O(delete_application=true), the
        application. A certificate asset that another connection names stays.
      - A deleted certificate asset cannot be restored, because Azure never gives its private key back.
    type: str
    choices: [disable, delete]
    default: disable
  delete_application:
    description:
      - With O(stage=delete), delete the application too, and with it the service principal. Microsoft Entra keeps it
        for 30 days, in which it can be restored.
      - Needs rights in Microsoft Entra that Contributor in a subscription does not give.
    type: bool
    default: false
  accept_unread:
    description:
      - What to do when runbooks, vaults or other accounts could not be read for lack of rights, so that nobody can tell
        whether they use the Run As account. V(false) refuses and names them, at either stage, because disabling breaks
        running jobs as much as deleting does. V(true) goes on and reports each as a finding.
    type: bool
    default: false
  accept_other_use:
    description:
      - What to do when the application has other credentials or app roles. V(false) refuses and names them. V(true)
        goes on and reports it as a finding.
    type: bool
    default: false
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
seealso:
  - module: azauto.runas_migration.update_runbook
  - module: azauto.runas_migration.enable_identity
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Disable the service principals, once nothing uses them
  azauto.runas_migration.remove_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops

- name: Some weeks later, remove connection, certificate and application
  azauto.runas_migration.remove_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops
    stage: delete
    delete_application: true
  register: retired

- name: Show what is left to an administrator of Microsoft Entra
  ansible.builtin.debug:
    msg: "{{ retired.pending | map(attribute='remedy') }}"

- name: Remove a classic Run As account only
  azauto.runas_migration.remove_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops
    connection: AzureClassicRunAsConnection
    stage: delete
"""

RETURN = r"""
stage:
  description: The stage that was asked for.
  returned: success
  type: str
  sample: disable
run_as:
  description: The Run As accounts that were meant.
  returned: success
  type: list
  elements: dict
  contains:
    connection:
      description: The name of the connection asset.
      type: str
      returned: success
      sample: AzureRunAsConnection
    kind:
      description: V(azure) or V(classic).
      type: str
      returned: success
      sample: azure
    status:
      description:
        - What was found before the run, one of V(complete), V(incomplete), V(expired) and V(absent).
        - V(absent) is one whose connection is gone, and that is known from the ledger alone.
      type: str
      returned: success
      sample: complete
    application_id:
      description: The application id that the connection names.
      type: str
      returned: success
      sample: 3c0a9d52-5b0f-4a0d-9a53-0c8f6a4be7d1
    certificate:
      description: The name of the certificate asset.
      type: str
      returned: success
      sample: AzureRunAsCertificate
    expires:
      description: When the certificate expires.
      type: str
      returned: success
      sample: "2027-01-01T00:00:00+00:00"
    missing:
      description: What was missing before the run.
      type: list
      elements: str
      returned: success
      sample: []
    parts:
      description:
        - What C(connection), C(certificate), C(application) and C(service_principal) are after the run, or in check
          mode would be.
        - Each is V(present), V(absent), V(deleted) (by this run) or V(not read); a service principal that is there is
          V(enabled) or V(disabled).
      type: dict
      returned: success
      sample: {"connection": "deleted", "certificate": "deleted", "application": "present"}
used_by:
  description:
    - What stands in the way, in the account itself where the run was refused for it, or in other accounts where the
      application waits for them.
    - Each has C(kind) (V(runbook), V(container_mapping) or V(connection)), C(account), C(name), C(resource), and for
      runbooks C(version), C(verdict) and C(line).
  returned: success, or when the run was refused because of it
  type: list
  elements: dict
  sample: []
pending:
  description:
    - What was asked for in Microsoft Entra and is left, because other accounts use the application, or because the
      login may not do it.
    - Each has C(action), C(kind), C(application_id), C(code) of its finding, C(sentence), and C(remedy), which is
      what a person has to do.
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
  description: Whether something that was asked for was not done, because a change failed or something is pending.
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

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import retirement
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(retirement.run, retirement.NAME, retirement.ARGUMENTS)


if __name__ == "__main__":
    main()
