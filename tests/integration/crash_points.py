# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Breaks a migration at any of its requests, in each way that can happen, and sees what then becomes of it.

A story is a row of steps on one account. Told without a break it ends in a state that all its
broken tellings have to reach as well, once they are told again; and from each break
the rollback has to lead back to the state at the beginning.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import session
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.transport import TrustingAdapter

if TYPE_CHECKING:
    from .conftest import Azure

Json = Mapping[str, Any]
Step = tuple[str, dict[str, Any]]
Start = Callable[..., "Azure"]

LOST_BEFORE, LOST_AFTER = "lost before", "lost after"
KILLED_BEFORE, KILLED_AFTER = "killed before", "killed after"
# The connection is lost, or the process is killed; just before Azure gets a request, or just after it has answered it.
BREAKS = (LOST_BEFORE, LOST_AFTER, KILLED_BEFORE, KILLED_AFTER)

# A runbook of the demo that logged in with the identity before there was one does not keep the identity from going.
ROLLBACK: Step = ("rollback_migration", {"accept_other_use": True})


@dataclass(frozen=True)
class Story:
    """``prepare`` comes before the first state and is never broken; ``undo`` leads back to that state.

    ``lost`` are the parts of an account that cannot come back, such as a certificate asset: Azure never gives its key.
    """

    name: str
    account: str
    steps: tuple[Step, ...]
    prepare: tuple[Step, ...] = ()
    undo: tuple[Step, ...] = (ROLLBACK,)
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """A story without a break: how many requests it takes, and the states at its beginning and its end."""

    requests: int
    start: Json
    end: Json


@dataclass(frozen=True)
class Point:
    """Where a story is broken off, and how. Requests count from 1."""

    story: Story
    way: str
    request: int

    def __str__(self) -> str:
        return f"{self.story.name} of {self.story.account}, {self.way} request {self.request}"


def tell(start: Start, story: Story) -> Told:
    """Tell a story without a break."""
    azure = _prepared(start, story)
    beginning = comparable(azure.state())
    azure.forget_requests()
    succeed(azure, story.account, story.steps)
    return Told(len(azure.requests()), beginning, comparable(azure.state()))


def points_of(story: Story, requests: int, every: int = 1, ways: Sequence[str] = BREAKS) -> list[Point]:
    """Return the points of a story; with ``every`` above 1 a sample, in which the ways take turns."""
    if every == 1:
        return [Point(story, way, number) for number in range(1, requests + 1) for way in ways]
    turns = itertools.cycle(ways)
    return [Point(story, next(turns), number) for number in range(1, requests + 1, every)]


def ends_alike(start: Start, point: Point, told: Told) -> list[str]:
    """Return in what the end differs where a broken story is told again; nothing where it is the same."""
    azure = broken(start, point)
    succeed(azure, point.story.account, point.story.steps)
    return differences(told.end, comparable(azure.state()))


def leads_back(start: Start, point: Point, told: Told) -> list[str]:
    """Return in what the rollback of a broken story differs from its beginning."""
    azure = broken(start, point)
    # Broken off before it wrote anything, a story leaves nothing to take back, nor a record to do it by.
    if any(azure.ledger.glob("*/journal.jsonl")):
        succeed(azure, point.story.account, point.story.undo)
    found = differences(told.start, comparable(azure.state()))
    return [one for one in found if not any(f"/{part}" in one.partition(":")[0] for part in point.story.lost)]


def broken(start: Start, point: Point) -> Azure:
    """Return an Azure in which the story broke off; the network works again, and nobody runs any more."""
    azure = _prepared(start, point.story)
    if point.way in (LOST_BEFORE, LOST_AFTER):
        azure.control("PUT", "/faults", _faults(point))
    process = os.fork()
    if process == 0:
        _be_the_one_that_breaks(azure, point)
    os.waitpid(process, 0)
    azure.control("DELETE", "/faults")
    return azure


def _prepared(start: Start, story: Story) -> Azure:
    azure = start()
    succeed(azure, story.account, story.prepare)
    return azure


