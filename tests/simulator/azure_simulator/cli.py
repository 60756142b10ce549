# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``azure_simulator serve | stop | inventory``."""

from __future__ import annotations

import argparse
import json
import logging
import ssl
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from azure_simulator import faults
from azure_simulator.settings import Settings

_DESCRIPTION = """\
A local Azure for tests and rehearsals: Resource Manager, the Entra login and Microsoft
Graph, each a TLS listener on 127.0.0.1, plus a control listener. The real Azure SDK
clients talk to it; they trust it by the certificate authority in RUN_DIR/ca.pem."""

_EPILOG = """\
examples
  The demo estate, in the background, until stopped:
    python -m azure_simulator serve --run-dir /tmp/azure &
    python -m azure_simulator inventory --run-dir /tmp/azure > inventory.yml
    python -m azure_simulator stop --run-dir /tmp/azure

  A hundred accounts with ten runbooks each, the same ones every time:
    python -m azure_simulator serve --accounts 100 --runbooks 10 --seed 7 --run-dir /tmp/azure

  Accounts of every kind, and what an assessment should find out about them:
    python -m azure_simulator serve --accounts 200 --varied --truth truth.json --run-dir /tmp/azure

  Run As accounts whose principals hold 40 role assignments each, of every kind and scope:
    python -m azure_simulator serve --access-principals 12 --assignments 40 --truth truth.json --run-dir /tmp/azure

  An estate of your own, slow, throttled, with a publish that fails once:
    python -m azure_simulator serve --estate estate.yml --run-dir /tmp/azure --latency-ms 40 \\
        --throttle --replication-delay 5 --fault 'status=500,path=*/publish*,method=POST,nth=1,times=2'

  A copy of real accounts, of what module export_account wrote of them; or nothing, until playbook rehearse brings it:
    python -m azure_simulator serve --estate ./estate_export --run-dir /tmp/azure
    python -m azure_simulator serve --empty --run-dir /tmp/azure

what it writes into RUN_DIR
  endpoint.json  when it is ready, in one piece: pid, resource_manager, login, graph, blob, control,
                 control_token, ca_file, logins, managed_identities, accounts
  ca.pem         the certificate authority to trust
  server.log     what went wrong inside

the control API (address and bearer token in endpoint.json)
  GET /state               everything, as JSON, without secrets
  GET /requests            every request: n, time, service, method, path, status, caller, mutating, fault
  DELETE /requests         forget them
  GET, PUT, DELETE /faults a JSON list of faults, as text or objects; PUT replaces all
  PUT /estate              {"folders": ["PATH"]}: begin anew with exports
  GET, PUT /settings       e.g. {"latency_ms": 40, "throttle": true, "replication_delay": 5}
  POST /shutdown           end
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        command = {"serve": _serve, "stop": _stop, "inventory": _inventory}[options.command]
        return command(options)
    except (ValueError, OSError) as error:
        print(f"azure_simulator: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m azure_simulator",
        description=_DESCRIPTION,
        epilog=_fault_help() + _settings_help() + _EPILOG,
        formatter_class=shape,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="serve | stop | inventory")
    more = _fault_help() + _settings_help()
    serve = commands.add_parser("serve", help="run until stopped", formatter_class=shape, epilog=more)
    _add_run_dir(serve)
    serve.add_argument(
        "--estate",
        type=Path,
        metavar="FILE.yml|FOLDER",
        help="estate to load, or a folder of exports of module export_account (default: the demo estate)",
    )
    serve.add_argument("--empty", action="store_true", help="with nothing; exports come by the control API")
    serve.add_argument("--accounts", type=int, metavar="N", help="generate N accounts instead")
    serve.add_argument("--runbooks", type=int, default=10, metavar="M", help="runbooks per generated account (10)")
    serve.add_argument("--varied", action="store_true", help="with --accounts: of every kind, as assessments want them")
    serve.add_argument(
        "--access-principals",
        type=int,
        metavar="N",
        help="generate N accounts whose principals hold much access",
    )
    serve.add_argument("--assignments", type=int, default=40, metavar="M", help="role assignments of each of them (40)")
    serve.add_argument("--plain", action="store_true", help="of them: direct ones only, in one subscription each")
    serve.add_argument("--truth", type=Path, metavar="FILE", help="with either: write what is true about the accounts")
    serve.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the generator (1)")
    serve.add_argument("--port", type=int, default=0, help="first of five ports in a row (0 = any free ones)")
    serve.add_argument("--latency-ms", type=float, default=0, metavar="MS", help="wait before every answer")
    serve.add_argument("--throttle", action="store_true", help="Resource Manager's token buckets, with 429")
    serve.add_argument(
        "--replication-delay", type=float, default=0, metavar="SECONDS", help="until a new object is seen elsewhere"
    )
    serve.add_argument(
        "--set", action="append", default=[], metavar="NAME=JSON", help="any setting below, e.g. retry_after=5"
    )
    serve.add_argument("--fault", action="append", default=[], metavar="SPEC", help="see below; may be repeated")
    stop = commands.add_parser("stop", help="end the one that runs in RUN_DIR")
    _add_run_dir(stop)
    inventory = commands.add_parser("inventory", help="print a YAML inventory of its accounts")
    _add_run_dir(inventory)
    return parser


def _add_run_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run-dir", type=Path, required=True, metavar="DIR", help="where endpoint.json is")


def _fault_help() -> str:
    written = (faults.__doc__ or "").split("\n\n", 1)[1]
    return f"faults\n  {written.strip().replace(chr(10), chr(10) + '  ')}\n\n"


def _settings_help() -> str:
    width = max(len(name) for name, _, _ in Settings.describe())
    lines = [f"  {name:{width}}  {text} ({json.dumps(default)})" for name, default, text in Settings.describe()]
    return "\n".join(["settings, with their defaults (--set NAME=JSON, or the control API)", *lines, "", ""])


def _serve(options: argparse.Namespace) -> int:
    # Imported here: `stop` and `inventory` should not need the server.
    from azure_simulator import estate_export, estates
    from azure_simulator.server import Simulator
    from azure_simulator.world import World

    _require_consistent(options)
    options.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _running(options.run_dir) is not None:
        raise ValueError(f"a simulator already runs in {options.run_dir}; stop it first")
    # One that was killed leaves its own behind, which must not be taken for ours.
    (options.run_dir / "endpoint.json").unlink(missing_ok=True)
    _log_to(options.run_dir / "server.log")
    settings = dict(_setting(text) for text in options.set)
    settings |= {
        "latency_ms": options.latency_ms,
        "throttle": options.throttle,
        "replication_delay": options.replication_delay,
    }
    wanted_faults = [faults.parse(spec) for spec in options.fault]
    world = World()
    if options.access_principals is not None:
        size = (options.access_principals, options.assignments, options.seed)
        estates.generate_access(world, *size, only_plain=options.plain)
    elif options.accounts is not None:
        make = estates.generate_varied if options.varied else estates.generate
        make(world, options.accounts, options.runbooks, options.seed)
    elif options.estate is not None and estate_export.is_export(options.estate):
        for sentence in estate_export.load(world, options.estate):
            print(sentence, flush=True)
    elif not options.empty:
        estates.load(world, options.estate)
    if options.truth is not None:
        options.truth.write_text(json.dumps(world.provider_state["truth"], indent=1, ensure_ascii=False), "utf-8")
    # After the estate: what it holds is replicated long since.
    world.apply_settings(settings)
    simulator = Simulator(world, options.run_dir, options.port)
    simulator.engine.faults = wanted_faults
    simulator.run(_announce)
    return 0


def _require_consistent(options: argparse.Namespace) -> None:
    """ValueError for options that need others, or exclude each other."""
    if options.accounts is not None and options.access_principals is not None:
        raise ValueError("--accounts and --access-principals are two kinds of estates; give one of them")
    if options.empty and (options.estate or options.accounts is not None or options.access_principals is not None):
        raise ValueError("--empty is an estate of its own; leave --estate, --accounts and --access-principals away")
    if options.accounts is None and options.varied:
        raise ValueError("--varied needs --accounts")
    if options.access_principals is None and options.plain:
        raise ValueError("--plain needs --access-principals")
    if options.truth is not None and options.accounts is None and options.access_principals is None:
        raise ValueError("--truth needs --accounts or --access-principals")


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--set {text!r} is not NAME=JSON")
    return name, json.loads(value)


def _announce(endpoint: dict[str, Any]) -> None:
    print(
        f"azure_simulator ready: {endpoint['resource_manager']} ({len(endpoint['accounts'])} accounts, "
        f"pid {endpoint['pid']})",
        flush=True,
    )


def _stop(options: argparse.Namespace) -> int:
    endpoint = _running(options.run_dir)
    if endpoint is None:
        print(f"no simulator runs in {options.run_dir}")
        return 0
    _control(endpoint, "POST", "/shutdown")
    for _ in range(100):
        # It goes last: a simulator that no longer answers may still hold its ports.
        if not (options.run_dir / "endpoint.json").exists():
            print(f"stopped (pid {endpoint['pid']})")
            return 0
        time.sleep(0.1)
    raise ValueError(f"the simulator with pid {endpoint['pid']} does not end")


def _inventory(options: argparse.Namespace) -> int:
    path = options.run_dir / "endpoint.json"
    if not path.exists():
        raise ValueError(f"no simulator runs in {options.run_dir}: there is no endpoint.json")
    accounts = _read(path)["accounts"]
    names = Counter(account["name"] for account in accounts)
    hosts = {
        _host_name(account, names): {
            "ansible_connection": "local",
            # Without it a module process takes the first Python it finds, which may lack the SDKs.
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "subscription_id": account["subscription_id"],
            "resource_group": account["resource_group"],
            "automation_account_name": account["name"],
        }
        for account in accounts
    }
    print(yaml.safe_dump({"automation_accounts": {"hosts": hosts}}, sort_keys=False), end="")
    return 0


def _host_name(account: dict[str, str], names: Counter[str]) -> str:
    """The account's name; with its group and subscription where another account has the same."""
    if names[account["name"]] == 1:
        return account["name"]
    return f"{account['name']}.{account['resource_group']}.{account['subscription_id']}"


def _running(run_dir: Path) -> dict[str, Any] | None:
    """The content of endpoint.json if the simulator behind it answers, None otherwise."""
    path = run_dir / "endpoint.json"
    if not path.exists():
        return None
    endpoint = _read(path)
    try:
        _control(endpoint, "GET", "/settings")
    except OSError:
        return None
    return endpoint


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def _control(endpoint: dict[str, Any], method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {endpoint['control_token']}"}
    request = urllib.request.Request(endpoint["control"] + path, method=method, headers=headers)
    trust = ssl.create_default_context(cafile=endpoint["ca_file"])
    with urllib.request.urlopen(request, context=trust, timeout=10) as answer:
        answer.read()


def _log_to(path: Path) -> None:
    logging.basicConfig(filename=path, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
