# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code that takes the place of a login: it reads the identity endpoint, and runs on Python 2 and 3.

Azure's contract: IDENTITY_ENDPOINT and IDENTITY_HEADER in the environment of the job; the answer holds ``access_token``
and ``expires_on`` (seconds since 1970) or ``expires_in`` (seconds from now), each as text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

DEFAULT_RESOURCE = '"https://management.core.windows.net/"'

_WITH_REQUESTS = """\
import os
import requests
identity_response = requests.get(
    os.environ["IDENTITY_ENDPOINT"],
    params={parameters},
    headers={{"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"], "Metadata": "True"}})
identity_response.raise_for_status()"""

_WITH_STANDARD_LIBRARY = """\
import json
import os
try:
    from urllib.parse import urlencode
    from urllib.request import Request, build_opener
except ImportError:
    from urllib import urlencode
    from urllib2 import Request, build_opener
identity_response = build_opener().open(Request(
    os.environ["IDENTITY_ENDPOINT"] + "?" + urlencode({parameters}),
    headers={{"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"], "Metadata": "True"}}))"""

_CREDENTIAL = """\
import collections
import os
import requests
import time

class IdentityCredential(object):
    \"\"\"Logs in to Azure clients with the managed identity of the Automation account.\"\"\"

    default_resource = {resource}
    AccessToken = collections.namedtuple("AccessToken", ["token", "expires_on"])
    tokens = {{}}

    def get_token(self, *scopes, **_options):
        resource = scopes[0] if scopes else self.default_resource
        if resource.endswith("/.default"):
            resource = resource[:-len("/.default")]
        known = self.tokens.get(resource)
        if known is None or known.expires_on < time.time() + 300:
            self.tokens[resource] = known = self.request_token(resource)
        return known

    def request_token(self, resource):
        identity_response = requests.get(
            os.environ["IDENTITY_ENDPOINT"],
            params={parameters},
            headers={{"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"], "Metadata": "True"}})
        identity_response.raise_for_status()
        token = identity_response.json()
        expires_on = token.get("expires_on") or time.time() + int(token["expires_in"])
        return self.AccessToken(token["access_token"], int(expires_on))"""

_SIGNED_SESSION = """

    def signed_session(self, session=None):
        session = session or requests.Session()
        session.headers["Authorization"] = "Bearer " + self.get_token().token
        return session"""

_SUBSCRIPTIONS = """\
identity_response = requests.get(
    "https://management.azure.com/subscriptions?api-version=2020-01-01",
    headers={{"Authorization": "Bearer " + {token}}})
identity_response.raise_for_status()
identity_subscriptions = identity_response.json()["value"]
if len(identity_subscriptions) != 1:
    raise RuntimeError("The identity sees %d subscriptions; name the right one here." % len(identity_subscriptions))"""


@dataclass(frozen=True)
class Code:
    """Statements to put before the statement of the login, and the expression that takes the login's place.

    ``names`` are the names that the statements bind; ``modules`` those of them that are plain imports, each a line of
    its own that can be left out where the script has the same import.
    """

    statements: str
    expression: str
    names: tuple[str, ...]
    modules: tuple[str, ...] = ()


def token(resource: str, client_id: str | None, has_requests: bool) -> Code:
    """Return the code that reads one token for ``resource``, an expression of the runbook."""
    template = _WITH_REQUESTS if has_requests else _WITH_STANDARD_LIBRARY
    taken = "identity_response.json()" if has_requests else 'json.loads(identity_response.read().decode("utf-8"))'
    names = ("identity_response",) if has_requests else ("identity_response", "urlencode", "Request", "build_opener")
    modules = ("os", "requests") if has_requests else ("json", "os")
    statements = template.format(parameters=_parameters(resource, client_id))
    return Code(statements, f'{taken}["access_token"]', names, modules)


def answer_like_adal(code: Code) -> Code:
    """Return ``code`` with the token where ADAL's answer had it."""
    return replace(code, expression=f'{{"accessToken": {code.expression}}}')


def only_subscription(key: str, client_id: str | None) -> Code:
    """Return the code that makes a table with the id of the only subscription under ``key``, and fails for others."""
    read = token('"https://management.azure.com/"', client_id, has_requests=True)
    statements = f"{read.statements}\n{_SUBSCRIPTIONS.format(token=read.expression)}"
    table = f'{{"{key}": identity_subscriptions[0]["subscriptionId"]}}'
    return Code(statements, table, (*read.names, "identity_subscriptions"), read.modules)


def azure_identity(client_id: str | None) -> Code:
    """Return the credential of the package azure-identity."""
    argument = f'client_id="{client_id}"' if client_id is not None else ""
    name = "ManagedIdentityCredential"
    return Code(f"from azure.identity import {name}", f"{name}({argument})", (name,))


def basic_token(resource: str, client_id: str | None) -> Code:
    """Return msrest's credential of one token, for clients of the first generation."""
    read = token(resource, client_id, has_requests=True)
    name = "BasicTokenAuthentication"
    return Code(
        f"from msrest.authentication import {name}\n{read.statements}",
        f'{name}({{"access_token": {read.expression}}})',
        (name, *read.names),
        read.modules,
    )


def own_credential(resource: str, client_id: str | None, has_session: bool) -> Code:
    """Return a small credential of the runbook's own; with ``has_session`` for clients of both generations."""
    text = _CREDENTIAL.format(resource=resource, parameters=_parameters("resource", client_id))
    text += _SIGNED_SESSION if has_session else ""
    return Code(f"{text}\n", "IdentityCredential()", ("IdentityCredential",), ("collections", "os", "requests", "time"))


def without_imports(code: Code, modules: set[str]) -> Code:
    """Return ``code`` without its imports of ``modules``."""
    needless = {f"import {module}" for module in modules}
    kept = [line for line in code.statements.split("\n") if line not in needless]
    return replace(code, statements="\n".join(kept))


def _parameters(resource: str, client_id: str | None) -> str:
    entries = f'"resource": {resource}' + (f', "client_id": "{client_id}"' if client_id is not None else "")
    return f"{{{entries}}}"