def succeed(azure: Azure, account: str, steps: Sequence[Step]) -> None:
    """Run steps, each of which has to succeed."""
    for module, options in steps:
        result = azure.call(module, account, **options)
        assert not result.get("failed"), f"{module}: {result['msg']}"


def _faults(point: Point) -> list[str]:
    """The connection does not come back: what is repeated is lost as well."""
    if point.way == LOST_BEFORE:
        return [f"drop=before,nth={point.request},times=0"]
    return [f"drop=after,nth={point.request},times=1", f"drop=before,nth={point.request + 1},times=0"]


def _be_the_one_that_breaks(azure: Azure, point: Point) -> None:
    """Run the story's steps in a process of its own, as far as it gets; never returns."""
    # Whatever is lost stays lost: waiting for it would only take long.
    session._RETRY_OPTIONS.update(retry_total=1, retry_backoff_factor=0)
    if point.way in (KILLED_BEFORE, KILLED_AFTER):
        _kill_at(point.request, after=point.way == KILLED_AFTER)
    try:
        for module, options in point.story.steps:
            if azure.call(module, point.story.account, **options).get("failed"):
                break
    finally:
        os._exit(0)


def _kill_at(request: int, *, after: bool) -> None:
    """Have this very process killed at its n-th request. The requests are the real ones, on their way to Azure."""
    count, send = itertools.count(1), TrustingAdapter.send

    def counted(self: TrustingAdapter, *arguments: Any, **keywords: Any) -> Any:
        number = next(count)
        if number == request and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = send(self, *arguments, **keywords)
        if number == request:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    patch.object(TrustingAdapter, "send", counted).start()


# --- what of two states has to be the same ----------------------------------

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\"]*")
# When something was made or changed, and the jobs that ran, are not what a migration leaves behind.
_LEFT_OUT = frozenset({"created", "modified", "draft_modified", "jobs", "job_count", "etag"})
# Azure gives these new names each time; what they are of stays beside them.
_NAMED_ANEW = frozenset({"role_assignments", "app_role_assignments", "directory_role_assignments", "job_schedules"})


def comparable(state: Json) -> Json:
    """Return what of a state does not depend on when and how often something was tried."""
    names = {
        str(identity["principalId"]): f"<identity of {account['name']}>"
        for account in state["accounts"]
        for identity in [account["identity"] or {}]
        if identity.get("principalId")
    }
    clients = {
        str(item["appId"]): f"<client of {names[item['id']]}>"
        for item in state["directory"]["objects"]
        if item["id"] in names
    }
    names |= clients
    plain: dict[str, Any] = _plain(state, names)
    return plain


def _plain(value: Any, names: Mapping[str, str], within: str = "") -> Any:
    if isinstance(value, Mapping):
        kept = {name: item for name, item in value.items() if name not in _LEFT_OUT}
        if within in _NAMED_ANEW:
            kept = {name: item for name, item in kept.items() if name not in ("id", "name")}
        return {name: _plain(item, names, name) for name, item in kept.items()}
    if isinstance(value, list):
        return sorted((_plain(item, names, within) for item in value), key=repr)
    if isinstance(value, str):
        return _TIME.sub("<time>", names.get(value, value))
    return value


def differences(wanted: Any, found: Any, place: str = "") -> list[str]:
    """Return in which places two states differ, and how."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        keys = sorted({*wanted, *found})
        return [one for key in keys for one in differences(wanted.get(key), found.get(key), f"{place}/{key}")]
    if isinstance(wanted, list) and isinstance(found, list):
        lost = [item for item in wanted if item not in found]
        more = [item for item in found if item not in wanted]
        if len(lost) == len(more) == 1:
            return differences(lost[0], more[0], f"{place}[]")
        return [f"{place}: {item} is gone" for item in lost] + [f"{place}: {item} is more" for item in more]
    return [] if wanted == found else [f"{place}: {found!r} instead of {wanted!r}"]
