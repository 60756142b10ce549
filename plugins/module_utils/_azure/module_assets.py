# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""One PowerShell module of an account, or one package of a runtime environment (docs/contract.md, 3.5.1).

Older releases of the SDK know no runtime environments, and none knows the modules of
PowerShell 7, so the requests are our own. Functions return the wire's JSON and raise
the errors of ``errors``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .errors import AzureError
from .ids import AccountId, quoted
from .packages import API_VERSION, ENVIRONMENT_API_VERSION, POWERSHELL_7_API_VERSION, path_of
from .session import Session

Json = dict[str, Any]

# The collection of the account's modules by the PowerShell that loads them, and the version to ask it with.
_COLLECTIONS = {
    "5.1": ("modules", API_VERSION),
    "7.1": ("powershell7Modules", POWERSHELL_7_API_VERSION),
    "7.2": ("powershell72Modules", POWERSHELL_7_API_VERSION),
}


@dataclass(frozen=True)
class Place:
    """Where a module lies: in a runtime environment, or among the account's for a version of PowerShell."""

    powershell: str = "5.1"
    runtime_environment: str | None = None

    @property
    def collection(self) -> str:
        """The collection below the account, unescaped, as in an id."""
        if self.runtime_environment is not None:
            return f"runtimeEnvironments/{self.runtime_environment}/packages"
        return _COLLECTIONS[self.powershell][0]

    @property
    def api_version(self) -> str:
        """The version of the API to ask with."""
        return _COLLECTIONS[self.powershell][1] if self.runtime_environment is None else ENVIRONMENT_API_VERSION

    def path(self, account: AccountId, name: str) -> str:
        """Return the URL's path of a module here; names are untrusted text."""
        segments = "/".join(quoted(segment) for segment in self.collection.split("/"))
        return f"{path_of(account)}/{segments}/{quoted(name)}"

    def where(self, account: AccountId) -> str:
        """Return what a sentence calls the place."""
        if self.runtime_environment is not None:
            return f"runtime environment {self.runtime_environment} of Automation account {account.name}"
        return f"Automation account {account.name} for PowerShell {self.powershell}"


def place_of(arm_id: str) -> tuple[Place, str]:
    """Return the place and the name of a module by its id, as the ledger names it.

    Raises ValueError for an id of something else.
    """
    segments = arm_id.strip("/").split("/")[8:]
    if len(segments) == 4 and [segments[0].lower(), segments[2].lower()] == ["runtimeenvironments", "packages"]:
        return Place(runtime_environment=segments[1]), segments[3]
    for powershell, (collection, dummy) in _COLLECTIONS.items():
        if len(segments) == 2 and segments[0].lower() == collection.lower():
            return Place(powershell), segments[1]
    raise ValueError(f"{arm_id} is no id of a module")


def get_module(
    session: Session,
    account: AccountId,
    name: str,
    runtime_environment: str | None = None,
    *,
    powershell: str = "5.1",
) -> Json:
    """Return one module, or one package of a runtime environment; its link is not told."""
    place = Place(powershell, runtime_environment)
    doing = f"Reading module {name} of {place.where(account)}"
    answer: Json = session.arm("GET", place.path(account, name), place.api_version, doing).body
    return answer


def import_module(
    session: Session,
    account: AccountId,
    name: str,
    uri: str,
    version: str | None,
    runtime_environment: str | None = None,
    *,
    powershell: str = "5.1",
) -> Json:
    """Have Azure fetch and import a module, in the place of one of the same name, and return what it answers.

    The answer comes before the import ends: read the module until its state is a final one. ``uri`` may hold a
    secret after its question mark: what is raised has been cleared of it.
    """
    place = Place(powershell, runtime_environment)
    doing = f"Importing module {name} into {place.where(account)}"
    link = {"uri": uri} if version is None else {"uri": uri, "version": version}
    body = {"properties": {"contentLink": link}}
    try:
        answer: Json = session.arm("PUT", place.path(account, name), place.api_version, doing, json=body).body
    except AzureError as error:
        raise _cleared(error, uri) from None
    return answer


def delete_module(
    session: Session,
    account: AccountId,
    name: str,
    runtime_environment: str | None = None,
    *,
    powershell: str = "5.1",
) -> bool:
    """Delete an imported module; False where it was not there. One that comes with the account shows itself again."""
    place = Place(powershell, runtime_environment)
    doing = f"Deleting module {name} of {place.where(account)}"
    return session.arm("DELETE", place.path(account, name), place.api_version, doing).status != 204


def without_query(uri: str) -> str:
    """Return a link without what follows its question mark or hash sign, and without a name and password."""
    parts = urlsplit(uri)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def without_secret(text: str, uri: str) -> str:
    """Return a text of Azure's without the secret part of a link that it may repeat."""
    secret = urlsplit(uri).query
    for part, shown in ((uri, without_query(uri)), (secret, "…")):
        if secret and part:
            text = text.replace(part, shown)
    return text


def _cleared(error: AzureError, uri: str) -> AzureError:
    """Return the error with the link's secret part taken out of whatever Azure echoed."""
    detail = without_secret(error.detail, uri)
    return type(error)(without_secret(str(error), uri), status=error.status, code=error.code, detail=detail)
