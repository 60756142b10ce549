# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Assessments on disk: one per account, in a folder named as the account's in the ledger, for the owner only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import _ledger
from .._azure.ids import AccountId
from .._step import StepError

FORMAT = 1
FILE = "assessment.json"


class UnusableAssessment(Exception):
    """A kept assessment that cannot be read; the text says which and why."""


def path_of(assessments: str, account: AccountId) -> Path:
    """Return where the assessment of an account is kept."""
    return _ledger.account_folder(assessments, account.name, account.arm_id) / FILE


def keep(path: Path, document: Mapping[str, Any]) -> None:
    """Write an assessment, whole or not at all. Raises StepError where the folder cannot be written."""
    content = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    try:
        _ledger.private_folder(path.parent)
        _ledger.write_durably(path, content)
    except OSError as error:
        raise StepError(
            f"The assessment cannot be kept as {path}: {error.strerror}. Choose another folder with assessments."
        ) from None


def read_kept(path: Path) -> dict[str, Any] | None:
    """Return the assessment that is kept; None where there is none yet. Raises UnusableAssessment for anything else."""
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnusableAssessment(f"{path}: {error.strerror}") from None
    except ValueError:
        raise UnusableAssessment(f"{path} is no JSON: it was cut short or edited") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnusableAssessment(f"{path} is no assessment of format {FORMAT}")
    return document
