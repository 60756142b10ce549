# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rehearsal before the fork: it must get its answers, for the preload says nothing when it does not."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.plugin_utils import _rehearsal


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **keywords: Any) -> None:
        raise AssertionError("the rehearsal opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_every_question_is_answered_from_memory() -> None:
    _rehearsal.rehearse()


def test_the_answers_are_what_azure_s_look_like_to_the_sdk() -> None:
    with Session(_rehearsal._LOGIN, adapter=_rehearsal._FromMemory()) as session:
        account = automation.get_account(session, _rehearsal._ACCOUNT)
        runbooks = automation.list_runbooks(session, _rehearsal._ACCOUNT)
        content = automation.published_content(session, _rehearsal._ACCOUNT, "r")
    assert account["identity"]["type"] == "SystemAssigned"
    assert [runbook["name"] for runbook in runbooks] == ["r"]
    assert content == _rehearsal._RUNBOOK
