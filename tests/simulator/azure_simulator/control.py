# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API, on a listener of its own: state, request log, faults, settings, shutdown."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from azure_simulator import faults, state
from azure_simulator.gateway import Engine


def control_app(engine: Engine, token: str, shutdown: Callable[[], None]) -> Starlette:
    """The ASGI application; every request needs ``Authorization: Bearer <token>``."""

    async def show_state(request: Request) -> Response:
        return JSONResponse(state.dump(engine.world))

    async def show_requests(request: Request) -> Response:
        return JSONResponse(engine.log.as_list())

    async def clear_requests(request: Request) -> Response:
        engine.log.clear()
        return Response(status_code=204)

    async def show_faults(request: Request) -> Response:
        return JSONResponse([fault.describe() for fault in engine.faults])

    async def replace_faults(request: Request) -> Response:
        engine.faults = [faults.parse(spec) for spec in await _list(request)]
        return await show_faults(request)

    async def clear_faults(request: Request) -> Response:
        engine.faults = []
        return Response(status_code=204)

    async def show_settings(request: Request) -> Response:
        return JSONResponse(engine.world.settings.as_dict())

    async def change_settings(request: Request) -> Response:
        engine.world.settings.update(await _object(request))
        engine.world.clock.replication_delay = engine.world.settings.replication_delay
        return await show_settings(request)

    async def stop(request: Request) -> Response:
        shutdown()
        return Response(status_code=202)

    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        expected = f"Bearer {token}".encode()
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            return JSONResponse({"error": "the control token is missing or wrong"}, 401)
        try:
            return await call_next(request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    return Starlette(
        routes=[
            Route("/state", show_state, methods=["GET"]),
            Route("/requests", show_requests, methods=["GET"]),
            Route("/requests", clear_requests, methods=["DELETE"]),
            Route("/faults", show_faults, methods=["GET"]),
            Route("/faults", replace_faults, methods=["PUT"]),
            Route("/faults", clear_faults, methods=["DELETE"]),
            Route("/settings", show_settings, methods=["GET"]),
            Route("/settings", change_settings, methods=["PUT"]),
            Route("/shutdown", stop, methods=["POST"]),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=guard)],
    )


async def _list(request: Request) -> list[Any]:
    value = await request.json()
    if not isinstance(value, list):
        raise ValueError("the body is a JSON list of faults")
    return value


async def _object(request: Request) -> dict[str, Any]:
    value = await request.json()
    if not isinstance(value, dict):
        raise ValueError("the body is a JSON object of settings")
    return value
