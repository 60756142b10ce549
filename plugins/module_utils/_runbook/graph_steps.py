# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people have to do in the portal where a graph is not rewritten: numbered steps that name the activities."""

from __future__ import annotations

from .connections import FETCH
from .graph_families import users_of
from .graph_login import COMMANDS
from .graph_model import Activity, ActivityKind, Graph
from .graph_names import named, shown
from .graph_uses import Fetch, Outputs, command_name
from .known import known_of
from .login_parameters import AZ, AZURERM, LOGINS
from .result import RewriteOptions

_MOST_TOLD = 5


def steps(graph: Graph, outputs: Outputs, fetches: list[Fetch], uses: list[Activity], options: RewriteOptions) -> str:
    """Return the steps as one line of text."""
    login = f"{COMMANDS[AZ]} {known_of(None, options).identity_arguments(names_environment=False)}"
    told = ["Import the graph as a new runbook and open it in the editor."]
    for fetch in fetches[:_MOST_TOLD]:
        told += _steps_of_fetch(graph, outputs, fetch.activity, login)
    if fetches[_MOST_TOLD:]:
        told.append(f"Do the same for {named(fetch.activity for fetch in fetches[_MOST_TOLD:])}.")
    called = [activity for activity in uses if activity.kind is ActivityKind.RUNBOOK]
    if called:
        told.append(f"Migrate the runbooks that {named(called)} call; then give them no connection any more.")
    others = [a for a in uses if command_name(a) != FETCH and a not in called]
    if others:
        told.append(f"Take Run As out of {named(others)}: log in with {login} there.")
    azurerm = [a for a in users_of(AZURERM, graph.activities) if command_name(a) not in LOGINS]
    if azurerm and options.azurerm != "keep":
        told.append(f"Replace these AzureRM activities by their Az counterparts: {named(azurerm)}.")
    told.append("Test the new runbook in the test pane before it replaces this one.")
    return " ".join(f"{number}. {step}" for number, step in enumerate(told, 1))


def _steps_of_fetch(graph: Graph, outputs: Outputs, fetch: Activity, login: str) -> list[str]:
    readers = [a for a in graph.activities if any(read.owner is a for read in outputs.reads_of(fetch))]
    logins = [a for a in readers if command_name(a) in LOGINS]
    others = [a for a in readers if a not in logins]
    fed = [graph.activity(link.destination) for a in logins for link in graph.out_of(a)]
    told = [f"Add a Code activity with the text: {login}."]
    if fed:
        told.append(f"Link it to what {named(logins)} leads to: {named(dict.fromkeys(fed))}.")
    if graph.into(fetch):
        sources = [graph.activity(link.source) for link in graph.into(fetch)]
        told.append(f"Link {named(sources)} to it.")
    if others:
        told.append(f"Change {named(others)}: the output of {shown(fetch.name)} is read there.")
    rest = [graph.activity(link.destination) for link in graph.out_of(fetch)]
    rest = [activity for activity in rest if activity not in logins]
    if rest:
        told.append(f"Decide what becomes of {named(dict.fromkeys(rest))}, which {shown(fetch.name)} leads to.")
    return [*told, f"Delete {named([fetch, *logins])}."]
