# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The option ``ledger`` as the URL of a blob container. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from .._ledger import LedgerError

EXAMPLE = "https://<account>.blob.core.windows.net/<container>"
# With the zone of accounts that have one (contract 13.1).
_HOST = re.compile(r"[a-z0-9]{3,24}(\.z[0-9]+)?\.blob\.[a-z0-9.-]+")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9_-]")


@dataclass(frozen=True)
class Place:
    """Where a ledger lies: the URL of the container, and what the names of its blobs begin with ("" or "a/b/")."""

    container: str
    prefix: str = ""

    @property
    def url(self) -> str:
        """The URL as the option has it, without a slash at the end."""
        return f"{self.container}/{self.prefix}".rstrip("/")


def place_of(ledger: str) -> Place:
    """Return what the URL names. Raises LedgerError; no sentence repeats what may be a secret."""
    try:
        parts = urlsplit(ledger.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _unlike("The ledger") from None
    shown = f"The ledger {parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"
    if parts.username is not None or parts.password is not None:
        raise LedgerError(
            f"{shown} has a login in its URL, which logs and results would show. Give the URL without it, and log in "
            "with the options of the login."
        )
    if parts.query or parts.fragment:
        raise LedgerError(
            f"{shown} has a query. A shared access signature is a secret, which logs and results would show: revoke "
            "it, give the URL of the container alone, and give the login the role Storage Blob Data Contributor on it."
        )
    if parts.scheme != "https":
        raise LedgerError(f"{shown} does not begin with https://, so the record would travel unprotected. Use https.")
    return _place(shown, f"https://{host}{f':{port}' if port else ''}", host, parts.path)


def _place(shown: str, base: str, host: str, path: str) -> Place:
    segments = [segment for segment in path.split("/") if segment]
    if _is_address(host):
        # Emulators have the account in the path.
        if not segments or not _ACCOUNT.fullmatch(segments[0]):
            raise _unlike(shown)
        base = f"{base}/{segments.pop(0)}"
    elif not _HOST.fullmatch(host):
        raise _unlike(shown)
    if not segments:
        raise LedgerError(f"{shown} names no container. It looks like {EXAMPLE}, and may go on with a prefix.")
    container, *prefix = segments
    if not _CONTAINER.fullmatch(container):
        raise LedgerError(
            f"{shown} names no container: names of containers have 3 to 63 small letters, digits and single hyphens."
        )
    wrong = [segment for segment in prefix if not _SEGMENT.fullmatch(segment)]
    if wrong:
        raise LedgerError(
            f"{shown} has a prefix that cannot be used: its parts have letters, digits, hyphens, underscores and "
            "points, and no point at their end."
        )
    return Place(f"{base}/{container}", "".join(f"{segment}/" for segment in prefix))


def _is_address(host: str) -> bool:
    """Tell emulators from Azure, as Microsoft's clients do."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _unlike(shown: str) -> LedgerError:
    return LedgerError(
        f"{shown} is no URL of a blob container. It looks like {EXAMPLE}, and may go on with a prefix. "
        "Or name a folder."
    )
