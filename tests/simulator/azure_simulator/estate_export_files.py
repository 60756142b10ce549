# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of exports (docs/rehearse.md describes them): read, checked, and put together to one set of answers."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from azure_simulator.estate import EstateError

Wire = dict[str, Any]

KIND, FORMAT = "azauto.runas_migration/export", 1
_FILE, _CONTENTS = "account.json", "contents"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_AGAIN = "Export the account again."


@dataclass(slots=True)
class Answer:
    """One answer of Azure. ``path`` is unescaped and without its query, ``content`` a runbook's bytes."""

    service: str
    method: str
    path: str
    query: dict[str, str]
    status: int
    body: Any
    content: bytes | None
    asked: Any
    time: str
    used: bool = False

    @property
    def items(self) -> list[Wire]:
        """The items of a list; the object itself where the answer is no list."""
        if not isinstance(self.body, dict):
            return []
        value = self.body.get("value")
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else [self.body]


@dataclass
class Answers:
    """The answers of all exports, those that were read later winning over the same ones read before.

    ``permissions`` and ``directory_roles`` are what the logins that exported hold in Microsoft Entra.
    """

    exported: list[str] = field(default_factory=list)
    tenants: list[str] = field(default_factory=list)
    permissions: set[str] = field(default_factory=set)
    directory_roles: set[str] = field(default_factory=set)
    _answers: dict[tuple[str, ...], Answer] = field(default_factory=dict)

    def add(self, key: tuple[str, ...], answer: Answer) -> None:
        """Take an answer in. What one export could read and another could not, was read."""
        known = self._answers.get(key)
        if known is None or (answer.status < 300, answer.time) >= (known.status < 300, known.time):
            self._answers[key] = answer

    def __iter__(self) -> Iterator[Answer]:
        return iter(self._answers.values())

    def matching(self, service: str, pattern: str, method: str = "GET") -> Iterator[tuple[re.Match[str], Answer]]:
        """The answers with status 200 whose whole path matches, without regard to case; they count as used."""
        compiled = re.compile(pattern, re.IGNORECASE)
        for answer in self:
            if answer.service == service and answer.method == method and answer.status == 200:
                found = compiled.fullmatch(answer.path)
                if found is not None:
                    answer.used = True
                    yield found, answer

    def refused(self) -> list[Answer]:
        """The answers by which Azure refused or failed, which say nothing about what there is."""
        return [item for item in self if item.status in (401, 403, 429) or item.status >= 500]

    def unused(self) -> list[Answer]:
        """The answers with something in them that nothing made use of."""
        return [item for item in self if item.status == 200 and not item.used and item.items]


def read(folders: Iterable[Path]) -> Answers:
    """Read every export in folders, or those that they are. EstateError says what is wrong, and with which."""
    answers = Answers()
    for folder in folders:
        files = sorted([*folder.glob(_FILE), *folder.glob(f"*/{_FILE}")])
        if not files:
            raise EstateError(f"{folder}: there is no export of an account in this folder ({_FILE}).")
        for path in files:
            _take(answers, path, _document(path))
    return answers


def _document(path: Path) -> Wire:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise EstateError(f"{path}: the export cannot be read ({error.strerror}).") from None
    except ValueError:
        raise EstateError(f"{path}: this is no JSON: the export was cut short or edited. {_AGAIN}") from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise EstateError(f"{path}: this is no export of module export_account.")
    if document.get("format") != FORMAT:
        raise EstateError(
            f"{path}: this export has format {document.get('format')!r}, and this simulator reads format {FORMAT}. "
            "Export the account again with the collection that this simulator came with."
        )
    body = {name: value for name, value in document.items() if name != "sha256"}
    if _digest(body) != document.get("sha256"):
        raise EstateError(f"{path}: the export was edited or damaged, for its checksum is another. {_AGAIN}")
    return document


def _digest(body: Wire) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _take(answers: Answers, path: Path, document: Wire) -> None:
    answers.exported.append(document["account"])
    if document.get("tenant"):
        answers.tenants.append(document["tenant"])
    answers.permissions.update(document["login"]["permissions"])
    answers.directory_roles.update(document["login"]["directory_roles"])
    for item in document["answers"]:
        where, dummy, query = item["path"].partition("?")
        content = _content(path, item["content"]) if "content" in item else None
        answer = Answer(
            item["service"],
            item["method"],
            unquote(where),
            dict(parse_qsl(query)),
            item["status"],
            item.get("body"),
            content,
            item.get("asked"),
            document["time"],
        )
        asked = json.dumps(item.get("asked"), sort_keys=True)
        answers.add((item["service"], item["method"], where.lower(), query, asked), answer)


def _content(path: Path, digest: str) -> bytes:
    if _DIGEST.fullmatch(digest) is None:
        raise EstateError(f"{path}: the name {digest!r} of a content is no checksum. {_AGAIN}")
    place = path.parent / _CONTENTS / digest
    try:
        content = place.read_bytes()
    except OSError as error:
        raise EstateError(f"{place}: this content of a runbook cannot be read ({error.strerror}). {_AGAIN}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise EstateError(f"{place}: this content of a runbook was changed, for its checksum is another. {_AGAIN}")
    return content


def merged(items: Iterable[Wire]) -> dict[str, Wire]:
    """Things by their id in lower case. What a list leaves out or null, another answer may tell."""
    found: dict[str, Wire] = {}
    for item in items:
        key = str(item.get("id") or "").lower()
        if key:
            found[key] = _both(found[key], item) if key in found else item
    return found


def _both(known: Wire, more: Wire) -> Wire:
    """Two views of one thing; the later one where both tell something."""
    result = dict(known)
    for name, value in more.items():
        before = result.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            result[name] = _both(before, value)
        elif value is not None or name not in result:
            result[name] = value
    return result
