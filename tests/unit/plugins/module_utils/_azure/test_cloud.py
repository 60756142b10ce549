# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Azure is meant, and where its endpoints are."""

from __future__ import annotations

import json

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.cloud import find_cloud
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Failed

METADATA = {
    "name": "Stack",
    "resourceManager": "https://arm.example/",
    "microsoftGraphResourceId": "https://graph.example/",
    "authentication": {"loginEndpoint": "https://login.example/", "audiences": ["https://audience.example/"]},
}


def never(url: str) -> bytes:
    raise AssertionError(f"asked for {url}")


def test_known_clouds_need_no_request() -> None:
    assert find_cloud(None, never).resource_manager == "https://management.azure.com"
    assert find_cloud("azurechinacloud", never).login == "https://login.chinacloudapi.cn"
    assert find_cloud("AzureUSGovernment", never).graph_scope == "https://graph.microsoft.us/.default"


def test_an_endpoint_describes_itself_and_a_byte_order_mark_is_no_harm() -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return b"\xef\xbb\xbf" + json.dumps(METADATA).encode()

    cloud = find_cloud("https://arm.example/", fetch)
    assert asked == ["https://arm.example/metadata/endpoints?api-version=2022-09-01"]
    assert (cloud.login, cloud.arm_scope) == ("https://login.example", "https://audience.example/.default")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", json.dumps({**METADATA, "authentication": {}}).encode()])
def test_what_is_no_description_is_refused_with_a_remedy(body: bytes) -> None:
    with pytest.raises(Failed, match="Check that cloud_environment is the URL"):
        find_cloud("https://arm.example", lambda _: body)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="AzureChinaCloud"):
        find_cloud("AzureMoonCloud", never)
