# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The shapes of assessments and of ``report.json``."""

from __future__ import annotations

from .shape import Counts, Fields, Flag, Many, Number, Shape, Text, Words

FORMAT = 1

# In the order in which people should look at them.
STATES = (
    "blocked",
    "drifted",
    "manual_work",
    "in_progress",
    "ready_with_warnings",
    "ready",
    "migrated",
    "not_needed",
    "not_assessed",
)
NOT_ASSESSED = "not_assessed"
SEVERITIES = ("error", "warning", "info")
RUN_AS_STATUSES = ("complete", "incomplete", "expired")
# What is left to do about a runbook.
PROGRESS = ("done", "automatic", "manual", "unknown", "not_used")

_NULL = Text(nullable=True)
_TEXTS = Many(Text())

FINDING = Fields(
    {
        "code": Text(),
        "severity": Text(choices=SEVERITIES, otherwise="error"),
        "resource": Text(),
        "sentence": Text(),
        "remedy": Text(),
        "line": Number(),
        "column": Number(),
    }
)
_IDENTITY = Fields(
    {
        "type": Text(),
        "principal_id": _NULL,
        "tenant_id": _NULL,
        "user_assigned_identities": Many(Fields({"id": Text(), "principal_id": _NULL, "client_id": _NULL})),
    },
    nullable=True,
)
_WORKER = Fields(
    {
        "name": Text(),
        "kind": Text(),
        "os": _NULL,
        "version": _NULL,
        "last_seen": _NULL,
        "machine_id": _NULL,
        "machine_identity": _NULL,
    }
)
_HYBRID = Fields(
    {
        "groups": Many(
            Fields(
                {
                    "name": Text(),
                    "type": Text(),
                    "credential": _NULL,
                    "workers": Many(_WORKER),
                    "runbooks": _TEXTS,
                    "verdict": Text(),
                    "sentence": Text(),
                }
            )
        ),
        "unread": _NULL,
    },
    nullable=True,
)
_MODULES = Fields(
    {
        "environments": Many(
            Fields(
                {
                    "name": Text(),
                    "language": Text(),
                    "version": Text(),
                    "az": _NULL,
                    "az_accounts": _NULL,
                    "azurerm": _NULL,
                    "known_bad": Many(Fields({"module": Text(), "version": Text(), "why": Text(), "good": _NULL})),
                    "failed": Many(Fields({"module": Text(), "state": Text()})),
                    "runbooks": Many(Text(), nullable=True),
                    "unread": _NULL,
                }
            )
        )
    },
    nullable=True,
)
_RUN_AS = Fields(
    {
        "connection": _NULL,
        "kind": Text(),
        "origin": Text(),
        "status": Text(),
        "application_id": _NULL,
        "tenant_id": _NULL,
        "subscription_id": _NULL,
        "certificate": _NULL,
        "thumbprint": _NULL,
        "expires": _NULL,
        "days_left": Number(),
        "missing": _TEXTS,
        "differs": _TEXTS,
        "application": Fields(
            {
                "object_id": _NULL,
                "display_name": _NULL,
                "certificates": Many(Fields({"thumbprint": _NULL, "ends": _NULL})),
                "secrets": Number(),
            },
            nullable=True,
        ),
        "service_principal": Fields({"id": _NULL, "enabled": Flag()}, nullable=True),
        "entra_unread": _NULL,
        "shared_with": Many(Text(), nullable=True),
    }
)
_HELD_ROLE = Fields(
    {
        "id": Text(),
        "role": Text(),
        "role_id": Text(),
        "scope": Text(),
        "condition": _NULL,
        "kind": Text(),
        "held_by_identity": Flag(),
    }
)
_ROLE = Fields({"id": Text(), "role": Text(), "role_id": Text(), "scope": Text(), "condition": _NULL})
_OTHER_RIGHT = Fields(
    {
        "connection": _NULL,
        "principal_id": _NULL,
        "kind": Text(),
        "role": Text(),
        "scope": Text(),
        "condition": _NULL,
        "what": Text(),
    }
)
_ACCESS = Fields(
    {
        "principals": Many(Fields({"connection": Text(), "principal_id": _NULL, "assignments": Many(_HELD_ROLE)})),
        "identity": Many(_ROLE, nullable=True),
        # Assessments of before have none: then it is not known.
        "others": Many(_OTHER_RIGHT, nullable=True),
    },
    nullable=True,
)
_RUNBOOK_FIELDS: dict[str, Shape] = {
    "name": Text(),
    "type": Text(),
    "state": Text(),
    "uses_run_as": Flag(),
    "verdict": Text(),
    "automatic": Flag(),
    "assumptions": _TEXTS,
    "uses": Many(Fields({"version": Text(), "code": Text(), "line": Number(), "column": Number(), "sentence": Text()})),
    "refused_because": _TEXTS,
    "draft": Fields({"verdict": Text(), "uses_run_as": Flag()}, nullable=True),
    "evidence": Fields(
        {
            "last_job": Fields({"status": Text(), "time": _NULL, "run_on": _NULL}, nullable=True),
            "schedules": Many(Fields({"name": Text(), "enabled": Flag(), "next_run": _NULL, "run_on": _NULL})),
            "webhooks": Many(
                Fields({"name": Text(), "enabled": Flag(), "expires": _NULL, "last_invoked": _NULL, "run_on": _NULL})
            ),
            "unread": _TEXTS,
        },
        nullable=True,
    ),
}
_DEPENDANT = Fields({"kind": Text(), "name": Text(), "resource": Text(), "sentence": Text(), "uses_run_as": Flag()})
_PREFLIGHT = Fields(
    {
        "judged": Flag(),
        "login": Fields({"object_id": _NULL, "application_id": _NULL, "tenant_id": _NULL}, nullable=True),
        "steps": Many(
            Fields(
                {
                    "step": Text(),
                    "possible": Flag(),
                    "needs": Many(Fields({"permission": Text(), "scope": Text(), "held": Flag()})),
                }
            )
        ),
        "locks": Many(Fields({"name": Text(), "level": Text(), "scope": Text()})),
        "policies": Many(Fields({"assignment": Text(), "definition": Text(), "effect": Text(), "reason": _NULL})),
        "grantors": Many(Fields({"scope": Text(), "role": Text(), "principal_id": Text(), "principal_type": Text()})),
    },
    nullable=True,
)

