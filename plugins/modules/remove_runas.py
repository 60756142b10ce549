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
  - Disables, later deletes, and at last purges the Run As accounts of an Azure Automation account, once nothing uses
    them any more. Each stage is a run of its own, days apart, and looks again at who may still use them.
  - A Run As account is a connection asset of type C(AzureServicePrincipal) or C(AzureClassicCertificate), whatever
    its name, with its certificate asset and, unless it is a classic one, an application with a service principal in
    Microsoft Entra.
  - Refuses, naming each, while the published content or the draft of any runbook of the account logs in with a Run As
    account, or may do so, and while a Site Recovery container mapping updates its agents through it. Runbooks that
    cannot be parsed count as users. The vaults of all subscriptions that the login can see are looked at. A runbook is
    named with the schedules and webhooks that start it.
  - Refuses, naming each, while a job that has not ended logs in with a Run As account, or may do so. A job runs the
    content that it was started with, whatever was published since.
  - Tells who logged in as the Run As account lately, where the login may read the log of sign-ins.
  - Changes in Microsoft Entra wait for the last account that uses the application. The accounts of all subscriptions
    that the login can see are looked at. For O(stage=disable) an account counts as long as one of its runbooks or
    mappings may use a Run As account; for O(delete_application) and O(stage=purge) as long as one of its connections
    names the application. What waits is reported in RV(pending); the account's own assets may go before.
  - Refuses to change an application that is more than a Run As account, because it has other credentials that have not
    expired (certificates, client secrets, federated credentials), or app roles.
  - What is missing already is no error. Where the login has no rights in Microsoft Entra, the assets are removed, and
    what an administrator has to do is reported in RV(pending), with RV(partial=true), and as commands in
    RV(hand_over_file).
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
        application, once the service principal has been disabled for O(soak_days). A certificate asset that another
        connection names stays.
      - V(purge) deletes the role assignments that the service principal left behind, then the application for good,
        once it has been deleted for O(purge_after_days). None of that can be undone.
      - A deleted certificate asset cannot be restored, because Azure never gives its private key back.
    type: str
    choices: [disable, delete, purge]
    default: disable
  delete_application:
    description:
      - With O(stage=delete), delete the application too, and with it the service principal. Microsoft Entra keeps it
        for 30 days, in which it can be restored.
      - Needs rights in Microsoft Entra that Contributor in a subscription does not give.
    type: bool
    default: true
  soak_days:
    description:
      - For how many days the service principal has to have been disabled before O(stage=delete) deletes anything.
        Whoever needs it without anybody knowing shows in this time, while all can still be undone.
      - The days count from when the ledger says that it was disabled, or, where somebody else disabled it, from the
        first run that saw it so. One that is enabled again is refused, and counts anew afterwards.
      - V(0) deletes at once, whether it was disabled or not. A classic Run As account has nothing to disable, and does
        not wait.
    type: int
    default: 30
  purge_after_days:
    description:
      - For how many days the application has to have been deleted before O(stage=purge) deletes anything.
      - Microsoft Entra deletes it for good after 30 days itself. The default leaves all of that time for restoring it,
        with its role assignments; what the purge then does is to take away the role assignments, which Azure never
        does. A smaller number makes it final sooner. Once it is gone from Microsoft Entra for good, nothing is waited
        for.
    type: int
    default: 30
  sign_in_days:
    description:
      - How many days back the log of sign-ins is looked through; after the service principal was disabled, only back to
        then. V(0) does not look.
      - Needs the Graph permissions AuditLog.Read.All and Directory.Read.All, and a tenant with Microsoft Entra ID P1 or
        P2. Without these a finding says that nothing could be read.
    type: int
    default: 14
  refuse_recent_sign_ins:
    description:
      - What to do when something logged in, or tried to, in the time that O(sign_in_days) says. V(false) goes on and
        reports each application as a finding. V(true) refuses and names them; also when the log could not be read,
        unless O(accept_unread=true).
    type: bool
    default: false
  accept_running_jobs:
    description:
      - What to do when a job that has not ended logs in with a Run As account. V(false) refuses and names it. V(true)
        goes on, whereupon the job may fail, and reports it as a finding.
    type: bool
    default: false
  accept_unread:
    description:
      - What to do when runbooks, jobs, vaults or other accounts could not be read for lack of rights, so that nobody
        can tell whether they use the Run As account. V(false) refuses and names them, at every stage, because disabling
        breaks running jobs as much as deleting does. V(true) goes on and reports each as a finding.
      - The same goes for whether the service principal has been disabled long enough, and for role assignments.
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

- name: A month later, remove connection, certificate and application
  azauto.runas_migration.remove_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops
    stage: delete
  register: retired

- name: Another month later, remove what is left of it for good
  azauto.runas_migration.remove_runas:
    resource_group: rg-ops
    automation_account_name: aa-ops
    stage: purge

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
          V(enabled) or V(disabled). At O(stage=purge) an application is V(restorable) as long as Microsoft Entra keeps
          it, and V(purged) by this run.
      type: dict
      returned: success
      sample: {"connection": "deleted", "certificate": "deleted", "application": "present"}
    disabled_since:
      description: Since when the service principal was disabled before this run, as the ledger says.
      type: str
      returned: success
      sample: "2026-10-05T10:00:00Z"
    deleted_since:
      description: Since when the application was deleted before this run, as the ledger says.
      type: str
      returned: success
      sample: "2026-11-05T10:00:00Z"
used_by:
  description:
    - What stands in the way, in the account itself where the run was refused for it, or in other accounts where the
      application waits for them.
    - Each has C(kind) (V(runbook), V(job), V(container_mapping) or V(connection)), C(account), C(name), C(resource);
      for runbooks C(version), C(verdict), C(line) and C(starts), the schedules and webhooks that start it; for jobs
      C(runbook) and C(status).
  returned: success, or when the run was refused because of it
  type: list
  elements: dict
  sample: []
pending:
  description:
    - What was asked for and is left, because other accounts use the application, or because the login may not do it.
    - Each has C(action), C(kind), C(application_id), C(code) of its finding, C(sentence), C(remedy), which is what a
      person has to do, and C(command), which does it where more rights are all that it takes.
  returned: success
  type: list
  elements: dict
  sample: []
hand_over_file:
  description:
    - The file in the account's folder of the ledger with the commands of RV(pending), null without any; in check mode
      it is not written.
  returned: success
  type: str
  sample: /srv/runas_migration_ledger/aa-ops-1f0c3b2a4d5e/hand-over-retire-disable.sh
possible_from:
  description: From when on the stage is possible.
  returned: when the run was refused because it is too early
  type: str
  sample: "2026-11-05T10:00:00Z"
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
