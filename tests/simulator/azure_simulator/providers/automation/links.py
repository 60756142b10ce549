# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hangs on a runbook by name: job schedules and webhooks (contract 2.8, 2.9)."""

from __future__ import annotations

import json
from typing import Any

from azure_simulator import errors
from azure_simulator.clock import offset_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation.model import Account, Asset, JobSchedule, add_asset, add_job_schedule
from azure_simulator.providers.automation.support import (
    TYPE,
    account_of,
    add_route,
    child,
    matches_filter,
    name_in,
    properties_of,
    times,
)
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, bytes_response, empty, json_response
from azure_simulator.world import new_id


def register(routes: Routes) -> None:
    link = "/jobSchedules/{link}"
    add_route(routes, "GET", "/jobSchedules", _list_links, "jobSchedules/read")
    add_route(routes, "GET", link, _get_link, "jobSchedules/read")
    add_route(routes, "PUT", link, _put_link, "jobSchedules/write")
    add_route(routes, "DELETE", link, _delete_link, "jobSchedules/delete")
    hook = "/webhooks/{webhook}"
    add_route(routes, "GET", "/webhooks", _list_webhooks, "webhooks/read")
    add_route(routes, "POST", "/webhooks/generateUri", _generate_uri, "webhooks/action", mutates=False)
    add_route(routes, "GET", hook, _get_webhook, "webhooks/read")
    add_route(routes, "PUT", hook, _put_webhook, "webhooks/write")
    add_route(routes, "PATCH", hook, _patch_webhook, "webhooks/write")
    add_route(routes, "DELETE", hook, _delete_webhook, "webhooks/delete")


# --- what other operations do to job schedules (contract 2.5) ---------------


def recreate_after_put(account: Account, runbook: str) -> None:
    """A PUT of an existing runbook: one link survives, with a new id and without its parameters."""
    for number, link in enumerate(_links_of(account, runbook)):
        del account.job_schedules[link.id.lower()]
        if number == 0:
            add_job_schedule(account, link.runbook, link.schedule, run_on=link.run_on)


def recreate_after_publish(account: Account, runbook: str) -> None:
    """Switchable: publishing gives every link a new id and keeps the rest."""
    for link in _links_of(account, runbook):
        del account.job_schedules[link.id.lower()]
        add_job_schedule(account, link.runbook, link.schedule, run_on=link.run_on, parameters=link.parameters)


def drop_links_of(account: Account, runbook: str) -> None:
    """A deleted runbook takes its links and webhooks with it."""
    for link in _links_of(account, runbook):
        del account.job_schedules[link.id.lower()]
    for key, hook in list(account.webhooks.items()):
        if hook.properties["runbook"]["name"].lower() == runbook.lower():
            del account.webhooks[key]


def _links_of(account: Account, runbook: str) -> list[JobSchedule]:
    return [link for link in account.job_schedules.values() if link.runbook.lower() == runbook.lower()]


# --- job schedules ----------------------------------------------------------


def _show_link(account: Account, link: JobSchedule, parameters: dict[str, str] | None) -> dict[str, Any]:
    """No ``name`` member."""
    return {
        "id": f"{account.id}/jobSchedules/{link.id}",
        "type": f"{TYPE}/JobSchedules",
        "properties": {
            "jobScheduleId": link.id,
            "runbook": {"name": link.runbook},
            "schedule": {"name": link.schedule},
            "runOn": link.run_on,
            "parameters": parameters,
        },
    }


def _list_links(call: Call) -> Response:
    account, matches = account_of(call), matches_filter(call)
    shown = [_show_link(account, link, None) for link in account.job_schedules.values()]
    return paged(call, [item for item in shown if matches(item)], dict)


def _get_link(call: Call) -> Response:
    account = account_of(call)
    link = account.job_schedules.get(call.params["link"].lower())
    if link is None:
        raise errors.bare(404, "NotFound", "Job schedule not found.")
    return json_response(_show_link(account, link, link.parameters))


