#!/usr/bin/python
# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrite the Run As login of runbooks in files and folders."""

from __future__ import annotations

DOCUMENTATION = r"""
module: update_runbook_file
short_description: Rewrite the Run As login of runbooks in files and folders
version_added: 1.0.0
description:
  - Finds the runbooks in files and folders, such as a source-controlled repository, that log in with a Run As account,
    and makes them log in with a managed identity.
  - Needs no Azure, no login and no account.
  - The login is rewritten on a syntax tree; every other byte stays as it is, encoding, byte order mark and line ends
    included. What cannot be rewritten safely is left alone and reported with line and column.
  - A file is replaced as a whole or not at all; owner, group, mode and extended attributes stay. Of a symbolic link the
    file that it leads to is rewritten, and the link stays. A file that somebody changes in between is left alone.
  - A graphical runbook is never replaced. Its rewrite is a new file beside it, C(NAME.identity.graphrunbook), to be
    imported and tested first. A file of that name that holds something else stays.
  - There is no ledger. The history of a repository, O(backup) and O(patch) keep what was there before.
options:
  path:
    description:
      - The files and folders to look at. A file that is named is looked at whatever its name is.
      - A folder is looked at with all that is below it, but files and folders whose names begin with a dot or end with
        a tilde. Symbolic links in it are followed to files inside of it only; another link is reported and left alone.
      - Relative paths start at the folder of the playbook, for C(ansible) at the current folder.
      - Runbooks of one task may call each other, and are rewritten together.
    type: list
    elements: path
    required: true
    aliases: [paths]
  include:
    description:
      - The names of the files to look at in folders. V(*), V(?) and V([...]) match as in a shell, case does not matter.
      - A pattern with a slash is about the path below the folder, and its V(*) matches slashes too.
      - The content tells the language, not the name. A text that is no runbook is V(not_used).
    type: list
    elements: str
    default: ['*.ps1', '*.psm1', '*.py', '*.txt', '*.graphrunbook']
  exclude:
    description:
      - Files and folders that are left out, in the same patterns. It beats O(include), but leaves out no file that
        O(path) names.
    type: list
    elements: str
    default: []
  identity:
    description:
      - What the runbooks shall log in as.
      - V(system) is the system-assigned identity of the account that will run them. Otherwise the client id of a
        user-assigned identity.
    type: str
    default: system
  connections:
    description:
      - What the Run As connections of the account hold, as connection name to C(subscription_id) and C(tenant_id).
        Without it O(subscription=pin) knows no id to write.
      - When it is set, name all of them. Other connections than these and C(AzureRunAsConnection) then count as none of
        Run As. Without it, each one does whose application id or thumbprint is read.
    type: dict
  python_version:
    description:
      - The version of Python that the account runs the C(.py) files with, where their content does not tell it.
    type: str
    choices: ['2', '3']
  python_packages:
    description:
      - The Python packages that the account or the runtime environment has. With C(azure-identity) among them, runbooks
        that are surely of Python 3 take their credential from it; else the rewrite brings a small one of its own.
    type: list
    elements: str
  backup:
    description:
      - Keep a copy of each replaced file beside it, as RV(files[].backup_file).
    type: bool
    default: false
  patch:
    description:
      - A file to write one patch of all changes to, before they are made. C(git apply) takes it, and C(git apply -R)
        takes the changes back.
      - It holds the content of runbooks as it is, secrets too, and has the mode that new files get.
      - Names in it start at RV(patch_root). Nothing is written when nothing changes, and another content that is there
        already is refused.
    type: path
extends_documentation_fragment:
  - azauto.runas_migration.attributes
  - azauto.runas_migration.rewriting
notes:
  - The diff shows changed lines only; literals that look like secrets are masked.
  - Files above 5 MiB are not read, and reported.
  - Options of the login, the account and the ledger that C(module_defaults) of the action group bring are not used.
seealso:
  - module: azauto.runas_migration.update_runbook
author:
  - The azauto.runas_migration authors (@azauto)
"""

