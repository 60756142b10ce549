# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application of one service: fault, token, route, api-version, role check, handler, log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from azure_simulator import errors, locks, rbac, refusals
from azure_simulator.faults import Fault
from azure_simulator.graph_wire import admit
from azure_simulator.providers import activity_log
from azure_simulator.request_log import RequestLog
from azure_simulator.router import Route, Routes, scope_of
from azure_simulator.throttle import Throttle
from azure_simulator.tokens import TokenService
from azure_simulator.wire import Call, Response, encode_headers
from azure_simulator.world import World

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_log = logging.getLogger("azure_simulator")


class Engine:
    """What the listeners share."""

    def __init__(self, world: World, routes: Routes) -> None:
        self.world = world
        self.routes = routes
        self.tokens = TokenService(world)
        self.log = RequestLog()
        self.faults: list[Fault] = []
        self.throttle = Throttle()


class Gateway:
    """One listener: ``arm``, ``graph``, ``blob`` or ``login``."""

    def __init__(self, engine: Engine, service: str) -> None:
        self.engine = engine
        self.service = service

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read_body(receive)
        if body is None:
            return
        call = Call(
            self.engine.world,
            self.service,
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            dict(scope["headers"]),
            body,
        )
        fault = self._fault(call, scope)
        await self._wait(fault)
        if fault is not None and fault.drop == "before":
            self._record(call, scope, 0, None, fault)
            await _drop(receive, send)
            return
        route, response = self._answer(call, fault)
        dropped = fault is not None and fault.drop == "after"
        self._record(call, scope, 0 if dropped else response.status, route, fault)
        if dropped:
            await _drop(receive, send)
            return
        await _send(send, call, response)

    def _fault(self, call: Call, scope: dict[str, Any]) -> Fault | None:
        if not self.engine.faults:
            return None
        path = _logged_path(scope)
        hits = [fault for fault in self.engine.faults if fault.strikes(self.service, call.method, path)]
        return hits[0] if hits else None

    async def _wait(self, fault: Fault | None) -> None:
        milliseconds = self.engine.world.settings.latency_ms + (fault.latency if fault else 0)
        if milliseconds:
            await asyncio.sleep(milliseconds / 1000)

    def _answer(self, call: Call, fault: Fault | None) -> tuple[Route | None, Response]:
        route = None
        try:
            if fault is not None and fault.status:
                call.caller = self._caller_or_none(call)
                response = fault.response()
            else:
                route = self.engine.routes.match(call)
                response = self._serve(call, route)
        except errors.Refusal as refusal:
            response = _refused(refusal)
        except Exception:  # noqa: BLE001  a bug of one handler must not take the listener down
            _log.exception("%s %s failed inside the simulator", call.method, call.path)
            response = _refused(errors.arm_error(500, "InternalServerError", "The simulator failed; see server.log."))
        if route is not None:
            self._note_activity(call, route, response.status)
        if self.service == "arm":
            response.headers.update(self.engine.throttle.headers(call, self.engine.world.settings.throttle))
        return route, response

    def _serve(self, call: Call, route: Route) -> Response:
        if self.service != "login" and not route.public:
            call.caller = self.engine.tokens.verify(call.header("authorization"), self.service)
        if self.service == "arm" and not route.public:
            self._admit_to_resource_manager(call, route)
            self._admit_past_locks(call, route)
        elif self.service == "graph" and route.action is not None:
            admit(call, route.action)
        refusals.refuse_as_recorded(call)
        return route.handler(call)

    def _note_activity(self, call: Call, route: Route, status: int) -> None:
        """What was written to Resource Manager stands in the subscription's Activity Log (contract 12.1)."""
        if self.service == "arm" and route.mutates and route.action is not None:
            activity_log.record_call(call, route.action, scope_of(route, call), status)

    def _admit_to_resource_manager(self, call: Call, route: Route) -> None:
        world = self.engine.world
        if world.settings.throttle:
            self.engine.throttle.take(call)
        _check_subscription(call)
        _check_api_version(call, route)
        if route.action is None:
            return
        scope = scope_of(route, call)
        if not rbac.authorize(world, call.who, route.action, scope):
            raise errors.authorization_failed(call.who.app_id, call.who.object_id, route.action, scope)

    def _admit_past_locks(self, call: Call, route: Route) -> None:
        reads = call.method in _READS or (route.action or "").endswith("/read")
        if not reads:
            locks.refuse_where_locked(self.engine.world, call.path, deletes=call.method == "DELETE")

    def _caller_or_none(self, call: Call) -> Any:
        try:
            return self.engine.tokens.verify(call.header("authorization"), self.service)
        except errors.Refusal:
            return None

    def _record(self, call: Call, scope: dict[str, Any], status: int, route: Route | None, fault: Fault | None) -> None:
        mutating = self.service != "login" and (route.mutates if route is not None else call.method not in _READS)
        caller = call.caller.object_id if call.caller is not None else None
        described = fault.describe() if fault is not None else None
        self.engine.log.add(self.service, call.method, _logged_path(scope), status, caller, mutating, described)


_READS = ("GET", "HEAD", "OPTIONS")


def _check_subscription(call: Call) -> None:
    parts = call.path.split("/", 3)
    if len(parts) < 3 or parts[1].lower() != "subscriptions" or not parts[2]:
        return
    subscription = call.world.subscriptions.get(parts[2].lower())
    if subscription is None:
        raise errors.subscription_not_found(parts[2])
    if subscription.tenant_id.lower() != call.who.tenant_id.lower():
        raise errors.invalid_token(
            "The access token is from the wrong issuer. It must match the tenant associated with this subscription.",
            'Bearer error="invalid_token"',
        )


def _check_api_version(call: Call, route: Route) -> None:
    provider = route.provider
    if provider is None:
        return
    if not call.api_version:
        raise errors.missing_api_version()
    if call.api_version not in provider.versions:
        parts = route.template.rsplit(provider.namespace + "/", 1)[-1].split("/")
        raise errors.no_registered_provider(
            parts[0], "westeurope", call.api_version, list(provider.versions), list(provider.locations)
        )


def _refused(refusal: errors.Refusal) -> Response:
    return Response(
        refusal.status,
        refusal.body,
        refusal.content_type,
        dict(refusal.headers),
        from_gateway=refusal.from_gateway,
    )


def _logged_path(scope: dict[str, Any]) -> str:
    path: str = scope["raw_path"].decode("latin-1")
    query: str = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body; None when the client went away before it was complete."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _send(send: Send, call: Call, response: Response) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": encode_headers(call, response)})
    await send({"type": "http.response.body", "body": response.body if call.method != "HEAD" else b""})


async def _drop(receive: Receive, send: Any) -> None:
    # ASGI has no way to close a connection without an answer; uvicorn's request cycle
    # owns the transport and is the object that `send` is bound to.
    send.__self__.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
