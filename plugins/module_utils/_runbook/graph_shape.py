# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Run As login of a graph: one activity fetches the connection, another one logs in with it (idioms, section 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .graph_families import SERVICE_MANAGEMENT, families_of, logs_in, users_of
from .graph_fields import SUBSCRIPTION, Replacement, choosers_of_subscription, replacement
from .graph_login import is_harmless, login_text, reads_subscription
from .graph_model import Activity, ActivityKind, Graph, Link
from .graph_names import NotRewritable, named, shown
from .graph_uses import OUTPUT, Fetch, Outputs, command_name
from .known import Known, known_of
from .login_parameters import AZ, AZURERM, LOGINS
from .result import RewriteOptions
from .text import Text

# What a condition says once blanks and brackets are gone and the output of the fetch is written as @.
_NOT_FOUND = {
    *("!@", "-not@", "@-eq$null", "$null-eq@", "!@[0]", "-not@[0]", "@[0]-eq$null"),
    *("@.count-eq0", "@.count-eq0-or@[0]-eq$null", "@.count-eq0-or@-eq$null"),
}
_FOUND = {"", "@", "@-ne$null", "$null-ne@", "@[0]-ne$null", "@.count-gt0", "@.count-ne0"}
_SPEAKING = re.compile(r"write-(?:error|warning|output|verbose)")
# One statement on one line that runs no other.
_SPOKEN = re.compile(r"\s*(?:throw|write-(?:error|warning|output|verbose))\b(?!.*(?:[;|&]|\$\()).*\s*", re.IGNORECASE)


@dataclass
class Shape:
    """The plan for the two activities.

    ``text`` is the new login, ``dead`` the activities that ran only when the connection was not found, ``dropped`` the
    links that fall away with them and with the fetch, ``replaced`` the parameters that read the connection elsewhere.
    """

    fetch: Fetch
    login: Activity
    family: str
    text: str
    known: Known
    dead: list[Activity] = field(default_factory=list)
    dropped: list[Link] = field(default_factory=list)
    replaced: list[Replacement] = field(default_factory=list)
    loses_subscription: bool = False


def plan_shape(graph: Graph, outputs: Outputs, fetch: Fetch, options: RewriteOptions) -> Shape:
    """Return the plan for the login with the connection that ``fetch`` gets. Raises NotRewritable, MissingPackage."""
    login = _login(graph, outputs, fetch)
    known = known_of(fetch.name, options)
    others = [activity for activity in graph.activities if activity is not login]
    check_other_logins(others)
    family = new_family(others, {LOGINS[command_name(login)]}, options)
    _check_fetch(fetch)
    shape = Shape(fetch, login, family, login_text(login, fetch.activity.name, family, known), known)
    shape.loses_subscription = reads_subscription(login, fetch.activity.name) and known.pinned_subscription is None
    _plan_links(graph, outputs, shape)
    _plan_reads(graph, outputs, shape)
    return shape


def _login(graph: Graph, outputs: Outputs, fetch: Fetch) -> Activity:
    readers = {r.owner for r in outputs.reads_of(fetch.activity) if r.source is not None}
    logins = [a for a in graph.activities if a in readers and command_name(a) in LOGINS]
    if len(logins) != 1:
        counted = "no login activity reads" if not logins else f"the login activities {named(logins)} read"
        raise NotRewritable(f"{counted} the connection of {shown(fetch.activity.name)}")
    return logins[0]


def check_other_logins(others: list[Activity]) -> None:
    """Refuse a graph that logs in elsewhere, too: which login is meant for what, people know. Raises NotRewritable."""
    found = [activity for activity in others if logs_in(activity)]
    if found:
        raise NotRewritable(f"the graph logs in elsewhere, too: {named(found)}")


def new_family(others: list[Activity], before: set[str], options: RewriteOptions) -> str:
    """Return the family of the new login; ``before`` are those of the activity that has it.

    Raises NotRewritable when the other activities do not go with it.
    """
    families = {family for activity in others for family in families_of(activity)}
    if SERVICE_MANAGEMENT in families:
        users = users_of(SERVICE_MANAGEMENT, others)
        raise NotRewritable(f"activities use retired service management cmdlets: {named(users)}")
    if len(before | families) > 1:
        raise NotRewritable("the activities use both AzureRM and Az, which share no login")
    if AZURERM not in before:
        return AZ
    if options.azurerm == "keep":
        return AZURERM
    if families:
        raise NotRewritable(f"activities call AzureRM cmdlets: {named(users_of(AZURERM, others))}")
    if any(activity.kind is ActivityKind.RUNBOOK for activity in others):
        raise NotRewritable("runbooks that the graph calls share its AzureRM login")
    return AZ


