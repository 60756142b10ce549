# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Blob service: blobs, appended blocks, leases and data roles (contract 13.1)."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from ssl import create_default_context
from typing import Any

import pytest

from azure_simulator import estate
from azure_simulator.estate_build import build
from azure_simulator.settings import Settings
from azure_simulator.testing import Answer, Azure
from azure_simulator.world import World

ESTATE = """
storage_accounts: [{name: stledger, containers: [ledger]}]
logins:
  migration:
    secret: FAKE-secret-of-migration
    roles: [{role: Storage Blob Data Contributor, scope: production/rg-storage}]
  reader: {secret: FAKE-secret-of-reader, roles: [Storage Blob Data Reader]}
  owner: {secret: FAKE-secret-of-owner, roles: [Owner]}
"""
ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NEW = {"x-ms-blob-type": "AppendBlob", "If-None-Match": "*"}
BLOCK = "?comp=appendblock"
LEASE = "?comp=lease"


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    world = World(Settings())
    build(world, estate.parse(ESTATE, "estate.yml"), Path())
    return start(world)


def send(
    azure: Azure,
    method: str,
    name: str = "journal",
    query: str = "",
    body: bytes | None = None,
    login: str = "migration",
    container: str = "ledger",
    **headers: str,
) -> Answer:
    """One request; underscores of header names stand for hyphens."""
    token = azure.token(login, "https://storage.azure.com")
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{azure.endpoint['blob']}/stledger/{container}/{name}{query}"
    always = {"Authorization": f"Bearer {token}", "x-ms-version": "2019-12-12"}
    request = urllib.request.Request(url, method=method, data=body, headers={**always, **given})
    try:
        with urllib.request.urlopen(request, context=create_default_context(cafile=azure.ca), timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


def put(azure: Azure, query: str = "", body: bytes = b"", **headers: str) -> Answer:
    return send(azure, "PUT", query=query, body=body, **headers)


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.headers["x-ms-error-code"]


def acquire(azure: Azure, lease: str = ONE, seconds: str = "15") -> Answer:
    given: dict[str, Any] = {"x_ms_lease_action": "acquire", "x_ms_proposed_lease_id": lease}
    return put(azure, LEASE, **given, x_ms_lease_duration=seconds)


@pytest.fixture
def journal(azure: Azure) -> Azure:
    """A simulator with an empty append blob."""
    assert put(azure, **{name.replace("-", "_"): value for name, value in NEW.items()}).status == 201
    return azure


def test_blocks_are_appended_at_a_position_and_read_from_one(journal: Azure) -> None:
    first = put(journal, BLOCK, b"one\n", x_ms_blob_condition_appendpos="0")
    assert (first.status, first.headers["x-ms-blob-append-offset"]) == (201, "0")
    again = put(journal, BLOCK, b"one\n", x_ms_blob_condition_appendpos="0")
    assert told(again) == (412, "AppendPositionConditionNotMet")
    assert put(journal, BLOCK, b"two\n", x_ms_blob_condition_appendpos="4").headers["x-ms-blob-append-offset"] == "4"
    whole, rest = send(journal, "GET"), send(journal, "GET", x_ms_range="bytes=4-")
    assert (whole.status, whole.body, rest.status, rest.body) == (200, b"one\ntwo\n", 206, b"two\n")
    assert whole.headers["x-ms-blob-committed-block-count"] == "2"
    assert told(send(journal, "GET", x_ms_range="bytes=8-")) == (416, "InvalidRange")


def test_errors_are_xml_with_the_code_in_a_header(azure: Azure) -> None:
    answer = send(azure, "GET", "nothing")
    assert told(answer) == (404, "BlobNotFound")
    assert answer.body.startswith(b"\xef\xbb\xbf<?xml")
    assert b"<Code>BlobNotFound</Code>" in answer.body
    head = send(azure, "HEAD", "nothing")
    assert (told(head), head.body) == ((404, "BlobNotFound"), b"")
    assert told(send(azure, "GET", container="other")) == (404, "ContainerNotFound")


def test_a_blob_that_must_be_new_is_not_replaced(journal: Azure) -> None:
    put(journal, BLOCK, b"kept")
    assert told(put(journal, x_ms_blob_type="AppendBlob", If_None_Match="*")) == (409, "BlobAlreadyExists")
    assert send(journal, "GET").body == b"kept"
    assert put(journal, x_ms_blob_type="BlockBlob", body=b"other").status == 201
    assert told(put(journal, BLOCK, b"more")) == (409, "InvalidBlobType")


def test_a_lease_keeps_others_from_writing(journal: Azure) -> None:
    assert acquire(journal).status == 201
    assert acquire(journal).status == 201
    assert told(acquire(journal, TWO)) == (409, "LeaseAlreadyPresent")
    assert told(put(journal, BLOCK, b"x")) == (412, "LeaseIdMissing")
    assert told(put(journal, BLOCK, b"x", x_ms_lease_id=TWO)) == (412, "LeaseIdMismatchWithBlobOperation")
    assert put(journal, BLOCK, b"x", x_ms_lease_id=ONE).status == 201
    assert send(journal, "GET").headers["x-ms-lease-state"] == "leased"
    assert put(journal, LEASE, x_ms_lease_action="release", x_ms_lease_id=ONE).status == 200
    assert told(put(journal, BLOCK, b"x", x_ms_lease_id=ONE)) == (412, "LeaseNotPresentWithBlobOperation")


def test_a_lease_that_ran_out_may_be_renewed_until_somebody_writes(journal: Azure) -> None:
    journal.set(lease_speed=1000.0)
    acquire(journal)
    time.sleep(0.05)
    assert send(journal, "HEAD").headers["x-ms-lease-state"] == "expired"
    assert told(put(journal, BLOCK, b"x", x_ms_lease_id=ONE)) == (412, "LeaseLost")
    assert put(journal, LEASE, x_ms_lease_action="renew", x_ms_lease_id=ONE).status == 200
    time.sleep(0.05)
    assert put(journal, BLOCK, b"somebody").status == 201
    renewed = put(journal, LEASE, x_ms_lease_action="renew", x_ms_lease_id=ONE)
    assert told(renewed) == (409, "LeaseNotPresentWithLeaseOperation")


def test_a_broken_lease_cannot_be_renewed(journal: Azure) -> None:
    acquire(journal)
    assert put(journal, LEASE, x_ms_lease_action="break", x_ms_lease_break_period="0").status == 202
    renewed = put(journal, LEASE, x_ms_lease_action="renew", x_ms_lease_id=ONE)
    assert told(renewed) == (409, "LeaseIsBrokenAndCannotBeRenewed")
    assert acquire(journal, TWO).status == 201


def test_leases_last_15_to_60_seconds(journal: Azure) -> None:
    for seconds in ("14", "61", "0"):
        assert told(acquire(journal, seconds=seconds)) == (400, "InvalidHeaderValue")
    assert acquire(journal, seconds="-1").status == 201


def test_metadata_is_replaced_as_a_whole(journal: Azure) -> None:
    put(journal, "?comp=metadata", x_ms_meta_holder="one", x_ms_meta_more="two")
    put(journal, "?comp=metadata", x_ms_meta_holder="three")
    headers = send(journal, "HEAD").headers
    assert (headers["x-ms-meta-holder"], headers["x-ms-meta-more"]) == ("three", None)


def test_data_roles_decide(journal: Azure) -> None:
    assert send(journal, "GET", login="reader").status == 200
    refused = (403, "AuthorizationPermissionMismatch")
    assert told(send(journal, "PUT", query=BLOCK, body=b"x", login="reader")) == refused
    assert told(send(journal, "GET", login="owner")) == refused


def test_other_tokens_are_not_taken(azure: Azure) -> None:
    token = azure.token("migration")
    url = f"{azure.endpoint['blob']}/stledger/ledger/journal"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}", "x-ms-version": "2019-12-12"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, context=create_default_context(cafile=azure.ca))
    assert refused.value.code == 401
    assert "resource_id=https://storage.azure.com" in refused.value.headers["WWW-Authenticate"]


def test_the_log_tells_reads_from_writes(journal: Azure) -> None:
    journal.control("DELETE", "/requests")
    send(journal, "GET")
    send(journal, "HEAD")
    acquire(journal)
    asked = [entry for entry in journal.control("GET", "/requests").json if entry["service"] == "blob"]
    assert [entry["mutating"] for entry in asked] == [False, False, True]