def _put_link(call: Call) -> Response:
    account, properties = account_of(call), properties_of(call)
    runbook = account.runbooks.get(name_in(properties.get("runbook"), "runbook").lower())
    schedule = account.schedules.get(name_in(properties.get("schedule"), "schedule").lower())
    if runbook is None or runbook.state == "New":
        raise errors.bare(400, "BadRequest", "The runbook of the job schedule does not exist or is not published.")
    if schedule is None:
        raise errors.bare(400, "BadRequest", "The schedule of the job schedule does not exist.")
    if call.params["link"].lower() in account.job_schedules or any(
        link.schedule.lower() == schedule.name.lower() for link in _links_of(account, runbook.name)
    ):
        raise errors.bare(409, "Conflict", "A job schedule for the specified runbook and schedule already exists.")
    link = add_job_schedule(
        account,
        runbook.name,
        schedule.name,
        run_on=properties.get("runOn") or None,
        parameters=properties.get("parameters"),
        link_id=call.params["link"],
    )
    return json_response(_show_link(account, link, link.parameters), 201)


def _delete_link(call: Call) -> Response:
    account = account_of(call)
    gone = account.job_schedules.pop(call.params["link"].lower(), None)
    return empty(204 if gone is None else 200)


# --- webhooks ---------------------------------------------------------------


def _show_webhook(account: Account, hook: Asset) -> dict[str, Any]:
    """``uri`` is empty in every answer: it cannot be recovered."""
    properties = {"lastInvokedTime": None, "runOn": None, "parameters": None, "lastModifiedBy": None}
    return {
        **child(account, "webhooks", hook.name),
        "properties": {**properties, **hook.properties, "uri": "", **times(hook.created, hook.modified)},
    }


def _list_webhooks(call: Call) -> Response:
    account, matches = account_of(call), matches_filter(call)
    shown = [_show_webhook(account, hook) for hook in account.webhooks.values()]
    return paged(call, [item for item in shown if matches(item)], dict)


def _webhook(call: Call) -> tuple[Account, Asset]:
    account = account_of(call)
    hook = account.webhooks.get(call.params["webhook"].lower())
    if hook is None:
        raise errors.text(404, "Webhook not found.")
    return account, hook


def _get_webhook(call: Call) -> Response:
    return json_response(_show_webhook(*_webhook(call)))


def _put_webhook(call: Call) -> Response:
    account, properties = account_of(call), properties_of(call)
    runbook = name_in(properties.get("runbook"), "runbook")
    if runbook.lower() not in account.runbooks:
        raise errors.bare(400, "BadRequest", "The runbook of the webhook does not exist.")
    known = call.params["webhook"].lower() in account.webhooks
    if not known and not properties.get("uri"):
        raise errors.bare(400, "BadRequest", "The uri of the webhook is missing.")
    wanted = {
        "isEnabled": properties.get("isEnabled", True),
        "expiryTime": properties.get("expiryTime") or offset_text(call.world.clock.now()),
        "runbook": {"name": account.runbooks[runbook.lower()].name},
        "runOn": properties.get("runOn"),
        "parameters": properties.get("parameters"),
    }
    hook = add_asset(call.world, account, "webhooks", call.params["webhook"], wanted, secret=properties.get("uri"))
    return json_response(_show_webhook(account, hook), 200 if known else 201)


def _patch_webhook(call: Call) -> Response:
    account, hook = _webhook(call)
    for name in ("isEnabled", "runOn", "parameters", "description"):
        if name in properties_of(call):
            hook.properties[name] = properties_of(call)[name]
    hook.modified = call.world.clock.now()
    return json_response(_show_webhook(account, hook))


def _delete_webhook(call: Call) -> Response:
    gone = account_of(call).webhooks.pop(call.params["webhook"].lower(), None)
    return empty(204 if gone is None else 200)


def _generate_uri(call: Call) -> Response:
    account_of(call)
    uri = f"https://{new_id()}.webhook.invalid/webhooks?token={new_id()}"
    return bytes_response(json.dumps(uri).encode(), "application/json; charset=utf-8")
