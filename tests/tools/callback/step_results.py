"""A callback that keeps what the collection's own tasks returned.

One JSON object per task and host is appended to the file that STEP_RESULTS
names. The demo's table and the check_mode scenario of Molecule read it.
"""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: step_results
type: aggregate
short_description: Keep what the collection's own tasks returned
description: Appends one JSON object per task and host to the file that STEP_RESULTS names.
requirements:
  - enabled by name
"""

KEPT = ("changed", "changes", "findings", "runbooks", "plan_fingerprint", "failed", "msg", "ledger")


class CallbackModule(CallbackBase):
    """Writes a line for each task of azauto.runas_migration, whether it succeeded or not."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "step_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        keep(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        keep(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        keep(result)


def keep(result: Any) -> None:
    """Append what one task returned on one host; other collections' tasks are no concern of ours."""
    collection, dummy, step = result.task.action.rpartition(".")
    if collection != "azauto.runas_migration":
        return
    returned = {name: result.result[name] for name in KEPT if name in result.result}
    line = {"host": result.host.get_name(), "step": step, "check": bool(result.task.check_mode), **returned}
    with pathlib.Path(os.environ["STEP_RESULTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
