# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The change window: between which times a step may write, and under which reference. Pure but for the clock.

Nothing is written before it opens or after it closes; what a closing window leaves undone
is left as any failure leaves it: recorded, and finished by the next run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._step import ChangeWindowClosed, StepError

_OPTIONS = ("not_before", "not_after", "change_reference")


@dataclass(frozen=True)
class ChangeWindow:
    """When writes may begin. Without either time it is always open."""

    not_before: datetime | None = None
    not_after: datetime | None = None
    change_reference: str | None = None

    @property
    def marks(self) -> dict[str, str]:
        """What every record of the ledger says of it; only what was given."""
        given = {
            "not_before": self.not_before.isoformat() if self.not_before else None,
            "not_after": self.not_after.isoformat() if self.not_after else None,
            "change_reference": self.change_reference,
        }
        return {name: value for name, value in given.items() if value}

    def closed(self, now: datetime) -> str | None:
        """Return why nothing may be written at a time, as the middle of a sentence; None while it is open."""
        if self.not_before and now < self.not_before:
            return f"its change window opens at {self.not_before.isoformat()} (not_before)"
        if self.not_after and now > self.not_after:
            return f"its change window closed at {self.not_after.isoformat()} (not_after)"
        return None

    def refuse_closed(self, account_name: str) -> None:
        """Raise ChangeWindowClosed where nothing may be written to an account now."""
        now = datetime.now(timezone.utc)
        why = self.closed(now)
        if why:
            raise ChangeWindowClosed(
                f"Automation account {account_name} is not changed: {why}, and here it is "
                f"{now.isoformat(timespec='seconds')}. Run inside the window, or give another one."
            )


ALWAYS_OPEN = ChangeWindow()


def window_of(parameters: Mapping[str, Any]) -> ChangeWindow:
    """Return the window that a task's options name. Raises StepError for what is no time, or an empty window."""
    not_before, not_after = (_time(name, parameters.get(name)) for name in _OPTIONS[:2])
    if not_before and not_after and not_after <= not_before:
        raise StepError(
            f"The change window is empty: not_after ({not_after.isoformat()}) does not lie after not_before "
            f"({not_before.isoformat()}). Give other times."
        )
    return ChangeWindow(not_before, not_after, parameters.get("change_reference") or None)


def _time(name: str, text: str | None) -> datetime | None:
    """Which hour a time without its zone means depends on who reads it, so there is none without."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise StepError(f"{name} is '{text}', which is no time with a time zone. Write it like 2026-11-28T22:00:00Z.")
    return moment
