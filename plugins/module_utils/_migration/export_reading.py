# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What is read for an export: what the steps read, and the little that only the simulator's copy needs.

Nothing here looks at what it reads: a recorder listens below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from .._arguments import ArgumentSpec
from .._azure import assets, authorization, automation, managed_identity, packages, permissions, subscriptions
from .._azure.directory_access import ask_app_roles, ask_direct_groups, ask_directory_roles, ask_service_principal
from .._azure.directory_batch import read_both
from .._azure.session import Session
from .._finding import Finding, Severity
from .._step import StepError, in_parallel
from . import access, ensure_modules, identity, retirement, runbooks, site_recovery
from ._call import Call, Result
from .assessment import assess_account
from .chosen_identity import SYSTEM, details_of_user_assigned, either_casing
from .part_reading import OF_ONE_PART, Parts
from .unread import is_unread

Json = Mapping[str, Any]
Read = Callable[[], Any]

# The steps of a migration, each with options of its own: their checks read what their runs read. What other tasks have
# kept would not be asked of Azure, and so not be recorded: the shared readings are asked for anew.
_CHECKED: tuple[tuple[Callable[[Call], Result], ArgumentSpec, Mapping[str, Any]], ...] = (
    (identity.run, identity.ARGUMENTS, {}),
    (access.run, access.ARGUMENTS, {"surroundings_age": 0, "share_lists": False}),
    (site_recovery.run, site_recovery.ARGUMENTS, {}),
    (ensure_modules.run, ensure_modules.ARGUMENTS, {}),
    (runbooks.run, runbooks.ARGUMENTS, {}),
    (retirement.run, retirement.ARGUMENTS, {}),
)
_STEPS, _ASSETS, _RUNBOOKS, _LINKS = "What the steps check", "The assets", "The runbooks", "The job schedules"
_GROUPS, _MANAGEMENT, _ROLES = "The resource groups around", "The management groups around", "The role definitions"
_PYTHON, _RIGHTS = "The Python packages", "What the login may do above subscriptions"
_IDENTITIES, _PRINCIPALS = "The user-assigned identities", "The principals of the identities"


def read_everything(session: Session, call: Call) -> list[Finding]:
    """Read what a migration reads of the account; return what could not be read, as findings.

    ``session`` is recorded. Raises StepError for an identity that is none, LoginFailed and Unreachable.
    """
    parts = Parts(call.account, frozenset(), call.max_parallel)
    assessed = _assess(session, call)
    for step, arguments, options in _CHECKED:
        parts.read(_STEPS, partial(_check, step, arguments, options, session, call))
    parts.read_all(_of_copy(session, call))
    said = {item.sentence: item for item in [*assessed, *parts.findings]}
    return [said[sentence] for sentence in sorted(said)]


def _assess(session: Session, call: Call) -> list[Finding]:
    """Read what an assessment reads, which is most of it; return what it could not read."""
    document = assess_account(
        session,
        call.account,
        ledger=str(_no_ledger(call)),
        max_parallel=call.max_parallel,
        identity=call.parameters["identity"],
    )
    found = [_finding(item) for item in document["findings"]]
    return [item for item in found if is_unread(item)]


def _finding(item: Json) -> Finding:
    """Return a finding of a document as it was before it was told."""
    members: dict[str, Any] = {name: item.get(name) for name in Finding.__dataclass_fields__}
    return Finding(**{**members, "severity": Severity(item["severity"])})


def _check(
    step: Callable[[Call], Result], arguments: ArgumentSpec, options: Json, session: Session, call: Call
) -> None:
    """Run a step in check mode. What it refuses, it refuses on the copy too."""
    parameters = {name: option.get("default") for name, option in arguments.options.items()}
    parameters |= {"max_parallel": call.max_parallel, **options}
    # enable_identity has an option of this name, too, which is a dict.
    if arguments.options.get("identity", {}).get("type") == "str":
        parameters["identity"] = call.parameters["identity"]
    checking = Call(parameters, True, False, session, call.account, _no_ledger(call), None)
    try:
        step(checking)
    except StepError:
        return


