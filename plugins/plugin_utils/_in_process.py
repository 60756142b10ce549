# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The fast path: a step runs in Ansible's worker instead of in a module process.

The strategy loads the action class in the parent, so the imports below happen
once, before the workers fork (design, section 5). Whatever is unusual about a
task sends it down the ordinary path, which gives the same result.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils._arguments import ArgumentSpec
from ..module_utils._migration._call import Result, perform
from ._preload import preload

preload()


class InProcessAction(ActionBase):
    """An action that runs a step in this process where that gives the same result as the module."""

    _supports_check_mode = True
    _supports_diff = True
    # Without it `async` fails before the ordinary path is reached.
    _supports_async = True

    # Kept in a tuple of one: a bare function here would become a method.
    step: ClassVar[tuple[Callable[[Any], Result]]]
    step_name: ClassVar[str]
    arguments: ClassVar[ArgumentSpec]

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the step, here or as the module of the same name, and return its result."""
        variables = task_vars or {}
        base: dict[str, Any] = super().run(tmp, variables)
        parameters = self._checked_parameters(variables) if self._may_run_here(variables) else None
        if parameters is None:
            module_result = self._execute_module(
                module_args=self._options(variables), task_vars=variables, wrap_async=bool(self._task.async_val)
            )
            return {**base, **module_result}
        return {**base, **self._run_here(parameters, variables)}

    def _may_run_here(self, variables: Mapping[str, Any]) -> bool:
        """Tell whether nothing on the task asks for a process, host, user or environment of its own."""
        wanted = self._templar.template(variables.get("runas_in_process", True))
        return (
            boolean(wanted)
            and sys.platform != "darwin"
            and self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and not any(self._task.environment or [])
            and self._is_own_interpreter(variables)
        )

    def _is_own_interpreter(self, variables: Mapping[str, Any]) -> bool:
        """An interpreter equal to the controller's own, or none, is this very process's."""
        interpreter = self._templar.template(variables.get("ansible_python_interpreter") or "auto")
        return interpreter == sys.executable or str(interpreter).startswith("auto")

    def _options(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options of the task, ``module_defaults`` included; ``variables`` are those of the task."""
        return dict(self._task.args)

    def _checked_parameters(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the checked options, or None where the module should say what is wrong with them."""
        try:
            # Newer cores tag values with their origin; plain JSON is free of tags.
            plain = json.loads(json.dumps(self._options(variables)))
        except TypeError:
            return None
        checked = ArgumentSpecValidator(dict(self.arguments.options), **self.arguments.rules()).validate(plain)
        if checked.error_messages or checked.unsupported_parameters:
            return None
        parameters: dict[str, Any] = checked.validated_parameters
        return parameters

    def _run_here(self, parameters: dict[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        result = self._perform(parameters)
        result.setdefault("failed", False)
        if _shows_invocation(variables):
            result["invocation"] = {"module_args": parameters}
        secrets = set(_no_log_values(self.arguments.options, parameters))
        masked: dict[str, Any] = remove_values(result, secrets)
        return masked

    def _perform(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Run the step and return its result."""
        return perform(
            self.step[0],
            self.step_name,
            parameters,
            check_mode=bool(self._task.check_mode),
            diff_mode=bool(self._task.diff),
        )


def _shows_invocation(variables: Mapping[str, Any]) -> bool:
    """Tell whether a module would return its options: always before ansible-core 2.21, then where a setting says so."""
    setting = "INJECT_INVOCATION"
    if setting not in constants.config.get_configuration_definitions():
        return True
    return boolean(constants.config.get_config_value(setting, variables=dict(variables)))


def _no_log_values(options: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of options that are secrets, inside others too; Ansible masks no results of an action."""
    for name, option in options.items():
        value = parameters.get(name)
        if option.get("no_log"):
            yield from _texts(value)
        elif option.get("options") and value:
            for entry in value if isinstance(value, list) else [value]:
                yield from _no_log_values(option["options"], entry)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value, as Ansible masks them for a module: of a mapping its values, not its names."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif value is not None and value != "" and not isinstance(value, bool):
        yield str(value)
