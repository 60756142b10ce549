# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the ledger knows of the stages of a retirement: since when a service principal is disabled, and so on. Pure.

Times are those of the controllers that wrote the ledger. A service principal that somebody else disabled counts
from when a run saw it so: ``disabled_seen``. One that was enabled again since, ``enabled_seen``, counts anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .._step import StepError
from .retiree import Entra
from .run_as import parse_time

Json = Mapping[str, Any]

DISABLED_SEEN, ENABLED_SEEN = "disabled_seen", "enabled_seen"
# Clocks that differ by no more than this are taken for the same.
TOLERANCE = timedelta(minutes=5)


@dataclass
class Stages:
    """When which stage was reached, by application id in lower case.

    ``applications`` and ``principals`` are the object ids that were known last.
    """

    disabled: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)
    purged: dict[str, str] = field(default_factory=dict)
    applications: dict[str, str] = field(default_factory=dict)
    principals: dict[str, list[str]] = field(default_factory=dict)


def stages_of(records: Iterable[Json]) -> Stages:
    """Return what the records of an account's journal say, whatever step wrote them."""
    stages = Stages()
    intended: dict[tuple[Any, Any], Json] = {}
    for record in records:
        event = record.get("event")
        if event == "intend":
            intended[record["run"], record["number"]] = record["change"]
        elif event == "done":
            change = intended.get((record["run"], record["of"]))
            if change is not None:
                _note_change(stages, change, record["time"])
        elif event == "snapshot":
            _note_snapshot(stages, record)
        elif event == DISABLED_SEEN:
            stages.disabled.setdefault(record["application_id"], record["time"])
        elif event == ENABLED_SEEN:
            stages.disabled.pop(record["application_id"], None)
    return stages


def _note_change(stages: Stages, change: Json, time: str) -> None:
    kind, action = change["kind"], change["action"]
    state = change["before"] or change["after"]
    if kind not in ("service_principal", "application", "deleted_application"):
        return
    application = str(state["application_id"]).lower()
    if kind == "service_principal":
        _remember(stages.principals, application, state["id"])
    else:
        stages.applications[application] = state["id"]
    if (kind, action) == ("service_principal", "disable"):
        stages.disabled[application] = time
    elif (kind, action) == ("service_principal", "enable"):
        stages.disabled.pop(application, None)
    elif (kind, action) == ("application", "delete"):
        stages.deleted[application] = time
    elif (kind, action) == ("application", "restore"):
        stages.deleted.pop(application, None)
    elif (kind, action) == ("deleted_application", "purge"):
        stages.purged[application] = time


def _note_snapshot(stages: Stages, record: Json) -> None:
    """Remember the object ids that a snapshot has; what Entra did not tell is no reason to forget them."""
    for part, kept in (("application", record.get("application")), ("principal", record.get("service_principal"))):
        if not kept:
            continue
        application = str(kept["appId"]).lower()
        if part == "application":
            stages.applications[application] = kept["id"]
        else:
            _remember(stages.principals, application, kept["id"])


def _remember(known: dict[str, list[str]], application: str, object_id: str) -> None:
    ids = known.setdefault(application, [])
    if object_id.lower() not in (other.lower() for other in ids):
        ids.append(object_id)


def news_of(entra: Mapping[str, Entra], stages: Stages) -> list[tuple[str, dict[str, str]]]:
    """Return the events that the ledger lacks: principals that are disabled, or enabled again, and it knew nothing."""
    news = []
    for application, found in entra.items():
        if not found.known or found.principal is None:
            continue
        facts = {"application_id": application, "principal_id": found.principal["id"]}
        if found.enabled and application in stages.disabled:
            news.append((ENABLED_SEEN, facts))
        elif not found.enabled and application not in stages.disabled:
            news.append((DISABLED_SEEN, facts))
    return news


def told(stages: Stages) -> list[str]:
    """Return how far each application is retired, one sentence each."""
    sentences = []
    for application in sorted({*stages.disabled, *stages.deleted, *stages.purged}):
        if application in stages.purged:
            sentences.append(f"Application {application} was deleted for good at {stages.purged[application]}.")
        elif application in stages.deleted:
            since = stages.deleted[application]
            sentences.append(f"Application {application} was deleted at {since}.")
        else:
            since = stages.disabled[application]
            sentences.append(f"The service principal of application {application} has been disabled since {since}.")
    return sentences


def check_clock(what: str, time: str, now: datetime) -> None:
    """Raise StepError for a time that has not come yet by this clock."""
    ahead = parse_time(time) - now
    if ahead > TOLERANCE:
        raise StepError(
            f"{what} at {time}, which is {shown(ahead)} ahead of this machine's clock ({utc(now)}): the clocks of two "
            "machines differ. Nothing was changed. Set the clock right and run again."
        )


def shown(span: timedelta) -> str:
    """Return a span of time in words."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} minutes"
    hours = round(minutes / 60)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"


def utc(moment: datetime) -> str:
    """Return a time as the ledger writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
