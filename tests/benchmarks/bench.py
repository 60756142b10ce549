"""What a migration costs: time, CPU and requests per account, fast path on and off.

    python tests/benchmarks/bench.py [--accounts 10 100] [--forks 4] [--fast-path both] [--markdown FILE]

For each number of generated accounts, on a simulator of its own: the playbook
assess, the migration playbook as a first run and as a second run (nothing to do),
and a single task of each module that finds nothing to do. CPU is that of ansible-playbook with its
workers and module processes, user and system, without the simulator.

The bundle that is trusted holds the usual authorities beside the simulator's own,
as with Azure: reading them costs more than all the rest of a small task.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
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
from typing import Any

import certifi

RUNBOOKS = 10
ASSESS = "azauto.runas_migration.assess"
MIGRATE = "azauto.runas_migration.migrate"
MODULES = ("enable_identity", "copy_runas_roles", "update_runbook")
ONE_TASK = """\
- hosts: all
  gather_facts: false
  tasks:
    - azauto.runas_migration.{module}:
        subscription_id: "{{{{ subscription_id }}}}"
        resource_group: "{{{{ resource_group }}}}"
        automation_account_name: "{{{{ automation_account_name }}}}"
"""
LABELS = {
    "arm reads": "ARM reads",
    "arm writes": "ARM writes",
    "graph reads": "Graph reads",
    "graph writes": "Graph writes",
    "login": "logins",
}


@dataclasses.dataclass(frozen=True)
class Figures:
    """One measured run; requests are counted over the whole run."""

    run: str
    fast: bool
    accounts: int
    wall: float
    cpu: float
    changed: int
    requests: collections.Counter[str]

    def row(self) -> list[str]:
        """Return the figures per account as they are printed."""
        each = [f"{self.requests[kind] / self.accounts:.1f}" for kind in LABELS]
        return [
            self.run,
            str(self.accounts),
            "on" if self.fast else "off",
            f"{self.wall:.1f}",
            f"{self.cpu / self.accounts:.3f}",
            *each,
            str(self.changed),
        ]


HEADER = ["run", "accounts", "fast path", "wall s", "CPU s/account", *LABELS.values(), "hosts changed"]


class Bench:
    """A simulator with generated accounts, and ansible-playbook runs on it."""

    def __init__(self, folder: pathlib.Path, accounts: int, forks: int) -> None:
        self.folder = folder
        self.accounts = accounts
        self.forks = forks
        self.run_dir = folder / "azure"
        self.simulator = self._start()
        self.endpoint: dict[str, Any] = json.loads((self.run_dir / "endpoint.json").read_text())
        self.bundle = folder / "bundle.pem"
        own = pathlib.Path(self.endpoint["ca_file"])
        self.bundle.write_bytes(pathlib.Path(certifi.where()).read_bytes() + own.read_bytes())

    def _start(self) -> subprocess.Popen[bytes]:
        serve = [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", str(self.run_dir)]
        size = ["--accounts", str(self.accounts), "--runbooks", str(RUNBOOKS), "--seed", "7"]
        simulator = subprocess.Popen([*serve, *size], stdout=subprocess.DEVNULL)
        while not (self.run_dir / "endpoint.json").exists():
            if simulator.poll() is not None:
                raise SystemExit("the simulator did not start")
            time.sleep(0.05)
        return simulator

    def stop(self) -> None:
        """End the simulator."""
        self.simulator.kill()
        self.simulator.wait()

    def measure(self, run: str, playbook: str, fast: bool) -> Figures:
        """Run a playbook on all accounts and return what it cost."""
        self._control("DELETE", "/requests")
        command = ["ansible-playbook", "-i", str(self._inventory()), "-f", str(self.forks), playbook]
        folders = {name: str(self.folder / name) for name in ("runas_assessments", "runas_report")}
        command += ["-e", json.dumps({"runas_in_process": fast, **folders})]
        cpu, wall = _children_cpu(), time.monotonic()
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        wall, cpu = time.monotonic() - wall, _children_cpu() - cpu
        if done.returncode:
            raise SystemExit(done.stdout[-9000:] + done.stderr)
        return Figures(run, fast, self.accounts, wall, cpu, _hosts_changed(done.stdout), self._requests())

    def _inventory(self) -> pathlib.Path:
        command = [sys.executable, "-m", "azure_simulator", "inventory", "--run-dir", str(self.run_dir)]
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

    def _requests(self) -> collections.Counter[str]:
        return collections.Counter(_kind(entry) for entry in self._control("GET", "/requests"))

    def _control(self, method: str, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.endpoint['control_token']}"}
        request = urllib.request.Request(self.endpoint["control"] + path, method=method, headers=headers)
        trust = ssl.create_default_context(cafile=self.endpoint["ca_file"])
        with urllib.request.urlopen(request, context=trust) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def _kind(entry: dict[str, Any]) -> str:
    if entry["service"] == "login" or "/metadata/endpoints" in entry["path"]:
        return "login"
    return f"{entry['service']} {'writes' if entry['mutating'] else 'reads'}"


def _hosts_changed(output: str) -> int:
    return sum("changed=" in line and "changed=0 " not in line for line in output.splitlines())


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_size(accounts: int, forks: int, fast: bool) -> list[Figures]:
    """Return the figures of a first run, a second run, and one task with nothing to do."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bench = Bench(folder, accounts, forks)
        try:
            figures = [bench.measure("assess, with the report", ASSESS, fast)]
            figures += [bench.measure(f"migrate, {which} run", MIGRATE, fast) for which in ("first", "second")]
            for module in MODULES:
                one_task = folder / f"{module}.yml"
                one_task.write_text(ONE_TASK.format(module=module))
                figures.append(bench.measure(f"{module}, nothing to do", str(one_task), fast))
            return figures
        finally:
            bench.stop()


def table(rows: list[list[str]]) -> str:
    """Return the rows as a Markdown table that is readable as text too."""
    widths = [max(len(row[column]) for row in [HEADER, *rows]) for column in range(len(HEADER))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [HEADER, *rows]
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def further_hosts(figures: list[Figures]) -> list[str]:
    """Return a sentence per run on what one account more costs: without the start of Ansible, which is paid once."""
    few, many = min(each.accounts for each in figures), max(each.accounts for each in figures)
    cpu = {(each.run, each.fast, each.accounts): each.cpu for each in figures}
    kinds = dict.fromkeys((each.run, each.fast) for each in figures)
    return [
        f"{run}, fast path {'on' if fast else 'off'}: "
        f"{(cpu[run, fast, many] - cpu[run, fast, few]) / (many - few):.3f} s of CPU for each further account"
        for run, fast in kinds
        if many > few
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--forks", type=int, default=4)
    parser.add_argument("--fast-path", choices=["on", "off", "both"], default="both")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table here as well")
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, {RUNBOOKS} runbooks per account, forks {options.forks}")
    paths = {"on": [True], "off": [False], "both": [True, False]}[options.fast_path]
    figures = [
        each for accounts in options.accounts for fast in paths for each in measure_size(accounts, options.forks, fast)
    ]
    text = table([each.row() for each in figures])
    print(text)
    further = further_hosts(figures)
    print(*further, sep="\n")
    if options.markdown:
        options.markdown.write_text("\n".join([text, "", *further, ""]))


if __name__ == "__main__":
    main()
