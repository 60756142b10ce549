# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""``findings.sarif``: the findings in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from .._azure.ids import normal_id
from .._finding import CODES, Severity

Json = Mapping[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"
TOOL = "azauto.runas_migration"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_UNKNOWN = "A finding of another release of the collection."


class Results:
    """Turns findings into results, and remembers the rules that they name."""

    def __init__(self) -> None:
        self._rules: dict[str, int] = {}

    def of_account(self, facts: Json) -> list[dict[str, Any]]:
        """Return the results of an account's part of ``report.json``."""
        runbooks = {runbook["name"].lower() for runbook in facts["runbooks"] or ()}
        account = facts["name"] or facts["id"]
        seen: Counter[tuple[str, str]] = Counter()
        results = []
        for said in facts["findings"]:
            which = (said["code"], normal_id(said["resource"]))
            seen[which] += 1
            segments = _segments(said["resource"], facts["id"], runbooks)
            results.append(self._result(said, [account, *segments], _fingerprint(facts["id"], *which, seen[which])))
        return results

    def of_problems(self, problems: Iterable[Json]) -> list[dict[str, Any]]:
        """Return the results about input that belongs to no account."""
        return [
            self._result(
                said, ["input", *_parts(said["resource"])], _fingerprint("", said["code"], said["resource"], 1)
            )
            for said in problems
        ]

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules that the results so far name, in the order of their numbers."""
        return [_rule(code) for code in self._rules]

    def _result(self, said: Json, segments: Sequence[str], fingerprint: str) -> dict[str, Any]:
        # Each segment is escaped whole: a name cannot make two of itself, nor climb.
        uri = "/".join(_escaped(segment) for segment in segments)
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
        if said["line"] is not None and said["line"] > 0:
            physical["region"] = {"startLine": said["line"]}
            if said["column"] is not None and said["column"] > 0:
                physical["region"]["startColumn"] = said["column"]
        return {
            "ruleId": said["code"],
            "ruleIndex": self._rules.setdefault(said["code"], len(self._rules)),
            "level": _LEVELS[said["severity"]],
            "message": {"text": f"{said['sentence']} {said['remedy']}".strip() or said["code"]},
            "locations": [
                {
                    "physicalLocation": physical,
                    "logicalLocations": [{"fullyQualifiedName": said["resource"], "kind": "resource"}],
                }
            ],
            "partialFingerprints": {"finding/v1": fingerprint},
        }


def run_tail(rules: Sequence[Json], problems: Sequence[Json], time: str | None) -> dict[str, Any]:
    """Return all of a run but its results."""
    told = [{"level": "error", "message": {"text": said["sentence"]}} for said in problems]
    invocation: dict[str, Any] = {"executionSuccessful": not problems, "toolExecutionNotifications": told}
    if time:
        invocation["endTimeUtc"] = time
    return {
        "tool": {"driver": {"name": TOOL, "rules": list(rules)}},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
    }


def _rule(code: str) -> dict[str, Any]:
    entry = CODES.get(code)
    sentence, remedy = (entry.sentence, entry.remedy) if entry else (_UNKNOWN, _UNKNOWN)
    severity = entry.severity if entry else Severity.WARNING
    return {
        "id": code,
        "shortDescription": {"text": sentence},
        "help": {"text": remedy},
        "defaultConfiguration": {"level": _LEVELS[severity.value]},
        "properties": {"tags": ["azure-automation", "run-as"]},
    }


def _segments(resource: str, account_id: str, runbooks: set[str]) -> list[str]:
    """Return the path of a thing below its account, as the account's folder of runbooks and assets might have it."""
    if normal_id(resource).startswith(f"{normal_id(account_id)}/"):
        return _parts(resource[len(account_id) :])
    if normal_id(resource) == normal_id(account_id):
        return ["account"]
    if resource.lower() in runbooks:
        return ["runbooks", resource]
    return _parts(resource) or ["account"]


def _parts(text: str) -> list[str]:
    return [part for part in text.split("/") if part]


def _escaped(segment: str) -> str:
    return segment.replace(".", "%2E") if segment.strip(".") == "" else quote(segment, safe="")


def _fingerprint(account: str, code: str, resource: str, number: int) -> str:
    """Return what stays the same when lines move: which finding of this code at this thing it is."""
    text = "\n".join((normal_id(account), code, normal_id(resource), str(number)))
    return hashlib.sha256(text.encode()).hexdigest()
