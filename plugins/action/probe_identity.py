# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path of the module probe_identity."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..module_utils._migration import probe
from ..plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """Run the step in this process where the task allows it."""

    step = (probe.run,)
    step_name = probe.NAME
    arguments = probe.ARGUMENTS

    def _options(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options with the parameters of each runbook as one text.

        Ansible masks each value inside a secret dictionary wherever it appears: a parameter such as ``1`` would make
        ids and fingerprints unreadable. One text is masked as a whole.
        """
        options = super()._options(variables)
        entries = options.get("verify_runbooks")
        if isinstance(entries, list):
            options["verify_runbooks"] = [_as_text(entry) for entry in entries]
        return options


def _as_text(entry: Any) -> Any:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("parameters"), Mapping):
        return entry
    try:
        return {**entry, "parameters": json.dumps(entry["parameters"])}
    except TypeError:
        # Not of JSON, such as a text that is still encrypted: Ansible's own way does as well.
        return entry
