# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph beta: the list of sign-ins, as far as it is about service principals (contract 5.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure_simulator import sign_ins
from azure_simulator.clock import parse
from azure_simulator.graph_wire import many, refusal
from azure_simulator.odata import FilterError, any_value, moment_bound, split_terms, term_value
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response

Wire = dict[str, Any]
Test = Callable[[Wire], bool]

READ = "AuditLog.Read.All"
_PAGE = 1000
_NO_LICENCE = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


def register(routes: Routes) -> None:
    routes.add("graph", "GET", "/beta/auditLogs/signIns", list_sign_ins, action=READ)


def list_sign_ins(call: Call) -> Response:
    """Newest first; without a filter for service principals only sign-ins of users come, and there are none."""
    if not call.world.settings.sign_ins_licensed:
        message = "Neither tenant is B2C or tenant doesn't have premium license"
        raise refusal(call, 403, _NO_LICENCE, message)
    tests, of_principals = _tests(call)
    tenant = call.who.tenant_id.lower()
    found = [item for owner, item in sign_ins.logged(call.world) if owner == tenant and of_principals]
    matching = [item for item in found if all(test(item) for test in tests)]
    matching.sort(key=lambda item: str(item["createdDateTime"]), reverse=True)
    return many(call, "auditLogs/signIns", matching, None if "$top" in call.query else _PAGE)


def _tests(call: Call) -> tuple[list[Test], bool]:
    """The tests of the filter's terms, and whether it asks for sign-ins of service principals."""
    text = call.query.get("$filter", "")
    tests: list[Test] = []
    of_principals = False
    try:
        for term in split_terms(text):
            if any_value(term) == ("signInEventTypes", "servicePrincipal"):
                of_principals = True
            else:
                tests.append(_test(term))
    except (FilterError, ValueError):
        raise refusal(call, 400, "BadRequest", f"Invalid filter clause: {text}") from None
    return tests, of_principals


def _test(term: str) -> Test:
    if term.startswith("createdDateTime "):
        moment = parse(moment_bound(term, "createdDateTime", "ge"))
        return lambda item: parse(item["createdDateTime"]) >= moment
    wanted = term_value(term, "appId").lower()
    return lambda item: str(item["appId"]).lower() == wanted
