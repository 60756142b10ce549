#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a report of assessments and ledgers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migration_report
short_description: Make a report of assessments and ledgers
version_added: 1.0.0
description:
  - Turns what M(azauto.runas_migration.runas_info) kept and what the ledger recorded, of any number of accounts and
    from any number of folders, into a folder to read, to work with and to keep as evidence.
  - The folder holds pages (C(report.html), and above 200 accounts a page for each below C(accounts)), tables
    (C(accounts.csv), C(runbooks.csv), C(findings.csv)), C(report.json), C(junit.xml), C(findings.sarif), and
    C(SHA256SUMS), which C(sha256sum -c) checks.
  - Needs no Azure and no login, and changes nothing in the folders that it reads.
  - What comes out depends on what is read alone, not on the time. The same input gives the same bytes, and a second run
    changes nothing.
  - A file that cannot be read is a finding in the report and in RV(problems); all others are reported.
options:
  folders:
    description:
      - The folders to read, such as the ledger and the folder of the assessments, or those of several jobs.
      - Account folders are found up to four levels below. Of several assessments of an account the newest counts;
        journals of an account are joined.
      - Relative paths start at the folder of the playbook, for C(ansible) at the current folder.
    type: list
    elements: path
    required: true
  dest:
    description:
      - The folder to write the report into. It is made when it is not there.
      - An earlier report there is replaced, and its pages that are not needed any more are removed. A folder that holds
        anything else, or a report that was changed since it was written, is refused before anything is written.
      - Files have the mode 0600 and new folders 0700.
    type: path
    required: true
  formats:
    description:
      - What to write. C(SHA256SUMS) is always written.
    type: list
    elements: str
    choices: [html, csv, json, junit, sarif]
    default: [html, csv, json, junit, sarif]
  show_content:
    description:
      - Show the changed lines of rewritten runbooks in the pages. Literals that look like secrets are masked, and no
        other format has any content of runbooks.
    type: bool
    default: true
  title:
    description:
      - The title of the report.
    type: str
    default: From Run As accounts to managed identities
extends_documentation_fragment:
  - azauto.runas_migration.attributes
notes:
  - Options of the login, the account and the ledger that C(module_defaults) of the action group bring are not used.
  - The pages need Jinja2, which comes with Ansible. Run the task on the controller.
seealso:
  - module: azauto.runas_migration.copy_runas_roles
  - module: azauto.runas_migration.update_runbook
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Report what was found, and what was done
  azauto.runas_migration.migration_report:
    folders:
      - ~/runas_migration_assessments
      - ~/runas_migration_ledger
    dest: reports/2026-11-25

- name: Join the ledgers of all slices of a job, and keep the content of runbooks out of the pages
  azauto.runas_migration.migration_report:
    folders: /mnt/ledgers
    dest: /mnt/reports/estate
    show_content: false

- name: Write only what the build server reads
  azauto.runas_migration.migration_report:
    folders: /mnt/ledgers
    dest: "{{ playbook_dir }}/report"
    formats: [junit, sarif]
"""

RETURN = r"""
folder:
  description: The folder of the report, as O(dest) names it.
  returned: success
  type: str
  sample: reports/2026-11-25
files:
  description: The files of the report, but C(SHA256SUMS).
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The file, below the folder.
      type: str
      returned: success
      sample: report.html
    sha256:
      description: Its SHA-256.
      type: str
      returned: success
      sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
    changed:
      description: Whether it was written, or in check mode would be. Otherwise the same was there already.
      type: bool
      returned: success
      sample: true
removed:
  description: The pages of an earlier report that were removed, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: []
summary:
  description: The numbers of the estate.
  returned: success
  type: dict
  contains:
    accounts:
      description: How many accounts there are.
      type: int
      returned: success
      sample: 12
    accounts_by_state:
      description: How many are in which state. An account of which only the ledger tells is C(not_assessed).
      type: dict
      returned: success
      sample: {"blocked": 1, "manual_work": 2, "ready": 5, "migrated": 4}
    run_as:
      description: How many Run As accounts there are.
      type: int
      returned: success
      sample: 9
    run_as_by_status:
      description: How many are C(complete), C(incomplete), C(expired), C(other).
      type: dict
      returned: success
      sample: {"complete": 7, "incomplete": 1, "expired": 1, "other": 0}
    runbooks:
      description: How many runbooks there are.
      type: int
      returned: success
      sample: 43
    runbooks_by_progress:
      description:
        - How many are rewritten (C(done)), can be rewritten (C(automatic)), need a person (C(manual)), could not be
          judged (C(unknown)), and have no Run As login (C(not_used)).
      type: dict
      returned: success
      sample: {"done": 8, "automatic": 11, "manual": 4, "unknown": 1, "not_used": 19}
    findings:
      description: How many findings there are.
      type: int
      returned: success
      sample: 13
    findings_by_severity:
      description: How many are C(error), C(warning), C(info).
      type: dict
      returned: success
      sample: {"error": 4, "warning": 8, "info": 1}
    findings_by_code:
      description: How many have which code.
      type: dict
      returned: success
      sample: {"RA101": 1, "RA412": 4}
    worst_severity:
      description: The worst severity of all findings, null without any.
      type: str
      returned: success
      sample: error
    problems:
      description: How many files or folders could not be used; they are among the findings.
      type: int
      returned: success
      sample: 0
problems:
  description:
    - What could not be used of the input, where it is not known which account it belongs to. Each has C(code),
      C(severity), C(resource), C(sentence), C(remedy), C(line) and C(column).
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import report
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_local_module


def main() -> None:
    """Wire the step to Ansible."""
    run_local_module(report.run, report.ARGUMENTS)


if __name__ == "__main__":
    main()
