#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep in the ledger what an Automation account was like before its migration."""

from __future__ import annotations

DOCUMENTATION = r"""
module: snapshot_account
short_description: Keep in the ledger what an Automation account was like before its migration
version_added: 1.0.0
description:
  - Reads one Azure Automation account as a whole and keeps it in the ledger. That is its runbooks, published and draft,
    byte for byte; connections, certificates, credentials, variables, schedules, webhooks and modules; what links
    schedules to runbooks; its identities and Run As accounts with what they may do; and the Site Recovery mappings that
    use it.
  - Nothing in Azure is written.
  - It is taken once, before the first change. Where the ledger has one, nothing is read again, unless O(again) is set.
  - Every other step records what it replaces, and M(azauto.runas_migration.rollback_migration) goes by these records.
    The snapshot is for people, for what no step was to touch.
  - Passwords, private keys, values of variables, addresses of webhooks and fields of connections that are no Run As
    connections are not in it. The contents of runbooks and the parameters of schedules are, as they are, and may hold
    secrets. They are for the ledger's owner only.
  - What Azure does not show is a finding. A part of which nothing was seen for that is V(null) in the snapshot, never
    an empty list.
options:
  again:
    description:
      - Take another one although there is one. The older ones stay.
    type: bool
    default: false
  surroundings_age:
    description:
      - Seconds for which what lies around all accounts, such as the list of vaults, may come from another task of the
        same run.
    type: int
    default: 600
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
  - azauto.runas_migration.ledger
attributes:
  check_mode:
    support: full
    description: Tells whether one would be taken. Reads nothing, keeps nothing.
  diff_mode:
    support: full
    description: Nothing is changed, so there is nothing to show.
seealso:
  - module: azauto.runas_migration.rollback_migration
  - module: azauto.runas_migration.export_account
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Keep what the account is like
  azauto.runas_migration.snapshot_account:
    resource_group: rg-ops
    automation_account_name: aa-ops
"""

RETURN = r"""
account:
  description: The account, with C(id), C(name), C(resource_group) and C(subscription_id).
  returned: success
  type: dict
  sample: {"name": "aa-ops"}
taken:
  description: Whether a snapshot was, or in check mode would be, taken.
  returned: success
  type: bool
  sample: true
file:
  description:
    - The newest snapshot, JSON. The contents of runbooks are beside it, under the names that it gives. Null where there
      is none.
  returned: success
  type: str
  sample: /srv/runas_migration_ledger/aa-ops-1f0c3b2a4d5e/blobs/9f86d081884c7d659a2feaa0c55ad015
after_writes:
  description:
    - Whether a step had begun to change the account before that snapshot, so that it is not the start. Null where there
      is none.
  returned: success
  type: bool
  sample: false
findings:
  description: What could not be read. Each has C(code), C(severity), C(resource), C(sentence) and C(remedy).
  returned: success
  type: list
  elements: dict
  sample: []
ledger:
  description: The account's folder in the ledger.
  returned: success
  type: str
  sample: /srv/runas_migration_ledger/aa-ops-1f0c3b2a4d5e
"""

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import snapshot_account
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_module


def main() -> None:
    """Wire the step to Ansible."""
    run_module(snapshot_account.run, snapshot_account.NAME, snapshot_account.ARGUMENTS)


if __name__ == "__main__":
    main()