def _no_ledger(call: Call) -> Path:
    """Return a folder that is not there: a rehearsal begins without a past."""
    return Path(call.parameters["folder"]).expanduser() / "no_ledger" / call.account.name.replace("/", "_")


def _of_copy(session: Session, call: Call) -> dict[str, Read]:
    """Return the reads that only a copy needs: no step looks at these, but they show in what the steps do see."""
    account, many = call.account, call.max_parallel
    return {
        _ASSETS: lambda: (assets.list_variables(session, account), assets.list_credentials(session, account)),
        _PYTHON: lambda: packages.list_python3_packages(session, account),
        _RUNBOOKS: lambda: _each(
            partial(_read_runbook, session, call), automation.list_runbooks(session, account), many
        ),
        _LINKS: lambda: _each(
            partial(_read_link, session, call), automation.list_job_schedules(session, account), many
        ),
        _GROUPS: lambda: _each(
            lambda item: subscriptions.list_resource_groups(session, item["subscriptionId"]),
            subscriptions.list_subscriptions(session),
            many,
        ),
        _MANAGEMENT: lambda: _each(
            lambda item: subscriptions.list_descendants(session, item["name"]),
            subscriptions.list_management_groups(session),
            many,
        ),
        _RIGHTS: lambda: _read_rights(session, many),
        _ROLES: lambda: authorization.list_definitions(session, f"/subscriptions/{account.subscription_id}"),
        _IDENTITIES: lambda: _each(
            partial(managed_identity.get_user_assigned, session), _identity_ids(session, call), many
        ),
        _PRINCIPALS: lambda: _read_principals(session, call),
    }


def _read_rights(session: Session, max_parallel: int) -> None:
    """Read what the login may do at the management groups that it sees: the rehearsal's login may do the same.

    At the root that is refused to nearly everybody, which says nothing about the account.
    """
    groups = [item["id"] for item in subscriptions.list_management_groups(session)]
    _each(partial(permissions.list_permissions, session), groups, max_parallel)
    if groups:
        _tried(partial(permissions.list_permissions, session), "")


def _each(read: Callable[[Any], Any], items: Iterable[Any], max_parallel: int) -> None:
    """Read each; what one of them is refused is recorded, and said where nothing else comes of it."""
    refused = [error for error in in_parallel(partial(_tried, read), list(items), max_parallel) if error is not None]
    if refused:
        raise refused[0]


def _tried(read: Callable[[Any], Any], item: Any) -> Exception | None:
    try:
        read(item)
    except OF_ONE_PART as error:
        return error
    return None


def _read_runbook(session: Session, call: Call, item: Json) -> None:
    """Read a runbook, and each content that its state says it has."""
    name, state = str(item["name"]), (item.get("properties") or {}).get("state")
    packages.runtime_environment_of(session, call.account, name)
    if state != "New":
        automation.published_content(session, call.account, name)
    if state != "Published":
        automation.draft_content(session, call.account, name)


def _read_link(session: Session, call: Call, item: Json) -> None:
    automation.get_job_schedule(session, call.account, item["properties"]["jobScheduleId"])


def _identity_ids(session: Session, call: Call) -> list[str]:
    known = (automation.get_account(session, call.account).get("identity") or {}).get("userAssignedIdentities") or {}
    wanted = str(call.parameters["identity"]).strip()
    return [*known, *([wanted] if wanted.lower() != SYSTEM else [])]


def _read_principals(session: Session, call: Call) -> None:
    """Read what the account's identities are in the directory, and what they may do."""
    answer = automation.get_account(session, call.account)
    details = details_of_user_assigned(answer).values()
    found = [(answer.get("identity") or {}).get("principalId"), *(either_casing(one, "principalId") for one in details)]
    principals = [principal for principal in found if principal]
    lists = [
        ask(principal) for principal in principals for ask in (ask_app_roles, ask_directory_roles, ask_direct_groups)
    ]
    read_both(session, [ask_service_principal(principal) for principal in principals], lists)
    scopes = [item["id"] for item in subscriptions.list_subscriptions(session)]
    pairs = [(scope, principal) for scope in scopes for principal in principals]
    _each(lambda pair: authorization.list_for_principal(session, *pair), pairs, call.max_parallel)
