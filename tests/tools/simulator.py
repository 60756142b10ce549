"""Run the simulator in the background, and log in to it.

    python tests/tools/simulator.py start RUN_DIR [what "serve" takes ...]
    python tests/tools/simulator.py stop RUN_DIR
    python tests/tools/simulator.py login RUN_DIR
    python tests/tools/simulator.py free-port

``start`` returns when it answers, and does nothing when one runs there already.
``login`` prints shell exports: the migration's login, as a user would set it.
``free-port`` prints the first of four free ports in a row, for "start ... --port".
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import random
import shlex
import socket
import subprocess
import sys
import time

START_TIMEOUT_SECONDS = 120


def main() -> None:
    if sys.argv[1:] == ["free-port"]:
        print(free_port())
        return
    command, run_dir, *arguments = sys.argv[1:]
    commands = {"start": start, "stop": stop, "login": login}
    commands[command](pathlib.Path(run_dir).resolve(), arguments)


def start(run_dir: pathlib.Path, arguments: list[str]) -> None:
    """Start a simulator that outlives this process, and wait until it is ready."""
    endpoint = run_dir / "endpoint.json"
    if is_running(endpoint):
        return
    endpoint.unlink(missing_ok=True)
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "serve.log").open("wb") as log:
        serving = subprocess.Popen(
            [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", str(run_dir), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not endpoint.exists():
        if serving.poll() is not None or time.monotonic() > deadline:
            serving.kill()
            sys.exit(f"the simulator did not start:\n{(run_dir / 'serve.log').read_text(encoding='utf-8')}")
        time.sleep(0.05)


def is_running(endpoint: pathlib.Path) -> bool:
    """Tell whether the process that wrote this file still lives; one that was killed leaves it behind."""
    try:
        os.kill(json.loads(endpoint.read_text(encoding="utf-8"))["pid"], 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


def stop(run_dir: pathlib.Path, arguments: list[str]) -> None:
    """Stop the simulator of this folder, if one runs."""
    if (run_dir / "endpoint.json").exists():
        subprocess.run(
            [sys.executable, "-m", "azure_simulator", "stop", "--run-dir", str(run_dir), *arguments], check=True
        )


def login(run_dir: pathlib.Path, arguments: list[str]) -> None:
    """Print the environment of a login to the simulator; names as azure.azcollection's users know them."""
    endpoint = json.loads((run_dir / "endpoint.json").read_text(encoding="utf-8"))
    who = endpoint["logins"][arguments[0] if arguments else "migration"]
    environment = {
        "AZURE_CLOUD_ENVIRONMENT": endpoint["resource_manager"],
        "AZURE_TENANT": who["tenant"],
        "AZURE_CLIENT_ID": who["client_id"],
        "AZURE_SECRET": who["secret"],
        "RUNAS_MIGRATION_CA_BUNDLE": endpoint["ca_file"],
    }
    for name, value in environment.items():
        print(f"export {name}={shlex.quote(value)}")


def free_port() -> int:
    """Return a port that is free together with the three after it."""
    for port in random.sample(range(20000, 60000, 4), 100):
        with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
            for offset in range(4):
                opened.enter_context(socket.socket()).bind(("127.0.0.1", port + offset))
            return port
    sys.exit("no four free ports in a row were found")


if __name__ == "__main__":
    main()