# The parts that an assessment may leave out because nobody asked for them.
PARTS: dict[str, Shape] = {
    "identity": _IDENTITY,
    "hybrid": _HYBRID,
    "modules": _MODULES,
    "run_as": Many(_RUN_AS, nullable=True),
    "access": _ACCESS,
    "runbooks": Many(Fields(_RUNBOOK_FIELDS), nullable=True),
    "dependants": Many(_DEPENDANT, nullable=True),
    "preflight": _PREFLIGHT,
}

ASSESSMENT = Fields(
    {
        "time": Text(),
        "account": Fields(
            {
                "id": Text(),
                "name": Text(),
                "resource_group": Text(),
                "subscription_id": Text(),
                "location": Text(),
                "tags": Words(),
                "state": _NULL,
            }
        ),
        "scope": _TEXTS,
        "state": Text(choices=STATES, otherwise=NOT_ASSESSED),
        "state_because": _TEXTS,
        **PARTS,
        "findings": Many(FINDING),
    }
)

CHANGE = Fields(
    {
        "time": Text(),
        "step": Text(),
        "run": Text(),
        "action": Text(),
        "kind": Text(),
        "target": Text(),
        "subject": Text(),
        "outcome": Text(choices=("done", "failed", "unknown", "note")),
        "reason": _NULL,
    }
)

ROLE_LINE = Fields(
    {
        "connection": _NULL,
        "role": Text(),
        "scope": Text(),
        "condition": _NULL,
        "run_as": Text(choices=("held", "not_held")),
        "identity": Text(choices=("held", "narrower", "mapped", "missing", "unknown", "other_condition")),
        "through": Text(),
        "copied": _NULL,
    }
)

VERDICTS = ("equal", "narrower as mapped", "different")

# The comparison that copy_runas_roles records; ``time`` is when.
PROOF = Fields(
    {
        "time": _NULL,
        "verdict": Text(choices=VERDICTS, otherwise="different"),
        "compared": Number(),
        "same": Number(),
        "as_asked": Number(),
        "differences": Many(
            Fields({"kind": Text(), "role": Text(), "scope": Text(), "condition": _NULL, "how": Text()})
        ),
    },
    nullable=True,
)

_ACCOUNT = Fields(
    {
        "id": Text(),
        "name": Text(),
        "resource_group": Text(),
        "subscription_id": Text(),
        "location": Text(),
        "tags": Words(),
        "assessed": _NULL,
        "changed_after_assessment": Flag(),
        "scope": _TEXTS,
        "state": Text(choices=STATES),
        "state_because": _TEXTS,
        "worst_severity": Text(nullable=True, choices=SEVERITIES),
        **{name: shape for name, shape in PARTS.items() if name != "runbooks"},
        "runbooks": Many(Fields({**_RUNBOOK_FIELDS, "progress": Text(choices=PROGRESS)}), nullable=True),
        "role_matrix": Many(ROLE_LINE),
        "proof": PROOF,
        "changes": Many(CHANGE),
        "findings": Many(FINDING),
        "page": Text(),
        "sources": Many(Fields({"path": Text(), "sha256": Text()})),
    }
)

SUMMARY = Fields(
    {
        "accounts": Number(),
        "accounts_by_state": Counts(STATES),
        "run_as": Number(),
        "run_as_by_status": Counts((*RUN_AS_STATUSES, "other")),
        "runbooks": Number(),
        "runbooks_by_progress": Counts(PROGRESS),
        "findings": Number(),
        "findings_by_severity": Counts(SEVERITIES),
        "findings_by_code": Counts(),
        "worst_severity": Text(nullable=True, choices=SEVERITIES),
        "problems": Number(),
    }
)

REPORT = Fields(
    {
        "format": Number(),
        "title": Text(),
        "time": _NULL,
        "accounts": Many(_ACCOUNT),
        "problems": Many(FINDING),
        "summary": SUMMARY,
    }
)


def report_schema() -> dict[str, object]:
    """Return the JSON schema of ``report.json``, as docs/report.schema.json has it."""
    shown = REPORT.schema()
    shown["properties"]["format"] = {"const": FORMAT}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:azauto:runas_migration:report:{FORMAT}",
        "title": "report.json of azauto.runas_migration.migration_report",
        **shown,
    }
