# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator of their own for the tests that want one, and the ways to use it.

``azure`` is a fresh simulator with the demo estate; ``start_azure`` starts one
with another estate or other settings. ``azure.call("enable_identity", ...)``
runs a step as its module would: options checked, real SDK clients, TLS.
``azure.playbook(...)`` runs ansible-playbook.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._call import perform, perform_reading
from ansible_collections.azauto.runas_migration.plugins.plugin_utils._reading import ReadingAction

from .simulator_starter import Starter

COLLECTION = "ansible_collections.azauto.runas_migration.plugins"
READY_SECONDS = 30
# Without an interpreter named, the ordinary path takes the first Python it finds, which may lack the SDKs.
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


class Azure:
    """A running simulator."""

    def __init__(self, run_dir: Path, pid: int) -> None:
        self.run_dir = run_dir
        self.pid = pid
        self.endpoint: dict[str, Any] = json.loads((run_dir / "endpoint.json").read_text())
        self.ledger = run_dir / "ledger"
        self._tls = ssl.create_default_context(cafile=self.endpoint["ca_file"])

    # What the tests look at

    def state(self) -> dict[str, Any]:
        """Return the whole state."""
        state: dict[str, Any] = self.control("GET", "/state")
        return state

    def requests(self) -> list[dict[str, Any]]:
        """Return the log of all requests since the start, or since ``forget_requests``."""
        answer = self.control("GET", "/requests")
        log: list[dict[str, Any]] = answer["requests"] if isinstance(answer, dict) else answer
        return log

    def writes(self) -> list[str]:
        """Return method and path of each request that changes something."""
        return [f"{entry['method']} {entry['path']}" for entry in self.requests() if entry["mutating"]]

    def forget_requests(self) -> None:
        """Begin the log anew."""
        self.control("DELETE", "/requests")

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control interface."""
        request = urllib.request.Request(
            self.endpoint["control"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.endpoint['control_token']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, context=self._tls, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    # How the tests act

    def account(self, name: str) -> dict[str, str]:
        """Return the options that name an account."""
        found = next(account for account in self.endpoint["accounts"] if account["name"] == name)
        return {
            "subscription_id": found["subscription_id"],
            "resource_group": found["resource_group"],
            "automation_account_name": found["name"],
        }

    def login(self, name: str = "migration") -> dict[str, Any]:
        """Return the login options of one of the estate's logins."""
        login = self.endpoint["logins"][name]
        return {
            "tenant": login["tenant"],
            "client_id": login["client_id"],
            "secret": login["secret"],
            "cloud_environment": self.endpoint["resource_manager"],
            "ca_bundle": self.endpoint["ca_file"],
        }

    def call(
        self, module: str, account: str, *, check: bool = False, login: str = "migration", **options: Any
    ) -> dict[str, Any]:
        """Run the step of a module on an account and return its result; diff mode is always on."""
        step, arguments = step_of(module)
        ledger = {"ledger": str(self.ledger)} if "ledger" in arguments.options else {}
        named = {**self.login(login), **self.account(account), **ledger, **options}
        checked = ArgumentSpecValidator(dict(arguments.options), **arguments.rules()).validate(named)
        assert not checked.error_messages, checked.error_messages
        parameters = checked.validated_parameters
        if reads_only(module):
            return dict(perform_reading(step, parameters, check_mode=check))
        result: dict[str, Any] = perform(step, module, parameters, check_mode=check, diff_mode=True)
        return result

    def environment(self, login: str = "migration") -> dict[str, str]:
        """Return the environment variables of a login, as AWX's credential sets them."""
        options = self.login(login)
        return {
            "AZURE_TENANT": options["tenant"],
            "AZURE_CLIENT_ID": options["client_id"],
            "AZURE_SECRET": options["secret"],
            "AZURE_CLOUD_ENVIRONMENT": options["cloud_environment"],
            "RUNAS_MIGRATION_CA_BUNDLE": options["ca_bundle"],
            "RUNAS_MIGRATION_LEDGER": str(self.ledger),
        }

    def inventory(self) -> Path:
        """Write an inventory with one host per account, named as the account, and return its path."""
        hosts = {account["name"]: {**self.account(account["name"]), **LOCAL} for account in self.endpoint["accounts"]}
        path = self.run_dir / "inventory.yml"
        path.write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
        return path

    def listed(self, *arguments: str, login: str = "migration", options: Any = None, **environment: str) -> Listed:
        """Run ansible-inventory --list on a file of the plugin with these options, as a login."""
        path = self.source(options)
        return ansible_inventory("-i", str(path), "--list", *arguments, **{**self.environment(login), **environment})

    def source(self, options: Any = None) -> Path:
        """Write an inventory file of the plugin and return its path."""
        path = self.run_dir / "automation_accounts.yml"
        path.write_text(yaml.safe_dump({"plugin": "azauto.runas_migration.automation_accounts", **(options or {})}))
        return path

    def playbook(self, playbook: str | list[dict[str, Any]], *arguments: str, **environment: str) -> Run:
        """Run ansible-playbook on all accounts: a playbook by name or path, or plays as a list."""
        if not isinstance(playbook, str):
            playbook = written(playbook, self.run_dir)
        return ansible_playbook(
            "-i", str(self.inventory()), playbook, *arguments, **{**self.environment(), **environment}
        )

    def task(self, module: str, account: str, *arguments: str, variables: Any = None, **options: Any) -> dict[str, Any]:
        """Run one task of a module on one account through ansible-playbook and return its result."""
        named = {
            "resource_group": "{{ resource_group }}",
            "automation_account_name": "{{ automation_account_name }}",
            "subscription_id": "{{ subscription_id }}",
        }
        answer = self.run_dir / "result.json"
        tasks = tasks_that_keep_the_result(module, {**named, **options}, answer)
        play = {"hosts": account, "gather_facts": False, "vars": variables or {}, "tasks": tasks}
        run = self.playbook([play], *arguments)
        assert run.code == 0, run.output + run.errors
        result: dict[str, Any] = json.loads(answer.read_text())
        return result


