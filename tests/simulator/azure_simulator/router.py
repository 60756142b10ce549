# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which handler answers a path: a trie, without regard to case.

Templates:
    /subscriptions/{subscription}/resourceGroups/{group}     one segment per parameter
    {scope}/providers/Microsoft.Authorization/...            any ARM scope in front ("" = tenant)
    /v1.0/applications(appId='{appId}')                      a parameter inside a segment
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from azure_simulator import errors
from azure_simulator.wire import Call, Response

Handler = Callable[[Call], Response]


@dataclass(slots=True, frozen=True)
class Provider:
    """A resource provider's namespace with the api-versions and locations it is registered for."""

    namespace: str
    versions: tuple[str, ...]
    locations: tuple[str, ...] = ("East US", "East US 2", "West Europe", "North Europe", "West Central US")
    resource_types: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Route:
    """One operation.

    ``action`` is the ARM action (or Graph permission) the caller needs; None = no check.
    ``mutates`` says whether the request log counts it as a write.
    """

    method: str
    template: str
    handler: Handler
    action: str | None
    mutates: bool
    names: tuple[str, ...]
    provider: Provider | None
    public: bool
    scope_parts: int


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    patterns: list[tuple[str, str, _Node]] = field(default_factory=list)
    parameter: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


class Routes:
    """All routes of all services; providers add theirs in ``register(routes)``."""

    def __init__(self) -> None:
        self.providers: dict[str, Provider] = {}
        self._roots: dict[str, _Node] = {}
        self._extensions: dict[str, _Node] = {}

    def add_provider(self, provider: Provider) -> None:
        self.providers[provider.namespace.lower()] = provider

    def add(
        self,
        service: str,
        method: str,
        template: str,
        handler: Handler,
        *,
        action: str | None = None,
        mutates: bool | None = None,
        public: bool = False,
        provider: Provider | None = None,
    ) -> None:
        """Register ``handler`` for one method and template of ``arm``, ``graph``, ``blob`` or ``login``.

        ``provider`` is for a resource type that has other api-versions than the rest of its namespace.
        """
        rooted = not template.startswith("{scope}")
        path = template if rooted else template[len("{scope}") :]
        names: list[str] = [] if rooted else ["scope"]
        parts = _split(path)
        node = self._roots.setdefault(service, _Node()) if rooted else self._extension_root(parts)
        for part in parts:
            node = _descend(node, part, names)
        node.routes[method] = Route(
            method,
            template,
            handler,
            action,
            method != "GET" if mutates is None else mutates,
            tuple(names),
            provider or self._provider_of(parts),
            public,
            _scope_parts(parts) if rooted else 0,
        )

    def match(self, call: Call) -> Route:
        """The route of a call, its parameters put into ``call.params``.

        Raises the 404 or 405 that Azure's gateway would answer.
        """
        parts = _split(call.path)
        found = self._match_extension(call, parts) or self._match_rooted(call, parts)
        if found is None:
            raise self._unknown(call, parts)
        node, values = found
        route = node.routes.get(call.method)
        if route is None:
            raise errors.method_not_allowed(call.method)
        call.params = dict(zip(route.names, values, strict=True))
        return route

    def _match_rooted(self, call: Call, parts: list[str]) -> tuple[_Node, list[str]] | None:
        root = self._roots.get(call.service)
        return _walk(root, parts, 0, []) if root is not None else None

    def _match_extension(self, call: Call, parts: list[str]) -> tuple[_Node, list[str]] | None:
        if call.service != "arm":
            return None
        for index in range(len(parts) - 2, -1, -1):
            if parts[index].lower() == "providers":
                root = self._extensions.get(parts[index + 1].lower())
                scope = "/" + "/".join(parts[:index]) if index else ""
                return _walk(root, parts, index, [scope]) if root is not None else None
        return None

    def _extension_root(self, parts: list[str]) -> _Node:
        return self._extensions.setdefault(parts[1].lower(), _Node())

    def _provider_of(self, parts: list[str]) -> Provider | None:
        namespace = _namespace(parts)
        return self.providers.get(namespace.lower()) if namespace else None

    def _unknown(self, call: Call, parts: list[str]) -> errors.Refusal:
        namespace = _namespace(parts)
        if call.service == "graph":
            segment = parts[1] if len(parts) > 1 else ""
            return errors.graph_error(400, "BadRequest", f"Resource not found for the segment '{segment}'.")
        if namespace is None:
            return errors.arm_error(404, "NotFound", f"There is nothing at '{call.path}'.", from_gateway=True)
        if namespace.lower() not in self.providers:
            return errors.arm_error(
                404,
                "InvalidResourceNamespace",
                f"The resource namespace '{namespace}' is invalid.",
                from_gateway=True,
            )
        resource_type = parts[-1] if len(parts) % 2 else parts[-2]
        return errors.unknown_resource_type(namespace, resource_type, call.api_version)


def scope_of(route: Route, call: Call) -> str:
    """The resource a call acts on, for role checks: up to the template's last parameter."""
    if route.names and route.names[0] == "scope":
        return call.params["scope"] or "/"
    return "/" + "/".join(_split(call.path)[: route.scope_parts])


def _split(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _namespace(parts: list[str]) -> str | None:
    for index in range(len(parts) - 2, -1, -1):
        if parts[index].lower() == "providers":
            return parts[index + 1]
    return None


def _scope_parts(parts: list[str]) -> int:
    return max((index + 1 for index, part in enumerate(parts) if "{" in part), default=0)


def _descend(node: _Node, part: str, names: list[str]) -> _Node:
    if "{" not in part:
        return node.literals.setdefault(part.lower(), _Node())
    prefix, rest = part.split("{", 1)
    name, suffix = rest.split("}", 1)
    names.append(name)
    if not prefix and not suffix:
        if node.parameter is None:
            node.parameter = _Node()
        return node.parameter
    for known_prefix, known_suffix, child in node.patterns:
        if (known_prefix, known_suffix) == (prefix.lower(), suffix.lower()):
            return child
    child = _Node()
    node.patterns.append((prefix.lower(), suffix.lower(), child))
    return child


def _walk(node: _Node, parts: list[str], index: int, values: list[str]) -> tuple[_Node, list[str]] | None:
    if index == len(parts):
        return (node, values) if node.routes else None
    part = parts[index]
    lowered = part.lower()
    literal = node.literals.get(lowered)
    if literal is not None:
        found = _walk(literal, parts, index + 1, values)
        if found is not None:
            return found
    for prefix, suffix, child in node.patterns:
        if lowered.startswith(prefix) and lowered.endswith(suffix) and len(part) > len(prefix) + len(suffix):
            inner = part[len(prefix) : len(part) - len(suffix)]
            found = _walk(child, parts, index + 1, [*values, inner])
            if found is not None:
                return found
    if node.parameter is not None:
        return _walk(node.parameter, parts, index + 1, [*values, part])
    return None
