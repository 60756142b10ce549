# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer that stops while it is read is a failed request with a sentence, whoever reads it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from urllib3 import HTTPResponse

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import AzureError
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.plugin_utils import _rehearsal


class Stalled(io.RawIOBase):
    """A body of which nothing ever comes."""

    def read(self, *dummy: Any) -> bytes:
        raise TimeoutError


class StallsAfterTheLogin(_rehearsal._FromMemory):
    def send(self, request: Any, *arguments: Any, **keywords: Any) -> Any:
        if "management.azure.com" not in request.url:
            return super().send(request, *arguments, **keywords)
        headers = {"Content-Type": "application/json"}
        return self.build_response(request, HTTPResponse(Stalled(), headers, status=200, preload_content=False))


@pytest.mark.parametrize(
    "read",
    [
        lambda session: automation.get_account(session, _rehearsal._ACCOUNT),
        lambda session: automation.published_content(session, _rehearsal._ACCOUNT, "r"),
    ],
)
def test_a_body_that_stalls_is_no_crash(read: Callable[[Session], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda dummy: None)
    with (
        Session(_rehearsal._LOGIN, adapter=StallsAfterTheLogin()) as session,
        pytest.raises(AzureError, match="Reading"),
    ):
        read(session)