class Run:
    """An ended ansible-playbook."""

    def __init__(self, code: int, output: str, errors: str) -> None:
        self.code = code
        self.output = output
        self.errors = errors


class Listed(Run):
    """An ended ansible-inventory --list."""

    @property
    def hosts(self) -> dict[str, dict[str, Any]]:
        """The variables of each host, by its name; what is marked as no template like the rest."""
        shown: dict[str, dict[str, Any]] = json.loads(self.output, object_hook=_unmarked)["_meta"]["hostvars"]
        return shown

    @property
    def groups(self) -> dict[str, set[str]]:
        """The hosts of each group."""
        return {name: set(group.get("hosts", [])) for name, group in json.loads(self.output).items() if name != "_meta"}


def _unmarked(item: dict[str, Any]) -> Any:
    return item.get("__ansible_unsafe", item)


def ansible_inventory(*arguments: str, **environment: str) -> Listed:
    """Run ansible-inventory; an inventory that cannot be made ends it, as it ends an update of AWX."""
    run = _run("ansible-inventory", *arguments, ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true", **environment)
    return Listed(run.code, run.output, run.errors)


def ansible_playbook(*arguments: str, **environment: str) -> Run:
    """Run ansible-playbook."""
    return _run("ansible-playbook", *arguments, **environment)


def _run(command_name: str, *arguments: str, **environment: str) -> Run:
    command = [str(Path(sys.executable).parent / command_name), *arguments]
    variables = {**os.environ, "ANSIBLE_FORCE_COLOR": "0", **environment}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=280)
    return Run(done.returncode, done.stdout, done.stderr)


def written(plays: list[dict[str, Any]], folder: Path) -> str:
    """Write plays to a playbook in ``folder`` and return its path."""
    path = folder / "playbook.yml"
    path.write_text(yaml.safe_dump(plays))
    return str(path)


def tasks_that_keep_the_result(module: str, options: dict[str, Any], answer: Path) -> list[dict[str, Any]]:
    """Return a task of a module, and one that writes its result to ``answer`` even in check mode."""
    task = {f"azauto.runas_migration.{module}": options, "register": "result", "ignore_errors": True}
    keep = {
        "ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": str(answer), "mode": "0600"},
        "check_mode": False,
        "diff": False,
    }
    return [task, keep]


def step_of(module: str) -> tuple[Any, Any]:
    """Return the step and the argument spec that a module's action plugin runs."""
    action = action_of(module)
    return action.step[0], action.arguments


def reads_only(module: str) -> bool:
    """Tell whether a module changes nothing in Azure."""
    return issubclass(action_of(module), ReadingAction)


def action_of(module: str) -> Any:
    """Return the class of a module's action plugin."""
    return importlib.import_module(f"{COLLECTION}.action.{module}").ActionModule


@pytest.fixture
def start_azure(tmp_path: Path) -> Iterator[Callable[..., Azure]]:
    """Return a function that starts a simulator; its arguments are those of ``serve``."""
    started: list[Azure] = []

    def start(*arguments: str) -> Azure:
        azure = _start(tmp_path / f"azure{len(started)}", arguments)
        started.append(azure)
        return azure

    yield start
    for azure in started:
        _stop(azure)


@pytest.fixture
def azure(start_azure: Callable[..., Azure]) -> Azure:
    """Return a fresh simulator with the demo estate."""
    return start_azure()


@cache
def _starter() -> Starter:
    """Return the process that forks the simulators of this test run."""
    starter = Starter()
    atexit.register(starter.close)
    return starter


def _start(run_dir: Path, arguments: tuple[str, ...]) -> Azure:
    run_dir.mkdir()
    pid = _starter().start(run_dir, arguments)
    deadline = time.monotonic() + READY_SECONDS
    while not (run_dir / "endpoint.json").exists():
        if not _runs(pid) or time.monotonic() > deadline:
            raise AssertionError((run_dir / "output.log").read_text())
        time.sleep(0.005)
    return Azure(run_dir, pid)


def _stop(azure: Azure) -> None:
    """End a simulator at once, and wait until it holds no port any more."""
    with suppress(ProcessLookupError):
        os.kill(azure.pid, signal.SIGKILL)
    while _runs(azure.pid):
        time.sleep(0.001)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
