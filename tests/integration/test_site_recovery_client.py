# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing one container mapping: both kinds of operation, its end, its failure, and its never ending."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import site_recovery
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Absent, Failed

from .access_estate import Start, session

if TYPE_CHECKING:
    from .conftest import Azure


def mapping_of(azure: Azure) -> dict[str, Any]:
    """The mapping of the first vault."""
    found: dict[str, Any] = azure.state()["container_mappings"][0]
    return found


def details(mapping: dict[str, Any]) -> tuple[str, str, str]:
    """How a mapping updates its agents."""
    given = mapping["properties"]["providerSpecificDetails"]
    names = ("agentAutoUpdateStatus", "automationAccountArmId", "automationAccountAuthenticationType")
    status, account, authentication = (given[name] for name in names)
    return status, account, authentication


@pytest.mark.parametrize("header", ["true", "false"])
def test_an_update_is_waited_for_and_read_back(start_azure: Start, header: str) -> None:
    azure = start_azure(
        "--set", f"site_recovery_async_operation={header}", "--set", "operation_seconds=0.5", "--set", "retry_after=0"
    )
    before = mapping_of(azure)
    account = details(before)[1]
    with session(azure) as opened:
        written = site_recovery.update_container_mapping(opened, before["id"], "Disabled", account, "RunAsAccount", 20)
        again = site_recovery.get_container_mapping(opened, before["id"])
    assert details(written) == ("Disabled", account, "RunAsAccount")
    assert again == written
    sent = [entry for entry in azure.requests() if entry["method"] == "PATCH"]
    assert len(sent) == 1
    asked = "/replicationOperationStatus/" if header == "true" else "/operationResults/"
    assert any(asked.lower() in entry["path"].lower() for entry in azure.requests())


@pytest.mark.parametrize("header", ["true", "false"])
def test_a_failed_operation_says_what_the_job_says(start_azure: Start, header: str) -> None:
    azure = start_azure("--set", f"site_recovery_async_operation={header}", "--set", "retry_after=0")
    before = mapping_of(azure)
    account = details(before)[1]
    with session(azure) as opened, pytest.raises(Failed) as caught:
        site_recovery.update_container_mapping(opened, before["id"], "Enabled", account, "SystemAssignedIdentity", 20)
    assert "has no system assigned identity" in str(caught.value)
    assert "Correct that, and write the mapping again." in str(caught.value)
    assert details(mapping_of(azure)) == details(before)


@pytest.mark.parametrize("header", ["true", "false"])
def test_an_operation_that_never_ends_is_given_up_at_the_deadline(start_azure: Start, header: str) -> None:
    azure = start_azure("--set", f"site_recovery_async_operation={header}", "--set", "operation_seconds=3600")
    before = mapping_of(azure)
    began = time.monotonic()
    with session(azure) as opened, pytest.raises(Failed, match="did not end within 2 seconds"):
        site_recovery.update_container_mapping(
            opened, before["id"], "Disabled", details(before)[1], "RunAsAccount", 2.0
        )
    assert 2 <= time.monotonic() - began < 10


def test_a_mapping_that_is_not_there_is_absent(azure: Azure) -> None:
    before = mapping_of(azure)
    with session(azure) as opened, pytest.raises(Absent):
        site_recovery.get_container_mapping(opened, before["id"] + "x")
