# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the real Azure refused to show to the export is refused in the copy: it is not known not to be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure_simulator import errors
from azure_simulator.wire import Call
from azure_simulator.world import World

if TYPE_CHECKING:
    from azure_simulator.estate_export_files import Answers

_STATE = "recorded_refusals"
_FORBIDDEN = 403


@dataclass(frozen=True)
class Recorded:
    """A refusal as it was answered."""

    status: int
    body: Any


def add_refusals(world: World, answers: Answers) -> list[str]:
    """Have the copy refuse what was refused; returns a sentence for each."""
    known: dict[tuple[str, str], Recorded] = world.provider_state.setdefault(_STATE, {})
    said = []
    read = {(item.service, item.path.lower()) for item in answers if item.status == 200}
    for item in answers.refused():
        if (item.service, item.path.lower()) in read:
            said.append(f"not known in part: {item.path} (Azure answered {item.status} to one of several questions).")
        elif item.status == _FORBIDDEN and item.method == "GET":
            known[item.service, item.path.lower()] = Recorded(item.status, item.body)
            if item.path.lower().endswith("/permissions"):
                # About who asked, and no thing that may be there.
                continue
            said.append(f"not known: {item.path} (Azure answered {item.status}); the copy refuses it, too.")
        else:
            said.append(f"not known: {item.path} (Azure answered {item.status}); the copy has nothing there.")
    return said


def refuse_as_recorded(call: Call) -> None:
    """Answer as Azure did, where it refused to show what is asked for."""
    known: dict[tuple[str, str], Recorded] | None = call.world.provider_state.get(_STATE)
    if not known or call.method != "GET":
        return
    path = call.path.removeprefix("/v1.0") if call.service == "graph" else call.path
    recorded = known.get((call.service, path.lower()))
    if recorded is not None:
        raise errors.Refusal(recorded.status, recorded.body or {})
