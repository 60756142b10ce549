# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What a task asks of a retirement: the stage, how long to wait, and what to go on for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._arguments import ArgumentSpec
from .._step import StepError

DISABLE, DELETE, PURGE = "disable", "delete", "purge"
ENTRA_KINDS = ("service_principal", "application", "deleted_application")
_KIND = dict(zip((DISABLE, DELETE, PURGE), ENTRA_KINDS, strict=True))
_DAYS = ("soak_days", "purge_after_days", "sign_in_days")

# What a person has to do in Microsoft Entra, and how a sentence about it begins.
TASKS = {
    DISABLE: "disable that service principal",
    DELETE: "delete that application",
    PURGE: "delete that application for good",
}
BEGINNINGS = {DISABLE: "Disabling the service principal", DELETE: "Deletion", PURGE: "Deletion for good"}

ARGUMENTS = ArgumentSpec(
    options={
        "connection": {"type": "str"},
        "stage": {"type": "str", "choices": [DISABLE, DELETE, PURGE], "default": DISABLE},
        "delete_application": {"type": "bool", "default": True},
        "soak_days": {"type": "int", "default": 30},
        "purge_after_days": {"type": "int", "default": 30},
        "sign_in_days": {"type": "int", "default": 14},
        "refuse_recent_sign_ins": {"type": "bool", "default": False},
        "accept_running_jobs": {"type": "bool", "default": False},
        "accept_unread": {"type": "bool", "default": False},
        "accept_other_use": {"type": "bool", "default": False},
    }
)


@dataclass(frozen=True)
class Options:
    """What the task asks for; days are whole days of 24 hours."""

    stage: str
    delete_application: bool = True
    soak_days: int = 30
    purge_after_days: int = 30
    sign_in_days: int = 14
    refuse_recent_sign_ins: bool = False
    accept_running_jobs: bool = False
    accept_unread: bool = False
    accept_other_use: bool = False

    @property
    def changes_entra(self) -> bool:
        """Tell whether the service principal or the application is meant too."""
        return self.stage != DELETE or self.delete_application

    @property
    def entra_kind(self) -> str:
        """What is changed in Microsoft Entra."""
        return _KIND[self.stage]


def options_of(parameters: Mapping[str, Any]) -> Options:
    """Return the options of a task. Raises StepError for a number of days below zero, and for one that is none."""
    for name in _DAYS:
        if not 0 <= parameters[name] <= _MOST_DAYS:
            raise StepError(
                f"{name} is {parameters[name]}: it is a number of days from 0 to {_MOST_DAYS}. Nothing was changed."
            )
    return Options(**{name: parameters[name] for name in Options.__dataclass_fields__})


_MOST_DAYS = 3650
