# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Modules and packages that runbooks find: of the account, and of its runtime environments (docs/contract.md, 3.5).

Older releases of the SDK know no runtime environments, and none knows the modules of
PowerShell 7, so the requests are our own. Functions return the wire's JSON and raise
the errors of ``errors``.
"""

from __future__ import annotations

from typing import Any

from .errors import Failed
from .ids import AccountId, quoted
from .session import Session

Json = dict[str, Any]

# What every Azure knows: the older release of the SDK asks with it too.
API_VERSION = "2022-08-08"
# The last version with which the lists of PowerShell 7 modules were seen (docs/contract.md, 3.5).
POWERSHELL_7_API_VERSION = "2023-11-01"
ENVIRONMENT_API_VERSION = "2024-10-23"


def list_modules(session: Session, account: AccountId) -> list[Json]:
    """Return the modules for PowerShell 5.1, those that come with every account included."""
    return _list(session, account, "modules", "modules")


def list_powershell7_modules(session: Session, account: AccountId) -> list[Json]:
    """Return the modules for PowerShell 7.1."""
    return _list(session, account, "powershell7Modules", "modules for PowerShell 7.1", POWERSHELL_7_API_VERSION)


def list_powershell72_modules(session: Session, account: AccountId) -> list[Json]:
    """Return the modules for PowerShell 7.2."""
    return _list(session, account, "powershell72Modules", "modules for PowerShell 7.2", POWERSHELL_7_API_VERSION)


def list_python3_packages(session: Session, account: AccountId) -> list[Json]:
    """Return the packages for Python 3."""
    return _list(session, account, "python3Packages", "Python 3 packages")


def list_runtime_environments(session: Session, account: AccountId) -> list[Json]:
    """Return the runtime environments, those of the system included; none where Azure does not know them.

    An Azure that does not know the version of the request, as a sovereign cloud may, has no runtime environments.
    """
    try:
        return _list(session, account, "runtimeEnvironments", "runtime environments", ENVIRONMENT_API_VERSION)
    except Failed as error:
        if error.code != "NoRegisteredProviderFound":
            raise
        return []


def get_runtime_environment(session: Session, account: AccountId, name: str) -> Json:
    """Return a runtime environment: its language, version and default packages (azure-contracts, section 1.3)."""
    path = f"{path_of(account)}/runtimeEnvironments/{quoted(name)}"
    doing = f"Reading runtime environment {name} of Automation account {account.name}"
    answer: Json = session.arm("GET", path, ENVIRONMENT_API_VERSION, doing).body
    return answer


def list_packages(session: Session, account: AccountId, environment: str) -> list[Json]:
    """Return the packages that were imported into a runtime environment."""
    collection = f"runtimeEnvironments/{quoted(environment)}/packages"
    what = f"packages of runtime environment {environment}"
    return _list(session, account, collection, what, ENVIRONMENT_API_VERSION)


def runtime_environment_of(session: Session, account: AccountId, runbook: str) -> str | None:
    """Return the name of the runbook's runtime environment; None where it runs with the account's modules.

    An Azure that does not know the version of the request, as a sovereign cloud may, has no runtime environments.
    """
    doing = f"Reading runbook {runbook} of Automation account {account.name}"
    path = f"{path_of(account)}/runbooks/{quoted(runbook)}"
    try:
        answer = session.arm("GET", path, ENVIRONMENT_API_VERSION, doing).body
    except Failed as error:
        if error.code != "NoRegisteredProviderFound":
            raise
        return None
    name = (answer.get("properties") or {}).get("runtimeEnvironment")
    return str(name) if name else None


def _list(
    session: Session, account: AccountId, collection: str, what: str, api_version: str = API_VERSION
) -> list[Json]:
    doing = f"Listing the {what} of Automation account {account.name}"
    return session.arm_pages(f"{path_of(account)}/{collection}", api_version, doing)


def path_of(account: AccountId) -> str:
    """Return the URL's path of an account."""
    return (
        f"/subscriptions/{quoted(account.subscription_id)}/resourceGroups/{quoted(account.resource_group)}"
        f"/providers/Microsoft.Automation/automationAccounts/{quoted(account.name)}"
    )
