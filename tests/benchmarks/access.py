"""What copying access costs: requests per role assignment, time and CPU, for 100 principals with 40 each.

    python tests/benchmarks/access.py [--principals 100] [--assignments 40] [--forks 4] [--search scopes resource_graph]
        [--latency-ms 0] [--set NAME=JSON] [--paths] [--markdown FILE]

For each way to search, on a simulator of its own: copy_runas_roles for all accounts in check mode, as a first run and
as a second run (nothing to do). Each role assignment takes one PUT at least; the rest is reading. Logins are counted
apart. CPU is that of ansible-playbook with its workers, user and system, without the simulator.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import pathlib
import platform
import re
import resource
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import certifi

SEARCHES = ("scopes", "resource_graph")
TASK = """\
- hosts: all
  gather_facts: false
  tasks:
    - azauto.runas_migration.copy_runas_roles:
        subscription_id: "{{{{ subscription_id }}}}"
        resource_group: "{{{{ resource_group }}}}"
        automation_account_name: "{{{{ automation_account_name }}}}"
        search: {search}
"""
_NAMES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=resourceGroups/)[^/]+|aa-\d+", re.IGNORECASE)
HEADER = [
    "run",
    "search",
    "accounts",
    "wall s",
    "CPU s/account",
    "requests/account",
    "requests/role assignment",
    "ARM/role assignment",
    "PUTs/role assignment",
    "Graph/account",
    "logins/account",
    "hosts changed",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--principals", type=int, default=100)
    parser.add_argument("--assignments", type=int, default=40)
    parser.add_argument("--forks", type=int, default=4)
    parser.add_argument("--search", nargs="+", choices=SEARCHES, default=list(SEARCHES))
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="a setting of the simulator")
    parser.add_argument("--paths", action="store_true", help="tell what was asked for how often")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table here as well")
    options = parser.parse_args()
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {options.principals} principals with "
        f"{options.assignments} role assignments each, forks {options.forks}, latency {options.latency_ms} ms"
    )
    rows = [row for search in options.search for row in measured(search, options)]
    text = table(rows)
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n")


def measured(search: str, options: argparse.Namespace) -> list[list[str]]:
    """Return the figures of the three runs with one way to search."""
    with tempfile.TemporaryDirectory() as name, simulator(pathlib.Path(name), options) as endpoint:
        bench = Bench(pathlib.Path(name), endpoint, options)
        return [
            bench.row("check mode", search, "--check"),
            bench.row("first run", search),
            bench.row("second run", search),
        ]


@contextlib.contextmanager
def simulator(folder: pathlib.Path, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Run a simulator with generated access; yield its endpoint.json."""
    size = ["--access-principals", str(options.principals), "--assignments", str(options.assignments), "--plain"]
    more = ["--seed", "7", "--latency-ms", str(options.latency_ms), *(f"--set={text}" for text in options.set)]
    serve = [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", str(folder / "azure"), *size, *more]
    process = subprocess.Popen(serve, stdout=subprocess.DEVNULL)
    ready = folder / "azure" / "endpoint.json"
    try:
        while not ready.exists():
            if process.poll() is not None:
                raise SystemExit("the simulator did not start")
            time.sleep(0.05)
        yield json.loads(ready.read_text())
    finally:
        process.kill()
        process.wait()


class Bench:
    """ansible-playbook on all accounts of a simulator, and what it costs."""

    def __init__(self, folder: pathlib.Path, endpoint: dict[str, Any], options: argparse.Namespace) -> None:
        self.folder = folder
        self.endpoint = endpoint
        self.accounts = options.principals
        self.assignments = options.principals * options.assignments
        self.forks = options.forks
        self.paths = options.paths
        self.bundle = folder / "bundle.pem"
        own = pathlib.Path(endpoint["ca_file"])
        # The usual authorities too, as with Azure.
        self.bundle.write_bytes(pathlib.Path(certifi.where()).read_bytes() + own.read_bytes())

    def row(self, run: str, search: str, *arguments: str) -> list[str]:
        """Copy the access of every account once and return what it cost, as it is printed."""
        self._control("DELETE", "/requests")
        playbook = self.folder / "playbook.yml"
        playbook.write_text(TASK.format(search=search))
        command = ["ansible-playbook", "-i", str(self._inventory()), "-f", str(self.forks), str(playbook), *arguments]
        cpu, wall = children_cpu(), time.monotonic()
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        wall, cpu = time.monotonic() - wall, children_cpu() - cpu
        if done.returncode:
            raise SystemExit(done.stdout[-9000:] + done.stderr)
        log = self._control("GET", "/requests")
        if self.paths:
            tell_paths(run, log)
        requests = collections.Counter(kind_of(entry) for entry in log)
        arm, total = requests["arm"] + requests["put"], requests.total() - requests["login"]
        return [
            run,
            search,
            str(self.accounts),
            f"{wall:.1f}",
            f"{cpu / self.accounts:.3f}",
            f"{total / self.accounts:.1f}",
            f"{total / self.assignments:.3f}",
            f"{arm / self.assignments:.3f}",
            f"{requests['put'] / self.assignments:.3f}",
            f"{requests['graph'] / self.accounts:.1f}",
            f"{requests['login'] / self.accounts:.1f}",
            str(sum("changed=" in line and "changed=0 " not in line for line in done.stdout.splitlines())),
        ]

    def _inventory(self) -> pathlib.Path:
        command = [sys.executable, "-m", "azure_simulator", "inventory", "--run-dir", str(self.folder / "azure")]
        inventory = self.folder / "inventory.yml"
        inventory.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
        return inventory

    def _environment(self) -> dict[str, str]:
        login = self.endpoint["logins"]["migration"]
        return {
            **os.environ,
            "AZURE_TENANT": login["tenant"],
            "AZURE_CLIENT_ID": login["client_id"],
            "AZURE_SECRET": login["secret"],
            "AZURE_CLOUD_ENVIRONMENT": self.endpoint["resource_manager"],
            "RUNAS_MIGRATION_CA_BUNDLE": str(self.bundle),
            "RUNAS_MIGRATION_LEDGER": str(self.folder / "ledger"),
        }

    def _control(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.endpoint['control_token']}"}
        request = urllib.request.Request(self.endpoint["control"] + path, method=method, headers=headers)
        trust = ssl.create_default_context(cafile=self.endpoint["ca_file"])
        with urllib.request.urlopen(request, context=trust) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def kind_of(entry: dict[str, Any]) -> str:
    """Return what a request was for: login, put (a role assignment), or the service that answered it."""
    if entry["service"] == "login" or "/metadata/endpoints" in entry["path"]:
        return "login"
    if entry["method"] == "PUT" and "/roleAssignments/" in entry["path"]:
        return "put"
    return str(entry["service"])


def tell_paths(run: str, log: list[dict[str, Any]]) -> None:
    """Print how often each kind of request was sent; names and ids in paths and filters count as one."""
    kinds = collections.Counter(f"{entry['method']} {_NAMES.sub('*', unquote(entry['path']))}" for entry in log)
    print(run, *(f"{count:8} {kind}" for kind, count in kinds.most_common()), sep="\n")


def children_cpu() -> float:
    """Return the CPU seconds of ended children. The simulator has not ended, so it does not count."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def table(rows: list[list[str]]) -> str:
    """Return the rows as a Markdown table that is readable as text too."""
    widths = [max(len(row[column]) for row in [HEADER, *rows]) for column in range(len(HEADER))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [HEADER, *rows]
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
