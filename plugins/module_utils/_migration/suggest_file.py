# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The role map as a file to review: YAML, with the evidence of each rule as comments above it.

Names come from Azure and are anybody's text: data is written by a YAML library, comments are single printable lines.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._azure.errors import MissingPackage
from .._azure.ids import normal_id
from .._step import StepError
from . import file_access
from .suggest_model import Activity, CodeUse, NotCovered, Reasons, Suggestion, Suggestions

_MADE_BY = "# Made by azauto.runas_migration.suggest_roles; sha256 of the lines below: "
# The variable of the role copy_runas_roles: a file that was reviewed is put into host_vars as it is.
_VARIABLE = "copy_runas_roles_role_map"
_HEAD = """\
# Roles to review, and then to put into host_vars for the role copy_runas_roles. Nothing has been applied.
# Change what does not suit you: a rule with `to: []` leaves its role out, no rule copies a role as it is.
"""
_MOST_REASONS = 12
_WIDTH = 300


def render(found: Suggestions, account: str) -> bytes:
    """Return the file for an account. Raises MissingPackage without PyYAML."""
    yaml = _yaml()
    lines = [_HEAD + _comment(f"Account: {account}")]
    rules = [rule for rule in found.role_map if not _looks_like_template(rule)]
    for rule in found.role_map:
        if rule not in rules:
            lines.append(_comment(f"Left out, because Ansible would take a name in it for a template: {dict(rule)}"))
    if not rules:
        lines.append(f"{_VARIABLE}: []\n")
    else:
        lines.append(f"{_VARIABLE}:\n")
        for rule in rules:
            lines += [f"  {_comment(text)}" for text in _reasons_for(rule, found.suggestions)]
            written: str = yaml.safe_dump([rule], sort_keys=False, default_flow_style=False, width=1000)
            lines += [f"  {line}\n" for line in written.splitlines()]
    lines += [_comment(text) for text in _left_over(found.not_covered)]
    body = "".join(lines).encode()
    return f"{_MADE_BY}{_digest(body)}\n".encode() + body


def write(path: str, content: bytes, *, force: bool, check_mode: bool) -> bool:
    """Put the file at a path, unless in check mode; return whether that changes anything.

    Raises StepError where it cannot be written, and where a file is there that was not made here or was edited since,
    unless ``force``.
    """
    real = os.path.realpath(os.path.expanduser(path))
    try:
        there = file_access.read(real).content
    except FileNotFoundError:
        there = None
    except (OSError, file_access.NotRead) as error:
        raise StepError(f"role_map_file {path} cannot be read: {error}. Nothing was written.") from None
    if there == content:
        return False
    if there is not None and not force and not _is_ours(there):
        raise StepError(
            f"role_map_file {path} is there, and was not made by suggest_roles or was edited since. Nothing was "
            "written. Name another file, or set force to true to replace it."
        )
    _refuse_obstacle(path, real, there)
    if not check_mode:
        _write(path, real, content, there)
    return True


def _refuse_obstacle(path: str, real: str, there: bytes | None) -> None:
    folder = os.path.dirname(real)
    if not os.path.isdir(folder):
        raise StepError(f"The folder {folder} of role_map_file is not there. Make it, or name another file.")
    reason = file_access.folder_obstacle(real) if there is None else file_access.obstacle(real)
    if reason:
        raise StepError(f"role_map_file {path} cannot be written: {reason}. Name another file.")


def _write(path: str, real: str, content: bytes, there: bytes | None) -> None:
    try:
        file_access.write(real, content, like=None if there is None else real)
    except OSError as error:
        raise StepError(f"role_map_file {path} could not be written: {error.strerror or error}.") from None


def _is_ours(content: bytes) -> bool:
    """Tell whether a file is as it was written here: an edited one holds somebody's decisions."""
    first, dummy, rest = content.partition(b"\n")
    return first == f"{_MADE_BY}{_digest(rest)}".encode()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _yaml() -> Any:
    try:
        import yaml
    except ImportError:
        raise MissingPackage(
            "The Python package PyYAML is not installed for this interpreter, and role_map_file is YAML. Install it "
            "with: pip install PyYAML"
        ) from None
    return yaml


def _looks_like_template(value: Any) -> bool:
    """Tell whether a text in a rule would be run by Ansible when the file is loaded as variables."""
    if isinstance(value, Mapping):
        return any(_looks_like_template(one) for one in value.values())
    if isinstance(value, list):
        return any(_looks_like_template(one) for one in value)
    return any(mark in str(value) for mark in ("{{", "{%", "{#"))


def _comment(text: str) -> str:
    """Return one line of comment: what is not printable, such as the end of a line, ends up as a question mark."""
    line = "".join(character if character.isprintable() else "?" for character in text)
    return f"# {line if len(line) <= _WIDTH else line[: _WIDTH - 3] + '...'}\n"


def _reasons_for(rule: Mapping[str, Any], suggestions: Sequence[Suggestion]) -> Iterable[str]:
    key = (rule["role"], normal_id(rule["scope"]))
    for item in suggestions:
        if (item.instead_of.role_name, item.instead_of.key[0]) != key:
            continue
        assumed = "; the scope is assumed" if item.assumed else ""
        yield f"{item.role} at {item.scope} ({item.fit}{assumed}):"
        told = [f"  {text}" for text in _told(item.reasons)]
        yield from told[:_MOST_REASONS]
        if len(told) > _MOST_REASONS:
            yield f"  and {len(told) - _MOST_REASONS} more, which the result of the module has"


def _told(reasons: Mapping[str, Reasons]) -> list[str]:
    activity: dict[str, list[Activity]] = {}
    code: dict[CodeUse, None] = {}
    for reason in reasons.values():
        for one in reason.activity:
            activity.setdefault(one.operation, []).append(one)
        code.update(dict.fromkeys(reason.code))
    log = [
        f"{operation}, {sum(one.count for one in seen)} times, last {max(one.last for one in seen)}"
        for operation, seen in sorted(activity.items())
    ]
    return log + [f"{use.cmdlet} in {_place(use.runbook, use.version, use.line)}" for use in code]


def _left_over(not_covered: Sequence[NotCovered]) -> Iterable[str]:
    if not_covered:
        yield "Not covered:"
    for item in dict.fromkeys(not_covered):
        what = f"{item.operation}: {item.text}" if item.operation else item.text
        place = f"{_place(item.runbook, item.version, item.line)}: " if item.runbook else ""
        where = f" at {item.scope}" if item.scope else ""
        yield f"  {place}{what}{where} ({item.reason})"


def _place(runbook: str, version: str | None, line: int | None) -> str:
    return f"{runbook}{f' ({version})' if version == 'draft' else ''}{f', line {line}' if line else ''}"
