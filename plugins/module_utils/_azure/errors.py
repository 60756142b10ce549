# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What can go wrong when talking to Azure: five different things, never mixed.

Absent, forbidden, conflict, throttled and failed are decided by the status
alone: the provider answers with three shapes of 404 (azure-contracts, section
0), so a body may be missing or no JSON. A login that was refused and an
endpoint that does not answer come on top.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class AzureError(Exception):
    """A request to Azure failed. ``status`` is None where there was no answer; ``code`` is the service's own."""

    def __init__(self, sentence: str, *, status: int | None = None, code: str | None = None, detail: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.detail = detail


class Absent(AzureError):
    """The thing asked for is not there (404, or 204 to a delete)."""


class Forbidden(AzureError):
    """The login may not do this (403). It says nothing about whether the thing is there."""


class Conflict(AzureError):
    """The thing is in another state than the request needs (409, 412)."""


class Throttled(AzureError):
    """Azure refused more requests (429), and went on refusing after the retries."""


class Failed(AzureError):
    """Any other answer that is no success."""


class LoginFailed(AzureError):
    """No token could be had, or the token was refused (401)."""


class Unreachable(AzureError):
    """The endpoint did not answer: name, network, TLS or time-out."""


class MissingPackage(AzureError):
    """A Python package that the collection requires is not installed, or too old."""


_BY_STATUS: dict[int, type[AzureError]] = {
    401: LoginFailed,
    403: Forbidden,
    404: Absent,
    409: Conflict,
    412: Conflict,
    429: Throttled,
}


def error_from_answer(doing: str, status: int, code: str | None, message: str) -> AzureError:
    """Return the error for an answer: ``doing`` is what was tried ("reading runbook rb")."""
    kind = _BY_STATUS.get(status, Failed)
    said = ": ".join(part for part in (code, _one_line(message)) if part)
    sentence = f"{doing} failed with status {status}" + (f": {said}" if said else "")
    return kind(sentence, status=status, code=code, detail=message)


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn the exceptions of azure-core and azure-identity into those of this file.

    ``doing`` is what was tried, as the sentence of the error begins. The code
    is looked for but never trusted: decisions rest on the status.
    """
    from azure.core import exceptions as core
    from requests.exceptions import RequestException

    try:
        yield
    except core.ClientAuthenticationError as error:
        raise _login_failed(doing, error) from None
    except core.HttpResponseError as error:
        code, message = _code_and_message(error)
        raise error_from_answer(doing, error.status_code or 0, code, message) from None
    except (core.ServiceRequestError, core.ServiceResponseError) as error:
        raise Unreachable(f"{doing} failed: no answer from the endpoint: {_one_line(str(error))}") from None
    except RequestException as error:
        # An answer that breaks off while it is read in pieces: azure-core 1.31 hands that on as it is.
        raise Unreachable(f"{doing} failed: the answer broke off: {_one_line(str(error))}") from None
    except core.AzureError as error:
        raise Failed(f"{doing} failed: {_one_line(str(error))}") from None


def _login_failed(doing: str, error: Any) -> AzureError:
    """Return the error for a refused login; azure-identity's message names the reason, never the secret."""
    status = getattr(error, "status_code", None)
    reason = _one_line(str(error)).partition(" To mitigate this issue")[0]
    return LoginFailed(f"{doing} failed: the login was refused: {reason}", status=status)


def _code_and_message(error: Any) -> tuple[str | None, str]:
    """Return the service's code and message; the third 404 shape has neither (azure-contracts, section 0)."""
    inner = getattr(error, "error", None)
    if inner is not None and getattr(inner, "code", None):
        return inner.code, inner.message or ""
    return None, _body_text(error)


def _body_text(error: Any) -> str:
    response = getattr(error, "response", None)
    if response is None:
        return str(error)
    try:
        return str(response.text())
    except (AttributeError, TypeError, ValueError):
        return str(error.message)


def _one_line(text: str) -> str:
    """Return ``text`` as one line of at most 600 characters: it ends up in a module's message."""
    line = " ".join(text.split())
    return line if len(line) <= 600 else line[:597] + "..."
