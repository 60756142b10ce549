# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the five TLS listeners in one process and writes endpoint.json."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import trustme
import uvicorn
import uvloop

from azure_simulator import estate_export, graph_batch, login
from azure_simulator.control import control_app
from azure_simulator.estate_export_accounts import ONLY_MET
from azure_simulator.gateway import Engine, Gateway
from azure_simulator.providers import all_providers
from azure_simulator.router import Routes
from azure_simulator.world import World

_LISTENERS = ("resource_manager", "login", "graph", "control", "blob")


def make_engine(world: World) -> Engine:
    """An engine with the routes of every provider."""
    routes = Routes()
    engine = Engine(world, routes)
    login.register(routes, engine.tokens)
    graph_batch.register(routes, engine)
    for provider in all_providers():
        provider.register(routes)
    return engine


class Simulator:
    """A simulated Azure on loopback. ``run`` blocks; ``start`` and ``stop`` use a thread."""

    def __init__(self, world: World, run_dir: Path, port: int = 0) -> None:
        self.world = world
        self.run_dir = run_dir
        self.engine = make_engine(world)
        self.control_token = secrets.token_urlsafe(24)
        run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sockets = _bind(port)
        self._set_endpoints()
        self._certificate = _make_certificate(run_dir)
        self._servers: list[_Server] = []
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()

    def run(self, on_ready: Callable[[dict[str, Any]], None]) -> None:
        """Serve until SIGTERM, SIGINT or the control API's shutdown."""
        uvloop.run(self._serve(on_ready, with_signals=True))

    def start(self) -> dict[str, Any]:
        """Serve in a thread; returns what endpoint.json holds."""
        self._thread = threading.Thread(target=self._run_in_thread, daemon=True)
        self._thread.start()
        if not self._ready.wait(30):
            raise TimeoutError("the simulator did not come up within 30 seconds")
        return self.endpoint()

    def stop(self) -> None:
        """End what ``start`` began."""
        self.shut_down()
        if self._thread is not None:
            self._thread.join(30)

    def shut_down(self) -> None:
        """Ask every listener to end."""
        for server in self._servers:
            server.should_exit = True
            # Clients keep idle TLS connections open and do not answer a polite goodbye.
            server.force_exit = True

    def replace_world(self, folders: list[Path]) -> dict[str, Any]:
        """Make the world anew of folders of exports; tells its accounts and what is to be known about them.

        EstateError names what is wrong with an export; the world then stays what it was.
        """
        world = World(self.world.settings)
        said = estate_export.load(world, *folders)
        world.endpoints = self.world.endpoints
        self.world = self.engine.world = world
        self.engine.tokens.move_to(world)
        self.engine.log.clear()
        self._write_endpoint()
        return {"accounts": self.endpoint()["accounts"], "said": said}

    def endpoint(self) -> dict[str, Any]:
        """The content of endpoint.json."""
        endpoints = self.world.endpoints
        return {
            "pid": os.getpid(),
            "resource_manager": endpoints.resource_manager,
            "login": endpoints.login,
            "graph": endpoints.graph,
            "blob": endpoints.blob,
            "control": endpoints.control,
            "control_token": self.control_token,
            "ca_file": str((self.run_dir / "ca.pem").resolve()),
            "logins": {
                item.name: {
                    "tenant": item.tenant_id,
                    "client_id": item.client_id,
                    "secret": item.secret,
                    "object_id": item.object_id,
                }
                for item in self.world.logins.values()
            },
            "managed_identities": {
                item.name: {"endpoint": f"{endpoints.login}/msi/token", "header": item.header}
                for item in self.world.hosts.values()
            },
            "accounts": [
                {"subscription_id": item.subscription_id, "resource_group": item.group, "name": item.name}
                for key, item in self.world.accounts.items()
                if key not in self.world.provider_state.get(ONLY_MET, ())
            ],
        }

    def _run_in_thread(self) -> None:
        uvloop.run(self._serve(lambda endpoint: self._ready.set(), with_signals=False))

    async def _serve(self, on_ready: Callable[[dict[str, Any]], None], with_signals: bool) -> None:
        apps = {
            "resource_manager": Gateway(self.engine, "arm"),
            "login": Gateway(self.engine, "login"),
            "graph": Gateway(self.engine, "graph"),
            "blob": Gateway(self.engine, "blob"),
            "control": control_app(self.engine, self.control_token, self.shut_down, self.replace_world),
        }
        self._servers = [_Server(self._config(apps[name])) for name in _LISTENERS]
        if with_signals:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.shut_down)
        serving = [
            asyncio.ensure_future(server.serve(sockets=[self._sockets[name]]))
            for name, server in zip(_LISTENERS, self._servers, strict=True)
        ]
        while not all(server.started for server in self._servers):
            if any(task.done() for task in serving):
                break
            await asyncio.sleep(0.01)
        else:
            self._write_endpoint()
            on_ready(self.endpoint())
        await asyncio.gather(*serving)
        (self.run_dir / "endpoint.json").unlink(missing_ok=True)

    def _config(self, app: Any) -> uvicorn.Config:
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
        config.load()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        config.ssl = context
        return config

    def _set_endpoints(self) -> None:
        for name, bound in self._sockets.items():
            setattr(self.world.endpoints, name, f"https://127.0.0.1:{bound.getsockname()[1]}")

    def _write_endpoint(self) -> None:
        final = self.run_dir / "endpoint.json"
        draft = self.run_dir / "endpoint.json.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(self.endpoint(), stream, indent=1)
        os.replace(draft, final)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The servers share the process: Simulator handles the signals for all of them.
        yield


def _bind(port: int) -> dict[str, socket.socket]:
    """One socket per listener; ``port`` is the first one's, the others follow it (0 = any)."""
    sockets = {}
    for offset, name in enumerate(_LISTENERS):
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port + offset if port else 0))
        sockets[name] = bound
    return sockets


def _make_certificate(run_dir: Path) -> trustme.LeafCert:
    authority = trustme.CA(organization_name="azure_simulator")
    authority.cert_pem.write_to_path(str(run_dir / "ca.pem"))
    return authority.issue_cert("localhost", "127.0.0.1", "::1")
