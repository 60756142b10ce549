"""Run the simulator in the background, and log in to it.

    python tests/tools/simulator.py start RUN_DIR [what "serve" takes ...]
    python tests/tools/simulator.py stop RUN_DIR
    python tests/tools/simulator.py login RUN_DIR

``start`` returns when it answers, and does nothing when one runs there already.
``login`` prints shell exports: the migration's login, as a user would set it.
"""

from __future__ import annotations

import json
import pathlib
import shlex
import subprocess
import sys
import time

START_TIMEOUT_SECONDS = 120


def main() -> None:
    command, run_dir, *arguments = sys.argv[1:]
    commands = {"start": start, "stop": stop, "login": login}
    commands[command](pathlib.Path(run_dir).resolve(), arguments)


def start(run_dir: pathlib.Path, arguments: list[str]) -> None:
    """Start a simulator that outlives this process, and wait until it is ready."""
    endpoint = run_dir / "endpoint.json"
    if endpoint.exists():
        return
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


if __name__ == "__main__":
    main()
