# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""An export on disk: one folder per account, for its owner only.

``account.json`` holds every answer as Azure gave it, but for secrets, and ``contents`` the runbooks byte for byte, each
under its SHA-256. docs/rehearse.md describes both; the simulator reads them (tests/simulator, estate_export).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import _ledger
from .._azure.recording import Answered
from .._step import StepError

FORMAT = 1
KIND = "azauto.runas_migration/export"
FILE = "account.json"
CONTENTS = "contents"

_DIGEST = re.compile(r"[0-9a-f]{64}")
# Whoever has one of these can start a runbook or a workflow, or log in; no step reads them. The settings of a machine's
# extensions are anybody's guess.
_SECRET = frozenset({"serviceUri", "callbackUrl", "httpTriggerUrl", "secretText", "settings", "protectedSettings"})
_LINKS = frozenset({"uri", "contentUri"})


@dataclass(frozen=True)
class Asked:
    """Which account was asked for, when, and by whom: the login's tenant, its permissions in Microsoft Graph, and the
    template ids of its directory roles."""

    account: str
    time: str
    tenant: str | None = None
    permissions: tuple[str, ...] = ()
    directory_roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """What is written. ``answers`` are dicts as in the file, ``contents`` the bytes by their digest."""

    asked: Asked
    answers: tuple[dict[str, Any], ...]
    contents: Mapping[str, bytes]

    @property
    def unread(self) -> list[dict[str, Any]]:
        """The answers by which Azure refused or failed: what they are about may be there.

        What the login may do is no thing that is there.
        """
        found = (item for item in self.answers if is_refusal(item["status"]))
        return [item for item in found if not item["path"].partition("?")[0].lower().endswith("/permissions")]

    def document(self) -> dict[str, Any]:
        """Return what ``account.json`` holds."""
        body = {
            "kind": KIND,
            "format": FORMAT,
            "account": self.asked.account,
            "tenant": self.asked.tenant,
            "time": self.asked.time,
            "login": {
                "permissions": list(self.asked.permissions),
                "directory_roles": list(self.asked.directory_roles),
            },
            "answers": list(self.answers),
        }
        return {**body, "sha256": digest_of(body)}


def is_refusal(status: int) -> bool:
    """Tell whether an answer says nothing about what there is; 404 does, and 400 is about the request."""
    return status in (401, 403, 429) or status >= 500


def digest_of(body: Mapping[str, Any]) -> str:
    """Return the digest by which a file is known that was cut or edited."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def made_of(answers: Iterable[Answered], bases: tuple[str, str], asked: Asked) -> Export:
    """Return the export of recorded answers. ``bases`` are the endpoints of Resource Manager and of Microsoft Graph."""
    contents: dict[str, bytes] = {}
    kept = [item for answered in answers for item in _items(answered, bases, contents)]
    return Export(asked, tuple(kept), contents)


def prepare(folder: Path) -> None:
    """Make the folder of an account. Raises StepError where that cannot be done."""
    try:
        _ledger.private_folder(folder.parent)
        _ledger.private_folder(folder)
        _ledger.private_folder(folder / CONTENTS)
    except OSError as error:
        raise _unwritable(folder, error) from None


def keep(folder: Path, export: Export) -> None:
    """Write an export into a folder that was prepared: the contents first, and then the file that names them.

    Raises StepError where it cannot be written.
    """
    text = json.dumps(export.document(), ensure_ascii=False, indent=1, sort_keys=True)
    try:
        for digest, content in export.contents.items():
            if not (folder / CONTENTS / digest).exists():
                _ledger.write_durably(folder / CONTENTS / digest, content)
        _ledger.write_durably(folder / FILE, text.encode() + b"\n")
        _drop_others(folder / CONTENTS, export.contents)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _drop_others(folder: Path, wanted: Mapping[str, bytes]) -> None:
    """Delete what an earlier export left: contents may hold secrets, and nothing names these any more."""
    for path in folder.iterdir():
        if _DIGEST.fullmatch(path.name) and path.name not in wanted:
            path.unlink()


def _unwritable(folder: Path, error: OSError) -> StepError:
    return StepError(
        f"The export cannot be kept in {folder}: {error.strerror}. Nothing in Azure was changed. Choose another folder."
    )


def _items(answered: Answered, bases: tuple[str, str], contents: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    service = "arm" if answered.url.startswith(bases[0]) else "graph"
    path = answered.url[len(bases[0 if service == "arm" else 1]) :].removeprefix("/v1.0" if service == "graph" else "")
    if service == "graph" and path == "/$batch":
        yield from _parts(answered)
        return
    item: dict[str, Any] = {"service": service, "method": answered.method, "path": path, "status": answered.status}
    if answered.asked:
        item["asked"] = json.loads(answered.asked)
    if answered.status == 200 and _is_content(path):
        digest = hashlib.sha256(answered.body).hexdigest()
        contents[digest] = answered.body
        yield {**item, "content": digest}
    else:
        yield {**item, "body": _json(answered)}


def _is_content(path: str) -> bool:
    """Tell whether a path is that of a runbook's content, published or draft, whatever type Azure gives it."""
    return path.partition("?")[0].lower().endswith("/content")


def _parts(answered: Answered) -> Iterator[dict[str, Any]]:
    """Return the parts of a batch as the requests that they stand for (docs/contract.md, 5.1)."""
    asked = {part["id"]: part["url"] for part in json.loads(answered.asked)["requests"]}
    for part in (_json(answered) or {}).get("responses") or ():
        if part["id"] in asked:
            body = without_secrets(part.get("body"))
            yield {
                "service": "graph",
                "method": "GET",
                "path": asked[part["id"]],
                "status": part["status"],
                "body": body,
            }


def _json(answered: Answered) -> Any:
    """Return the JSON of an answer without secrets; None for one that is none."""
    try:
        return without_secrets(json.loads(answered.body))
    except ValueError:
        return None


def without_secrets(value: Any) -> Any:
    """Return JSON of Azure without what lets somebody log in or start something, and links without their queries."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _kept(name, inner) for name, inner in value.items()}


def _kept(name: str, value: Any) -> Any:
    if name in _SECRET:
        return None
    if name in _LINKS and isinstance(value, str):
        return value.partition("?")[0]
    if name == "keyCredentials" and isinstance(value, list):
        return [{**without_secrets(item), "key": None} for item in value]
    return without_secrets(value)
