# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What could not be read: forbidden, throttled and failed are three things, and none of them means "not there"."""

from __future__ import annotations

from dataclasses import dataclass

from .._azure.errors import AzureError, Conflict, Failed, Throttled, Unreachable
from .._finding import Finding, finding

FORBIDDEN, THROTTLED, FAILED = "RA901", "RA902", "RA903"


@dataclass(frozen=True)
class Unread:
    """Something that could not be read. ``resource`` is its id, ``what`` begins a sentence, ``code`` is its finding.

    ``gone`` means that it was deleted while the reading went on.
    """

    what: str
    resource: str
    reason: str
    gone: bool = False
    code: str = FORBIDDEN

    @staticmethod
    def of(what: str, resource: str, error: AzureError, *, gone: bool = False) -> Unread:
        """Return what an error kept from being read."""
        return Unread(what, resource, str(error), gone, code_of(error))

    def finding(self) -> Finding:
        """Return it as a finding."""
        return finding(self.code, self.resource, what=self.what, reason=self.reason)


def unread_finding(what: str, resource: str, error: AzureError) -> Finding:
    """Return the finding that something could not be read because of an error."""
    return Unread.of(what, resource, error).finding()


def is_unread(item: Finding) -> bool:
    """Tell whether a finding says that something could not be read."""
    return item.code in (FORBIDDEN, THROTTLED, FAILED)


def code_of(error: AzureError) -> str:
    """Return the code of the finding: what a person can do about it differs."""
    if isinstance(error, Throttled):
        return THROTTLED
    return FAILED if isinstance(error, (Failed, Conflict, Unreachable)) else FORBIDDEN
