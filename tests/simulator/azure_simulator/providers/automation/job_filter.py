# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``$filter`` of a list of jobs: the four terms that Microsoft's own client sends, and no other (contract 2.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure_simulator import clock, errors
from azure_simulator.odata import FilterError, moment_bound, split_terms, term_value

Test = Callable[[dict[str, Any]], bool]


def job_filter(text: str) -> Test:
    """A test of a job's shown properties; 400 for a filter that is not known to work."""
    try:
        tests = [_test(term) for term in split_terms(text)]
    except ValueError as problem:
        raise errors.bare(400, "BadRequest", f"The filter is not supported: {problem}.") from None
    return lambda properties: all(test(properties) for test in tests)


def _test(term: str) -> Test:
    name = term.split(" ", 1)[0].lower()
    if name == "properties/starttime":
        return _after(moment_bound(term, name, "ge"))
    if name == "properties/endtime":
        return _before(moment_bound(term, name, "le"))
    if name == "properties/status":
        return _status(term_value(term, name))
    if name == "properties/runbook/name":
        return _runbook(term_value(term, name))
    raise FilterError(term)


def _after(text: str) -> Test:
    moment = clock.parse(text)
    return lambda job: job["startTime"] is not None and clock.parse(job["startTime"]) >= moment


def _before(text: str) -> Test:
    moment = clock.parse(text)
    return lambda job: job["endTime"] is not None and clock.parse(job["endTime"]) <= moment


def _status(wanted: str) -> Test:
    return lambda job: job["status"].lower() == wanted.lower()


def _runbook(wanted: str) -> Test:
    return lambda job: job["runbook"]["name"].lower() == wanted.lower()
