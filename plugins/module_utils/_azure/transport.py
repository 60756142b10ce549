# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The connections of a session: one pool for all its clients, one set of trusted authorities.

``requests`` reads the bundle of certificate authorities anew for each connection,
20 ms of CPU for the usual ones (docs/benchmarks.md). Here a process reads it once,
and the fast path before its workers fork: nothing in it is secret or open.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.request import getproxies

try:
    from requests import Request
    from requests.adapters import HTTPAdapter
    from requests.utils import get_environ_proxies
except ImportError:
    # azure-core brings requests; the session, which opens the transport, names the package that is missing.
    HTTPAdapter = object  # type: ignore[assignment,misc]

# The user agent is what Microsoft's support finds in its logs.
HEADERS = {
    "User-Agent": "ansible-azauto.runas_migration",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}


def usual_bundle(environment: Mapping[str, str]) -> str:
    """Return the bundle that is trusted where none is named: that of the variables of ``requests``, or its own."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return environment.get("REQUESTS_CA_BUNDLE") or environment.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH


def trust(bundle: str) -> ssl.SSLContext:
    """Return TLS settings that trust the authorities of ``bundle``, a file or a folder, and verify names.

    Raises OSError (ssl.SSLError is one) for a bundle that cannot be read or holds no certificate.
    """
    return _trust(bundle, os.stat(bundle).st_mtime_ns)


@lru_cache(maxsize=4)
def _trust(bundle: str, dummy_mtime: int) -> ssl.SSLContext:
    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context()
    place = {"capath": bundle} if os.path.isdir(bundle) else {"cafile": bundle}
    context.load_verify_locations(**place)
    return context


def open_transport(adapter: Any) -> SharedTransport:
    """Return a transport of azure-core whose requests ``adapter`` carries."""
    from azure.core.pipeline.transport import RequestsTransport

    return SharedTransport(RequestsTransport(session=PlainSession(adapter)))


class PlainSession:
    """What azure-core's transport needs of a session of ``requests``, through a proxy where the environment names one.

    The real one would also merge settings and look for cookies, logins, redirects and
    bundles, none of which there are: a seventh of the instructions of a task that finds
    nothing to do (docs/benchmarks.md).
    """

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter
        self._proxied = bool(getproxies())

    def request(self, method: str, url: str, **asked: Any) -> Any:
        """Send one request; ``asked`` is what RequestsTransport gives."""
        prepared = Request(method, url, {**HEADERS, **asked["headers"]}, asked["files"], asked["data"]).prepare()
        proxies = get_environ_proxies(url) if self._proxied else None
        stream = asked.get("stream", False)
        response = self._adapter.send(prepared, stream=stream, timeout=asked["timeout"], proxies=proxies)
        if not stream:
            # Read here, where the transport knows what each error means.
            response.content  # noqa: B018
        return response

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()


class TrustingAdapter(HTTPAdapter):
    """An adapter whose connections, also those to and through a proxy, share TLS settings made beforehand."""

    def __init__(self, settings: ssl.SSLContext) -> None:
        from urllib3.util.retry import Retry

        self._settings = settings
        # As azure-core's own adapter: repeating is left to the pipeline's policies.
        super().__init__(max_retries=Retry(total=False, redirect=False, raise_on_status=False))

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        """Give the settings to the connections."""
        super().init_poolmanager(*arguments, ssl_context=self._settings, **keywords)

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        """Give the settings to the connections through a proxy, and to a proxy that speaks TLS itself."""
        both = {"ssl_context": self._settings, "proxy_ssl_context": self._settings}
        return super().proxy_manager_for(proxy, **both, **keywords)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave out what ``requests`` does here: reading the bundle for this connection. The settings hold it."""


class SharedTransport:
    """A transport that several clients may enter and close without closing it for the others."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __enter__(self) -> SharedTransport:
        return self

    def __exit__(self, *dummy: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