EXAMPLES = r"""
- name: Show what would be changed in a repository
  azauto.runas_migration.update_runbook_file:
    path: runbooks
  check_mode: true
  diff: true

- name: Rewrite two folders, without their tests, and keep the changes as a patch
  azauto.runas_migration.update_runbook_file:
    path:
      - /srv/git/ops/runbooks
      - /srv/git/ops/modules
    exclude: [tests, '*.Tests.ps1']
    patch: /tmp/identity.patch

- name: Write the subscription that the connection holds in place of each read of it
  azauto.runas_migration.update_runbook_file:
    path: runbooks
    connections:
      AzureRunAsConnection:
        subscription_id: 11111111-1111-1111-1111-111111111111
        tenant_id: 22222222-2222-2222-2222-222222222222

- name: Log in with a user-assigned identity
  azauto.runas_migration.update_runbook_file:
    path: runbooks
    identity: 33333333-3333-3333-3333-333333333333

- name: Fail a pipeline while any runbook of the repository still uses a Run As account
  azauto.runas_migration.update_runbook_file:
    path: runbooks
  check_mode: true
  register: rewritten
  failed_when: rewritten is failed or rewritten.files | rejectattr('verdict', 'eq', 'not_used') | list | length > 0
"""

RETURN = r"""
files:
  description: The files that were looked at, or should have been, in the order of their paths.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The file, named as O(path) names it or its folder.
      type: str
      returned: success
      sample: runbooks/Start-Machines.ps1
    verdict:
      description:
        - V(not_used) when it needs no change, V(rewritten), V(rewritten_with_assumptions), V(manual) when a person must
          change it, V(unparsable), or V(unreadable) when it was not looked at; its finding says why.
      type: str
      returned: success
      sample: rewritten
    assumptions:
      description: What the rewrite relies on and cannot prove, by name.
      type: list
      elements: str
      returned: success
      sample: []
    changed:
      description: Whether the file, or the new one beside it, was written, or in check mode would be.
      type: bool
      returned: success
      sample: true
    edits:
      description: How many places of the text the rewrite changes.
      type: int
      returned: success
      sample: 2
    modules:
      description: The PowerShell modules that the new text needs, as C(name), C(minimum), C(line) and C(needed_by).
      type: list
      elements: dict
      returned: success
      sample: []
    findings:
      description: The findings about it, as in RV(findings).
      type: list
      elements: dict
      returned: success
      sample: []
    written_to:
      description: The file that the rewrite of a graphical runbook goes to.
      type: str
      returned: for a rewritten graphical runbook
      sample: runbooks/Nightly.identity.graphrunbook
    backup_file:
      description: The copy of what was there before.
      type: str
      returned: when O(backup=true) and the file was replaced
      sample: /srv/git/ops/runbooks/Start-Machines.ps1.4711.2026-01-31@12:00:00~
findings:
  description:
    - What a person should know. Each has C(code), C(severity), C(resource), C(sentence), C(remedy) and C(text), and
      C(line) and C(column) where it is about a place in a runbook.
  returned: success
  type: list
  elements: dict
  sample: []
changes:
  description:
    - What was changed, or in check mode would be. Each has C(action), C(kind), C(target), C(before) and C(after);
      contents are named by their SHA-256.
  returned: success
  type: list
  elements: dict
  sample: [{"action": "replace", "kind": "runbook_file", "target": "runbooks/Start-Machines.ps1"}]
patch:
  description: The patch of all changes, or in check mode where it would be.
  returned: when O(patch) is set and something changes
  type: str
  sample: /tmp/identity.patch
patch_root:
  description:
    - The folder that names in the patch start at, and the one to run C(git apply) in. The root of the git repository
      that holds all changed files; without one, the deepest folder that does.
  returned: when O(patch) is set and something changes
  type: str
  sample: /srv/git/ops
not_changed:
  description: The changes that failed, each with its C(reason).
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
  description: A hash of all changes; equal for equal plans.
  returned: success
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
"""

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import runbook_files
from ansible_collections.azauto.runas_migration.plugins.module_utils._module import run_local_module


def main() -> None:
    """Wire the step to Ansible."""
    run_local_module(runbook_files.run, runbook_files.ARGUMENTS)


if __name__ == "__main__":
    main()
