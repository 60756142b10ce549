# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Insights: the Activity Log of a subscription (contract 12.1).

Operations come from the estate, and from what callers write to the simulator itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure_simulator import clock, errors
from azure_simulator.odata import FilterError, equality, split_terms
from azure_simulator.paging import paged
from azure_simulator.router import Routes
from azure_simulator.scopes import subscription_of
from azure_simulator.wire import Call, Response
from azure_simulator.world import World, new_id

Wire = dict[str, Any]
Test = Callable[[Wire], bool]

_STATE = "activity_log"
_READ = "Microsoft.Insights/eventtypes/values/read"
_OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_KEPT = 90 * 24 * 3600 * clock.TICKS_PER_SECOND
_PAGE = 200
_SELECTABLE = {
    "authorization",
    "claims",
    "correlationId",
    "description",
    "eventDataId",
    "eventName",
    "eventTimestamp",
    "httpRequest",
    "level",
    "operationId",
    "operationName",
    "properties",
    "resourceGroupName",
    "resourceProviderName",
    "resourceId",
    "status",
    "submissionTimestamp",
    "subStatus",
    "subscriptionId",
}
_SUB_STATUS = {"Succeeded": "OK", "Failed": "Conflict", "Forbidden": "Forbidden", "Accepted": "Accepted"}


@dataclass(frozen=True, slots=True)
class Who:
    """Who did something: a service principal, with or without an application."""

    object_id: str
    app_id: str
    tenant_id: str


def register(routes: Routes) -> None:
    path = "/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    routes.add("arm", "GET", path, list_events, action=_READ)


def record(world: World, who: Who, operation: str, resource: str, status: str = "Succeeded", at: int = 0) -> None:
    """Note one operation: its start and its end, as two events of one correlation.

    ``status`` is Succeeded, Failed, Accepted, or Forbidden: a failure for want of rights. Nothing is noted of what lies
    above subscriptions, which has a log of its own.
    """
    subscription = subscription_of(resource)
    if subscription is None:
        return
    moment, correlation = at or world.clock.now(), new_id()
    log: dict[str, list[Wire]] = world.provider_state.setdefault(_STATE, {})
    ended = "Failed" if status == "Forbidden" else status
    steps = (("BeginRequest", "Started", ""), ("EndRequest", ended, _SUB_STATUS[status]))
    for step, (name, shown, sub_status) in enumerate(steps):
        at_step = moment + step * clock.TICKS_PER_SECOND
        event = _event(world, who, operation, resource, correlation, at_step)
        event["eventName"] = _localizable(name)
        event["status"], event["subStatus"] = _localizable(shown), _localizable(sub_status)
        log.setdefault(subscription, []).append(event)


def record_call(call: Call, action: str, scope: str, status: int) -> None:
    """Note a write that a caller made to the simulator, or that was refused to him."""
    if call.caller is None or action.lower().endswith("/read"):
        return
    told = "Forbidden" if status == 403 else "Failed" if status >= 400 else "Succeeded"
    who = Who(call.caller.object_id, call.caller.app_id, call.caller.tenant_id)
    record(call.world, who, action, scope, told)


def list_events(call: Call) -> Response:
    log: dict[str, list[Wire]] = call.world.provider_state.get(_STATE, {})
    wanted = _filter(call)
    names = _selected(call)
    found = [event for event in log.get(call.params["subscription"].lower(), []) if wanted(event)]
    found.sort(key=lambda event: str(event["eventTimestamp"]), reverse=True)
    return paged(
        call, found, lambda event: _shown(event, names), size=_PAGE, empty_page=call.world.settings.empty_pages
    )


def _event(world: World, who: Who, operation: str, resource: str, correlation: str, at: int) -> Wire:
    parts = resource.strip("/").split("/")
    event_id = new_id()
    caller = who.app_id if world.settings.activity_log_names_application else who.object_id
    return {
        "authorization": {"action": operation, "scope": resource},
        "caller": caller,
        "claims": {"aud": "https://management.azure.com/", "appid": who.app_id, _OBJECT_ID: who.object_id},
        "category": _localizable("Administrative"),
        "correlationId": correlation,
        "description": "",
        "eventDataId": event_id,
        "id": f"{resource}/events/{event_id}/ticks/{at}",
        "level": "Informational",
        "resourceGroupName": parts[3] if len(parts) > 3 else "",
        "resourceProviderName": _localizable(operation.split("/", maxsplit=1)[0]),
        "resourceId": resource,
        "operationId": correlation,
        "operationName": _localizable(operation),
        "properties": {},
        "eventTimestamp": clock.zulu_text(at),
        "submissionTimestamp": clock.zulu_text(at + 60 * clock.TICKS_PER_SECOND),
        "subscriptionId": parts[1],
        "tenantId": who.tenant_id,
    }


def _localizable(text: str) -> Wire:
    return {"value": text, "localizedValue": text}


def _selected(call: Call) -> set[str] | None:
    given = call.query.get("$select")
    if not given:
        return None
    names = {name.strip() for name in given.split(",")}
    if names - _SELECTABLE:
        raise _refused(f"$select does not take {', '.join(sorted(names - _SELECTABLE))}")
    return names


def _shown(event: Wire, names: set[str] | None) -> Wire:
    return event if names is None else {key: value for key, value in event.items() if key in names}


def _filter(call: Call) -> Test:
    """The patterns that are documented, and the one more that Microsoft's clients send (contract 12.1)."""
    try:
        tests = [_test(call, term) for term in split_terms(call.query.get("$filter", ""))]
        names = [name for name, dummy in tests]
        if "ge" not in names or len(names) != len(set(names)) or len(set(names) - {"ge", "le", "caller"}) > 1:
            raise FilterError("it needs a start, and at most one term besides the range")
    except ValueError as problem:
        raise _refused(f"$filter searching parameters invalid: {problem}") from None
    return lambda event: all(test(event) for dummy, test in tests)


def _test(call: Call, term: str) -> tuple[str, Test]:
    words = term.split()
    if len(words) == 3 and words[0] == "eventTimestamp" and words[1] in ("ge", "le"):
        return words[1], _time_test(call, words[1], words[2])
    name, value = equality(term)
    if name == "caller" and call.world.settings.activity_log_takes_caller:
        return name, lambda event: bool(event["caller"].lower() == value.lower())
    if name == "resourceGroupName":
        return name, lambda event: bool(event["resourceGroupName"].lower() == value.lower())
    if name == "resourceUri":
        return name, lambda event: bool(event["resourceId"].lower() == value.lower())
    if name == "resourceProvider":
        return name, lambda event: bool(event["resourceProviderName"]["value"].lower() == value.lower())
    if name == "correlationId":
        return name, lambda event: bool(event["correlationId"] == value)
    raise FilterError(term)


def _time_test(call: Call, operator: str, quoted: str) -> Test:
    if not (quoted.startswith("'") and quoted.endswith("'")):
        raise FilterError(f"a time stands between quotes, not as {quoted}")
    bound = clock.parse(quoted.strip("'"))
    if operator == "le":
        return lambda event: clock.parse(event["eventTimestamp"]) <= bound
    if bound < call.world.clock.now() - _KEPT:
        raise errors.bare(400, "BadRequest", "The start time cannot be more than 90 days in the past.")
    return lambda event: clock.parse(event["eventTimestamp"]) >= bound


def _refused(message: str) -> errors.Refusal:
    return errors.bare(400, "BadRequest", message)