def _check_fetch(fetch: Fetch) -> None:
    activity = fetch.activity
    if {name.lower() for name in activity.parameters} != {"name"} or not is_harmless(activity.custom_parameters):
        raise NotRewritable(f"activity {shown(activity.name)} has parameters that are not rewritten")
    if activity.repeat.enabled:
        raise NotRewritable(f"activity {shown(activity.name)} is repeated")


# -- links


def _plan_links(graph: Graph, outputs: Outputs, shape: Shape) -> None:
    fetch, login = shape.fetch.activity, shape.login
    if any(link.source != fetch.entity_id for link in graph.into(login)) or not graph.into(login):
        raise NotRewritable(f"activity {shown(login.name)} is not led to by {shown(fetch.name)} alone")
    if any(link.source in (fetch.entity_id, login.entity_id) for link in graph.into(fetch)):
        raise NotRewritable(f"activity {shown(fetch.name)} is run again after itself or the login")
    for link in graph.out_of(fetch):
        destination = graph.activity(link.destination)
        if destination is login and link.is_output and _condition(link, fetch) in _FOUND:
            shape.dropped.append(link)
        elif destination is not login and link.condition.enabled and _condition(link, fetch) in _NOT_FOUND:
            shape.dropped.append(link)
            _plan_dead(graph, outputs, shape, destination)
        else:
            raise NotRewritable(f"the link from {shown(fetch.name)} to {shown(destination.name)} has another purpose")


def _plan_dead(graph: Graph, outputs: Outputs, shape: Shape, activity: Activity) -> None:
    """An activity that only said that the connection was not found is gone with it; one with more to do is not."""
    if any(link.source != shape.fetch.activity.entity_id for link in graph.into(activity)):
        return
    if not _only_speaks(activity) or graph.out_of(activity) or outputs.reads_of(activity):
        raise NotRewritable(f"activity {shown(activity.name)} does more than say that the connection is missing")
    if activity not in shape.dead:
        shape.dead.append(activity)


def _only_speaks(activity: Activity) -> bool:
    code = [text for text in activity.code.values() if text.strip()]
    return _SPEAKING.fullmatch(command_name(activity)) is not None or (
        len(code) == 1 and _SPOKEN.fullmatch(code[0]) is not None
    )


def _condition(link: Link, fetch: Activity) -> str:
    if not link.condition.enabled:
        return ""
    plain = Text(link.condition.text, "utf-8", b"").plain
    marked = OUTPUT.sub(lambda m: _marked(m, fetch), plain)
    return re.sub(r"[\s()]", "", marked).lower()


def _marked(match: re.Match[str], fetch: Activity) -> str:
    name = match[1].replace("''", "'") if match[1] is not None else match[2]
    if name.lower() != fetch.name.lower():
        return match[0]
    return f"@.{match[3]}" if match[3] else "@"


# -- reads


def _plan_reads(graph: Graph, outputs: Outputs, shape: Shape) -> None:
    fetch = shape.fetch.activity
    gone = {*shape.dead, *shape.dropped}
    for owner in outputs.untold:
        if owner not in gone:
            raise NotRewritable(f"{_where(graph, owner)} reads outputs by names that cannot be told")
    reads = outputs.reads_of(fetch)
    same = {read.owner for read in reads if read.field == SUBSCRIPTION and read.source is not None}
    quiet = {fetch, shape.login, *shape.dead, *same}
    others = [activity for activity in graph.activities if activity not in quiet]
    choosers = choosers_of_subscription(others) if same else set()
    for read in reads:
        if read.owner in gone or (read.owner is shape.login and read.source):
            continue
        replaced = replacement(graph, shape.login, shape.family, read, shape.known, choosers)
        if replaced is None:
            what = read.field or "the connection"
            raise NotRewritable(f"{_where(graph, read.owner)} reads {what} from {shown(fetch.name)}")
        shape.replaced.append(replaced)


def _where(graph: Graph, owner: Activity | Link) -> str:
    if isinstance(owner, Activity):
        return f"activity {shown(owner.name)}"
    source, destination = graph.activity(owner.source), graph.activity(owner.destination)
    return f"the condition of the link from {shown(source.name)} to {shown(destination.name)}"
