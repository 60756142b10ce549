# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``ledger`` as a URL: what is taken, and one sentence for what is not."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._ledger import (
    LedgerError,
    is_url,
    refuse_ephemeral,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.ledger_place import place_of


@pytest.mark.parametrize(
    ("url", "container", "prefix"),
    [
        ("https://stledger.blob.core.windows.net/runas", "https://stledger.blob.core.windows.net/runas", ""),
        ("https://stledger.blob.core.windows.net/runas/", "https://stledger.blob.core.windows.net/runas", ""),
        (
            "https://stledger.blob.core.chinacloudapi.cn/a-b/x/y_1.z",
            "https://stledger.blob.core.chinacloudapi.cn/a-b",
            "x/y_1.z/",
        ),
        (
            "https://STLEDGER.blob.core.usgovcloudapi.net/runas/p",
            "https://stledger.blob.core.usgovcloudapi.net/runas",
            "p/",
        ),
        ("https://stledger.z33.blob.storage.azure.net/runas", "https://stledger.z33.blob.storage.azure.net/runas", ""),
        (
            "https://stledger.blob.east.azurestack.contoso.com/runas",
            "https://stledger.blob.east.azurestack.contoso.com/runas",
            "",
        ),
        ("https://127.0.0.1:8444/stledger/runas/p", "https://127.0.0.1:8444/stledger/runas", "p/"),
        ("https://localhost:8444/stledger/runas", "https://localhost:8444/stledger/runas", ""),
    ],
)
def test_urls_of_every_cloud_are_taken(url: str, container: str, prefix: str) -> None:
    place = place_of(url)
    assert (place.container, place.prefix) == (container, prefix)
    assert place.url == f"{container}/{prefix}".rstrip("/")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://stledger.blob.core.windows.net/runas", "https://"),
        ("abfss://runas@stledger.dfs.core.windows.net/", "a login in its URL"),
        ("https://stledger.blob.core.windows.net", "names no container"),
        ("https://stledger.blob.core.windows.net//", "names no container"),
        ("https://stledger.blob.core.windows.net/Runas", "small letters"),
        ("https://stledger.blob.core.windows.net/ab", "small letters"),
        ("https://stledger.blob.core.windows.net/$logs", "small letters"),
        ("https://stledger.blob.core.windows.net/a--b", "small letters"),
        ("https://stledger.blob.core.windows.net/runas/../other", "prefix"),
        ("https://stledger.blob.core.windows.net/runas/a b", "prefix"),
        ("https://stledger.blob.core.windows.net/runas/a%2fb", "prefix"),
        ("https://stledger.dfs.core.windows.net/runas", "no URL of a blob container"),
        ("https://contoso.example/runas", "no URL of a blob container"),
        ("https://127.0.0.1:8444", "no URL of a blob container"),
        ("https://127.0.0.1:8444/stledger", "names no container"),
        ("https://[broken/runas", "no URL of a blob container"),
        ("https://stledger.blob.core.windows.net:port/runas", "no URL of a blob container"),
        ("https:/stledger.blob.core.windows.net/runas", "no URL of a blob container"),
    ],
)
def test_other_urls_are_refused_with_a_sentence(url: str, words: str) -> None:
    assert is_url(url)
    with pytest.raises(LedgerError, match=words):
        place_of(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://stledger.blob.core.windows.net/runas?sv=2022&sig=FAKE-secret",
        "https://stledger.blob.core.windows.net/runas#FAKE-secret",
        "https://user:FAKE-secret@stledger.blob.core.windows.net/runas",
        "http://stledger.blob.core.windows.net/runas?sig=FAKE-secret",
        "https://[FAKE-secret/runas?sig=FAKE-secret",
    ],
)
def test_a_secret_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(LedgerError) as refused:
        place_of(url)
    assert "FAKE-secret" not in str(refused.value)


@pytest.mark.parametrize("folder", ["/srv/ledger", "~/ledger", "ledger", "./a:b/c", "a:/b", "C:/ledger"])
def test_folders_are_no_urls(folder: str) -> None:
    assert not is_url(folder)


def test_a_url_outlives_the_job_of_awx() -> None:
    refuse_ephemeral("https://stledger.blob.core.windows.net/runas", {"JOB_ID": "7", "HOME": "/"})
