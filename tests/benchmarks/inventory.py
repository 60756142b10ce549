"""What listing accounts costs: time, CPU and requests of ansible-inventory on 1,000 accounts of five subscriptions.

    python tests/benchmarks/inventory.py [--accounts 1000] [--latency-ms 0] [--markdown FILE]

CPU is that of ansible-inventory, user and system, without the simulator. With --latency-ms the simulator waits before
each answer, as a network does.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import pathlib
import platform
import resource
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import certifi

PLUGIN = "azauto.runas_migration.automation_accounts"
RUNS: dict[str, dict[str, Any]] = {
    "list": {},
    "Resource Graph": {"source": "resource_graph"},
    "list, identity of each": {"read_identity": True},
    "list, identity of each, 16 at once": {"read_identity": True, "max_parallel": 16},
    "list, filters and groups": {
        "host_filters": ["location is defined"],
        "keyed_groups": [{"key": "tags", "prefix": "tag"}],
        "compose": {"where": "resource_group ~ '/' ~ location"},
    },
    "list, into the cache": {"cache": True},
    "from the cache": {"cache": True},
}
HEADER = ["inventory", "accounts", "wall s", "CPU s", "requests", "logins"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table here as well")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, latency {options.latency_ms} ms")
    with tempfile.TemporaryDirectory() as name, simulator(pathlib.Path(name), options) as endpoint:
        rows = [measure(pathlib.Path(name), endpoint, run) for run in RUNS]
    text = table(rows)
    print(text)
    if options.markdown:
        options.markdown.write_text(text + "\n")


@contextlib.contextmanager
def simulator(folder: pathlib.Path, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Run a simulator with generated accounts; yield its endpoint.json."""
    size = ["--accounts", str(options.accounts), "--runbooks", "0", "--latency-ms", str(options.latency_ms)]
    serve = [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", str(folder), *size]
    process = subprocess.Popen(serve, stdout=subprocess.DEVNULL)
    try:
        while not (folder / "endpoint.json").exists():
            if process.poll() is not None:
                raise SystemExit("the simulator did not start")
            time.sleep(0.05)
        yield json.loads((folder / "endpoint.json").read_text())
    finally:
        process.kill()
        process.wait()


def measure(folder: pathlib.Path, endpoint: dict[str, Any], run: str) -> list[str]:
    """Run ansible-inventory once and return what it cost."""
    control(endpoint, "DELETE")
    source = folder / "automation_accounts.yml"
    cache = {"cache_plugin": "jsonfile", "cache_connection": str(folder / "cache")}
    source.write_text(json.dumps({"plugin": PLUGIN, **RUNS[run], **cache}))
    command = ["ansible-inventory", "-i", str(source), "--list"]
    cpu, wall = children_cpu(), time.monotonic()
    done = subprocess.run(command, env=environment(folder, endpoint), capture_output=True, text=True, check=True)
    wall, cpu = time.monotonic() - wall, children_cpu() - cpu
    hosts = len(json.loads(done.stdout)["_meta"]["hostvars"])
    requests = collections.Counter(entry["service"] for entry in control(endpoint, "GET"))
    return [run, str(hosts), f"{wall:.2f}", f"{cpu:.2f}", str(requests["arm"]), str(requests["login"])]


def environment(folder: pathlib.Path, endpoint: dict[str, Any]) -> dict[str, str]:
    """Return the variables of the login; the bundle holds the usual authorities too, as with Azure."""
    login = endpoint["logins"]["reader"]
    bundle = folder / "bundle.pem"
    bundle.write_bytes(pathlib.Path(certifi.where()).read_bytes() + pathlib.Path(endpoint["ca_file"]).read_bytes())
    return {
        **os.environ,
        "AZURE_TENANT": login["tenant"],
        "AZURE_CLIENT_ID": login["client_id"],
        "AZURE_SECRET": login["secret"],
        "AZURE_CLOUD_ENVIRONMENT": endpoint["resource_manager"],
        "RUNAS_MIGRATION_CA_BUNDLE": str(bundle),
    }


def control(endpoint: dict[str, Any], method: str) -> Any:
    """Read the log of requests, or begin it anew."""
    headers = {"Authorization": f"Bearer {endpoint['control_token']}"}
    request = urllib.request.Request(endpoint["control"] + "/requests", method=method, headers=headers)
    trust = ssl.create_default_context(cafile=endpoint["ca_file"])
    with urllib.request.urlopen(request, context=trust) as answer:
        text = answer.read()
    return json.loads(text) if text else None


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
