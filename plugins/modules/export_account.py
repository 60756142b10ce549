#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export what a migration reads of an Automation account into files, for a rehearsal on a copy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: export_account
short_description: Export an Automation account for a rehearsal of its migration
version_added: 1.0.0
description:
  - Reads what the steps of a migration read of one Azure Automation account, and of what lies around it, and keeps
    Azure's answers in files. The simulator of the collection makes a copy of the account from them, on which the whole
    migration can be run before it is run for real (docs/rehearse.md of the collection).
  - Nothing in Azure is written. A request that would change something is not even sent.
  - Private keys, passwords, encrypted variables and addresses of webhooks are not in the export. Azure gives them to
    nobody, or they are taken out. The contents of runbooks are in it as they are, and so are plain variables.
    Both may hold secrets, so folder and files are for their owner only.
  - What Azure refuses to show is a finding, and a refusal in the copy too. It is never taken for something that is not
    there.
options:
  folder:
    description:
      - Where to keep exports. Each account has a folder of its own in it, which is made anew by each export.
    type: path
    default: ~/runas_export
  identity:
    description:
      - What the runbooks shall log in as, V(system) or the resource id of a user-assigned identity. As the option of
        the same name of M(azauto.runas_migration.update_runbook). An identity that is not attached yet is exported too.
    type: str
    default: system
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.azure
  - azauto.runas_migration.account
attributes:
  check_mode:
    support: full
    description: Reads the same, and keeps nothing.
  diff_mode:
    support: full
    description: Nothing is changed, so there is nothing to show.
seealso:
  - module: azauto.runas_migration.runas_info
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Export an account
  azauto.runas_migration.export_account:
    subscription_id: 00000000-0000-4000-8000-000000000001
    resource_group: rg-automation
    automation_account_name: aa-operations
    folder: ./estate_export
"""

RETURN = r"""
account:
  description: The account, with C(id), C(name), C(resource_group) and C(subscription_id).
  returned: always
  type: dict
  sample: {"name": "aa-operations"}
file:
  description: The file with Azure's answers. The contents of runbooks are in the folder C(contents) beside it.
  returned: success
  type: str
  sample: /home/ops/estate_export/aa-operations-1f0c3b2a4d5e/account.json
answers:
  description: How many answers of Azure are in the file.
  returned: success
  type: int
  sample: 104
contents:
  description: How many different contents of runbooks were kept, published ones and drafts.
  returned: success
  type: int
  sample: 12
unread:
  description: What Azure refused to show, each with C(path) and C(status). The copy answers the same.
  returned: success
  type: list
  elements: dict
  sample: []
findings:
  description: What a person should know. Each has C(code), C(severity), C(resource), C(sentence) and C(remedy).
  returned: always
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import export
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_reading_module


def main() -> None:
    """Wire the step to Ansible."""
    run_reading_module(export.run, export.ARGUMENTS)


if __name__ == "__main__":
    main()
