# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The accounts of an estate, each joined from what any number of folders tell about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import account_of, normal_id
from .._finding import finding
from .journal import Change, blobs_of, last_proof, merged, put_back, rewritten, rolled_back, timeline
from .roles import matrix
from .shape import Fields
from .shapes import ASSESSMENT, FINDING, NOT_ASSESSED, PARTS, SEVERITIES

Json = dict[str, Any]

# So many accounts of one application are named; thousands that share one would name each other all.
_NAMED = 10


@dataclass(frozen=True)
class Source:
    """One file that was read, named as people gave its folder."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Material:
    """All that the folders hold about one account.

    ``assessment`` is the newest, as it was read from JSON; ``journals`` are lists of records.
    ``problems`` are findings about what could not be read.
    """

    id: str
    folder: str
    assessment: Any = None
    journals: Sequence[Sequence[Any]] = ()
    sources: Sequence[Source] = ()
    problems: Sequence[Json] = ()


@dataclass(frozen=True)
class Account:
    """One account as reports show it. ``facts`` is its part of ``report.json``."""

    key: str
    folder: str
    facts: Json
    timeline: list[Change]

    @property
    def blobs(self) -> set[str]:
        """The contents that its diffs need."""
        return blobs_of(self.timeline)


@dataclass
class Sharing:
    """Which accounts name which application; filled while the folders are looked through for the first time."""

    _users: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, assessment: Any) -> None:
        """Note the applications of an account's assessment."""
        read: Json = _APPLICATIONS.read(assessment, "", []) or {}
        for run_as in read["run_as"] or ():
            if run_as["application_id"]:
                users = self._users.setdefault(run_as["application_id"].lower(), {})
                users[normal_id(read["account"]["id"])] = read["account"]["name"]

    def others(self, application: str, account: str) -> list[str]:
        """Return the names of the other accounts of an application: some, and how many more there are."""
        users = self._users.get(application.lower(), {})
        if account not in users or len(users) < 2:
            return []
        named: list[str] = []
        for key, name in users.items():
            if key != account:
                named.append(name)
            if len(named) == _NAMED:
                break
        more = len(users) - 1 - len(named)
        return [*named, f"{more} more"] if more else named


_APPLICATIONS = Fields({name: ASSESSMENT.fields[name] for name in ("account", "run_as")})


def unreadable(resource: str, what: str, reason: str) -> Json:
    """Return the finding about something that the report cannot use."""
    said: Json = FINDING.read(finding("RA906", resource, what=what, reason=reason).as_dict(), "", []) or {}
    return said


def account(material: Material, sharing: Sharing) -> Account:
    """Join what is known of one account. What is of no use in its files becomes findings, never an error."""
    wrong: list[str] = []
    records = merged(material.journals, wrong)
    changes = timeline(records, wrong)
    assessment: Json = ASSESSMENT.read(material.assessment, "", wrong) or {}
    there = material.assessment is not None
    facts = {
        **_named(assessment, material),
        "assessed": assessment["time"] if there else None,
        "scope": assessment["scope"],
        "state": assessment["state"] if there else NOT_ASSESSED,
        "state_because": assessment["state_because"],
        **{part: assessment[part] for part in PARTS},
        "changes": [change.as_dict() for change in changes],
        "page": "",
        "sources": [{"path": source.path, "sha256": source.sha256} for source in material.sources],
    }
    assessed = facts["assessed"]
    facts |= _taken_back(assessed, rolled_back(changes))
    facts["changed_after_assessment"] = any(
        change.outcome == "done" and (not assessed or change.time > assessed) for change in changes
    )
    facts["role_matrix"] = matrix(assessment["access"], changes, assessed)
    facts["proof"] = last_proof(records, wrong)
    facts["runbooks"] = _runbooks(assessment["runbooks"], rewritten(changes), put_back(changes), assessed)
    problems = [*material.problems, *_misshapen(wrong, facts["id"])]
    facts["findings"] = sorted(
        [*assessment["findings"], *_shared(facts, assessment["findings"], sharing), *problems],
        key=lambda said: (SEVERITIES.index(said["severity"]), said["code"]),
    )
    facts["worst_severity"] = facts["findings"][0]["severity"] if facts["findings"] else None
    return Account(normal_id(material.id), material.folder, facts, changes)


def _taken_back(assessed: str | None, back: str | None) -> Json:
    """Return what is to be said of an account that was rolled back after it was assessed: its state is not known."""
    if assessed is None or back is None or back <= assessed:
        return {}
    because = f"A rollback changed the account at {back}, after this assessment. Assess it again."
    return {"state": NOT_ASSESSED, "state_because": [because]}


def _named(assessment: Json, material: Material) -> Json:
    """Return which account it is; a journal alone knows its id only."""
    named = assessment["account"]
    if not named["id"]:
        parts = _parts(material.id)
        named = {**named, "id": material.id, **parts}
    return {name: value for name, value in named.items() if name != "state"}


def _parts(account_id: str) -> Json:
    try:
        parts = account_of(account_id)
    except IndexError:
        return {"name": account_id}
    return {"name": parts.name, "resource_group": parts.resource_group, "subscription_id": parts.subscription_id}


def _runbooks(
    assessed_runbooks: list[Json] | None,
    done: Mapping[str, tuple[str, str]],
    back: Mapping[str, str],
    assessed: str | None,
) -> list[Json] | None:
    if assessed_runbooks is None and not done:
        return None
    seen = {runbook["name"].lower() for runbook in assessed_runbooks or ()}
    only_written = [_only_written(name) for key, (name, dummy) in sorted(done.items()) if key not in seen]
    return [
        {**runbook, "progress": _progress(runbook, done.get(name), back.get(name), assessed)}
        for runbook in [*(assessed_runbooks or ()), *only_written]
        for name in [runbook["name"].lower()]
    ]


def _only_written(name: str) -> Json:
    """Return a runbook that no assessment tells of, only the journal."""
    runbook: Json = PARTS["runbooks"].read([{"name": name, "verdict": "rewritten"}], "", [])[0]
    return runbook


def _progress(runbook: Json, done: tuple[str, str] | None, back: str | None, assessed: str | None) -> str:
    """Return what is left to do about a runbook; one of ``shapes.PROGRESS``."""
    uses = runbook["uses_run_as"]
    if done is None and back is not None and (assessed is None or back > assessed):
        return "unknown"
    if done and (not uses or assessed is None or done[1] > assessed):
        return "done"
    if uses is None:
        return "unknown"
    if not uses:
        return "not_used"
    return "automatic" if runbook["automatic"] else "manual"


def _shared(facts: Json, said: Iterable[Json], sharing: Sharing) -> Iterable[Json]:
    """Yield RA104 for each application that other accounts name too, where the assessment does not say so."""
    told = " ".join(entry["sentence"].lower() for entry in said if entry["code"] == "RA104")
    for run_as in facts["run_as"] or ():
        application = run_as["application_id"]
        others = sharing.others(application, normal_id(facts["id"])) if application else []
        if others and application.lower() not in told:
            resource = f"{facts['id']}/connections/{run_as['connection']}"
            found = finding("RA104", resource, application=application, accounts=", ".join(others))
            yield FINDING.read(found.as_dict(), "", []) or {}


def _misshapen(wrong: Sequence[str], account_id: str) -> list[Json]:
    """Return one finding about all parts of an account's files that are of another shape than they should be."""
    if not wrong:
        return []
    places = [place.lstrip(".") or "the whole" for place in wrong]
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    named = f"{', '.join(places[:_NAMED])}{more}"
    return [unreadable(account_id, "A part of the account's files", f"this release does not know its shape: {named}.")]
