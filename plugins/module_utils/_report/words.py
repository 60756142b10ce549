# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""How the pages name states, times and scopes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._azure.ids import last_segment

LABELS = {
    "blocked": "Blocked",
    "drifted": "Drifted",
    "manual_work": "Manual work",
    "in_progress": "In progress",
    "ready_with_warnings": "Ready, with warnings",
    "ready": "Ready",
    "migrated": "Migrated",
    "not_needed": "Not needed",
    "not_assessed": "Not assessed",
    "done": "Rewritten",
    "automatic": "Automatic",
    "manual": "By hand",
    "unknown": "Not known",
    "not_used": "Not used",
    "held": "\u2713 held",
    "narrower": "\u25d1 narrower",
    "mapped": "\u2713 other roles",
    "missing": "\u2717 missing",
    "other_condition": "other condition",
    "equal": "\u2713 equal",
    "narrower as mapped": "\u2713 narrower, as mapped",
    "different": "different",
    "unchanged": "Unchanged",
    "changes_identity": "Changes identity",
    "too_old": "Too old",
    "complete": "Complete",
    "incomplete": "Incomplete",
    "expired": "Expired",
    "other": "Other",
    "failed": "Failed",
    "error": "Errors",
    "warning": "Warnings",
    "info": "Information",
}
_OUTCOMES = {"done": "done", "failed": "failed", "unknown": "not confirmed"}
_DIFFERENCES = {
    "missing": "the identity does not have it",
    "more": "only the identity has it",
    "kept": "the identity has it, though it was to be left out",
    "wider": "it allows more than what it replaces",
}
_FATES = {
    "held": ("held", "\u2713 held"),
    "copied": ("mapped", "would be copied"),
    "handed_over": ("narrower", "left to somebody else"),
}
_KINDS = {
    "vault_policy": "access policy of a key vault",
    "group": "membership of a group",
    "runbook_published": "runbook",
    "runbook_draft": "draft of runbook",
    "job_schedule": "schedule link",
    "run_as_role_assignment": "role assignment of the Run As account",
    "role_definition": "custom role",
}
_PARTS = {
    "hybrid": "hybrid workers",
    "modules": "modules",
    "run_as": "Run As accounts",
    "access": "access",
    "runbooks": "runbooks",
    "dependants": "dependants",
    "preflight": "permissions of the login",
}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|\+00:00)")


def label(word: str) -> str:
    """Return a word of ours as people read it; other words as they are."""
    return LABELS.get(word, words(word))


def outcome(word: str) -> str:
    """Return what became of a change."""
    return _OUTCOMES.get(word, word)


def kind(word: str) -> str:
    """Return what kind of thing was changed."""
    return _KINDS.get(word, words(word).lower())


def fate(what: str) -> tuple[str, str]:
    """Return what becomes of a right when access is copied: the colour, as a word of ``LABELS``, and the words."""
    return _FATES.get(what, ("missing", f"not copied: {what}"))


def difference(how: str) -> str:
    """Return on what two principals differ: our words, or the reason why something was not copied."""
    return _DIFFERENCES.get(how, f"not copied: {how}")


def words(name: str) -> str:
    """Return a name of ours as words: ``role_assignment`` as ``Role assignment``."""
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]


def when(time: str) -> str:
    """Return a time as ``2026-11-25 22:00 UTC``; what is none as it is."""
    found = _TIME.fullmatch(time)
    return f"{found[1]} {found[2]} UTC" if found else time


def days(left: int) -> str:
    """Return the days to the end of a certificate as words."""
    if left < 0:
        return f"{-left} day{'s' if left != -1 else ''} ago"
    return f"in {left} day{'s' if left != 1 else ''}"


def scope_parts(scope: str) -> tuple[str, str]:
    """Return the kind and the name of a scope: ``resource group`` and ``rg-ops``."""
    parts = scope.strip("/").split("/")
    kinds = [part.lower() for part in parts]
    if kinds[0] == "subscriptions" and len(parts) == 2:
        return "subscription", parts[1]
    if kinds[0] == "subscriptions" and len(parts) == 4 and kinds[2] == "resourcegroups":
        return "resource group", parts[3]
    if kinds[:2] == ["providers", "microsoft.management"] and len(parts) == 4:
        return "management group", parts[3]
    if is_deep(scope):
        return parts[-2], parts[-1]
    return ("", "tenant") if scope == "/" else ("", scope)


def scope_name(scope: str) -> str:
    """Return the same as one text."""
    return " ".join(scope_parts(scope)).strip()


def is_deep(scope: str) -> bool:
    """Tell whether a scope is more than a subscription or a word, so that its id tells more than its name."""
    return scope.strip("/").count("/") >= 2


def where(resource: str) -> str:
    """Return what a finding is about: the name at the end of an id, and of a subscription what it is."""
    kind, name = scope_parts(resource)
    return f"{kind} {name}" if kind == "subscription" else last_part(resource)


def last_part(resource: str) -> str:
    """Return the name at the end of an id."""
    return last_segment(resource) or resource


def parts_left_out(facts: Mapping[str, Any]) -> list[str]:
    """Return the parts of an assessment that nobody asked for; none where there was no assessment."""
    if not facts["assessed"]:
        return []
    return [name for part, name in _PARTS.items() if facts[part] is None]
