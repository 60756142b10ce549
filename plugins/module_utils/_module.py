# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What every module's ``main`` does: wire options, step and result together."""

from __future__ import annotations

import os

from ansible.module_utils.basic import AnsibleModule

from ._arguments import ArgumentSpec
from ._migration._call import Result, Step, perform, perform_reading
from ._migration._local_call import LocalStep, perform_locally


def run_module(step: Step, name: str, arguments: ArgumentSpec) -> None:
    """Check the options, run the step and leave with its result; exits the process."""
    module = _module(arguments)
    _leave(module, perform(step, name, module.params, check_mode=module.check_mode, diff_mode=module._diff))


def run_reading_module(step: Step, arguments: ArgumentSpec) -> None:
    """The same for a step that changes nothing in Azure."""
    module = _module(arguments)
    _leave(module, perform_reading(step, module.params, check_mode=module.check_mode))


def run_local_module(step: LocalStep, arguments: ArgumentSpec) -> None:
    """The same for a step that touches files only."""
    module = _module(arguments)
    base = os.getcwd()
    result = perform_locally(step, module.params, base=base, check_mode=module.check_mode, diff_mode=module._diff)
    _leave(module, result)


def _module(arguments: ArgumentSpec) -> AnsibleModule:
    return AnsibleModule(argument_spec=dict(arguments.options), supports_check_mode=True, **arguments.rules())


def _leave(module: AnsibleModule, result: Result) -> None:
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
