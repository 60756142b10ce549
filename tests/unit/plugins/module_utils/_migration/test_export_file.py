# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of Azure's answers an export keeps, and how."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.recording import Answered
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import export_file
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.export_file import Asked, Export
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

BASES = ("https://arm.invalid", "https://graph.invalid")
ASKED = Asked("/subscriptions/1", "2026-01-01T00:00:00Z", "tenant", ("User.Read.All",))


def made(*answers: Answered) -> Export:
    return export_file.made_of(answers, BASES, ASKED)


def get(url: str, body: Any, status: int = 200) -> Answered:
    return Answered(
        "GET", url, b"", status, body if isinstance(body, bytes) else json.dumps(body).encode(), "application/json"
    )


def test_an_answer_is_kept_by_service_and_path() -> None:
    arm = get("https://arm.invalid/subscriptions?api-version=1", {"value": []})
    graph = get("https://graph.invalid/v1.0/servicePrincipals/1", {"error": {"code": "x"}}, 403)
    assert made(arm, graph).answers == (
        {
            "service": "arm",
            "method": "GET",
            "path": "/subscriptions?api-version=1",
            "status": 200,
            "body": {"value": []},
        },
        {
            "service": "graph",
            "method": "GET",
            "path": "/servicePrincipals/1",
            "status": 403,
            "body": {"error": {"code": "x"}},
        },
    )
    assert [item["path"] for item in made(arm, graph).unread] == ["/servicePrincipals/1"]


@pytest.mark.parametrize("content", [b"", b'{"a": "json"}', b"\xef\xbb\xbf\r\n\xff"])
def test_the_content_of_a_runbook_is_kept_as_bytes_whatever_it_looks_like(content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    export = made(get("https://arm.invalid/runbooks/1/draft/content?api-version=1", content))
    assert export.contents == {digest: content}
    assert export.answers[0]["content"] == digest
    assert "body" not in export.answers[0]


def test_a_batch_is_kept_as_the_requests_in_it() -> None:
    asked = {
        "requests": [{"id": "0", "method": "GET", "url": "/groups/1"}, {"id": "1", "method": "GET", "url": "/groups/2"}]
    }
    body = {"responses": [{"id": "1", "status": 404, "body": None}, {"id": "0", "status": 200, "body": {"id": "1"}}]}
    batch = Answered(
        "POST", "https://graph.invalid/v1.0/$batch", json.dumps(asked).encode(), 200, json.dumps(body).encode(), ""
    )
    assert [(item["path"], item["status"]) for item in made(batch).answers] == [("/groups/2", 404), ("/groups/1", 200)]


@pytest.mark.parametrize(
    "body",
    [
        {
            "properties": {
                "automationRunbookReceivers": [{"name": "r", "serviceUri": "https://hook.invalid/?token=FAKE-secret"}]
            }
        },
        {"value": [{"properties": {"publishContentLink": {"uri": "https://blob.invalid/a?sig=FAKE-secret"}}}]},
        {"keyCredentials": [{"keyId": "1", "key": "FAKE-secret"}]},
        {"passwordCredentials": [{"secretText": "FAKE-secret"}]},
        {"resources": [{"properties": {"settings": {"commandToExecute": "run FAKE-secret"}}}]},
        {"properties": {"logicAppReceivers": [{"callbackUrl": "https://hook.invalid/FAKE-secret"}]}},
    ],
)
def test_secrets_are_taken_out_and_the_rest_stays(body: dict[str, Any]) -> None:
    kept = made(get("https://arm.invalid/x", body)).answers[0]["body"]
    assert "FAKE-secret" not in json.dumps(kept)
    assert kept.keys() == body.keys()


def test_the_digest_tells_an_edited_file() -> None:
    document = made(get("https://arm.invalid/x", {"name": "Größe"})).document()
    body = {name: value for name, value in document.items() if name != "sha256"}
    assert export_file.digest_of(json.loads(json.dumps(body))) == document["sha256"]
    assert export_file.digest_of({**body, "account": "/subscriptions/2"}) != document["sha256"]


def test_a_folder_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StepError, match=r"cannot be kept in .*/file/aa.*Choose another folder"):
        export_file.prepare(tmp_path / "file" / "aa")
