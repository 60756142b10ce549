# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare what a real BinaryFormatter finds in graphical runbooks and their rewrites with what the collection reads.

Arguments: the program built from graph_oracle.cs, then files with graphs; without files, graphs of our own.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import RewriteOptions, rewrite
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.graph_container import read_container
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.graph_model import (
    Activity,
    ActivityKind,
    read_graph,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_reader import read_stream
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.text import decode
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.drawings import (
    samples,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.graphs import (
    runbook_of,
)

ID = "11111111-1111-1111-1111-111111111111"
ASSETS = {"AzureRunAsConnection": {"subscription_id": ID, "tenant_id": ID}}
OPTIONS = {
    "rewritten": RewriteOptions(azurerm="keep", connections=ASSETS),
    "rewritten for an unknown account": RewriteOptions(azurerm="keep"),
}
Listing = list[list[str]]


def main(program: str, files: list[str]) -> int:
    """Print one line for each graph and each rewrite; return 0 when all are as they should be."""
    graphs = {file: Path(file).read_bytes() for file in files} or {n: runbook_of(d) for n, d in samples().items()}
    cases = {name: stream_in(content) for name, content in graphs.items()}
    for name, content in graphs.items():
        for how, options in OPTIONS.items():
            outcome = rewrite(content, "GraphPowerShell", options)
            if outcome.edits:
                cases[f"{name}, {how}"] = stream_in(outcome.content)
    found = formatter_listings(program, cases)
    wrong = 0
    for name, stream in cases.items():
        is_same = found[name] == our_listing(stream)
        wrong += not is_same
        print(f"{name}: {'the same' if is_same else f'NOT the same: {found[name][:1]}'}")
    rewrites = len(cases) - len(graphs)
    print(
        f"{len(graphs)} graphs, {rewrites} rewrites: {len(cases) - wrong} load and are read the same, {wrong} do not."
    )
    return 1 if wrong else 0


def stream_in(content: bytes) -> bytes:
    """Return the stream in a container."""
    text = decode(content)
    assert text is not None
    return read_container(text).stream


def formatter_listings(program: str, cases: dict[str, bytes]) -> dict[str, Listing]:
    """Return what the formatter finds in each stream."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {str(Path(folder) / f"{number}.bin"): name for number, name in enumerate(cases)}
        for path, name in paths.items():
            Path(path).write_bytes(cases[name])
        answer = subprocess.run(["mono", program, *paths], capture_output=True, text=True, check=False, timeout=600)
    listings: dict[str, Listing] = {name: [["nothing", answer.stderr]] for name in cases}
    for line in answer.stdout.splitlines():
        facts = [base64.b64decode(word).decode() for word in line.split(" ")]
        if facts[0] in ("file", "failed"):
            current = listings[paths[facts[1]]] = [["failed", *facts[2:]]] if facts[0] == "failed" else []
        else:
            current.append(facts)
    return listings


def our_listing(stream: bytes) -> Listing:
    """Return the same of what the collection reads."""
    graph = read_graph(read_stream(stream))
    listing = [["parameter", name, default or ""] for name, default in graph.parameters.items()]
    for activity in graph.activities:
        listing += lines_of(activity)
    for link in graph.links:
        condition = link.condition.text if link.condition.enabled else ""
        kind = "Pipeline" if link.is_pipeline else "Sequence"
        listing.append(["link", link.source, link.destination, kind, condition])
    return listing


def lines_of(activity: Activity) -> Iterator[list[str]]:
    """Return the lines of one activity."""
    yield ["activity", activity.kind.value, activity.name, activity.entity_id]
    if activity.kind is ActivityKind.CODE:
        yield ["code", *activity.code.values()]
    if activity.kind in (ActivityKind.COMMAND, ActivityKind.RUNBOOK):
        yield ["call", activity.command]
        for name, source in activity.parameters.items():
            yield ["value", name, source.kind.value]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
