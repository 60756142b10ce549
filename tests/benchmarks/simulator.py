"""What the simulator itself costs: memory for 1,000 accounts, and the time of a GET through the SDK.

    python tests/benchmarks/simulator.py [--accounts 1000] [--reads 500]

The time is that which a client sees, the client's own work included.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from azure.identity import ClientSecretCredential
from azure.mgmt.automation import AutomationClient

RUNBOOKS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--reads", type=int, default=500)
    options = parser.parse_args()
    with simulator(options.accounts) as endpoint:
        client, accounts = connect(endpoint), endpoint["accounts"]
        account = median_ms(options.reads, lambda number: read_account(client, accounts[number % len(accounts)]))
        print(f"{options.accounts} accounts with {RUNBOOKS} runbooks each: {memory_mib(endpoint['pid'])} MiB")
        print(f"GET account through the SDK, median of {options.reads}: {account:.1f} ms")


@contextmanager
def simulator(accounts: int) -> Iterator[dict[str, Any]]:
    """Run a simulator with generated accounts of one subscription's size or more; yield its endpoint.json."""
    with tempfile.TemporaryDirectory() as name:
        run_dir = pathlib.Path(name)
        size = ["--accounts", str(accounts), "--runbooks", str(RUNBOOKS), "--seed", "7"]
        serve = [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", name, *size]
        process = subprocess.Popen(serve, stdout=subprocess.DEVNULL)
        try:
            while not (run_dir / "endpoint.json").exists():
                if process.poll() is not None:
                    raise SystemExit("the simulator did not start")
                time.sleep(0.05)
            yield json.loads((run_dir / "endpoint.json").read_text())
        finally:
            process.kill()
            process.wait()


def connect(endpoint: dict[str, Any]) -> AutomationClient:
    """Return the SDK's client, logged in as the migration."""
    login = endpoint["logins"]["migration"]
    trust = {"connection_verify": endpoint["ca_file"]}
    credential = ClientSecretCredential(
        login["tenant"],
        login["client_id"],
        login["secret"],
        authority=endpoint["login"],
        disable_instance_discovery=True,
        **trust,
    )
    scope = [f"{endpoint['resource_manager']}/.default"]
    subscription = endpoint["accounts"][0]["subscription_id"]
    return AutomationClient(
        credential, subscription, base_url=endpoint["resource_manager"], credential_scopes=scope, **trust
    )


def read_account(client: AutomationClient, account: dict[str, str]) -> None:
    """GET one account; accounts of other subscriptions are read from theirs."""
    client._config.subscription_id = account["subscription_id"]
    client.automation_account.get(account["resource_group"], account["name"])


def median_ms(times: int, read: Callable[[int], None]) -> float:
    """Return the median time of ``read`` in milliseconds; the first ten, which log in and connect, do not count."""
    took = []
    for number in range(times + 10):
        start = time.perf_counter()
        read(number)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took[10:])


def memory_mib(pid: int) -> int:
    """Return the resident memory of a process in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


if __name__ == "__main__":
    main()
