# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The parts of an assessment, read in rounds: each needs what the one before it found.

First what stands for itself, at the same time; then Entra, access and runbooks, which need the
connections; last what depends on all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from .._azure import automation
from .._finding import Finding
from .._runbook import RewriteOptions
from .._step import in_parallel
from . import dependant_survey, hybrid_survey, module_survey, preflight
from ._call import Call
from .access_around import AccessAround
from .access_others import survey_others
from .access_part import Target
from .access_result import once
from .access_survey import Access, principals_of, survey_access
from .assessment_around import Around, AroundOne
from .assessment_past import Past
from .chosen_identity import ChosenIdentity
from .dependant_survey import Own
from .dependant_survey_around import sharing
from .identity import observed_identity
from .job_evidence import Evidence, evidence_of, read_evidence
from .module_reading import Shelves
from .modules import Bad
from .part_reading import Parts
from .preflight_needs import Needs
from .rewriting import rewrite_options
from .run_as import classify, kind_of
from .run_as_survey import Surveyed, survey_run_as
from .runbook_checks import Checks
from .runbook_survey import SurveyedRunbook, survey_runbooks
from .surroundings import Surroundings
from .usage import vault_id

Json = Mapping[str, Any]
_OF_VAULT = frozenset({"container_mapping", "protection_intent"})
# Accounts with the same application, and what kept others from being read.
_OF_OTHER_ACCOUNTS = frozenset({"RA104", "RA639", "RA901", "RA902", "RA903"})
# A part of the document, and what must be said of it.
Part = tuple[Any, list[Finding]]

SCOPE = ("access", "dependants", "hybrid", "modules", "other_accounts", "preflight", "run_as", "runbooks", "usage")

CONNECTIONS, CERTIFICATES, RUNBOOKS = "The connections", "The certificate assets", "The runbooks"
_MODULES, _OWN, AROUND = "The modules", "What the account's own runbooks serve", "What lies around the account"
_ACCESS, _OTHERS = "The access", "The access beside role assignments"
_USAGE, _HYBRID, _PREFLIGHT = "The evidence of use", "The hybrid workers", "The preflight"


@dataclass(frozen=True)
class Reading:
    """What was read of an account; None stands for what was not asked for or could not be read.

    ``hybrid``, ``modules``, ``dependants`` and ``preflight`` are members of the document; ``findings`` are about them.
    ``shared_with`` are the ids of other accounts by the application that they name, too.
    """

    found: Sequence[Surveyed] | None = None
    access: Access | None = None
    runbooks: Sequence[SurveyedRunbook] | None = None
    evidence: Evidence | None = None
    hybrid: Json | None = None
    modules: Json | None = None
    dependants: Sequence[Json] | None = None
    preflight: Json | None = None
    shared_with: Mapping[str, Sequence[str] | None] = field(default_factory=dict)
    findings: tuple[Finding, ...] = field(default_factory=tuple)


