# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell text of the login that takes the place of a graph's login activity."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .graph_model import Activity, Source, SourceKind
from .graph_names import NotRewritable, shown
from .known import Known
from .login_parameters import AZ, AZURERM, ENVIRONMENT, Role, parameter

COMMANDS = {AZ: "Connect-AzAccount", AZURERM: "Connect-AzureRmAccount"}
_AUTOSAVE = {AZ: "Disable-AzContextAutosave", AZURERM: "Disable-AzureRmContextAutosave"}
_FED = {Role.APPLICATION, Role.THUMBPRINT, Role.TENANT}
# Free text after the parameters: common parameters with a plain word, such as -ErrorAction Stop.
_FREE = re.compile(r"\s*(?:-(\w+)(?:(?::|\s+)(?!-)[\w.]+)?\s*)*")
_FREE_NAME = re.compile(r"-(\w+)")
_NAME = re.compile(r"\w+")


def login_text(login: Activity, fetched: str, family: str, known: Known) -> str:
    """Return the text of the new login; what the activity said beside the service principal stays.

    ``fetched`` is the activity whose output the login reads. Raises NotRewritable. The text gives one output as the
    activity did: whatever a pipeline link leads to runs once for each.
    """
    roles = {name: _role(login, name) for name in login.parameters}
    if not {Role.APPLICATION, Role.THUMBPRINT} <= set(roles.values()):
        raise NotRewritable(f"activity {shown(login.name)} does not log in with application id and thumbprint")
    names = [*login.parameters, *_FREE_NAME.findall(login.custom_parameters)]
    words = [COMMANDS[family], known.identity_arguments(names_environment=_names_environment(names))]
    for name, source in login.parameters.items():
        words += _argument(login, name, source, roles[name], fetched, known)
    words += _free(login, login.custom_parameters)
    prefix = f"{_AUTOSAVE[family]} -Scope Process | Out-Null\n" if known.options.disable_context_autosave else ""
    return prefix + " ".join(words)


def reads_subscription(login: Activity, fetched: str) -> bool:
    """Tell whether the login names the subscription of the connection that the activity ``fetched`` gives."""
    sources = [s for n, s in login.parameters.items() if _role(login, n) is Role.SUBSCRIPTION]
    return any(_field(source, fetched) == "subscriptionid" for source in sources)


def is_harmless(free_text: str) -> bool:
    """Tell whether free parameters are none but common ones with plain values."""
    found = [parameter(name) for name in _FREE_NAME.findall(free_text)]
    return bool(_FREE.fullmatch(free_text)) and all(p is not None and p.role is Role.KEPT for p in found)


def _role(login: Activity, name: str) -> Role:
    found = parameter(name)
    if found is None or found.role in (Role.FOREIGN, Role.IDENTITY):
        raise NotRewritable(f"activity {shown(login.name)} has parameter {shown(name)}")
    return found.role


def _argument(login: Activity, name: str, source: Source, role: Role, fetched: str, known: Known) -> list[str]:
    """Return the words that one parameter leaves in the new login."""
    field = _field(source, fetched)
    if role is Role.SWITCH or source.kind is SourceKind.NULL:
        return []
    if role in _FED:
        if field != role.value and not _is_own_tenant(source, role, known):
            raise NotRewritable(f"activity {shown(login.name)} takes {shown(name)} not from the connection")
        return []
    if field == "subscriptionid" and role is Role.SUBSCRIPTION:
        pinned = known.pinned_subscription
        return [f"-Subscription {pinned}"] if pinned is not None else []
    if field is not None:
        raise NotRewritable(f"activity {shown(login.name)} takes {shown(name)} from the connection")
    return [_written(login, name, source)]


def _is_own_tenant(source: Source, role: Role, known: Known) -> bool:
    is_text = role is Role.TENANT and source.kind is SourceKind.CONSTANT and source.text is not None
    return is_text and known.tenant is not None and (source.text or "").lower() == known.tenant.lower()


def _field(source: Source, fetched: str) -> str | None:
    """Return the field of the connection that a source reads; empty for all of it, None when it reads another thing."""
    if source.kind is not SourceKind.OUTPUT or (source.text or "").lower() != fetched.lower():
        return None
    return source.path[0].lower() if len(source.path) == 1 else ""


def _written(login: Activity, name: str, source: Source) -> str:
    if source.flag is not None:
        return f"-{name}:${str(source.flag).lower()}"
    text = source.text
    if source.kind is SourceKind.CONSTANT and text is not None:
        return f"-{name} {_quoted(text)}"
    if source.kind is SourceKind.PARAMETER and text is not None and _NAME.fullmatch(text):
        return f"-{name} ${text}"
    if source.kind is SourceKind.VARIABLE and text is not None:
        return f"-{name} (Get-AutomationVariable -Name {_quoted(text)})"
    raise NotRewritable(f"activity {shown(login.name)} takes {shown(name)} from a source that is not rewritten")


def _quoted(text: str) -> str:
    """Return a PowerShell literal; typographic quotes end a literal, too, and are doubled like the plain one."""
    return "'" + re.sub("['\u2018\u2019\u201a\u201b]", r"\g<0>\g<0>", text) + "'"


def _free(login: Activity, text: str) -> list[str]:
    if not is_harmless(text):
        raise NotRewritable(f"activity {shown(login.name)} has free parameters that are not rewritten")
    return text.split()


def _names_environment(names: Iterable[str]) -> bool:
    found = [parameter(name) for name in names]
    return any(p is not None and p.name == ENVIRONMENT for p in found)
