# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""An assessment in numbers, for results, inventories and conditions. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .._finding import Severity

Json = Mapping[str, Any]

ABSENT = "absent"
# From the least to the most that a person has to do about it.
_STATUSES = (ABSENT, "complete", "expired", "incomplete")


def summary_of(document: Json) -> dict[str, Any]:
    """Return the numbers of an assessment; None stands for what was not read."""
    severities = Counter(found["severity"] for found in document["findings"])
    return {
        "state_because": list(document["state_because"]),
        "run_as_status": worst_status(document["run_as"]),
        "runbooks": _runbooks(document["runbooks"]),
        "findings": dict(sorted(Counter(found["code"] for found in document["findings"]).items())),
        "severities": {severity.value: severities[severity.value] for severity in reversed(Severity)},
    }


def worst_status(run_as: Sequence[Json] | None) -> str | None:
    """Return the status that most has to be done about; ``absent`` where there is no Run As account, None where none
    was read. One that a newer release may have written counts most."""
    if run_as is None:
        return None
    return max((str(one.get("status")) for one in run_as), key=_badness, default=ABSENT)


def _badness(status: str) -> int:
    return _STATUSES.index(status) if status in _STATUSES else len(_STATUSES)


def _runbooks(runbooks: Sequence[Json] | None) -> dict[str, int] | None:
    if runbooks is None:
        return None
    using = [runbook for runbook in runbooks if runbook["uses_run_as"]]
    automatic = [runbook for runbook in using if runbook["automatic"]]
    return {
        "all": len(runbooks),
        "using": len(using),
        "automatic": len(automatic),
        "by_hand": len(using) - len(automatic),
    }
