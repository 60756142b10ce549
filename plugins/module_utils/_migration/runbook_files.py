# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that rewrites runbooks in files: a folder, a repository. No login, no account, no ledger.

A repository keeps its own history, so nothing is recorded; ``backup`` and
``patch`` keep what was there for folders that have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._arguments import ArgumentSpec, flat
from .._masked_diff import masked_diff
from .._runbook import RewriteOptions
from .._runbook.result import GUID
from .._step import KNOWN_AFTER_APPLY, Done, Outcome, Plan, StepError
from ._call import Result
from ._local_call import LocalCall
from .file_plan import Decision
from .file_reading import read_and_decide
from .file_search import Names, find_files
from .file_writing import PatchFile, hands, plan_patch, refuse_obstacles, write_patch
from .rewriting import REWRITING, rewrite_options

__all__ = ["ARGUMENTS", "run"]

SYSTEM = "system"
# Exports of Python bear .ps1 too, and some keep PowerShell as .txt (idioms, section 1); the content tells.
INCLUDE = ["*.ps1", "*.psm1", "*.py", "*.txt", "*.graphrunbook"]

ARGUMENTS = REWRITING + ArgumentSpec(
    options={
        "path": {"type": "list", "elements": "path", "required": True, "aliases": ["paths"]},
        "include": {"type": "list", "elements": "str", "default": INCLUDE},
        "exclude": {"type": "list", "elements": "str", "default": []},
        "identity": {"type": "str", "default": SYSTEM},
        "connections": {"type": "dict"},
        "python_version": {"type": "str", "choices": ["2", "3"]},
        "python_packages": {"type": "list", "elements": "str"},
        "backup": {"type": "bool", "default": False},
        "patch": {"type": "path"},
    }
)

_IDS = ("subscription_id", "tenant_id")


def run(call: LocalCall) -> Result:
    """Read, plan, write and read back; return the module's result."""
    options = _options(call.parameters)
    names = Names(include=flat(call.parameters["include"]) or INCLUDE, exclude=flat(call.parameters["exclude"]))
    found = find_files(call.base, flat(call.parameters["path"]), names)
    decisions = read_and_decide(found, f"Python{call.parameters['python_version'] or ''}", options)
    changing = [decision for decision in decisions if decision.change]
    refuse_obstacles(changing)
    patch = plan_patch(call.base, call.parameters["patch"], changing)
    if patch and not call.check_mode:
        write_patch(patch)
    return call.finish(
        _plan(call, decisions),
        hands(changing, backup=bool(call.parameters["backup"])),
        lambda outcome: _facts(call, decisions, patch, outcome),
    )


def _options(parameters: Mapping[str, Any]) -> RewriteOptions:
    identity = parameters["identity"] or SYSTEM
    if "/" in identity or identity == "user":
        raise StepError(
            f"The option identity is {identity}. It must be system, or the client id (a GUID) of a user-assigned "
            "identity: no Azure is asked, which could tell it. Nothing was changed."
        )
    return rewrite_options(
        parameters,
        identity=SYSTEM if identity == SYSTEM else "user",
        client_id=None if identity == SYSTEM else identity,
        connections=_connections(parameters["connections"] or {}),
        python_packages=_python_packages(parameters["python_packages"]),
    )


def _connections(given: Mapping[str, Any]) -> dict[str, dict[str, str | None]] | None:
    """Return the connections by name, None without any. Raises StepError for what is no connection."""
    for name, fields in given.items():
        if not isinstance(fields, Mapping) or not all(_is_id(key, value) for key, value in fields.items()):
            raise StepError(
                f"The option connections is wrong about {name}. Give {' and '.join(_IDS)} of each connection, as "
                "GUIDs. Nothing was changed."
            )
    return {str(name): dict(fields) for name, fields in given.items()} or None


def _is_id(key: str, value: Any) -> bool:
    return key in _IDS and GUID.fullmatch(str(value)) is not None


def _python_packages(given: Sequence[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(name.lower() for name in flat(given))


def _plan(call: LocalCall, decisions: Sequence[Decision]) -> Plan:
    shown = [_diff(decision) for decision in decisions if decision.change and call.diff_mode]
    return Plan(
        changes=tuple(decision.change for decision in decisions if decision.change),
        findings=tuple(said for decision in decisions for said in decision.findings),
        diffs=tuple({"prepared": text} for text in shown),
    )


def _diff(decision: Decision) -> str:
    path = decision.target.path if decision.target else decision.found.path
    if decision.old is None:
        return f"--- {decision.found.path}\n+++ {path} (a new file, to be tested)\n"
    return masked_diff(path, decision.old, decision.new or b"")


def _facts(call: LocalCall, decisions: Sequence[Decision], patch: PatchFile | None, outcome: Outcome) -> dict[str, Any]:
    done = {item.change.track: item for item in outcome.done}
    facts: dict[str, Any] = {"files": [_shown(call, decision, done) for decision in decisions]}
    return {**facts, "patch": patch.shown, "patch_root": patch.root} if patch else facts


def _shown(call: LocalCall, decision: Decision, done: Mapping[str, Done]) -> dict[str, Any]:
    change = decision.change
    changed = change is not None and (call.check_mode or change.track in done)
    shown = {
        "path": decision.found.path,
        "verdict": decision.verdict,
        "assumptions": list(decision.assumptions),
        "changed": changed,
        "edits": decision.edits,
        "modules": [vars(module) for module in decision.modules],
        "findings": [said.as_dict() for said in decision.findings],
    }
    if decision.target and decision.target.beside:
        shown["written_to"] = decision.target.path
    if change and changed and decision.old is not None and call.parameters["backup"]:
        shown["backup_file"] = KNOWN_AFTER_APPLY if call.check_mode else done[change.track].facts["backup_file"]
    return shown
