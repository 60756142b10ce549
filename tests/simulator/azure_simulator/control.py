# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API, on a listener of its own: state, request log, faults, settings, estate, shutdown."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from azure_simulator import faults, state
from azure_simulator.gateway import Engine

Replace = Callable[[list[Path]], dict[str, Any]]


def control_app(engine: Engine, token: str, shutdown: Callable[[], None], replace: Replace) -> Starlette:
    """The ASGI application; every request needs ``Authorization: Bearer <token>``.

    ``replace`` makes the world anew of folders of exports, and returns what the caller is told.
    """
    control = _Control(engine, token, shutdown, replace)
    return Starlette(
        routes=[
            Route("/state", control.show_state, methods=["GET"]),
            Route("/requests", control.show_requests, methods=["GET"]),
            Route("/requests", control.clear_requests, methods=["DELETE"]),
            Route("/faults", control.show_faults, methods=["GET"]),
            Route("/faults", control.replace_faults, methods=["PUT"]),
            Route("/faults", control.clear_faults, methods=["DELETE"]),
            Route("/settings", control.show_settings, methods=["GET"]),
            Route("/settings", control.change_settings, methods=["PUT"]),
            Route("/estate", control.replace_estate, methods=["PUT"]),
            Route("/shutdown", control.stop, methods=["POST"]),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=control.guard)],
    )


class _Control:
    def __init__(self, engine: Engine, token: str, shutdown: Callable[[], None], replace: Replace) -> None:
        self.engine = engine
        self.replace = replace
        self.expected = f"Bearer {token}".encode()
        self.shutdown = shutdown

    async def guard(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """401 without the token; 400 with the sentence of a ValueError."""
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self.expected):
            return JSONResponse({"error": "the control token is missing or wrong"}, 401)
        try:
            return await call_next(request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)

    async def show_state(self, request: Request) -> Response:
        return JSONResponse(state.dump(self.engine.world))

    async def show_requests(self, request: Request) -> Response:
        return JSONResponse(self.engine.log.as_list())

    async def clear_requests(self, request: Request) -> Response:
        self.engine.log.clear()
        return Response(status_code=204)

    async def show_faults(self, request: Request) -> Response:
        return JSONResponse([f"{fault.describe()},seen={fault.seen}" for fault in self.engine.faults])

    async def replace_faults(self, request: Request) -> Response:
        self.engine.faults = [faults.parse(spec) for spec in await _list(request)]
        return await self.show_faults(request)

    async def clear_faults(self, request: Request) -> Response:
        self.engine.faults = []
        return Response(status_code=204)

    async def show_settings(self, request: Request) -> Response:
        return JSONResponse(self.engine.world.settings.as_dict())

    async def change_settings(self, request: Request) -> Response:
        self.engine.world.apply_settings(await _object(request))
        return await self.show_settings(request)

    async def replace_estate(self, request: Request) -> Response:
        wanted = await _object(request)
        folders = wanted.get("folders")
        if (
            set(wanted) != {"folders"}
            or not isinstance(folders, list)
            or not all(isinstance(one, str) for one in folders)
        ):
            raise ValueError('the body is {"folders": ["PATH"]}, the absolute paths of folders of exports')
        return JSONResponse(self.replace([Path(folder) for folder in folders]))

    async def stop(self, request: Request) -> Response:
        return Response(status_code=202, background=BackgroundTask(self.shutdown))


async def _list(request: Request) -> list[Any]:
    value = await request.json()
    if not isinstance(value, list):
        raise ValueError("the body is a JSON list of faults")
    return value


async def _object(request: Request) -> dict[str, Any]:
    value = await request.json()
    if not isinstance(value, dict):
        raise ValueError("the body is a JSON object")
    return value