class Reader:
    """Reads the parts of one account."""

    def __init__(
        self,
        call: Call,
        answer: Json,
        identity: ChosenIdentity,
        past: Past,
        known_bad: Sequence[Bad],
        around: Around | None = None,
    ) -> None:
        """``answer`` is the account's JSON, ``identity`` what its runbooks shall log in as.

        ``around`` gives what lies around the account, in place of reading it.
        """
        self._around = around or AroundOne(call)
        self._call = call
        self._answer = answer
        self._identity = identity
        self._past = past
        self._known_bad = known_bad
        self._shelves = Shelves(call.session, call.account, known_bad)
        self._now = datetime.now(timezone.utc)
        scope = frozenset(call.parameters["scope"])
        self.parts = Parts(call.account, scope, call.max_parallel)

    def read(self) -> Reading:
        """Return what the scope asks for; what could not be read is in ``parts``."""
        first = self.parts.read_all(self._first_round())
        second = self._at_once(
            run_as=lambda: self._run_as_and_access(first[CONNECTIONS], first.get(CERTIFICATES)),
            runbooks=lambda: self._runbooks(first[CONNECTIONS], first.get(CERTIFICATES)),
        )
        found, access = second["run_as"]
        runbooks: list[SurveyedRunbook] | None = second["runbooks"]
        evidence = self._evidence(runbooks)
        dependants = self._dependants(first, found, runbooks)
        third = self._at_once(
            hybrid=lambda: self._hybrid(evidence),
            preflight=lambda: self._preflight(found, access, runbooks, dependants[0]),
        )
        of_parts = [first.get(_MODULES), dependants, third["hybrid"], third["preflight"]]
        modules, dependants, hybrid, checked = [part if part is not None else (None, []) for part in of_parts]
        return Reading(
            found=found,
            access=access,
            runbooks=runbooks,
            evidence=evidence,
            hybrid=hybrid[0],
            modules=modules[0],
            dependants=dependants[0],
            preflight=checked[0],
            shared_with=self._shared_with(first.get(AROUND), found or ()),
            findings=tuple(said for part in (modules, dependants, hybrid, checked) for said in part[1]),
        )

    def _at_once(self, **reads: Callable[[], Any]) -> dict[str, Any]:
        answers = in_parallel(lambda name: reads[name](), list(reads), self._call.max_parallel, per_thread=1)
        return dict(zip(reads, answers, strict=True))

    def _first_round(self) -> dict[str, Callable[[], Any]]:
        call, wants = self._call, self.parts.wants
        session, account, many = call.session, call.account, call.max_parallel
        reads: dict[str, Callable[[], Any]] = {CONNECTIONS: self._connections}
        if wants("run_as", "access", "preflight", "runbooks", "usage"):
            reads[CERTIFICATES] = lambda: automation.list_certificates(session, account)
        if wants("modules"):
            reads[_MODULES] = lambda: module_survey.survey_modules(
                session, account, self._known_bad, self._shelves, many
            )
        if wants("dependants"):
            reads[_OWN] = lambda: dependant_survey.read_own(session, account, many)
        if wants("dependants", "other_accounts"):
            reads[AROUND] = lambda: self._around.surroundings(account)
        return reads

    def _connections(self) -> list[Json]:
        """Return the Run As connections with their fields, which lists may lack (section 3.1)."""
        session, account = self._call.session, self._call.account
        named = [item for item in automation.list_connections(session, account) if kind_of(item)]
        return in_parallel(
            lambda item: automation.get_connection(session, account, item["name"]), named, self._call.max_parallel
        )

    def _run_as_and_access(
        self, connections: Sequence[Json] | None, certificates: Sequence[Json] | None
    ) -> tuple[list[Surveyed] | None, Access | None]:
        call, wants = self._call, self.parts.wants
        if connections is None or not wants("run_as", "access", "preflight"):
            return None, None
        tenant = call.parameters["tenant"]
        found = survey_run_as(
            call.session, call.account, connections, certificates, tenant, self._now, call.max_parallel
        )
        if not wants("access", "preflight"):
            return found, None
        access = self.parts.read(_ACCESS, lambda: self._access(found))
        if access is not None:
            found = [replace(one, roleless=one.principal_id in access.roleless) for one in found]
        return found, access

    def _access(self, found: Sequence[Surveyed]) -> Access:
        call = self._call
        session, account, many = call.session, call.account, call.max_parallel
        target = Target(account, self._identity.name, self._identity.principal_id)
        around = self._around.access(account) if principals_of(found) else AccessAround()
        access = survey_access(session, target, found, around, self._around.ends(), many)
        if not self.parts.wants("access"):
            return access
        others = self.parts.read(_OTHERS, lambda: survey_others(session, target, found, around, many))
        shown = {**access.shown, "others": list(others.shown) if others is not None else None}
        findings = once((*access.findings, *(others.findings if others is not None else ())))
        return replace(access, shown=shown, findings=findings)

    def _runbooks(
        self, connections: Sequence[Json] | None, certificates: Sequence[Json] | None
    ) -> list[SurveyedRunbook] | None:
        if not self.parts.wants("runbooks", "usage"):
            return None
        call = self._call
        options = self._rewrite_options(connections, certificates or ())
        user_assigned = self._identity.arm_id is not None
        checks = Checks(call.session, call.account, self._shelves, user_assigned=user_assigned)
        return self.parts.read(RUNBOOKS, lambda: survey_runbooks(call, options, self._past.memories, checks))

    def _rewrite_options(self, connections: Sequence[Json] | None, certificates: Sequence[Json]) -> RewriteOptions:
        """Return the options that update_runbook would have; connections that are gone since still name Run As."""
        known, assets = None, frozenset[str]()
        if connections is not None:
            there = {connection["name"].lower() for connection in connections}
            gone = [connection for connection in self._past.connections if connection["name"].lower() not in there]
            run_as = classify([*connections, *gone], certificates, self._now)
            known = {
                one.connection: {"subscription_id": one.subscription_id, "tenant_id": one.tenant_id}
                for one in run_as
                if one.kind == "azure"
            }
            assets = frozenset(one.certificate for one in run_as if one.certificate)
        client_id = self._identity.client_id if self._identity.arm_id else None
        return rewrite_options(
            self._call.parameters,
            identity="user" if client_id else "system",
            client_id=client_id,
            connections=known,
            certificates=assets,
        )

    def _evidence(self, runbooks: Sequence[SurveyedRunbook] | None) -> Evidence | None:
        if not self.parts.wants("usage", "hybrid"):
            return None
        call = self._call
        using = [runbook.name for runbook in runbooks or () if runbook.uses_run_as]
        asked = using if self.parts.wants("usage") else []
        return self.parts.read(
            _USAGE, lambda: read_evidence(call.session, call.account, asked, self._now, call.max_parallel)
        )

    def _dependants(
        self,
        first: Mapping[str, Any],
        found: Sequence[Surveyed] | None,
        runbooks: Sequence[SurveyedRunbook] | None,
    ) -> Part:
        if not self.parts.wants("dependants", "other_accounts"):
            return None, []
        account = self._call.account
        # What could not be read as a whole has its finding: here it holds nothing.
        around = first.get(AROUND) or Surroundings(subscriptions=(account.subscription_id,))
        own = first.get(_OWN) or Own()
        using = None if runbooks is None else {runbook.name for runbook in runbooks if runbook.uses_run_as}
        applications = [one.run_as.application_id for one in found or () if one.run_as.application_id]
        location = self._answer.get("location")
        items, findings = dependant_survey.survey_dependants(
            account, own, around, applications, using, location=location
        )
        if self.parts.wants("dependants"):
            return items, findings
        return None, [said for said in findings if said.code in _OF_OTHER_ACCOUNTS]

    def _shared_with(self, around: Surroundings | None, found: Sequence[Surveyed]) -> dict[str, Sequence[str] | None]:
        if around is None:
            return {}
        applications = {one.run_as.application_id for one in found if one.run_as.application_id}
        return {application: sharing(around, self._call.account, application) for application in applications}

    def _hybrid(self, evidence: Evidence | None) -> Part | None:
        if not self.parts.wants("hybrid"):
            return None
        call = self._call
        return self.parts.read(
            _HYBRID,
            lambda: hybrid_survey.survey_hybrid(
                call.session,
                call.account,
                observed_identity(self._answer).type,
                _run_on(evidence),
                user_assigned_wanted=self._identity.arm_id is not None,
                max_parallel=call.max_parallel,
                versions=_texts(call.parameters["hybrid_worker_versions"]),
            ),
        )

    def _preflight(
        self,
        found: Sequence[Surveyed] | None,
        access: Access | None,
        runbooks: Sequence[SurveyedRunbook] | None,
        dependants: Sequence[Json] | None,
    ) -> Part | None:
        if not self.parts.wants("preflight"):
            return None
        call = self._call
        needs = self._needs(found, access, runbooks, dependants)
        return self.parts.read(
            _PREFLIGHT,
            lambda: preflight.read_preflight(
                call.session,
                call.account,
                needs,
                principal_id=call.parameters["migration_principal"],
                max_parallel=call.max_parallel,
            ),
        )

    def _needs(
        self,
        found: Sequence[Surveyed] | None,
        access: Access | None,
        runbooks: Sequence[SurveyedRunbook] | None,
        dependants: Sequence[Json] | None,
    ) -> Needs:
        """Return what a migration of this account would have to do; nothing to do needs no rights."""
        uses = any(runbook.uses_run_as for runbook in runbooks or ())
        mappings = [item["resource"] for item in dependants or () if item["uses_run_as"] and item["kind"] in _OF_VAULT]
        # A migration that begins now copies access also where nothing is seen to use the Run As account.
        begins = self._call.parameters["blocked"] == "fail" and any(one.run_as.kind == "azure" for one in found or ())
        needed = bool(uses or mappings or begins)
        enable = needed and not self._identity.attached
        wanted = {"SystemAssigned"} if self._identity.arm_id is None else {"UserAssigned"}
        kinds = wanted | set(observed_identity(self._answer).type.split(", ")) - {"None"}
        return Needs(
            enable_identity=enable,
            user_assigned=(self._identity.arm_id,) if self._identity.arm_id and enable else (),
            role_scopes=access.new_scopes if access is not None and needed else (),
            rewrite=uses,
            probe=self._call.parameters["probe"] and (uses or begins),
            vaults=tuple(dict.fromkeys(vault_id(mapping) for mapping in mappings)),
            retire=bool(found),
            location=str(self._answer.get("location") or ""),
            identity_type=", ".join(sorted(kinds)),
            account=self._answer,
        )


def _texts(option: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the values of an option as texts: YAML makes a number of what looks like one."""
    return {str(name): str(value) for name, value in (option or {}).items()}


def _run_on(evidence: Evidence | None) -> dict[str, list[str]]:
    """Return the runbooks that a schedule or webhook runs on each hybrid worker group."""
    found: dict[str, list[str]] = {}
    if evidence is not None:
        pairs = [(link.run_on, link.runbook) for link in evidence.links]
        pairs += [(hook.run_on, hook.runbook) for hook in evidence.webhooks]
        for group, runbook in pairs:
            if group:
                found.setdefault(group, []).append(runbook)
    return found


def evidence_by_runbook(reading: Reading) -> dict[str, Json]:
    """Return the evidence of use of each runbook that uses a Run As account, by its name."""
    if reading.evidence is None:
        return {}
    return {
        runbook.name: evidence_of(runbook.name, reading.evidence)
        for runbook in reading.runbooks or ()
        if runbook.uses_run_as
    }
